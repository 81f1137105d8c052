"""`python -m infra.migrations`: bring all stores to the state that the code expects."""

import asyncio
import logging

from infra.migrations import buckets, cassandra, postgres, topics
from infra.stores.settings import ObjectSettings, StoreSettings


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("cassandra").setLevel(logging.ERROR)
    settings = StoreSettings()
    topics.migrate(settings)
    postgres.migrate(settings)
    buckets.migrate(ObjectSettings())
    asyncio.run(cassandra.migrate(settings))


if __name__ == "__main__":
    main()

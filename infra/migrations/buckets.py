"""Makes the object store's buckets. One that is there is left as it is."""

from infra.stores.objects import Objects
from infra.stores.settings import ObjectSettings


def migrate(settings: ObjectSettings) -> None:
    """Raises StoreUnavailable."""
    objects = Objects(settings)
    for bucket in settings.buckets:
        objects.ensure_bucket(bucket)

"""Runs the alembic revisions beside this file against the settings' database."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from infra.stores.settings import StoreSettings


def migrate(settings: StoreSettings) -> None:
    """Upgrade to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    dsn = settings.postgres_dsn.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)
    config.set_main_option("sqlalchemy.url", dsn.replace("%", "%%"))
    command.upgrade(config, "head")

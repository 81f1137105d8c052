"""When a device was last there, and when somebody switched their read receipts."""

from alembic import op

revision = "0004"
down_revision = "0003"

SEEN = """
ALTER TABLE devices ADD COLUMN seen_at timestamptz;  -- its last sign of life on a socket; null: never
ALTER TABLE users ADD COLUMN receipts_changed_at timestamptz;
CREATE INDEX users_receipts_changed ON users (receipts_changed_at) WHERE receipts_changed_at IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(SEEN)


def downgrade() -> None:
    op.execute("ALTER TABLE users DROP COLUMN receipts_changed_at")
    op.execute("ALTER TABLE devices DROP COLUMN seen_at")

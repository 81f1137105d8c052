"""What people show of themselves, and the view of when they were last seen."""

from alembic import op

revision = "0003"
down_revision = "0002"

PRIVACY = """
ALTER TABLE users
    ADD COLUMN read_receipts boolean NOT NULL DEFAULT true,
    ADD COLUMN last_seen_visibility text NOT NULL DEFAULT 'everyone'
        CHECK (last_seen_visibility IN ('everyone', 'contacts', 'nobody'));
"""
LAST_SEEN = """
CREATE TABLE last_seen (
    user_id uuid PRIMARY KEY,
    last_seen_at timestamptz NOT NULL
) WITH (fillfactor = 70);
"""


def upgrade() -> None:
    op.execute(PRIVACY)
    op.execute(LAST_SEEN)


def downgrade() -> None:
    op.execute("DROP TABLE last_seen")
    op.execute("ALTER TABLE users DROP COLUMN read_receipts, DROP COLUMN last_seen_visibility")

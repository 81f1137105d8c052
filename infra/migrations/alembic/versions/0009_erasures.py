"""Erasures: who asked to be erased, and how far that is; handles that stay reserved; exports that were made."""

from alembic import op

revision = "0009"
down_revision = "0008"

NAMES = """
ALTER TABLE users
    ALTER COLUMN handle DROP NOT NULL,
    ALTER COLUMN display_name DROP NOT NULL,
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD CONSTRAINT users_are_named CHECK (erased_at IS NOT NULL
        OR (handle IS NOT NULL AND display_name IS NOT NULL AND password_hash IS NOT NULL));
CREATE TABLE reserved_handles (handle_hash bytea PRIMARY KEY);  -- keyed: of people who were erased
"""
ERASURES = """
CREATE TABLE erasures (
    user_id uuid PRIMARY KEY REFERENCES users,
    asked_at timestamptz NOT NULL,
    announced_at timestamptz,  -- null: AccountErased is not known to be in the log yet
    cleared_at timestamptz,  -- null: the data key and what names the person are still there
    settled_at timestamptz,  -- null: what comes late is still looked for
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()  -- since when processes must forget (again)
);
CREATE INDEX erasures_unannounced ON erasures (asked_at) WHERE announced_at IS NULL;
CREATE INDEX erasures_unsettled ON erasures (cleared_at) WHERE settled_at IS NULL;
CREATE INDEX erasures_changed ON erasures (changed_at);
"""
EXPORTS = """
CREATE TABLE exports (  -- what left the house: an erasure cannot reach it
    export_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place text NOT NULL,
    what text NOT NULL,
    user_id uuid,  -- whom alone it is about; null: everybody
    made_at timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    for statements in (NAMES, ERASURES, EXPORTS):
        op.execute(statements)


def downgrade() -> None:
    op.execute("DROP TABLE exports, erasures, reserved_handles")
    op.execute("ALTER TABLE users DROP CONSTRAINT users_are_named")

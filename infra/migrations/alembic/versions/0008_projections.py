"""The register of projections: which versions of each view there are, how far they are built, and which one is read.

Who reads the inbox reads the schema `inbox`: views of the live version's tables, replaced in the transaction that makes
another version live.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

PROJECTIONS = """
CREATE TABLE projections (
    name text NOT NULL,
    version int NOT NULL,
    state text NOT NULL CHECK (state IN ('building', 'standby', 'announced', 'live', 'dropped')),
    scope text NOT NULL DEFAULT '',  -- of what part of the log, if not of the whole
    made_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    live_until timestamptz,  -- when another took its place
    PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX projections_live ON projections (name) WHERE state = 'live';
CREATE TABLE projection_progress (
    name text NOT NULL,
    version int NOT NULL,
    log_partition int NOT NULL,
    first_offset bigint NOT NULL,
    next_offset bigint NOT NULL,  -- all before it is folded
    PRIMARY KEY (name, version, log_partition)
);
INSERT INTO projections (name, version, state)
VALUES ('timeline', 1, 'live'), ('receipts', 1, 'live'), ('inbox', 2, 'live'), ('memberships', 1, 'live');
"""
INBOX = """
CREATE SCHEMA inbox;
CREATE VIEW inbox.conversations AS SELECT * FROM inbox_2.conversations;
CREATE VIEW inbox.members AS SELECT * FROM inbox_2.members;
CREATE VIEW inbox.silent_events AS SELECT * FROM inbox_2.silent_events;
CREATE VIEW inbox.blocks AS SELECT * FROM inbox_2.blocks;
"""


def upgrade() -> None:
    op.execute(PROJECTIONS)
    op.execute(INBOX)


def downgrade() -> None:
    op.execute("DROP SCHEMA inbox CASCADE")
    op.execute("DROP TABLE projection_progress")
    op.execute("DROP TABLE projections")

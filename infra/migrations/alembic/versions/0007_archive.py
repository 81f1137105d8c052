"""The archive's manifest: how far the log is archived, the segments, and the index of what they hold."""

from alembic import op

revision = "0007"
down_revision = "0006"

POSITIONS = """
CREATE TABLE archive_positions (
    log_partition int PRIMARY KEY,
    log_offset bigint NOT NULL  -- all rows of records before it are planned, or wait for a later record
);
"""
SEGMENTS = """
CREATE TABLE archive_segments (
    segment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    log_partition int NOT NULL,
    state text NOT NULL
        CHECK (state IN ('planned', 'written', 'verified', 'published', 'done', 'restored', 'retired')),
    from_offset bigint NOT NULL,
    to_offset bigint NOT NULL,
    cut_ms bigint NOT NULL,
    replaces bigint,  -- the segment whose rows it has, with what became of them since
    from_ms bigint,
    to_ms bigint,
    row_count bigint,
    size bigint,
    sha256 bytea,
    object_key text,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX archive_segments_in_work ON archive_segments (log_partition)
    WHERE state IN ('planned', 'written', 'verified', 'published');
"""
RANGES = """
CREATE TABLE archive_ranges (
    conversation_id uuid NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    segment_id bigint NOT NULL REFERENCES archive_segments,
    position bigint NOT NULL,
    length int NOT NULL,
    is_live boolean NOT NULL DEFAULT true,  -- false: a newer segment has these rows; the bytes are still there
    PRIMARY KEY (conversation_id, first_seq, segment_id)
);
CREATE INDEX archive_ranges_of_segment ON archive_ranges (segment_id);
"""
DELETIONS = """
CREATE TABLE archive_deletions (  -- messages that were deleted, until no segment holds their bodies
    conversation_id uuid NOT NULL,
    message_seq bigint NOT NULL,
    log_partition int NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation_id, message_seq)
);
CREATE INDEX archive_deletions_due ON archive_deletions (log_partition, noted_at);
"""


def upgrade() -> None:
    for statement in (POSITIONS, SEGMENTS, RANGES, DELETIONS):
        op.execute(statement)


def downgrade() -> None:
    for table in ("archive_deletions", "archive_ranges", "archive_segments", "archive_positions"):
        op.execute(f"DROP TABLE {table}")

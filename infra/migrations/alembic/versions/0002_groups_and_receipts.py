"""Version 2 of the inbox view: groups, receipts, blocks; and what people prefer for themselves.

Version 1 goes: its successor is folded from the start of the log by a consumer group of its own.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

INBOX = """
DROP SCHEMA inbox_1 CASCADE;
CREATE SCHEMA inbox_2;
CREATE TABLE inbox_2.conversations (
    conversation_id uuid PRIMARY KEY,
    kind text NOT NULL,
    head_seq bigint NOT NULL,
    head_at timestamptz NOT NULL,
    last_message_seq bigint,  -- null: no message yet
    last_message bytea,  -- events as they stand in the log
    last_edit bytea,
    last_edit_seq bigint,
    is_last_deleted boolean NOT NULL DEFAULT false,
    last_reactions jsonb NOT NULL DEFAULT '{}',  -- user to emoji
    name bytea,  -- sealed
    description bytea,  -- sealed
    avatar_media_id uuid,
    who_can_send text NOT NULL DEFAULT 'everyone',
    who_can_add text NOT NULL DEFAULT 'admins',
    advanced_at timestamptz  -- the last receipt
) WITH (fillfactor = 70);
CREATE TABLE inbox_2.members (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    joined_seqs bigint[] NOT NULL,
    left_seqs bigint[] NOT NULL DEFAULT '{}',  -- as many: not there any more
    left_at timestamptz,
    left_name bytea,  -- of the group, as it was then
    role text NOT NULL,
    position bigint NOT NULL,
    read_seq bigint NOT NULL,
    shown_read_seq bigint NOT NULL,  -- without what was read in private
    delivered_seq bigint NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
) WITH (fillfactor = 70);
CREATE INDEX members_of_user ON inbox_2.members (user_id);
CREATE TABLE inbox_2.silent_events (  -- events of the timeline that are no messages
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (conversation_id, seq)
);
CREATE TABLE inbox_2.blocks (
    blocker_id uuid NOT NULL,
    blocked_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    is_blocked boolean NOT NULL,
    command_offset bigint NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id)
);
CREATE INDEX blocks_of_blocked ON inbox_2.blocks (blocked_id);
"""
PREFERENCES = """
CREATE TABLE preferences (
    user_id uuid NOT NULL REFERENCES users,
    conversation_id uuid NOT NULL,
    muted_until timestamptz,
    PRIMARY KEY (user_id, conversation_id)
);
"""


def upgrade() -> None:
    op.execute(INBOX)
    op.execute(PREFERENCES)


def downgrade() -> None:
    op.execute("DROP SCHEMA inbox_2 CASCADE")
    op.execute("DROP TABLE preferences")

"""Accounts, keys, devices, and version 1 of the inbox view."""

from alembic import op

revision = "0001"
down_revision = None

ACCOUNTS = """
CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    handle text NOT NULL UNIQUE,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    announced_at timestamptz,  -- null: AccountCreated is not known to be in the log yet
    erased_at timestamptz
);
CREATE INDEX users_unannounced ON users (created_at) WHERE announced_at IS NULL;
CREATE TABLE data_keys (
    user_id uuid PRIMARY KEY REFERENCES users,
    wrapped bytea,  -- null: erased
    erased_at timestamptz,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);
CREATE TABLE devices (
    device_id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX devices_of_user ON devices (user_id);
CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES devices ON DELETE CASCADE,
    issued_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz  -- null: the current one
);
CREATE INDEX refresh_tokens_of_device ON refresh_tokens (device_id);
"""
INBOX = """
CREATE SCHEMA inbox_1;
CREATE TABLE inbox_1.conversations (
    conversation_id uuid PRIMARY KEY,
    kind text NOT NULL,
    head_seq bigint NOT NULL,
    message_number bigint NOT NULL,
    head_at timestamptz NOT NULL,
    head_event bytea NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE inbox_1.members (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    joined_seq bigint NOT NULL,
    left_seq bigint,
    role text NOT NULL,
    position int NOT NULL,
    read_seq bigint NOT NULL,
    read_number bigint NOT NULL,
    delivered_seq bigint NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
) WITH (fillfactor = 70);
CREATE INDEX members_of_user ON inbox_1.members (user_id);
"""


def upgrade() -> None:
    op.execute(ACCOUNTS)
    op.execute(INBOX)


def downgrade() -> None:
    op.execute("DROP SCHEMA inbox_1 CASCADE")
    op.execute("DROP TABLE refresh_tokens, devices, data_keys, users")

"""Push: the devices' tokens, the requests that are under way, and what devices show."""

from alembic import op

revision = "0006"
down_revision = "0005"

PUSH = """
CREATE TABLE push_tokens (
    device_id uuid PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    user_id uuid NOT NULL,
    provider text NOT NULL CHECK (provider IN ('fcm', 'apns')),
    token_hash bytea NOT NULL UNIQUE,  -- keyed: a token belongs to one device at a time
    sealed bytea NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX push_tokens_of_user ON push_tokens (user_id);
CREATE TABLE pushes (
    request_id uuid PRIMARY KEY,
    provider text NOT NULL,
    state text NOT NULL CHECK (state IN ('started', 'waiting', 'done')),
    due_at timestamptz NOT NULL,  -- started: when it counts as lost; waiting: when to ask again
    attempts int NOT NULL DEFAULT 1,
    is_doubtful boolean NOT NULL DEFAULT false,  -- it may have been shown already
    request bytea,  -- the value in the log; null once done
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX pushes_due ON pushes (provider, due_at) WHERE state <> 'done';
CREATE INDEX pushes_expired ON pushes (expires_at);
CREATE TABLE push_shown (  -- which devices may show something of a conversation, up to which seq
    device_id uuid NOT NULL REFERENCES devices ON DELETE CASCADE,
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (device_id, conversation_id)
) WITH (fillfactor = 70);
CREATE INDEX push_shown_to_user ON push_shown (user_id, conversation_id);
"""


def upgrade() -> None:
    op.execute(PUSH)


def downgrade() -> None:
    op.execute("DROP TABLE push_shown, pushes, push_tokens")

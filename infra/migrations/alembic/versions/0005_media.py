"""Media: what was uploaded and what became of it, which bytes were made of which, and where they were sent."""

from alembic import op

revision = "0005"
down_revision = "0004"

MEDIA = """
CREATE TABLE media (
    media_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES users,
    kind text NOT NULL,
    content_type text NOT NULL,  -- this, size and hash as they were declared
    size bigint NOT NULL,
    sha256 text NOT NULL,
    file_name text,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'ready', 'refused')),
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,  -- of the permission to upload
    decided_at timestamptz,
    content_sha256 text,  -- this and all below: of MediaReady
    content_size bigint,
    ready_type text,
    thumbnail_sha256 text,
    preview bytea,
    width integer,
    height integer,
    duration_seconds double precision
);
CREATE INDEX media_of_owner ON media (owner_id, status);
CREATE INDEX media_by_source ON media (sha256);
CREATE INDEX media_by_content ON media (content_sha256) WHERE content_sha256 IS NOT NULL;
CREATE INDEX media_by_thumbnail ON media (thumbnail_sha256) WHERE thumbnail_sha256 IS NOT NULL;
CREATE INDEX media_not_ready ON media (created_at) WHERE status <> 'ready';
"""
CONTENTS = """
CREATE TABLE media_contents (  -- what the media agent made of these bytes, for whoever uploads them again
    sha256 text NOT NULL,
    kind text NOT NULL,
    content_type text NOT NULL,
    content_sha256 text NOT NULL,
    content_size bigint NOT NULL,
    ready_type text NOT NULL,
    thumbnail_sha256 text,
    thumbnail_size bigint,
    preview bytea,
    width integer,
    height integer,
    duration_seconds double precision,
    is_stored boolean NOT NULL DEFAULT false,  -- false: the objects may not be there yet
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sha256, kind, content_type)
);
CREATE INDEX media_contents_by_content ON media_contents (content_sha256);
CREATE INDEX media_contents_by_thumbnail ON media_contents (thumbnail_sha256) WHERE thumbnail_sha256 IS NOT NULL;
"""
USES = """
CREATE SCHEMA media_uses_1;
CREATE TABLE media_uses_1.uses (  -- a view of conversation.events
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    message_seq bigint NOT NULL,
    media_id uuid NOT NULL,
    is_deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX uses_of_media ON media_uses_1.uses (media_id, conversation_id);
CREATE INDEX uses_of_message ON media_uses_1.uses (conversation_id, message_seq);
"""
AVATARS = """
ALTER TABLE users ADD COLUMN avatar_media_id uuid;
CREATE INDEX users_with_avatar ON users (avatar_media_id) WHERE avatar_media_id IS NOT NULL;
CREATE INDEX groups_with_avatar ON inbox_2.conversations (avatar_media_id) WHERE avatar_media_id IS NOT NULL;
"""


def upgrade() -> None:
    for statements in (MEDIA, CONTENTS, USES, AVATARS):
        op.execute(statements)


def downgrade() -> None:
    op.execute("DROP INDEX inbox_2.groups_with_avatar")
    op.execute("ALTER TABLE users DROP COLUMN avatar_media_id")
    op.execute("DROP SCHEMA media_uses_1 CASCADE")
    op.execute("DROP TABLE media_contents")
    op.execute("DROP TABLE media")

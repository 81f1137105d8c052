"""The one place of the bench that knows how the timeline stands in Cassandra."""

KEYSPACE = "backchannel"
BUCKET_SIZE = 256
ROWS_OF_BUCKET = """
SELECT seq, message_id FROM timeline_1 WHERE conversation_id = ? AND bucket = ? AND seq >= ? AND seq <= ?
"""


def bucket_of(seq: int) -> int:
    return seq // BUCKET_SIZE

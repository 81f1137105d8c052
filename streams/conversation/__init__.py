"""The single writer of conversations: commands in, one event each out."""

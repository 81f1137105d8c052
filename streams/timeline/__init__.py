"""The timeline view: one row per timeline event."""

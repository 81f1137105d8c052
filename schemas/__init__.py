"""The language everybody speaks: commands, events, frames, topics, identifiers. Values only: no I/O, no clock."""

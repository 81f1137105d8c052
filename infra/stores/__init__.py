"""Connections, statements and queries: one file per store or view. The only part of `infra` that others import."""

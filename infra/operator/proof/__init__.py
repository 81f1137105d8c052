"""Proof that views are right: versions compared with each other, and the live ones with the log."""

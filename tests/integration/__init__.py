"""Tests on the real stores, with parts of the system as real processes."""

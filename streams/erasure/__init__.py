"""Erasing people: their key goes, and with it all that they wrote."""

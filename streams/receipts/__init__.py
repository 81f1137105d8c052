"""The receipts view: when each member had got, or read, up to which seq."""

"""What the chaos tests see is held to the socket's document too."""

from tests.e2e.seen import documented

__all__ = ["documented"]

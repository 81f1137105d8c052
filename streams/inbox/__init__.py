"""The inbox view: conversations, heads, members."""

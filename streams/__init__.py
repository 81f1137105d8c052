"""The engine: agents that decide commands and fold events into projections."""

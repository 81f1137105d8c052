"""The one loop that all agents share. Nothing else in the house reads a topic. DESIGN, section 4."""

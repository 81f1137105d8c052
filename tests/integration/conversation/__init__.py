"""The conversation agent under crashes, pauses and losses: DESIGN, section 3, on the real broker and stores."""

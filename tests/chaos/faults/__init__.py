"""What can go wrong, one small class each: it begins, is healed, and counts how often it was seen to have struck."""

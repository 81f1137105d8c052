"""Building versions of views from the log beside those that are read, and putting one in another's place."""

"""Media: what was uploaded is proved, cleaned and made ready, or refused."""

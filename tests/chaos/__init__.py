"""Things are killed while people talk; afterwards everybody must agree on what was said."""

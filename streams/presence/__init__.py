"""Who is connected where: the connection cache."""

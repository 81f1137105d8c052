"""Migrations: make the topics, the tables of Cassandra and those of PostgreSQL. Running them again changes nothing."""

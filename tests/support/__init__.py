"""What tests share: a real PostgreSQL server and the real command line."""

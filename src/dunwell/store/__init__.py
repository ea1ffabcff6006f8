"""What is kept, and how it goes in and out: the only room that knows the database."""

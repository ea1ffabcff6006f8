"""What is owed, as typed Polars frames. Pure: no file, no database, no clock."""

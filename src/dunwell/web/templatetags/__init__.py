"""How templates write values."""

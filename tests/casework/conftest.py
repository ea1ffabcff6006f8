"""Both databases, as for the store."""

from tests.store.conftest import database, postgres_template, sqlite_template

__all__ = ["database", "postgres_template", "sqlite_template"]

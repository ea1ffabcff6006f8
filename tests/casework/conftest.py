"""Both databases, as for the store."""

from tests.store.conftest import database

__all__ = ["database"]

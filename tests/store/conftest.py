"""Both databases, empty and migrated, for every test of the store."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from dunwell.store.setup import use_database
from tests.support.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either kind, open; its value is the kind."""
    kind: str = request.param
    if kind == "sqlite":
        path = tmp_path / "dunwell.sqlite3"
        shutil.copyfile(request.getfixturevalue("fresh_workspace")() / path.name, path)
        use_database(path)
        yield kind
        connections.close_all()
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.create_database(request.getfixturevalue("postgres_template"))
    use_database(postgres.url(name))
    yield kind
    connections.close_all()
    postgres.drop_database(name)

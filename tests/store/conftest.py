"""Both databases, empty and migrated, for every test of the store."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from dunwell.store.setup import migrate, use_database
from tests.support.postgres import Postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "dunwell.sqlite3"
    use_database(path)
    migrate()
    connections.close_all()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated PostgreSQL database to copy."""
    name = postgres.create_database()
    use_database(postgres.url(name))
    migrate()
    connections.close_all()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either kind, open; its value is the kind."""
    kind: str = request.param
    if kind == "sqlite":
        path = tmp_path / "dunwell.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
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

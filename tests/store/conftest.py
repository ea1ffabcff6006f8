"""Both databases, empty and migrated, for every test of the store."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections

from dunwell.store.setup import use_database
from dunwell.store.workspace import Workspace, init_workspace, open_workspace
from dunwell.store.workspace_settings import Beginning
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


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_workspace(
    request: pytest.FixtureRequest, fresh_workspace: Callable[..., Path], tmp_path: Path
) -> Iterator[Workspace]:
    """A new workspace with a database of either kind, open."""
    path = tmp_path / "workspace"
    if request.param == "postgresql":
        yield init_workspace(path, Beginning(database=request.getfixturevalue("migrated_url")))
    else:
        shutil.copytree(fresh_workspace(), path)
        yield open_workspace(path)
    connections.close_all()

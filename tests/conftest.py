"""Fixtures that every test may use: the corpus, databases, the command line, workspaces."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import settings

from dunwell.store.setup import migrate, use_database
from tests.support.command_line import CommandLine
from tests.support.postgres import Postgres, running_postgres

REPOSITORY = Path(__file__).resolve().parent.parent

# Every run of the suite tries the same generated cases, so that a red build always comes from a change. New cases
# are looked for on purpose: DUNWELL_EXPLORE=1 pytest tests/oracle
settings.register_profile("same_cases", derandomize=True, deadline=None)
settings.register_profile("new_cases", deadline=None)
settings.load_profile("new_cases" if os.environ.get("DUNWELL_EXPLORE") else "same_cases")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def corpus() -> Callable[[str], Path]:
    """Return the folder of a public data set, or skip the test where the corpus is not on this machine.

    The corpus lies in ``$DUNWELL_CORPUS``, else in ``shared/data`` beside the checkout.
    """
    root = Path(os.environ.get("DUNWELL_CORPUS") or REPOSITORY.parent / "shared" / "data")

    def folder(name: str) -> Path:
        path = root / name
        if not path.is_dir():
            pytest.skip(f"the public corpus {name!r} is not in {root}; name its folder with DUNWELL_CORPUS")
        return path

    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process alone, started by the first test that asks for it."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database that only this test has."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database with Dunwell's tables, to copy; nobody stays connected to it."""
    name = postgres.create_database()
    use_database(postgres.url(name))
    migrate()
    connections.close_all()
    return name


@pytest.fixture
def migrated_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with Dunwell's empty tables, a copy that only this test has."""
    name = postgres.create_database(postgres_template)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    """The real command line: ``cli("run", "--json", workspace=path, as_of="2026-03-02").ok().json()``."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return CommandLine(folder)


@pytest.fixture(scope="session")
def fresh_workspace(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The workspace that ``dunwell init`` makes with some options, made once, to copy: nothing may be written in it."""
    folder = tmp_path_factory.mktemp("templates")
    cli, made = CommandLine(folder), dict[tuple[str, ...], Path]()

    def find(*options: object) -> Path:
        words = tuple(str(option) for option in options)
        if words not in made:
            path = folder / f"workspace_{len(made)}"
            cli("init", path, *words).ok()
            made[words] = path
        return made[words]

    return find


@pytest.fixture
def workspace(tmp_path: Path, fresh_workspace: Callable[..., Path]) -> Callable[..., Path]:
    """A new workspace, as ``dunwell init`` makes it: ``workspace()``; ``workspace("other")`` for a second."""

    def make(name: str = "workspace", *options: object) -> Path:
        return Path(shutil.copytree(fresh_workspace(*options), tmp_path / name))

    return make

"""Fixtures that every test may use: the corpus, a PostgreSQL server, the command line, a workspace."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

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


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    """The real command line: ``cli("run", "--json", workspace=path, as_of="2026-03-02").ok().json()``."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return CommandLine(folder)


@pytest.fixture
def workspace(tmp_path: Path, cli: CommandLine) -> Callable[..., Path]:
    """Make a new workspace with ``dunwell init``: ``workspace()``; ``workspace("other")`` for a second."""

    def make(name: str = "workspace", *options: object) -> Path:
        path = tmp_path / name
        cli("init", path, *options).ok()
        return path

    return make

"""The parts that other tests stand on do what they say."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import Postgres, running_postgres


def _rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_each_database_is_empty_and_its_own(postgres_url: str) -> None:
    tables = "select table_name::text from information_schema.tables where table_schema = 'public'"
    assert _rows(postgres_url, tables) == []


def test_a_database_can_be_copied_from_a_prepared_one(postgres: Postgres) -> None:
    prepared = postgres.create_database()
    with psycopg.connect(postgres.url(prepared)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("create table letter as select 7::int as number")
        connection.commit()
    copy = postgres.create_database(template=prepared)
    assert _rows(postgres.url(copy), "select number from letter") == [(7,)]


def test_the_server_and_its_folder_are_gone_afterwards() -> None:
    with running_postgres() as server:
        query = "select pg_backend_pid(), current_setting('data_directory')"
        url = server.url("postgres")
        [(pid, folder)] = _rows(url, query)
        assert isinstance(pid, int)
        assert Path(str(folder)).is_dir()
    assert not Path(str(folder)).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)


def test_a_missing_corpus_skips_with_the_name_of_what_is_missing(corpus: Callable[[str], Path]) -> None:
    with pytest.raises(pytest.skip.Exception, match=r"'no_such_data_set' is not in .*DUNWELL_CORPUS"):
        corpus("no_such_data_set")

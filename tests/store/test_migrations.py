from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

import dunwell.store.migrations


@pytest.mark.usefixtures("database")
def test_the_migrations_make_the_tables_of_the_models() -> None:
    call_command("makemigrations", "store", "--check", "--dry-run", verbosity=0)


def test_every_migration_has_a_plain_sentence(repository: Path) -> None:
    del repository
    folder = Path(dunwell.store.migrations.__file__ or "").parent
    openings = [file.read_text().startswith('"""') for file in sorted(folder.glob("0*.py"))]
    assert openings == [True] * len(openings)
    assert openings


def test_sqlite_lets_readers_read_while_one_writes(database: str) -> None:
    if database != "sqlite":
        pytest.skip("PostgreSQL always does")
    with connection.cursor() as cursor:
        answers = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "foreign_keys", "synchronous")
        ]
    assert answers == ["wal", 1, 1]

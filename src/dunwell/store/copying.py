"""Every row of the store out of one database and into another, checked: moving between SQLite and PostgreSQL.

Rows are written in the order in which tables refer to each other, with their keys; a digest per table, the same on both
databases, shows that all arrived as they were. Everything happens in one transaction of the target: it has all rows or
none.
"""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from dunwell.errors import WorkspaceError
from dunwell.store import bulk
from dunwell.store.audit_triggers import drop_triggers, set_triggers
from dunwell.store.models import AuditEntry
from dunwell.store.setup import BUSY_TIMEOUT_SECONDS, migrate, use_database

CHUNK_ROWS = 500  # a chunk of decisions has some 100,000 bytes


@dataclass(frozen=True, slots=True)
class TableCopy:
    """A table that was copied: its rows, and the digest of what they say."""

    table: str
    rows: int
    sha256: str


def tables() -> list[type[models.Model]]:
    """Return the models of the store, each after those it refers to."""
    left = list(apps.get_app_config("store").get_models())
    ordered: list[type[models.Model]] = []
    while left:
        ready = [model for model in left if not _needs(model) & set(left) - {model}]
        ordered += ready
        left = [model for model in left if model not in ready]
    return ordered


def _needs(model: type[models.Model]) -> set[type[models.Model]]:
    related = (each.related_model for each in model._meta.local_fields if each.is_relation)  # noqa: SLF001
    return {each for each in related if isinstance(each, type)}


def move_rows(source: str | Path, target: str | Path, spool: Path) -> list[TableCopy]:
    """Copy every row from one database into another, empty one; ``spool`` is a folder for what is on its way.

    Nobody can write to the source meanwhile. A target that already holds exactly these rows is taken as copied, so a
    move that was cut off can be repeated. Raises ``WorkspaceError`` when the target has other rows, or when what
    arrived is not what left; nothing of it is kept then.
    """
    with _locked(source):
        use_database(source)
        left = save_rows(spool)
        use_database(target)
        migrate()
        return load_rows(spool, left)


def save_rows(folder: Path) -> list[TableCopy]:
    """Write every row of the open database into files, one per table, as of one moment."""
    with bulk.reading():
        return [_spool(model, folder) for model in tables()]


def load_rows(folder: Path, left: list[TableCopy]) -> list[TableCopy]:
    """Fill the open, empty database from files and compare it with what left."""
    with bulk.writing():
        if _is_empty():
            _fill_all(folder)
        arrived = [_digested(model) for model in tables()]
        wrong = [new.table for new in arrived if new not in left]
        if wrong:
            raise WorkspaceError(
                f"The target database holds other rows than were to be copied, in {', '.join(wrong)}; nothing was"
                " changed. Name an empty one."
            )
    return arrived


@contextmanager
def _locked(database: str | Path) -> Iterator[None]:
    """Keep every writer of a database waiting."""
    if isinstance(database, str):
        with psycopg.connect(database) as guard:
            guard.execute("SELECT pg_advisory_xact_lock(%s)", (bulk.WRITERS_LOCK,))
            yield
        return
    with closing(sqlite3.connect(database, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)) as guard:
        guard.execute("BEGIN IMMEDIATE")
        yield


def _is_empty() -> bool:
    """Tell whether nobody has written anything; the first entry of a fresh audit trail is no row of anybody's."""
    others = (model for model in tables() if model is not AuditEntry)
    return AuditEntry.objects.count() <= 1 and not any(model._default_manager.exists() for model in others)  # noqa: SLF001


def _fill_all(folder: Path) -> None:
    drop_triggers(connection)
    AuditEntry.objects.all().delete()
    for model in tables():
        _fill(model, folder)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
    set_triggers(connection)


def _spool(model: type[models.Model], spool: Path) -> TableCopy:
    table, digest, rows = model._meta.db_table, sha256(), 0  # noqa: SLF001
    with (spool / table).open("w", encoding="utf-8") as file:
        for line in _lines(model):
            file.write(line + "\n")
            digest.update(line.encode() + b"\n")
            rows += 1
    return TableCopy(table, rows, digest.hexdigest())


def _digested(model: type[models.Model]) -> TableCopy:
    digest, rows = sha256(), 0
    for line in _lines(model):
        digest.update(line.encode() + b"\n")
        rows += 1
    return TableCopy(model._meta.db_table, rows, digest.hexdigest())  # noqa: SLF001


def _lines(model: type[models.Model]) -> Iterator[str]:
    """Yield a table's rows as JSON, by their keys."""
    names = [each.attname for each in model._meta.local_concrete_fields]  # noqa: SLF001
    last: Any = None
    while True:
        rows = model._default_manager.order_by("pk")  # noqa: SLF001
        page = list((rows if last is None else rows.filter(pk__gt=last)).values_list(*names)[:CHUNK_ROWS])
        for row in page:
            plain = [_plain(value) for value in row]
            yield json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if len(page) < CHUNK_ROWS:
            return
        last = page[-1][names.index(model._meta.pk.attname)]  # noqa: SLF001


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()  # as Django takes it back
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _fill(model: type[models.Model], spool: Path) -> None:
    fields = model._meta.local_concrete_fields  # noqa: SLF001
    with (spool / model._meta.db_table).open(encoding="utf-8") as file:  # noqa: SLF001
        while lines := list(islice(file, CHUNK_ROWS)):
            rows = (zip(fields, json.loads(line), strict=True) for line in lines)
            made = [model(**{each.attname: each.to_python(value) for each, value in row}) for row in rows]
            model._default_manager.bulk_create(made, batch_size=CHUNK_ROWS)  # noqa: SLF001

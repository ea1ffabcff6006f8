"""Every row of the store out of one database and into another, checked: moving between SQLite and PostgreSQL.

Rows are written in the order in which tables refer to each other, with their keys; a digest per table, the same on both
databases, shows that all arrived as they were. Everything happens in one transaction of the target: it has all rows or
none.
"""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection, models

from dunwell.errors import WorkspaceError
from dunwell.store import bulk
from dunwell.store.audit_triggers import drop_triggers, set_triggers
from dunwell.store.models import AuditEntry, LedgerColumns
from dunwell.store.setup import BUSY_TIMEOUT_SECONDS, migrate, use_database

_Field: TypeAlias = "models.Field[Any, Any]"
PAGE_ROWS = 500
LARGE_PAGE_ROWS = 20
"""Rows in memory at a time, and of those with whole files in them: a chunk of decisions has some 100,000 bytes."""


@dataclass(frozen=True, slots=True)
class TableCopy:
    """A table that was copied: its rows, and the digest of what they say."""

    table: str
    rows: int
    sha256: str


def tables() -> list[type[models.Model]]:
    """Return the models of the store and who may sign in, each after those it refers to; a mere copy is left out."""
    left: list[type[models.Model]] = [User]
    left += [model for model in apps.get_app_config("store").get_models() if model is not LedgerColumns]
    ordered: list[type[models.Model]] = []
    while left:
        ready = [model for model in left if not _needs(model) & set(left) - {model}]
        ordered += ready
        left = [model for model in left if model not in ready]
    return ordered


def _needs(model: type[models.Model]) -> set[type[models.Model]]:
    related = (each.related_model for each in model._meta.local_fields if each.is_relation)  # noqa: SLF001
    return {each for each in related if isinstance(each, type)}


def move_rows(source: str | Path, target: str | Path, spool: Path, settle: Callable[[], None]) -> list[TableCopy]:
    """Copy every row from one database into another, empty one; ``spool`` is a folder for what is on its way.

    Nobody can write to the source until ``settle`` has said that the target counts from now on. A target that already
    holds exactly these rows is taken as copied, so a move that was cut off can be repeated. Raises ``WorkspaceError``
    when the target has other rows, or when what arrived is not what left; nothing of it is kept then.
    """
    with _locked(source):
        use_database(source)
        left = save_rows(spool)
        use_database(target)
        migrate()
        arrived = load_rows(spool, left)
        settle()
        return arrived


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
        known = {each.table for each in left}  # a backup of an earlier version may have fewer tables
        wrong = [new.table for new in arrived if new not in left and (new.rows or new.table in known)]
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
    with bulk.keys_checked_at_once():
        for model in tables():
            _fill(model, folder)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
    set_triggers(connection)


def _spool(model: type[models.Model], spool: Path) -> TableCopy:
    with (spool / model._meta.db_table).open("w", encoding="utf-8") as file:  # noqa: SLF001
        return _counted(model, file.writelines)


def _digested(model: type[models.Model]) -> TableCopy:
    return _counted(model, lambda _lines: None)


def _counted(model: type[models.Model], keep: Callable[[list[str]], None]) -> TableCopy:
    """Hand a table's lines on, a page at a time, and return how many they are, with their digest."""
    digest, rows = sha256(), 0
    for lines in _pages(model):
        keep(lines)
        digest.update("".join(lines).encode())
        rows += len(lines)
    return TableCopy(model._meta.db_table, rows, digest.hexdigest())  # noqa: SLF001


def _pages(model: type[models.Model]) -> Iterator[list[str]]:
    """Yield a table's rows as lines of JSON, by their keys."""
    names = [each.attname for each in _fields(model)]
    key = names.index(_key(model))
    is_large = any(each.get_internal_type() == "BinaryField" for each in _fields(model))
    page_rows = LARGE_PAGE_ROWS if is_large else PAGE_ROWS
    last: Any = None
    while True:
        rows = model._default_manager.order_by("pk")  # noqa: SLF001
        page = list((rows if last is None else rows.filter(pk__gt=last)).values_list(*names)[:page_rows])
        yield [_line(row) for row in page]
        if len(page) < page_rows:
            return
        last = page[-1][key]


def _line(row: Iterable[Any]) -> str:
    return _ENCODE([value if type(value) in _JSON_TYPES else _plain(value) for value in row]) + "\n"


_JSON_TYPES = frozenset({int, str, bool, type(None)})
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _fields(model: type[models.Model]) -> list[_Field]:
    return list(model._meta.local_concrete_fields)  # noqa: SLF001


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.attname)  # noqa: SLF001


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()  # as Django takes it back
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _fill(model: type[models.Model], spool: Path) -> None:
    """Write the lines of a table into the open database, past the ORM, which takes five times as long."""
    fields = _fields(model)
    special = [(place, each) for place, each in enumerate(fields) if each.get_internal_type() in _SPECIAL]
    columns = [str(each.column) for each in fields]
    if not (spool / model._meta.db_table).exists():  # noqa: SLF001
        return
    with (spool / model._meta.db_table).open(encoding="utf-8") as file:  # noqa: SLF001
        bulk.append_rows(model._meta.db_table, columns, _values(file, special))  # noqa: SLF001


def _values(lines: Iterable[str], special: list[tuple[int, _Field]]) -> Iterator[list[Any]]:
    """Yield the values of rows as the database wants them."""
    for line in lines:
        row = json.loads(line)
        for place, each in special:
            if row[place] is not None:
                row[place] = each.get_db_prep_save(each.to_python(row[place]), connection)
        yield row


_SPECIAL = frozenset({"BinaryField", "DateTimeField", "JSONField"})
"""Fields that the databases keep otherwise than JSON writes them; days are texts that both read."""

"""A workspace's data from SQLite to PostgreSQL and back: every row, checked, then ``dunwell.toml`` says where it is."""

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import DatabaseError, connections

from dunwell.errors import UsageError, WorkspaceError
from dunwell.store import audit
from dunwell.store.copying import TableCopy, move_rows
from dunwell.store.setup import use_database
from dunwell.store.workspace import DATABASE_FILE, Workspace
from dunwell.store.workspace_settings import SETTINGS_FILE

SQLITE = "sqlite"
"""How the workspace's own file is named as a target."""
SPOOL = ".moving-"
"""How the folder is called in which rows lie on their way; one that is killed leaves it behind."""
_KEY = re.compile(r"^[ \t]*database[ \t]*=.*\n?", re.MULTILINE)
_COMMENT = re.compile(r"^# *database *=.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, and where the old SQLite file was put aside, if there is one."""

    tables: list[TableCopy]
    kept: Path | None


def move_store(workspace: Workspace, to: str, by: str, on: date) -> Moved:
    """Move the data of a workspace to ``to``, a ``postgresql://`` address or ``sqlite``, and use it from now on.

    Nothing of the old database is deleted. Raises ``UsageError`` when the data is there already, ``WorkspaceError``
    when the target is not empty or cannot be used; the workspace is then as it was.
    """
    own = workspace.path / DATABASE_FILE
    if to == str(workspace.database) or (to == SQLITE and workspace.database == own):
        raise UsageError("The data is there already; nothing was moved.")
    if to != SQLITE and not to.startswith(("postgresql://", "postgres://")):
        raise UsageError(f"{to!r} is no target; say --to postgresql://user@host/name, or --to {SQLITE}.")
    kept = own.with_name(f"{DATABASE_FILE}.moved")
    if to != SQLITE and kept.exists():
        raise UsageError(f"{kept} is left from an earlier move; put it elsewhere first.")
    try:
        tables = _to_sqlite(workspace, own) if to == SQLITE else _to_postgresql(workspace, to)
    except DatabaseError as error:
        raise WorkspaceError(f"The data could not be moved; nothing was changed. {str(error).strip()}") from error
    connections.close_all()
    if to != SQLITE:
        own.rename(kept)
    use_database(own if to == SQLITE else to)
    audit.append(audit.Act("move", by, on, summary={"database": "sqlite" if to == SQLITE else "postgresql"}))
    return Moved(tables, kept if to != SQLITE else None)


def _to_sqlite(workspace: Workspace, own: Path) -> list[TableCopy]:
    """Fill a new file beside the target, and put it there when it is whole."""
    if own.exists():
        raise UsageError(f"{own} exists already; put it elsewhere first.")
    draft = own.with_name(f".{DATABASE_FILE}.new")
    draft.unlink(missing_ok=True)

    def settle() -> None:
        connections.close_all()  # folds the write-ahead log into the file, so that it can be moved
        draft.rename(own)
        write_database(workspace.path / SETTINGS_FILE, "")

    return _copied(workspace, draft, settle)


def _to_postgresql(workspace: Workspace, to: str) -> list[TableCopy]:
    return _copied(workspace, to, lambda: write_database(workspace.path / SETTINGS_FILE, to))


def _copied(workspace: Workspace, target: str | Path, settle: Callable[[], None]) -> list[TableCopy]:
    with tempfile.TemporaryDirectory(prefix=SPOOL, dir=workspace.path) as spool:
        return move_rows(workspace.database, target, Path(spool), settle)


def write_database(settings: Path, database: str) -> None:
    """Write the key ``database`` into ``dunwell.toml``, or take it out; everything else stays as it was."""
    text = settings.read_text(encoding="utf-8")
    head, table, rest = text.partition("\n[")
    line = 'database = "' + database.replace("\\", "\\\\").replace('"', '\\"') + '"\n' if database else ""
    found = _KEY.search(head) or (_COMMENT.search(head) if line else None)
    head = head[: found.start()] + line + head[found.end() :] if found else line + head
    draft = settings.with_name(f".{settings.name}.new")
    draft.write_text(head + table + rest, encoding="utf-8")
    draft.replace(settings)

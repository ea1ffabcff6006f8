"""One file with everything of a workspace, made while it is in use, and a workspace made from such a file.

A backup is a ZIP: a manifest, the owner's files, and the data. SQLite's data is a copy of the database as of one moment
(``VACUUM INTO``); PostgreSQL's is every row, table by table, as of one moment, so no program of the server is needed.
The outbox is left out, it can be rendered again.
"""

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connections

from dunwell import __version__
from dunwell.errors import UsageError, WorkspaceError
from dunwell.store import audit
from dunwell.store.copying import TableCopy, load_rows, save_rows
from dunwell.store.moving import write_database
from dunwell.store.setup import migrate, use_database
from dunwell.store.workspace import DATABASE_FILE, FOLDERS, MAPPINGS, POLICY_FILE, REJECTS, Workspace
from dunwell.store.workspace_settings import SETTINGS_FILE

MANIFEST = "manifest.json"
FORMAT = 1
ROWS = "rows"
BLOCK_BYTES = 1 << 20
_OWN_FILES = (SETTINGS_FILE, POLICY_FILE, "rates.csv")
_OWN_FOLDERS = (*(name for name in FOLDERS if name != "outbox"), MAPPINGS, REJECTS)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What is in a backup: how many files of the owner's, and how large it is in bytes."""

    path: Path
    files: int
    size_bytes: int


def back_up(workspace: Workspace, target: Path, by: str, on: date) -> BackedUp:
    """Write a backup; the file appears when it is whole. Raises ``UsageError`` when there is one of that name."""
    if target.exists():
        raise UsageError(f"{target} exists already; name another file.")
    draft = target.with_name(f".{target.name}.new")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as spool:
            data, tables = _data(workspace, Path(spool))
            files = dict(_own_files(workspace.path))
            _write_zip(draft, files | data, tables)
        os.link(draft, target)  # unlike a rename, it never takes the place of another file
    except OSError as error:
        raise WorkspaceError(f"The backup could not be written; there is none. {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    audit.append(audit.Act("backup", by, on, summary={"files": len(files)}))
    return BackedUp(target, len(files), target.stat().st_size)


def restore(file: Path, folder: Path, database: str = "") -> Path:
    """Make a workspace in ``folder`` from a backup; ``database``: an empty PostgreSQL for rows that came from one.

    Raises ``UsageError`` when the folder has anything in it, ``WorkspaceError`` when the file is damaged or not ours;
    nothing is left behind then.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; nothing is overwritten. Name a new folder.")
    was_there = folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _unpack(file, folder, database)
    except BaseException:
        connections.close_all()
        shutil.rmtree(folder)
        if was_there:
            folder.mkdir()
        raise
    return folder


def _data(workspace: Workspace, spool: Path) -> tuple[dict[str, Path], list[TableCopy]]:
    """Return the files that hold the data, by their names in the backup, and the tables where they are rows."""
    if isinstance(workspace.database, Path):
        copy = spool / DATABASE_FILE
        with closing(sqlite3.connect(workspace.database)) as source:
            source.execute("VACUUM INTO ?", (str(copy),))
        return {DATABASE_FILE: copy}, []
    tables = save_rows(spool)
    return {f"{ROWS}/{table.table}": spool / table.table for table in tables}, tables


def _own_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in _OWN_FILES:
        if (folder / name).is_file():
            yield name, folder / name
    for name in _OWN_FOLDERS:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path


def _write_zip(target: Path, files: dict[str, Path], tables: list[TableCopy]) -> None:
    """Write the file so that only its owner may read it: it holds the ledger and the database's address."""
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            digests = {name: _packed(archive, name, path) for name, path in files.items()}
            manifest = {
                "format": FORMAT,
                "dunwell": __version__,
                "files": digests,
                "tables": [asdict(table) for table in tables],
            }
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        stream.flush()
        os.fsync(stream.fileno())


def _packed(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Put a file in and return the digest of what was put in: somebody may be writing to it."""
    digest, entry = sha256(), zipfile.ZipInfo.from_file(path, name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as packed:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            packed.write(block)
    return digest.hexdigest()


def _unpack(file: Path, folder: Path, database: str) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            _require_ours(manifest, archive, file)
            for name, digest in manifest["files"].items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as packed, target.open("xb") as out:
                    shutil.copyfileobj(packed, out)
                if _digest(target) != digest:
                    raise WorkspaceError(f"{file} is damaged: {name} is not what was put in. Take another backup.")
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise WorkspaceError(f"{file} is no backup of Dunwell's, or it is damaged: {error}") from error
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    _open_data(folder, manifest, database)


def _require_ours(manifest: dict[str, Any], archive: zipfile.ZipFile, file: Path) -> None:
    if manifest["format"] != FORMAT:
        raise WorkspaceError(f"{file} was made by a later Dunwell ({manifest['dunwell']}); use that one.")
    strange = [name for name in archive.namelist() if name.startswith("/") or ".." in Path(name).parts]
    if strange:
        raise WorkspaceError(f"{file} is no backup of Dunwell's: it names {strange[0]}.")


def _open_data(folder: Path, manifest: dict[str, Any], database: str) -> None:
    """Bring rows back into a database; a SQLite file is there already."""
    if (folder / DATABASE_FILE).exists():
        if database:
            raise UsageError("This backup holds a SQLite file: restore it, then move it with dunwell migrate-store.")
        return write_database(folder / SETTINGS_FILE, "")
    try:
        use_database(database or folder / DATABASE_FILE)
        migrate()
        load_rows(folder / ROWS, [TableCopy(**table) for table in manifest["tables"]])
    except DatabaseError as error:
        raise WorkspaceError(f"The data could not be restored: {str(error).strip()}") from error
    shutil.rmtree(folder / ROWS)
    write_database(folder / SETTINGS_FILE, database)
    return connections.close_all()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()

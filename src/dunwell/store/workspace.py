"""A workspace: the folder with an owner's settings, policy, documents and database, all plain and movable."""

import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from dunwell.errors import Problem, UsageError, WorkspaceError
from dunwell.letters.facts import Creditor
from dunwell.policy.places import locate
from dunwell.store.setup import migrate, use_database
from dunwell.store.workspace_settings import SETTINGS_FILE, Beginning, Settings, check_settings, sample_settings

__all__ = ["Beginning", "Workspace", "init_workspace", "open_workspace", "read_workspace"]

DATABASE_FILE = "dunwell.sqlite3"
POLICY_FILE = "policy.toml"
FOLDERS = ("letterhead", "documents", "texts", "outbox")
MAPPINGS = "mappings"
"""The folder in which chosen mappings are remembered, one file for each layout; made when it is needed."""
REJECTS = "rejects"
"""The folder of the rows that could not be taken in, to be corrected; made when it is needed."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open workspace. ``database`` is a ``postgresql://`` address or the path of the SQLite file.

    ``form`` is the page form of every letter; empty: that of the customer's country. ``export`` and ``datev`` name the
    accounts of what goes out to the books.
    """

    path: Path
    creditor: Creditor
    currency: str
    time_zone: ZoneInfo
    language: str
    database: str | Path
    form: str = ""
    export: Mapping[str, str] = field(default_factory=dict)
    datev: Mapping[str, str] = field(default_factory=dict)

    @property
    def policy_path(self) -> Path:
        """The owner's policy."""
        return self.path / POLICY_FILE

    @property
    def outbox(self) -> Path:
        """Where rendered letters go."""
        return self.path / "outbox"

    @property
    def texts(self) -> Path:
        """The owner's own letter texts."""
        return self.path / "texts"

    @property
    def documents(self) -> Path:
        """Invoices, contracts and other papers that letters may carry."""
        return self.path / "documents"


def read_workspace(path: Path) -> Workspace:
    """Read and check ``dunwell.toml`` without opening the database.

    Raises ``WorkspaceError`` that lists every mistake with its line.
    """
    file = path / SETTINGS_FILE
    if not file.is_file():
        raise WorkspaceError(f"{path} is no workspace: it has no {SETTINGS_FILE}. Make one with: dunwell init {path}")
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{file} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceError(f"{file} is not valid TOML: {error}") from error
    settings, problems = check_settings(text, values, str(file))
    creditor, logo_problems = _with_logo(path, settings, text)
    _refuse([*problems, *logo_problems])
    return Workspace(
        path=path,
        creditor=creditor,
        currency=settings.currency,
        time_zone=ZoneInfo(settings.time_zone),
        language=settings.language,
        database=settings.database or path / DATABASE_FILE,
        form=settings.form,
        export=settings.export,
        datev=settings.datev,
    )


def open_workspace(path: Path) -> Workspace:
    """Read a workspace and connect to its database, bringing its tables up to date where they are older.

    Raises ``WorkspaceError`` for mistakes in ``dunwell.toml`` and for a database that cannot be used.
    """
    workspace = read_workspace(path.resolve())
    _connect(workspace.database)
    return workspace


def init_workspace(path: Path, beginning: Beginning | None = None) -> Workspace:
    """Make a workspace in ``path``: settings, policy, folders, database. Nothing is left behind when it fails.

    The folder may exist, with other files in it, but not with a workspace. Raises ``UsageError`` when it has one.
    """
    path = path.resolve()
    _require_free(path)
    was_there = path.is_dir()
    path.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".new-workspace-", dir=path))
    placed: list[Path] = []
    try:
        _fill(draft, beginning or Beginning())
        for source in sorted(draft.iterdir(), key=lambda item: item.name == SETTINGS_FILE):  # settings last
            _place(source, path / source.name, placed)
    except BaseException:
        connections.close_all()
        _remove(placed)
        shutil.rmtree(draft, ignore_errors=True)
        if not was_there:
            shutil.rmtree(path, ignore_errors=True)
        raise
    shutil.rmtree(draft, ignore_errors=True)
    return open_workspace(path)


def _require_free(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is a file; a workspace is a folder.")
    if (path / SETTINGS_FILE).exists():
        raise UsageError(f"{path} already has a workspace; nothing was changed. Choose another folder.")
    taken = [name for name in (POLICY_FILE, DATABASE_FILE) if (path / name).exists()]
    if taken:
        raise UsageError(f"{path} already has {' and '.join(taken)}; nothing was changed. Choose another folder.")


def _fill(draft: Path, beginning: Beginning) -> None:
    text = sample_settings(beginning)
    (draft / SETTINGS_FILE).write_text(text, encoding="utf-8")
    _refuse(check_settings(text, tomllib.loads(text), SETTINGS_FILE)[1])
    policy = resources.files("dunwell.policy") / "default.toml"
    if policy.is_file():
        (draft / POLICY_FILE).write_bytes(policy.read_bytes())
    for folder in FOLDERS:
        (draft / folder).mkdir()
    _connect(beginning.database or draft / DATABASE_FILE)
    connections.close_all()  # folds the write-ahead log into the file, so that it can be moved


def _place(source: Path, target: Path, placed: list[Path]) -> None:
    if target.is_dir():
        return  # a folder of that name is kept with what is in it
    source.rename(target)
    placed.append(target)


def _remove(placed: Iterable[Path]) -> None:
    for path in placed:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _connect(database: str | Path) -> None:
    use_database(database)
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            migrate()
    except DatabaseError as error:
        raise WorkspaceError(f"The database cannot be used: {str(error).strip()}") from error


def _with_logo(path: Path, settings: Settings, text: str) -> tuple[Creditor, list[Problem]]:
    if not settings.logo:
        return settings.creditor, []
    try:
        return replace(settings.creditor, logo=(path / settings.logo).read_bytes()), []
    except OSError:
        line = locate(text)["letterhead", "logo"].line
        message = f"there is no file {settings.logo}."
        hint = "Put the file there or leave the key out."
        return settings.creditor, [Problem(str(path / SETTINGS_FILE), line, "letterhead.logo", message, hint)]


def _refuse(problems: Iterable[Problem]) -> None:
    lines = [str(problem) for problem in problems]
    if lines:
        raise WorkspaceError("The settings have mistakes:\n" + "\n".join(lines))

"""The business's own settings and letterhead, written where they stand: comments and everything else stay as they are.

A file is checked as a whole before it takes the place of the old one; with a mistake nothing is written.
"""

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

import dunwell
from dunwell.errors import UsageError
from dunwell.letters.page_data import LOGO_BYTES_MAX
from dunwell.runs.demo import DEMO_ON
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.runs.nightly import run_day
from dunwell.runs.pictures import picture_kind
from dunwell.store import audit, queries
from dunwell.store.workspace import POLICY_FILE, Workspace, read_workspace
from dunwell.store.workspace_settings import SETTINGS_FILE, check_settings

Values = Mapping[tuple[str, str], str]
"""Settings by table and key; the table of ``language`` is empty."""

_PLACEHOLDER = "(replace"
_LEDGER = ("customers.csv", "invoices.csv", "payments.csv", "events.csv")


def settings_of(workspace: Workspace) -> dict[tuple[str, str], str]:
    """Return what the settings file says, by table and key; bank accounts are left out."""
    data = tomllib.loads((workspace.path / SETTINGS_FILE).read_text(encoding="utf-8"))
    found = {("", name): value for name, value in data.items() if isinstance(value, str)}
    tables = ((name, table) for name, table in data.items() if isinstance(table, dict))
    return found | {(name, key): str(value) for name, table in tables for key, value in table.items()}


def accounts_of(workspace: Workspace) -> list[dict[str, str]]:
    """Return the bank accounts of the settings file, as written."""
    data = tomllib.loads((workspace.path / SETTINGS_FILE).read_text(encoding="utf-8"))
    return [{key: str(value) for key, value in row.items()} for row in data.get("bank_accounts", [])]


def is_described(workspace: Workspace) -> bool:
    """Tell whether the owner has said who they are: no placeholder of a new workspace is left."""
    said = [*settings_of(workspace).values(), *(v for row in accounts_of(workspace) for v in row.values())]
    return not any(_PLACEHOLDER in value for value in said)


def write_settings(
    workspace: Workspace, values: Values, accounts: Sequence[Mapping[str, str]], by: str, on: date
) -> list[str]:
    """Write settings and bank accounts; return the names of what changed.

    Raises ``UsageError`` that lists every mistake; then nothing is written.
    """
    path = workspace.path / SETTINGS_FILE
    old = path.read_text(encoding="utf-8")
    before = settings_of(workspace)
    changed = [pair for pair, value in values.items() if before.get(pair, "") != value]
    for pair in changed:
        old = _awake(old, *pair) if pair not in before else old
    document = tomlkit.parse(old)
    for table, key in changed:
        _set(document, table, key, values[table, key])
    names = [".".join(filter(None, pair)) for pair in changed]
    kept = [{key: value for key, value in row.items() if value} for row in accounts]
    if kept != [{key: value for key, value in row.items() if value} for row in accounts_of(workspace)]:
        _set_accounts(document, kept)
        names.append("bank_accounts")
    if not names:
        return []
    _write_checked(path, tomlkit.dumps(document))
    audit.append(audit.Act("settings", by, on, summary={"changed": ", ".join(names)}))
    return names


def _awake(text: str, table: str, key: str) -> str:
    """Take the mark of a comment off a sample line of a table, so that its key stands where the file explains it."""
    head, found, rest = text.partition(f"\n[{table}]")
    section, mark, others = rest.partition("\n[")
    return head + found + re.sub(rf'(?m)^# ({key} = "[^"]*")', r"\1", section, count=1) + mark + others


def _set(document: tomlkit.TOMLDocument, table: str, key: str, value: str) -> None:
    place: Any = document
    if table:
        if table not in document:
            document.append(table, tomlkit.table())
        place = document[table]
    place[key] = value


def _set_accounts(document: tomlkit.TOMLDocument, rows: Sequence[Mapping[str, str]]) -> None:
    """Change the accounts that are there in place, so that their comments stay; add and take away at the end."""
    if not isinstance(document.get("bank_accounts"), AoT):
        document.append("bank_accounts", tomlkit.aot())
    place = document["bank_accounts"]
    for table, row in zip(place, rows, strict=False):
        for key in [key for key in table if key not in row]:
            table[key] = ""
        table.update(row)
    for row in rows[len(place) :]:
        place.append(_table(row))
    while len(place) > len(rows):
        del place[-1]


def _table(row: Mapping[str, str]) -> Table:
    made = tomlkit.table()
    made.update(row)
    return made


def _write_checked(path: Path, text: str) -> None:
    problems = check_settings(text, tomllib.loads(text), path.name)[1]
    if problems:
        raise UsageError("\n".join(f"{problem.column}: {problem.message}" for problem in problems))
    write_whole(path, text)


def write_whole(path: Path, text: str) -> None:
    """Put a new text in the place of a file at once, its permissions kept: nobody ever reads half of it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        if path.exists():
            shutil.copymode(path, name)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def keep_logo(workspace: Workspace, data: bytes) -> str:
    """Keep the logo of the letterhead; return its path below the workspace. Raises ``UsageError`` for no picture."""
    if len(data) > LOGO_BYTES_MAX:
        raise UsageError(f"The logo is larger than {LOGO_BYTES_MAX // 1024} kB; make it smaller.")
    name = f"letterhead/logo.{picture_kind(data)}"
    target = workspace.path / name
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)
    (workspace.path / SETTINGS_FILE).touch()  # whoever has read the settings reads them again, and the logo with them
    return name


def sample_folder() -> Path | None:
    """Return the sample business where it lies beside the program: in a checkout, not in an installed package."""
    folder = Path(dunwell.__file__).resolve().parents[2] / "examples" / "wholesaler"
    return folder if (folder / "customers.csv").is_file() else None


def load_sample(workspace: Workspace, examples: Path, by: str) -> Workspace:
    """Make an empty workspace that of the sample business, with its run of the sample day.

    Raises ``UsageError`` when the workspace has customers: samples and real ones are never mixed.
    """
    if queries.has_accounts():
        raise UsageError("There are customers already; the sample goes into an empty workspace only.")
    document = tomlkit.parse((examples / SETTINGS_FILE).read_text(encoding="utf-8"))
    if isinstance(workspace.database, str):
        document["database"] = workspace.database
    for name in ("letterhead", "documents"):
        if (examples / name).is_dir():
            shutil.copytree(examples / name, workspace.path / name, dirs_exist_ok=True)
    write_whole(workspace.path / POLICY_FILE, (examples / POLICY_FILE).read_text(encoding="utf-8"))
    _write_checked(workspace.path / SETTINGS_FILE, tomlkit.dumps(document))
    opened = read_workspace(workspace.path)
    files = tuple(examples / name for name in _LEDGER)
    import_files(opened, ImportRequest(files, bank_complete_through=DEMO_ON, by=by))
    run_day(opened, DEMO_ON)
    return opened

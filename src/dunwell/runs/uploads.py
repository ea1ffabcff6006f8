"""Files that somebody has handed over in the browser, on their way into the ledger.

They lie in a folder of the workspace that only its owner can enter, under a name nobody can guess: looked at, pointed
at, imported, and then removed. Nothing in them is ever run or served again; what was read of them is kept as plain
values (``look``), so that a page can be shown twice without reading a large file twice.
"""

import json
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from dunwell.errors import Problem, RefusedError
from dunwell.money import format_plain
from dunwell.runs.importing import FileReport, ImportRequest, import_files
from dunwell.sources.rows import COLUMNS, Column, Table
from dunwell.store.workspace import MAPPINGS, REJECTS, Workspace

FOLDER = "uploads"
FILES_MAX = 100
"""Files of one upload; more go into one ZIP."""
BYTES_MAX = 95 * 1024 * 1024
"""All files of one upload together; a larger ledger is imported on the command line."""
PROBLEMS_SHOWN = 200
KEPT_SECONDS = 24 * 3600
"""An upload that nobody finished is removed after a day."""

_NAME_BYTES_MAX = 120
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_BY_MAPPING = "the mapping "
_FILES, _TAKEN, _LOOK, _DONE, _CHOICES = "files", "taken", "look.json", "done.json", "choices.json"

Shown = dict[str, Any]
"""What was read of a file, as plain values fit for JSON."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Some files handed over together; ``path`` is their private folder."""

    workspace: Workspace
    token: str

    @property
    def path(self) -> Path:
        """The private folder."""
        return self.workspace.path / FOLDER / self.token

    @property
    def files(self) -> tuple[Path, ...]:
        """The files, in the order in which they came."""
        return tuple(sorted(path for path in (self.path / _FILES).glob("*/*") if path.is_file()))

    @property
    def is_open(self) -> bool:
        """Tell whether the files still wait to be imported."""
        return (self.path / _FILES).is_dir()

    @property
    def pointed(self) -> Path:
        """Where mappings wait that were pointed out for these files."""
        return self.path / "pointed"


def new_upload(workspace: Workspace) -> Upload:
    """Make a private folder for files to come; what others left behind long ago is removed."""
    root = workspace.path / FOLDER
    root.mkdir(mode=0o700, exist_ok=True)
    for old in root.iterdir():
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    made = Upload(workspace, secrets.token_urlsafe(16))
    for folder in (made.path, made.path / _FILES, made.path / MAPPINGS, made.pointed):
        folder.mkdir(mode=0o700)
    return made


def upload_named(workspace: Workspace, token: str) -> Upload | None:
    """Return an upload by its token; ``None`` when there is none (any more)."""
    found = Upload(workspace, token)
    return found if _TOKEN.fullmatch(token) and found.path.is_dir() else None


def place_for(upload: Upload, number: int, name: str) -> Path:
    """Return where the ``number``-th file goes: its own name, made harmless, in a folder of its own."""
    folder = upload.path / _FILES / f"{number:04d}"
    folder.mkdir(mode=0o700)
    return folder / harmless(name)


def harmless(name: str) -> str:
    """Return a file name without folders, control characters or a leading dot, short, its ending kept."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    plain = "".join(sign for sign in plain if sign.isprintable()).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 8:
        return _cut(plain, _NAME_BYTES_MAX)
    return f"{_cut(stem, _NAME_BYTES_MAX - 9)}.{ending}"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def discard(upload: Upload) -> None:
    """Remove an upload with everything in it."""
    shutil.rmtree(upload.path, ignore_errors=True)


def look(upload: Upload) -> list[Shown]:
    """Return what each file is taken for and its first rows; nothing is written to the ledger."""
    kept = upload.path / _LOOK
    if not kept.is_file():
        reports = import_files(_trying(upload), _request(upload, upload.files, is_preview=True))
        kept.write_text(json.dumps(_shown(upload, reports)), encoding="utf-8")
    found: list[Shown] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def look_anew(upload: Upload) -> None:
    """Forget what was seen, because something was said about the files since."""
    (upload.path / _LOOK).unlink(missing_ok=True)


def say_statement(upload: Upload, *, is_statement: bool) -> None:
    """Take doubtful tables for exports of a bank, or no longer."""
    (upload.path / _CHOICES).write_text(json.dumps({"is_statement": is_statement}), encoding="utf-8")
    look_anew(upload)


def says_statement(upload: Upload) -> bool:
    """Tell whether doubtful tables are taken for exports of a bank."""
    kept = upload.path / _CHOICES
    return kept.is_file() and bool(json.loads(kept.read_text(encoding="utf-8"))["is_statement"])


def take_in(upload: Upload, by: str, bank_complete_through: date | None) -> list[Shown]:
    """Import the files, remember the mappings for their layouts, and remove the files.

    Raises ``RefusedError`` when they were imported already: two clicks import once.
    """
    taken = upload.path / _TAKEN
    try:
        (upload.path / _FILES).rename(taken)
    except OSError as error:
        raise RefusedError("These files were imported already.") from error
    files = tuple(sorted(path for path in taken.glob("*/*") if path.is_file()))
    try:
        _remember(upload)
        request = _request(upload, files, is_preview=False)
        reports = import_files(upload.workspace, replace(request, by=by, bank_complete_through=bank_complete_through))
    except BaseException:
        taken.rename(upload.path / _FILES)
        raise
    shutil.rmtree(taken, ignore_errors=True)
    done = _shown(upload, reports)
    (upload.path / _DONE).write_text(json.dumps(done), encoding="utf-8")
    return done


def outcome(upload: Upload) -> list[Shown] | None:
    """Return what came of the import; ``None`` before it."""
    kept = upload.path / _DONE
    return json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else None


def rejects_of(upload: Upload, number: int) -> Path | None:
    """Return the file of rejected rows of the ``number``-th report, from 1."""
    done = outcome(upload) or []
    name = done[number - 1]["rejects"] if 0 < number <= len(done) else ""
    found = upload.workspace.path / REJECTS / Path(name).name
    return found if name and found.is_file() else None


def _trying(upload: Upload) -> Workspace:
    """The workspace as a look sees it: the mappings that are kept, and those pointed out for these files on top."""
    for folder in (upload.workspace.path / MAPPINGS, upload.pointed):
        _copy_mappings(folder, upload.path / MAPPINGS)
    return replace(upload.workspace, path=upload.path)


def _remember(upload: Upload) -> None:
    if any(upload.pointed.glob("*.toml")):
        (upload.workspace.path / MAPPINGS).mkdir(exist_ok=True)
        _copy_mappings(upload.pointed, upload.workspace.path / MAPPINGS)


def _copy_mappings(source: Path, target: Path) -> None:
    for mapping in source.glob("*.toml"):
        shutil.copyfile(mapping, target / mapping.name)


def _request(upload: Upload, files: Sequence[Path], *, is_preview: bool) -> ImportRequest:
    return ImportRequest(files=tuple(files), is_preview=is_preview, is_statement=says_statement(upload))


def _shown(upload: Upload, reports: Sequence[FileReport]) -> list[Shown]:
    return [_report(upload, report) for report in reports]


def _report(upload: Upload, report: FileReport) -> Shown:
    return {
        "name": _name(report.source),
        "source": name_in(upload, report.source),
        "recognised": report.recognised.partition(f": {_BY_MAPPING}")[0],
        "sureness": "pointed" if _BY_MAPPING in report.recognised else report.sureness or "",
        "rows": report.rows,
        "can_point": report.sureness in ("possible", "likely") and not _is_other(report),
        "could_be_statement": _could_be_statement(report),
        "columns": report.columns,
        "tables": [_table(table) for table in report.preview],
        "entries": _entries(report),
        "foreseen": _foreseen(report),
        "complete_through": _iso(report.bank_complete_through),
        "imported": [asdict(one) | {"bank_complete_through": _iso(one.bank_complete_through)}
                     for one in report.imported],
        "problems": [_problem(problem) for problem in report.problems[:PROBLEMS_SHOWN]],
        "problem_count": len(report.problems),
        "notices": [_problem(notice) for notice in report.notices[:PROBLEMS_SHOWN]],
        "rejects": report.rejects.name if report.rejects else "",
        "documents": report.documents,
    }  # fmt: skip


def _is_other(report: FileReport) -> bool:
    """Tell whether a file is of a format that is no table: there is nothing to point at."""
    return not report.columns and not report.draft and bool(report.preview or report.imported)


def _could_be_statement(report: FileReport) -> bool:
    return report.sureness is None and any("--kind statement" in problem.suggestion for problem in report.problems)


def name_in(upload: Upload, source: str) -> str:
    """Return how a file of an upload is called in addresses: by its place in the private folder."""
    for folder in (_FILES, _TAKEN):
        source = source.removeprefix(f"{upload.path / folder}/")
    return source


def _name(source: str) -> str:
    """A member of an archive keeps its path within it; a file on disk is called by its name."""
    return source.rpartition("/")[2] if source.startswith("/") else source


def _problem(problem: Problem) -> Shown:
    message = re.sub(r", by mappings/\w+\.toml", "", problem.message)
    return {**asdict(problem), "message": message, "suggestion": in_the_browser(problem.suggestion)}


def in_the_browser(hint: str) -> str:
    """Say what to do in the words of the screen where a hint names options of the command line."""
    if "--kind statement" in hint:
        return "If it is, choose “It is a bank statement”; if not, point to its columns."
    if hint == "Delete it to be asked anew.":
        return "Point to its columns again if it is not right."
    return "Point to its columns." if "--map" in hint or "--kind" in hint else hint


def _table(table: Table) -> Shown:
    """The first rows as understood: the columns that hold anything, in their order, and the cells as text."""
    frame = table.frame
    columns = [column for column in COLUMNS[table.kind] if frame[column.field].null_count() < frame.height]
    return {
        "kind": table.kind,
        "columns": [{"name": column.name, "is_amount": column.type == "amount"} for column in columns],
        "rows": [[_cell(row, column) for column in columns] for row in frame.iter_rows(named=True)],
    }


def _entries(report: FileReport) -> list[Shown]:
    """The first entries of a bank statement."""
    rows = report.entries.iter_rows(named=True) if report.entries is not None else ()
    return [
        {
            "booked_on": row["booked_on"].isoformat(),
            "amount_minor": row["amount_minor"] * (-1 if row["direction"] == "out" else 1),
            "currency": row["currency"],
            "payer_name": row["payer_name"] or "",
            "remittance": row["remittance"] or row["structured_reference"] or "",
        }
        for row in rows
    ]


def _foreseen(report: FileReport) -> Shown:
    """What would become of the entries of a statement: how many of what, and the first that may be customers' money."""
    if report.foreseen is None:
        return {}
    entries = [asdict(entry) | {"booked_on": entry.booked_on.isoformat()} for entry in report.foreseen.entries]
    return {"counts": dict(report.foreseen.counts), "entries": entries}


def _cell(row: Mapping[str, Any], column: Column) -> Shown:
    value, currency = row[column.field], row.get("currency")
    is_amount = column.type == "amount"
    text = format_plain(value, currency) if is_amount and currency and value is not None else str(value or "")
    return {"text": text, "is_amount": is_amount}


def _iso(on: date | None) -> str:
    return on.isoformat() if on else ""

"""Files into the ledger: read, check what they refer to, write, and report everything there is to say."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.mapping import Mapping
from dunwell.sources.reading import read_table
from dunwell.sources.references import check_references
from dunwell.sources.rows import KINDS, Kind, Options, Parsed
from dunwell.store.bulk import writing
from dunwell.store.importing import Imported, Origin, import_parsed, known_accounts, known_invoices
from dunwell.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one file: its tables, its problems, and where the rejected rows were put."""

    source: str
    recognised: str
    imported: tuple[Imported, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    rejects: Path | None
    rows: int


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be imported, and how. ``folder`` is where rejects files go."""

    files: tuple[Path, ...]
    mapping: Mapping | None = None
    kind: Kind | None = None
    bank_complete_through: date | None = None
    by: str = ""


def import_files(workspace: Workspace, request: ImportRequest) -> list[FileReport]:
    """Import files, those that others refer to first; each file in one transaction.

    A file's good rows go in, the others are listed and put into a rejects file beside the workspace's ledger.
    """
    options = Options(kind=request.kind, currency=workspace.currency, country=workspace.creditor.country)
    parsed = [(path, read_table(path, request.mapping, options)) for path in request.files]
    parsed.sort(key=lambda item: _rank(item[1]))
    return [_import_one(workspace, path, each, request) for path, each in parsed]


def _rank(parsed: Parsed) -> int:
    """Customers before invoices before payments and events."""
    return min((KINDS.index(table.kind) for table in parsed.tables), default=len(KINDS))


def _import_one(workspace: Workspace, path: Path, parsed: Parsed, request: ImportRequest) -> FileReport:
    options = Options(currency=workspace.currency, country=workspace.creditor.country)
    checked = check_references(parsed, pl.Series(sorted(known_accounts()), dtype=pl.String), known_invoices(), options)
    origin = Origin(
        source=path.name,
        sha256=_digest(path),
        by=request.by,
        bank_complete_through=request.bank_complete_through,
        rows_rejected=len(checked.rejected_lines),
        on=datetime.now(workspace.time_zone).date(),
    )
    with writing():
        imported = tuple(import_parsed(table.kind, table.frame, origin) for table in checked.tables)
    return FileReport(
        source=str(path),
        recognised=checked.recognised,
        imported=imported,
        problems=checked.problems,
        notices=checked.notices,
        rejects=_write_rejects(workspace, path, checked.rejects),
        rows=checked.rows,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _write_rejects(workspace: Workspace, path: Path, rejects: bytes | None) -> Path | None:
    """Put the rejected rows beside the report, never over the file they came from."""
    target = workspace.path / "rejects" / f"{path.name.removesuffix('.gz').removesuffix('.csv')}.rejects.csv"
    if rejects is None:
        target.unlink(missing_ok=True)
        return None
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(rejects)
    return target

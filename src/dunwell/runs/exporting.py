"""The ledger out again, in the canonical files; importing them changes nothing."""

from datetime import date
from pathlib import Path

from dunwell.sources.rows import KINDS, schema
from dunwell.sources.writing import write_table
from dunwell.store import audit
from dunwell.store.exporting import ledger_table


def export_ledger(folder: Path, by: str, on: date) -> dict[Path, int]:
    """Write the four canonical files into ``folder``; return each file with its number of rows."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for kind in KINDS:
        rows = ledger_table(kind, schema(kind))
        path = folder / f"{kind}.csv"
        path.write_bytes(write_table(kind, rows))
        written[path] = rows.height
    audit.append(audit.Act("export", by, on, summary={path.stem: rows for path, rows in written.items()}))
    return written

"""The ledger once more in columns, so that to look at everybody need not read every row (decision page 15).

The rows are the truth, and the columns a copy of them as they were when an entry of the audit trail was the last one.
Who reads the ledger takes the copy and, by their rows, the accounts that later entries concern. The frames are Arrow
files in the database itself, so that a copy is kept or taken back together with what it is a copy of.
"""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO

import polars as pl
from django.db.models import Min, QuerySet

from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES
from dunwell.store.models import LedgerColumns

INSTALMENT = "instalment"
FRAMES: Mapping[str, pl.Schema] = {
    "accounts": ACCOUNTS,
    "invoices": pl.Schema({**INVOICES, INSTALMENT: pl.Int16()}),
    "entries": ENTRIES,
    "events": EVENTS,
}
"""What is kept: every row of four tables, whatever its date; ``events`` are those that were imported."""

PART_ROWS = 1_000_000


def through_entry() -> int | None:
    """Return the last entry of the audit trail that the copy knows of; ``None`` without a copy."""
    oldest: int | None = _copies().aggregate(oldest=Min("through_entry"))["oldest"]
    return oldest


def kept() -> dict[str, pl.DataFrame] | None:
    """Return the copy; ``None`` without one, and where an earlier or later version of Dunwell kept it otherwise."""
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in FRAMES}
    for name, content in _copies().order_by("frame", "part").values_list("frame", "content"):
        parts[name].append(pl.read_ipc(BytesIO(content)))
    if not all(_fits(parts[name], schema) for name, schema in FRAMES.items()):
        return None
    return {name: pl.concat(parts[name]).rechunk() for name in FRAMES}


def _fits(parts: list[pl.DataFrame], schema: pl.Schema) -> bool:
    return bool(parts) and all(part.schema == schema for part in parts)


def keep(frames: Mapping[str, pl.DataFrame], entry: int) -> None:
    """Put frames in the place of those of the same names; all that is kept is known to be as of ``entry``."""
    LedgerColumns.objects.filter(frame__in=list(frames)).delete()
    for name, frame in frames.items():
        for number, part in enumerate(_parts(frame)):
            LedgerColumns.objects.create(frame=name, part=number, through_entry=entry, content=_encoded(part))
    _copies().exclude(frame__in=list(frames)).update(through_entry=entry)


def _copies() -> QuerySet[LedgerColumns]:
    """The parts of the copy; beside them are the digests of a small ledger's rows (``store.ledger_digests``)."""
    return LedgerColumns.objects.filter(frame__in=list(FRAMES))


def drop() -> None:
    """Remove the copy, and the digests of rows; the next ones are made by an import or a run."""
    LedgerColumns.objects.all().delete()


def without(frames: Mapping[str, pl.DataFrame], account_ids: Collection[int]) -> dict[str, pl.DataFrame]:
    """Return frames without the rows of some accounts."""
    others = ~pl.col("account_id").is_in(list(account_ids))
    return {name: frame.filter(others) for name, frame in frames.items()}


def _parts(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut a frame into parts; one without rows is a part, too."""
    yield from frame.iter_slices(PART_ROWS) if frame.height else (frame,)


def _encoded(frame: pl.DataFrame) -> bytes:
    file = BytesIO()
    frame.write_ipc(file, compression="lz4")
    return file.getvalue()

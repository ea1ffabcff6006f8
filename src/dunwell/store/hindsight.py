"""What became known of a day, or was changed, only after a later day had been decided.

A day without a run of its own is replayed from the rows dated by then. Rows are corrected in place, so what they said
before is gone; but the imports, moves and acts that touched them are in the record with the moment at which they were
done, and tell of whom a replay cannot be sure (product §2: "from that day's data").
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db.models import QuerySet

from dunwell.store import bulk
from dunwell.store.granted import accounts_with_unknown_limit
from dunwell.store.matches import ACT
from dunwell.store.models import (
    AuditEntry,
    BankEntry,
    Call,
    CaseTransition,
    HoldTransition,
    ImportBatch,
    LetterTransition,
    Run,
)

_ERASE = "erase"
_DATED = {"invoice": "issued_on", "entry": "paid_on", "event": '"on"'}
_SENT = ("sent", "delivered", "bounced")
_HELD = ("in_force", "released")


@dataclass(frozen=True, slots=True)
class Hindsight:
    """What was learned of a day after ``run``, the first of a later day.

    ``late``: accounts of which something dated by then came in; ``changed``: accounts of which something was changed
    whose earlier value is not kept. ``is_removed``: rows were taken out, and nothing tells any more whose they were.
    """

    run: Run
    late: frozenset[int]
    changed: frozenset[int]
    is_removed: bool


def hindsight(as_of: date, account_id: int | None = None) -> Hindsight | None:
    """Return what was learned of a day too late, of everybody or of one; ``None`` when no later day was decided."""
    first = AuditEntry.objects.filter(what="run", on__gt=as_of).order_by("number").first()
    if first is None or first.subject_id is None:
        return None
    run = Run.objects.get(pk=first.subject_id)
    own = "true" if account_id is None else bulk.among("account_id", [account_id])
    later = AuditEntry.objects.filter(number__gt=first.number)
    imports = ImportBatch.objects.filter(pk__in=later.filter(what="import").values("subject_id"))
    oldest = imports.order_by("pk").values_list("pk", flat=True).first()
    late, changed = _imported(oldest, as_of, own) if oldest is not None else (frozenset(), frozenset())
    moved = {key for rows in _moved(run, as_of, account_id) for key in rows}
    unknown = {key for key in _without_earlier_values(later, as_of, account_id) if key is not None}
    return Hindsight(run, late | moved, changed | unknown, imports.filter(rows_removed__gt=0).exists())


def _imported(oldest: int, as_of: date, own: str) -> tuple[frozenset[int], frozenset[int]]:
    """The accounts of rows that count on a day and came with an import from ``oldest`` on, or were changed by one."""
    day = as_of.isoformat()
    tables = [
        f"SELECT account_id, first_batch_id, batch_id FROM store_{table}"
        f" WHERE {own} AND batch_id >= {int(oldest)} AND ({column} IS NULL OR {column} <= '{day}')"
        for table, column in _DATED.items()
    ]
    accounts = (
        "SELECT account_id, first_batch_id, batch_id FROM (SELECT id AS account_id, first_batch_id, batch_id"
        f" FROM store_account) a WHERE {own} AND batch_id >= {int(oldest)}"
    )
    schema = pl.Schema(dict.fromkeys(("account_id", "first_batch_id", "batch_id"), pl.Int64()))
    with bulk.reading():
        rows = bulk.frame(" UNION ALL ".join([*tables, accounts]), schema)
    is_late = pl.col("first_batch_id") >= oldest
    return tuple(frozenset(rows.filter(each)["account_id"]) for each in (is_late, ~is_late))  # type: ignore[return-value]


def _moved(run: Run, as_of: date, account_id: int | None) -> Iterator[Collection[int]]:
    """The accounts of moves that are dated by a day and were made after a run."""
    made: dict[str, Any] = {"at__gte": run.finished_at, "on__lte": as_of}
    sources: tuple[tuple[QuerySet[Any], str], ...] = (
        (CaseTransition.objects.all(), "account_id"),
        (Call.objects.all(), "account_id"),
        (LetterTransition.objects.filter(to_state__in=_SENT), "letter__account_id"),
        (HoldTransition.objects.filter(to_state__in=_HELD), "hold__account_id"),
    )
    for rows, name in sources:
        own = rows if account_id is None else rows.filter(**{name: account_id})
        yield set(own.filter(**made).values_list(name, flat=True))


def _without_earlier_values(later: QuerySet[AuditEntry], as_of: date, account_id: int | None) -> Iterator[int | None]:
    """The accounts of which something else was changed: money that people matched, names, amounts before a decision."""
    own = later.exclude(account_id=None) if account_id is None else later.filter(account_id=account_id)
    booked = BankEntry.objects.filter(booked_on__lte=as_of).values("pk")
    yield from own.filter(what=ACT, subject_id__in=booked).values_list("account_id", flat=True)
    yield from own.filter(what=_ERASE).values_list("account_id", flat=True)
    upheld = AuditEntry.objects.filter(what="dispute", on__gt=as_of, summary__contains='"event":"uphold"')
    if account_id is not None:
        upheld = upheld.filter(account_id=account_id)
    yield from upheld.exclude(summary__contains='"was":').values_list("account_id", flat=True)
    yield from accounts_with_unknown_limit(as_of, None if account_id is None else [account_id])

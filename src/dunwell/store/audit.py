"""The audit trail: every act an entry, each chained to the one before by SHA-256.

An entry is appended in the transaction of what it tells of, so there is neither without the other. Appending happens
under the lock of ``bulk.writing()``: two writers never share a predecessor. An entry says what was done to which case
and carries digests of the rows that were written, not the rows: a run with 100,000 decisions is one entry, and a person
who is erased leaves the chain whole. Verifying it: ``store.audit_verify``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import models

from dunwell.errors import WorkspaceError
from dunwell.store import bulk
from dunwell.store.audit_columns import TABLES
from dunwell.store.audit_rows import Rows, decisions_kept, last_id, rows_between
from dunwell.store.models import AuditEntry, Plan, Run

NOTHING_BEFORE = "0" * 64
"""What the first entry is chained to."""
BEGIN = "begin"
"""The first entry: it covers what was there before the trail."""
OF_PEOPLE = (
    "person_added", "person_role", "person_active", "person_inactive", "person_factor", "person_invited", "settings",
)  # fmt: skip
"""Acts about who uses the program and how it is set up; they concern no customer."""


@dataclass(frozen=True, slots=True)
class Act:
    """What was done: ``what`` of which subject, by whom, for which business date, leaving which rows."""

    what: str
    by: str
    on: date | None = None
    subject_id: int | None = None
    account_id: int | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Rows] = ()


def append(act: Act) -> int:
    """Append an act to the trail, within the transaction of what it tells of; return the entry's number."""
    with bulk.writing():
        last = _last()
        if last is None:
            raise WorkspaceError("The audit trail is empty; its entries were removed. Restore a backup.")
        return _write(act, last[0] + 1, last[1])


def begin() -> None:
    """Write the first entry, where there is none; it covers every row there already is. Done when tables are made."""
    with bulk.writing():
        if _last() is not None:
            return
        tables = [rows_between(table, 1, last_id(table)) for table in TABLES if table != "run" and last_id(table)]
        finished = Run.objects.filter(state="finished").order_by("id").values_list("id", flat=True)
        runs = [each for key in finished for each in (rows_between("run", key, key), decisions_kept(key))]
        _write(Act(BEGIN, "", rows=[*tables, *runs]), 1, NOTHING_BEFORE)


def added(row: models.Model, what: str, *, on: date | None, by: str, account_id: int | None = None) -> None:
    """Append that a row was added to one of the tables that only grow."""
    table = type(row).__name__.lower()
    key = int(row.pk)
    append(Act(what, by, on, key, account_id, rows=[rows_between(table, key, key)]))


def instalments_added(plan: Plan, *, on: date, by: str) -> None:
    """Append that the instalments of a plan, all made at once, were added."""
    keys = plan.instalments.aggregate(first=models.Min("pk"), last=models.Max("pk"))
    rows = [rows_between("instalment", keys["first"], keys["last"])]
    append(Act("plan", by, on, plan.pk, plan.account_id, rows=rows))


def canonical(value: Any) -> str:
    """Return a value as JSON that is the same wherever it is made: keys sorted, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_digest(content: Any) -> str:
    """Return the digest of what a letter says."""
    return sha256(canonical(content).encode()).hexdigest()


def of_counts(counts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the entry of a run says of its counts: all of them, and of its problems the digest."""
    shown = {name: value for name, value in counts.items() if name != "problems"}
    return {"counts": shown, "problems_sha256": content_digest(counts.get("problems", []))}


def entry_digest(entry: AuditEntry) -> str:
    """Return the digest that an entry must carry."""
    values = [
        entry.number,
        entry.at,
        entry.on.isoformat() if entry.on else None,
        entry.by,
        entry.what,
        entry.subject_id,
        entry.account_id,
        entry.summary,
        entry.previous_sha256,
    ]
    return sha256(canonical(values).encode()).hexdigest()


def head() -> tuple[int, str]:
    """Return the number and digest of the last entry; 0 before the first."""
    return _last() or (0, NOTHING_BEFORE)


def has_entry(number: int, sha256: str) -> bool:
    """Tell whether the trail has this entry, so that what was true after it came before what is true now."""
    return AuditEntry.objects.filter(number=number, sha256=sha256).exists()


def acts_since(number: int) -> frozenset[str]:
    """Return which acts the entries after one tell of."""
    return frozenset(AuditEntry.objects.filter(number__gt=number).order_by().values_list("what", flat=True).distinct())


def letter_states_since(number: int) -> frozenset[str]:
    """Return the states that letters left or came into by the acts after an entry."""
    found = AuditEntry.objects.filter(number__gt=number, what="letter").values_list("summary", flat=True)
    moves = (json.loads(summary) for summary in found)
    return frozenset(str(move.get(end, "")) for move in moves for end in ("from", "to"))


def summary_value(entry: str, *path: str) -> str:
    """Return the SQL of what the summary of an entry says at a path of keys, as text; null where it says nothing."""
    if bulk.is_sqlite():
        return f"json_extract({entry}.summary, '$.{'.'.join(path)}')"
    *outer, last = (f"'{key}'" for key in path)
    return " -> ".join([f"CAST({entry}.summary AS jsonb)", *outer]) + f" ->> {last}"


def _last() -> tuple[int, str] | None:
    return AuditEntry.objects.order_by("-number").values_list("number", "sha256").first()


def _write(act: Act, number: int, previous: str) -> int:
    summary = {**act.summary, "rows": [rows.plain() for rows in act.rows]} if act.rows else dict(act.summary)
    entry = AuditEntry(
        number=number,
        at=_instant(),
        on=act.on,
        by=act.by,
        what=act.what,
        subject_id=act.subject_id,
        account_id=act.account_id,
        summary=canonical(summary),
        previous_sha256=previous,
    )
    entry.sha256 = entry_digest(entry)
    entry.save(force_insert=True)
    return number


def _instant() -> str:
    """Return the instant by the database's clock, as of every instant in the store, in UTC."""
    if bulk.is_sqlite():
        return str(bulk.scalar("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'"))
    return str(bulk.scalar("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"))

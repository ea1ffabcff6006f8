"""The audit trail as a page shows it: found by who, what, when and customer, and looked through for tampering."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from dunwell.store.audit_verify import Verified, verify
from dunwell.store.models import Account, AuditEntry
from dunwell.store.queries import account_by_number

__all__ = ["Verified", "Wanted", "found", "kinds", "shown", "verify"]

TEXT_CHARS_MAX = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; empty means any. ``by`` is a name or its beginning, the days are business dates, both included."""

    by: str = ""
    what: str = ""
    account_number: str = ""
    since: date | None = None
    until: date | None = None


def found(wanted: Wanted) -> QuerySet[AuditEntry]:
    """Return the entries asked for, the newest first; none for a customer who does not exist."""
    rows = AuditEntry.objects.order_by("-number")
    if wanted.account_number:
        account = account_by_number(wanted.account_number)
        rows = rows.filter(account_id=account.pk) if account else rows.none()
    if wanted.by:
        rows = rows.filter(by__istartswith=wanted.by)
    if wanted.what:
        rows = rows.filter(what=wanted.what)
    if wanted.since:
        rows = rows.filter(on__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(on__lte=wanted.until)
    return rows


def kinds() -> list[str]:
    """Return the kinds of act that occur, by name."""
    return sorted(AuditEntry.objects.values_list("what", flat=True).distinct())


def shown(rows: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """Return entries as values for a page: each with the customer's number and what it says in short."""
    accounts = Account.objects.filter(pk__in={row.account_id for row in rows if row.account_id})
    known = {key: (number, name) for key, number, name in accounts.values_list("pk", "account_number", "name")}
    return [_entry(row, known.get(row.account_id or 0)) for row in rows]


def _entry(row: AuditEntry, account: tuple[str, str] | None) -> dict[str, Any]:
    summary = json.loads(row.summary)
    return {
        "number": row.number,
        "at": datetime.fromisoformat(row.at.replace("Z", "+00:00")),
        "on": row.on,
        "by": row.by,
        "what": row.what,
        "subject_id": row.subject_id,
        "account_number": account[0] if account else "",
        "name": account[1] if account else "",
        "from": summary.get("from", "") if "to" in summary else "",
        "to": summary.get("to", ""),
        "is_move": "to" in summary and "from" in summary,
        "says": _says(summary, is_move="to" in summary),
        "sha256": row.sha256,
    }


def _says(summary: dict[str, Any], *, is_move: bool) -> list[tuple[str, str]]:
    """What else an entry says, by name: nothing that is empty or zero, no digests, no move twice."""
    left_out = {"from", "to", "event"} if is_move else set()
    return [
        (name, str(value)[:TEXT_CHARS_MAX])
        for name, value in summary.items()
        if isinstance(value, str | int) and value not in ("", 0) and "sha256" not in name and name not in left_out
    ]

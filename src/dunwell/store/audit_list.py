"""The entries of the audit trail, to be shown."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunwell.errors import UsageError
from dunwell.store.models import Account, AuditEntry
from dunwell.store.queries import account_by_number


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of an account, of a kind, from a business date on; empty means any. ``last``: so many."""

    account_number: str = ""
    what: str = ""
    since: date | None = None
    last: int = 50


def listed(wanted: Wanted) -> list[dict[str, Any]]:
    """Return the newest entries as plain values, oldest first; raises ``UsageError`` for an unknown account."""
    found = AuditEntry.objects.order_by("-number")
    if wanted.account_number:
        account = account_by_number(wanted.account_number)
        if account is None:
            raise UsageError(f"There is no account {wanted.account_number}.")
        found = found.filter(account_id=account.pk)
    if wanted.what:
        found = found.filter(what=wanted.what)
    if wanted.since:
        found = found.filter(on__gte=wanted.since)
    entries = list(found[: wanted.last])[::-1]
    numbers = dict(
        Account.objects.filter(pk__in={entry.account_id for entry in entries}).values_list("pk", "account_number")
    )
    return [_plain(entry, numbers) for entry in entries]


def _plain(entry: AuditEntry, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "on": entry.on.isoformat() if entry.on else None,
        "by": entry.by,
        "what": entry.what,
        "subject_id": entry.subject_id,
        "account_number": numbers.get(entry.account_id or 0),
        "summary": json.loads(entry.summary),
        "sha256": entry.sha256,
    }

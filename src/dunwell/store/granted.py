"""Credit limits as they were before applications were granted (product §4): for a day before the grant."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import polars as pl

from dunwell.store import bulk
from dunwell.store.models import Application, AuditEntry
from dunwell.store.reading_few import FEW_ACCOUNTS


def limits_on(as_of: date | None, accounts: pl.DataFrame, account_ids: Collection[int] | None = None) -> pl.DataFrame:
    """Return accounts with the limit and currency that they had on a day, where a grant has changed them since."""
    before = {} if as_of is None else _before_grants(as_of, account_ids)
    own = {key: was for key, was in before.items() if was is not None}
    if not own:
        return accounts
    rows = [(key, was["credit_limit_minor"], was["currency"]) for key, was in own.items()]
    names = ("account_id", "credit_limit_minor", "currency")
    then = pl.DataFrame(rows, schema={name: accounts.schema[name] for name in names}, orient="row")
    return accounts.update(then, on="account_id", include_nulls=True)


def granted_after(day: str) -> str:
    """Return the condition that keeps the applications to which credit was granted after a day."""
    return f"state = 'granted' AND closed_on > '{day}'"


def accounts_with_unknown_limit(as_of: date, account_ids: Collection[int] | None = None) -> list[int]:
    """Return the accounts to which credit was granted after a day when the limit before it was not kept yet."""
    return [key for key, was in _before_grants(as_of, account_ids).items() if was is None]


def _before_grants(as_of: date, account_ids: Collection[int] | None) -> dict[int, Mapping[str, Any] | None]:
    """What the first grant after a day has replaced, by account; ``None`` where the trail does not say it."""
    is_few = account_ids is not None and len(account_ids) <= FEW_ACCOUNTS
    own = bulk.among("account_id", account_ids) if account_ids is not None and is_few else "true"
    granted = bulk.keys(f"SELECT id FROM store_application WHERE {granted_after(as_of.isoformat())} AND {own}")
    if not granted:
        return {}  # nearly always, and then Django would need longer to ask than the database to answer
    later = Application.objects.filter(pk__in=granted)
    owners = dict(later.order_by("-closed_on", "-id").values_list("id", "account_id"))
    first = {owner: key for key, owner in owners.items()}
    told = AuditEntry.objects.filter(what="application", subject_id__in=first.values()).order_by("number")
    was = {key: json.loads(summary).get("was") for key, summary in told.values_list("subject_id", "summary")}
    return {owner: was.get(key) for owner, key in first.items()}

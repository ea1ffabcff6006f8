"""When there was business with a customer last: the day from which keeping times count.

Every dated row about a customer is business: invoices, payments, what happened, orders, letters, holds, cases, calls
and notes. A customer who was only ever imported counts from the day of the import.
"""

from collections.abc import Collection, Mapping
from datetime import date

import polars as pl

from dunwell.store import bulk

QUIET = pl.Schema(
    {
        "account_id": pl.Int64(),
        "last_business_on": pl.Date(),
        "policy": pl.String(),
        "country": pl.String(),
        "party_type": pl.String(),
        "segment": pl.String(),
    }
)
"""One row per account; the last four say which policy it gets."""

_DAYS: Mapping[str, Collection[str]] = {
    "invoice": ("issued_on", "delivered_on", "due_on"),
    "entry": ("paid_on",),
    "bankentry": ("booked_on",),
    "event": ("on", "until_on"),
    "order": ("ordered_on",),
    "letter": ("drafted_on", "sent_on"),
    "hold": ("proposed_on", "released_on"),
    "promise": ("opened_on", "until_on", "closed_on"),
    "dispute": ("opened_on", "closed_on"),
    "exclusion": ("opened_on", "closed_on"),
    "plan": ("opened_on", "closed_on"),
    "offer": ("opened_on", "closed_on"),
    "application": ("opened_on", "closed_on"),
    "referral": ("opened_on", "closed_on"),
    "casetransition": ("on",),
    "call": ("on",),
    "note": ("on",),
}


def quiet_since(after_on: date) -> pl.DataFrame:
    """Return the accounts without business after a day, and when they had their last (``QUIET``)."""
    with bulk.reading():
        keys = bulk.frame(_without_business(after_on), pl.Schema({"account_id": pl.Int64()}))["account_id"].to_list()
        found = bulk.frame(_last_business(keys), QUIET) if keys else pl.DataFrame(schema=QUIET)
    return found.filter(pl.col("last_business_on") <= after_on).sort("account_id")


def _without_business(after_on: date) -> str:
    later = " UNION ALL ".join(
        f"SELECT account_id FROM store_{table} WHERE account_id IS NOT NULL AND ({_after(names, after_on)})"
        for table, names in _DAYS.items()
    )
    return f"SELECT id AS account_id FROM store_account WHERE id NOT IN ({later})"


def _after(names: Collection[str], on: date) -> str:
    return " OR ".join(f"\"{name}\" > '{on}'" for name in names)


def _last_business(account_ids: Collection[int]) -> str:
    chosen = bulk.among("account_id", account_ids)
    days = " UNION ALL ".join(
        f'SELECT account_id, max("{name}") AS day FROM store_{table} WHERE {chosen} GROUP BY account_id'
        for table, names in _DAYS.items()
        for name in names
    )
    return (
        "SELECT a.id AS account_id, COALESCE(max(d.day), date(min(b.imported_at))) AS last_business_on,"
        " a.policy, a.country, a.party_type, a.segment FROM store_account a"
        f" LEFT JOIN ({days}) d ON d.account_id = a.id LEFT JOIN store_importbatch b ON b.id = a.first_batch_id"
        f" WHERE {bulk.among('a.id', account_ids)} GROUP BY a.id, a.policy, a.country, a.party_type, a.segment"
    )

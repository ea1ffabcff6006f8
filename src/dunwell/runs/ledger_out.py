"""The ledger as bookings: invoices, and what came in on them, for a plain-text journal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.outgoing.journals import Booking, component
from dunwell.sources.rows import schema
from dunwell.store.exporting import ledger_table

_DEFAULTS = {
    "receivables": "Assets:Receivable",
    "bank": "Assets:Bank",
    "sales": "Income:Sales",
    "write_offs": "Expenses:Write-Offs",
}
_OTHER_SIDE = {
    "payment": "bank",
    "refund": "bank",
    "reversal": "bank",
    "credit_note": "sales",
    "write_off": "write_offs",
}
_REOPENS = ("refund", "reversal")
_WORDS = {
    "payment": "Payment",
    "refund": "Refund",
    "reversal": "Bounced payment",
    "credit_note": "Credit note",
    "write_off": "Write-off",
}


@dataclass(slots=True)
class LedgerBookings:
    """The bookings by day, and what there is to say about them."""

    bookings: list[Booking] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def ledger_bookings(accounts: Mapping[str, str]) -> LedgerBookings:
    """Return the whole ledger; ``accounts`` are those that ``dunwell.toml`` names.

    An invoice without a date of issue is booked on its service, due or else on the first day of the ledger.
    """
    named = {**_DEFAULTS, **accounts}
    invoices, payments = (ledger_table(kind, schema(kind)) for kind in ("invoices", "payments"))
    first_on = _first_day(invoices, payments)
    undated = invoices.filter(pl.coalesce("issued_on", "delivered_on", "due_on").is_null()).height
    found = [
        *(_invoice(row, named, first_on) for row in invoices.iter_rows(named=True)),
        *(_payment(row, named) for row in payments.iter_rows(named=True)),
    ]
    message = f"{undated} invoices have no date; they are booked on {first_on}."
    problems = [Problem("ledger", 0, "issued_on", message)] if undated else []
    return LedgerBookings(sorted(found, key=lambda booking: booking.on), problems)


def _first_day(invoices: pl.DataFrame, payments: pl.DataFrame) -> date:
    days = [day for column in _days(invoices, payments) if isinstance(day := column.min(), date)]
    return min(days, default=date(1970, 1, 1))


def _days(invoices: pl.DataFrame, payments: pl.DataFrame) -> Iterator[pl.Series]:
    yield from (invoices[name] for name in ("issued_on", "delivered_on", "due_on"))
    yield payments["paid_on"]


def _receivable(row: Mapping[str, Any], named: Mapping[str, str]) -> str:
    return f"{named['receivables']}:{component(row['account_number'])}"


def _invoice(row: Mapping[str, Any], named: Mapping[str, str], first_on: date) -> Booking:
    instalment = f" ({row['instalment']})" if row["instalment"] else ""
    return Booking(
        on=row["issued_on"] or row["delivered_on"] or row["due_on"] or first_on,
        words=f"Invoice {row['invoice_number']}{instalment}",
        debit=_receivable(row, named),
        credit=named["sales"],
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        notes=(
            ("customer", row["account_number"]),
            ("invoice", row["invoice_number"]),
            ("due", row["due_on"].isoformat() if row["due_on"] else ""),
        ),
    )


def _payment(row: Mapping[str, Any], named: Mapping[str, str]) -> Booking:
    sides = (named[_OTHER_SIDE[row["kind"]]], _receivable(row, named))
    debit, credit = reversed(sides) if row["kind"] in _REOPENS else sides
    return Booking(
        on=row["paid_on"],
        words=f"{_WORDS[row['kind']]} {row['payment_reference']}",
        debit=debit,
        credit=credit,
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        notes=(("customer", row["account_number"]), ("invoice", row["invoice_number"] or "")),
    )

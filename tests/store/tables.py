"""Small parsed tables to import, written as rows of text."""

from datetime import date
from typing import Any

import polars as pl

from dunwell.sources.rows import Kind, schema
from dunwell.store.importing import Imported, Origin, import_parsed

JAN = tuple(date(2026, 1, day) for day in range(1, 32))
"""``JAN[0]`` is 1 January 2026."""


def table(kind: Kind, *rows: dict[str, Any]) -> pl.DataFrame:
    """A parsed table of ``kind``; columns that a row does not name are empty."""
    columns = schema(kind)
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def put(kind: Kind, *rows: dict[str, Any], **origin: Any) -> Imported:
    """Import rows of ``kind``."""
    return import_parsed(kind, table(kind, *rows), Origin(source=f"{kind}.csv", **origin))


def customer(number: str = "C1", **more: Any) -> dict[str, Any]:
    base = {"account_number": number, "name": f"Customer {number}", "country": "DE", "currency": "EUR"}
    return {**base, "party_type": "business", "language": "de", **more}


def invoice(number: str = "I1", account: str = "C1", amount: int = 10_000, **more: Any) -> dict[str, Any]:
    base = {"invoice_number": number, "account_number": account, "amount_minor": amount, "currency": "EUR"}
    return {**base, "issued_on": JAN[0], "due_on": JAN[14], **more}


def payment(reference: str = "P1", number: str | None = "I1", amount: int = 4_000, **more: Any) -> dict[str, Any]:
    base = {"payment_reference": reference, "account_number": "C1", "invoice_number": number}
    return {**base, "paid_on": JAN[19], "currency": "EUR", "amount_minor": amount, "kind": "payment", **more}


def event(kind: str = "request", **more: Any) -> dict[str, Any]:
    return {"account_number": "C1", "on": JAN[20], "kind": kind, **more}


def counts(done: Imported) -> tuple[int, int, int, int, int]:
    """Inserted, updated, removed, unchanged, left out."""
    return done.inserted, done.updated, done.removed, done.unchanged, done.left_out

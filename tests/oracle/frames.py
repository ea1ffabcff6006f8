"""The reference's rows as the engine's frames, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

import polars as pl

from dunwell.assess.assessment import Assessment
from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS, Ledger, conform

from .records import AccountResult, InvoiceResult, OracleLedger

ACCOUNT_FIELDS = tuple(field.name for field in fields(AccountResult))
SAID_OF_A_STEP = frozenset({"is_step_due", "is_gap_passed"})
"""Without a next step the texts say nothing of these, and the reference does not either."""
INVOICE_FIELDS = tuple(field.name for field in fields(InvoiceResult))


def frame(rows: Iterable[Any], schema: pl.Schema) -> pl.DataFrame:
    listed = list(rows)
    columns = {name: [getattr(row, name) for row in listed] for name in schema}
    return conform(pl.DataFrame(columns, schema=schema), schema)


def to_frames(ledger: OracleLedger) -> Ledger:
    return Ledger(
        accounts=frame(ledger.accounts, ACCOUNTS),
        invoices=frame(ledger.invoices, INVOICES),
        entries=frame(ledger.entries, ENTRIES),
        events=frame(ledger.events, EVENTS),
        orders=frame(ledger.orders, ORDERS),
    )


def of_engine(assessment: Assessment) -> tuple[list[AccountResult], list[InvoiceResult]]:
    """The engine's rows as the reference's; its columns that the reference does not compute are left out."""
    accounts = assessment.accounts.select(ACCOUNT_FIELDS).iter_rows()
    invoices = assessment.invoices.select(INVOICE_FIELDS).iter_rows()
    return [AccountResult(*row) for row in accounts], [InvoiceResult(*row) for row in invoices]


def differing_columns(expected: object | None, actual: object | None, names: Sequence[str]) -> list[str]:
    """The columns in which two rows differ; a row that only one side has differs in its presence."""
    if expected is None or actual is None:
        return [] if expected is actual else ["(row)"]
    return [
        name
        for name in names
        if getattr(expected, name, None) != getattr(actual, name, None)
        and (name not in SAID_OF_A_STEP or getattr(expected, name, None) is not None)
    ]

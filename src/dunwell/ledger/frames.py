"""The table contracts of the ledger (design §3): every column, its type and its meaning, in one place.

Rows carry int64 keys given by the store; amounts are int64 minor units of the row's currency; dates are
business dates of the creditor's time zone. Frames hold history: which rows count on a day is decided by
comparing their date with the as-of date, never by deleting rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import pycountry

from dunwell.errors import Problem

CURRENCY = pl.Enum(sorted(currency.alpha_3 for currency in pycountry.currencies))
PARTY_TYPE = pl.Enum(["business", "consumer", "public"])
ENTRY_KIND = pl.Enum(["payment", "credit_note", "write_off", "refund", "reversal"])
REOPENING_KINDS = ("refund", "reversal")
"""Kinds of entry that restore a debt; the others reduce it."""
EVENT_KIND = pl.Enum(["request", "call", "response", "promise", "dispute", "plan", "exclusion", "hold", "release"])

Columns = Mapping[str, pl.DataType | type[pl.DataType]]
"""Column names and their Polars types."""


def _schema(columns: Columns) -> pl.Schema:
    return pl.Schema(columns)


ACCOUNTS = _schema(
    {
        "account_id": pl.Int64,
        "account_number": pl.String,
        "country": pl.String,  # ISO 3166 alpha-2; the calendar for deadlines
        "party_type": PARTY_TYPE,
        "segment": pl.String,  # the owner's own grouping, for choosing a policy
        "currency": CURRENCY,  # the currency of the credit limit
        "credit_limit_minor": pl.Int64,  # null: no limit agreed
        "policy": pl.String,  # the customer's own policy; null: by rule, else default
        "contract_allows_hold": pl.Boolean,  # null: the contract is silent, the policy decides
    }
)
"""One row per customer."""

INVOICES = _schema(
    {
        "invoice_id": pl.Int64,
        "account_id": pl.Int64,
        "currency": CURRENCY,
        "issued_on": pl.Date,
        "due_on": pl.Date,  # null: undated, counted as current and named as a problem
        "amount_minor": pl.Int64,  # gross, > 0
    }
)
"""One row per invoice or, where it is payable in instalments, per instalment of it."""

ENTRIES = _schema(
    {
        "account_id": pl.Int64,
        "invoice_id": pl.Int64,  # null: unapplied, it stands on the account
        "currency": CURRENCY,
        "paid_on": pl.Date,
        "amount_minor": pl.Int64,  # > 0; the kind says which way it counts
        "kind": ENTRY_KIND,  # payment, credit_note, write_off reduce; refund, reversal (bounced) re-open
    }
)
"""One row per payment, credit note, write-off, refund or reversal."""

EVENTS = _schema(
    {
        "account_id": pl.Int64,
        "on": pl.Date,
        "kind": EVENT_KIND,
        "channel": pl.String,
        "currency": CURRENCY,  # null: concerns every currency of the account
        "invoice_id": pl.Int64,  # null: concerns the whole account
        "amount_minor": pl.Int64,
        "until_on": pl.Date,  # request: its pay-by date; promise: the promised day; others: last day it holds
        "step": pl.String,  # request: id of the ladder step
    }
)
"""One row per thing that happened: requests really sent, answers, promises, disputes, holds and releases."""

ORDERS = _schema({"account_id": pl.Int64, "currency": CURRENCY, "amount_minor": pl.Int64})
"""One row per approved order that is not yet invoiced; it counts into the exposure."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything an assessment reads: five frames of the schemas above, and the problems found in reading them."""

    accounts: pl.DataFrame
    invoices: pl.DataFrame
    entries: pl.DataFrame
    events: pl.DataFrame
    orders: pl.DataFrame
    problems: tuple[Problem, ...] = ()


def empty(schema: pl.Schema) -> pl.DataFrame:
    """Return a frame of ``schema`` without rows."""
    return pl.DataFrame(schema=schema)


def conform(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """Bring a frame into ``schema``: its columns, in its order and types; a missing column becomes nulls."""
    return frame.select(
        [
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in schema.items()
        ]
    )

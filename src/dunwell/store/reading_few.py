"""The ledger of a few accounts, asked for at once, because somebody waits for it.

Each table is a part of one question with the columns of all of them; a column that a table does not have is null.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cache

import polars as pl

from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS, Ledger
from dunwell.store import bulk

FEW_ACCOUNTS = 50

ITEMS = pl.Schema({"instalment": pl.Int64, "invoice_number": pl.String})
"""What is read of an invoice besides, to know whether it is in instalments."""

GRANTED = "grants_after"
"""What is read of an account besides: to how many applications credit was granted after the day."""

_PARTS: Mapping[str, pl.Schema] = {
    "account": pl.Schema({**ACCOUNTS, GRANTED: pl.Int64()}),
    "invoice": pl.Schema({**INVOICES, **ITEMS}),
    "entry": ENTRIES,
    "event": EVENTS,
    "order": ORDERS,
}
_PART = "ledger_part"


@cache
def _wide() -> pl.Schema:
    """The columns of all parts; the kinds of entries and of events are different ones, so they come as text."""
    columns = {name: dtype for schema in _PARTS.values() for name, dtype in schema.items()}
    return pl.Schema({_PART: pl.String(), **columns, "kind": pl.String()})


@cache
def _nothing() -> dict[str, str]:
    """What stands in a part for each column that its table does not have."""
    return {column: bulk.nothing(dtype) for column, dtype in _wide().items() if column != _PART}


def part(name: str, columns: Mapping[str, str], rest: str) -> str:
    """Return the question for one part; ``columns`` says what each of its columns is in the table."""
    fields = (f'{columns.get(column, nothing)} AS "{column}"' for column, nothing in _nothing().items())
    return f"SELECT '{name}' AS {_PART}, {', '.join(fields)} {rest}"


def ledger_of(parts: list[str]) -> tuple[Ledger, pl.DataFrame, bool]:
    """Return the ledger that parts tell of, its invoices with the columns of ``ITEMS``, whether any is ``GRANTED``."""
    rows = bulk.frame(" UNION ALL ".join(parts), _wide()).sort(_PART)
    places = rows[_PART].to_list()
    found = {
        name: _own(rows[bisect_left(places, name) : bisect_right(places, name)], schema)
        for name, schema in _PARTS.items()
    }
    invoices = found["invoice"]
    ledger = Ledger(
        accounts=found["account"][list(ACCOUNTS)],
        invoices=invoices.select(list(INVOICES)),
        entries=found["entry"],
        events=found["event"],
        orders=found["order"],
    )
    return ledger, invoices, bool(found["account"][GRANTED].sum())


def _own(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The columns of a part; nothing is worked out where it has no rows."""
    if rows.is_empty():
        return pl.DataFrame(schema=schema)
    return (
        rows[list(schema)].with_columns(rows["kind"].cast(schema["kind"])) if "kind" in schema else rows[list(schema)]
    )

"""Instalments of one invoice: each row says which, they count from 1, and they are one customer's in one currency."""

from collections.abc import Iterator

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.rows import Table


def wrong_instalments(source: str, table: Table, known: pl.DataFrame) -> Iterator[Problem]:
    """Yield what is wrong with the rows of ``table`` that are instalments; ``known`` are the invoices of the store.

    ``known`` has ``invoice_number``, ``account_number`` and ``currency``, one row for each number.
    """
    numbered = table.frame.filter(pl.col("instalment").is_not_null())
    if numbered.is_empty():
        return
    yield from _whole_and_split(source, table.frame, numbered)
    first = _first_instalments(table.frame, known)
    later = numbered.filter(pl.col("instalment") > 1).join(
        first, on="invoice_number", how="left", suffix=".first", maintain_order="left"
    )
    yield from _without_first(source, later.filter(pl.col("account_number.first").is_null()))
    yield from _unlike_first(source, later)


def _whole_and_split(source: str, frame: pl.DataFrame, numbered: pl.DataFrame) -> Iterator[Problem]:
    """Find rows that are all of an invoice beside rows that are a part of it."""
    numbers = numbered["invoice_number"].unique().implode()
    whole = frame.filter(pl.col("instalment").is_null() & pl.col("invoice_number").is_in(numbers))
    for line, number in whole.select("source_line", "invoice_number").iter_rows():
        message = f'Other rows of invoice "{number}" say which instalment they are, this one does not.'
        yield Problem(source, line, "instalment", message, "Number all of its instalments: 1, 2, 3 …")


def _first_instalments(frame: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """What the other instalments of an invoice must agree with: its first one in the file, else in the store."""
    facts = ("invoice_number", "account_number", "currency")
    own = frame.filter(pl.col("instalment").fill_null(1) == 1).select(facts)
    both = pl.concat([known.select(pl.col(name).cast(pl.String) for name in facts), own])
    return both.unique("invoice_number", keep="last")


def _without_first(source: str, rows: pl.DataFrame) -> Iterator[Problem]:
    for line, number in rows.select("source_line", "invoice_number").iter_rows():
        message = f'Invoice "{number}" has no instalment 1.'
        yield Problem(source, line, "instalment", message, "Give all of its instalments, counted from 1.")


def _unlike_first(source: str, later: pl.DataFrame) -> Iterator[Problem]:
    for name in ("account_number", "currency"):
        unlike = later.filter(pl.col(name) != pl.col(f"{name}.first"))
        for line, number, first in unlike.select("source_line", "invoice_number", f"{name}.first").iter_rows():
            message = (
                f'Instalment 1 of invoice "{number}" belongs to customer "{first}".'
                if name == "account_number"
                else f'Instalment 1 of invoice "{number}" is in "{first}".'
            )
            yield Problem(source, line, name, message, "All instalments of an invoice agree in it. Correct one.")

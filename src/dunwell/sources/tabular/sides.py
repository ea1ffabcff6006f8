"""What a list tells beside its amounts: of what sort and on which side a row is, and whether rows are lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dunwell.sources.delimited import cell_name
from dunwell.sources.rows import RawFile
from dunwell.sources.tabular.words import folded, row_types, statuses

_SIDES = frozenset({"s", "h", "soll", "haben", "d", "c", "debit", "credit", "dr", "cr"})
_CREDIT_SIDE = frozenset({"h", "haben", "c", "credit", "cr"})
_SAMPLE_TEXTS = 5_000
_SAME = ("account_number", "name", "issued_on", "due_on", "currency", "open_amount", "paid_amount", "status")
"""What the lines of an invoice have in common; their own amounts, texts and quantities differ."""


Texts = Mapping[str, list[str]]
"""Texts by the header of the column that they choose rows in."""


@dataclass(frozen=True, slots=True)
class Sorts:
    """Which rows are credit notes, payments, or not owed at all, and all those that are no invoices (``unless``)."""

    credits: Texts
    payments: Texts
    not_owed: Texts
    unless: Texts


def sorts_of(raw: RawFile, columns: Mapping[str, str], notices: list[str]) -> Sorts:
    """Sort the rows by the words in their columns of states, types and sides."""
    status = columns.get("status")
    words = texts_of(raw, status, (*statuses()["draft"], *statuses()["void"]))
    not_owed = {status: words} if status and words else {}
    if words:
        notices.append(f'Rows with {", ".join(words)} in "{status}" are left out: they are not owed.')
    header = next((h for h in raw.columns if folded(h) in row_types()["column"] and h not in columns.values()), "")
    credit, payment, purchase = (texts_of(raw, header, row_types()[n]) for n in ("credit_note", "payment", "purchase"))
    if purchase:
        notices.append(f'Rows with {", ".join(purchase)} in "{header}" are left out: they are no invoices of yours.')
    side = credit_side(raw, columns)
    if side:
        return Sorts(side, {}, not_owed, {**not_owed, **side, **({header: purchase} if purchase else {})})
    if payment:
        told = "what is negative there is a credit, the rest is left out"
        notices.append(f'Rows with {", ".join(payment)} in "{header}" are payments: {told}.')
    others = [*credit, *payment, *purchase]
    return Sorts(
        {header: credit} if credit else {},
        {header: payment} if payment else {},
        not_owed,
        {**not_owed, **({header: others} if others else {})},
    )


def texts_of(raw: RawFile, header: str | None, words: Iterable[str]) -> list[str]:
    """Return the texts of a column that are among ``words``."""
    if header is None or header not in raw.columns:
        return []
    texts = _cells(raw, header).drop_nulls().unique(maintain_order=True).head(_SAMPLE_TEXTS)
    wanted = set(words)
    return [text for text in texts if folded(text) in wanted]


def credit_side(raw: RawFile, columns: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the column that says debit or credit of every row, with its words for credit; empty where there is none.

    DATEV and SAP write the amounts without a sign beside it: ``60,00`` and ``H`` is a credit of 60.
    """
    for header in raw.columns:
        if folded(header) not in row_types()["side"] or header in columns.values():
            continue
        texts = _cells(raw, header).drop_nulls().unique(maintain_order=True).to_list()
        if {folded(text) for text in texts} <= _SIDES:
            return {header: found} if (found := [text for text in texts if folded(text) in _CREDIT_SIDE]) else {}
    return {}


def lines_of_invoices(raw: RawFile, columns: Mapping[str, str]) -> bool:
    """Tell whether several rows are lines of one invoice whose whole amount each repeats.

    Only where a list proves it: it says the open amount too, and wherever an invoice number comes again, everything
    that Dunwell reads of an invoice is the same.
    """
    number, amount = columns.get("invoice_number"), columns.get("amount")
    if number is None or amount is None or "open_amount" not in columns:
        return False
    same = [columns[name] for name in (*_SAME, "amount") if name in columns]
    cells = raw.cells.select(
        _cells(raw, number).alias("number"), *(_cells(raw, header).alias(f"same {header}") for header in same)
    )
    return _are_uniform(cells.filter(pl.col("number").is_not_null()), [f"same {header}" for header in same])


def _are_uniform(cells: pl.DataFrame, same: Sequence[str]) -> bool:
    repeated = cells.filter(pl.col("number").is_duplicated())
    if repeated.is_empty():
        return False
    found = repeated.group_by("number").agg(pl.col(same).n_unique())
    return bool((found.select(same) == 1).select(pl.all_horizontal(pl.all().all())).item())


def _cells(raw: RawFile, header: str) -> pl.Series:
    return raw.cells[cell_name(raw.columns.index(header))]

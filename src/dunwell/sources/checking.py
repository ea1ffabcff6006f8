"""The checks of a row: each is a condition over columns and, for the rows that meet it, words and a remedy.

Conditions run over the whole column; only offending rows are looked at one by one. Every check of every row
is reported, not just the first.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl
import pycountry

from dunwell.errors import Problem
from dunwell.ledger import frames
from dunwell.sources import explain
from dunwell.sources.explain import Explained
from dunwell.sources.mapping import Format
from dunwell.sources.rows import COLUMNS, Column, Kind, Limits
from dunwell.sources.taking import Taken
from dunwell.sources.values import LANGUAGES, value

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """A condition under which a row cannot go in, and how to say so."""

    column: str
    wrong: pl.Expr
    explain: Callable[[Row], Explained]


@dataclass(frozen=True, slots=True)
class Habits:
    """What the messages must know about the file: its format, its default currency, the limits."""

    format: Format
    currency: str | None
    limits: Limits


def _choice(words: tuple[str, ...], what: str) -> tuple[tuple[str, ...], Callable[[str], Explained]]:
    return words, lambda text: explain.choice(text, words, what)


_CURRENCIES = tuple(entry.alpha_3 for entry in pycountry.currencies)
WORDS: dict[str, tuple[tuple[str, ...], Callable[[str], Explained]]] = {
    "party_type": _choice(tuple(frames.PARTY_TYPE.categories), "party type"),
    "payment_kind": _choice(tuple(frames.ENTRY_KIND.categories), "kind of payment"),
    "event_kind": _choice(tuple(frames.EVENT_KIND.categories), "kind of event"),
    "language": _choice(LANGUAGES, "language of letters"),
    "currency": (_CURRENCIES, explain.currency),
    "country": (tuple(entry.alpha_2 for entry in pycountry.countries), explain.country),
}
"""Column types with a closed list of words, and how to say that a word is not among them."""


def wrong_rows(taken: Taken, frame: pl.DataFrame, habits: Habits) -> pl.DataFrame:
    """Return the rows of ``frame``, which :func:`values.typed` made of ``taken``, with which something is wrong."""
    found = [single.wrong.fill_null(value=False) for single in _checks(taken, frame, habits)]
    return frame.filter(pl.any_horizontal(found))


def check(taken: Taken, wrong: pl.DataFrame, source: str, habits: Habits) -> list[Problem]:
    """Return every problem of the rows ``wrong``: all :func:`wrong_rows` of a file, since one may explain another."""
    if wrong.is_empty():
        return []
    checks = _checks(taken, wrong, habits)
    meets = wrong.select(single.wrong.fill_null(value=False).alias(str(i)) for i, single in enumerate(checks))
    found: list[Problem] = []
    for i, single in enumerate(checks):
        if meets[str(i)].any():
            shown = taken.shown.get(single.column, single.column)
            found += _problems(single, wrong.filter(meets[str(i)]), source, shown)
    return found


def _checks(taken: Taken, frame: pl.DataFrame, habits: Habits) -> list[Check]:
    return [*_column_checks(taken.kind, frame, habits), *_row_checks(taken, habits)]


def _problems(single: Check, rows: pl.DataFrame, source: str, shown: str) -> Iterator[Problem]:
    for row in rows.iter_rows(named=True):
        message, hint = single.explain(row)
        yield Problem(source, row["source_line"], shown, message, hint)


def _column_checks(kind: Kind, frame: pl.DataFrame, habits: Habits) -> Iterator[Check]:
    for column in COLUMNS[kind]:
        if column.filled:
            yield Check(column.name, pl.col(column.name).is_null(), _empty(column))
        made = _type_check(column, frame, habits)
        if made is not None:
            yield made


def _empty(column: Column) -> Callable[[Row], Explained]:
    hint = "Give it, or a default currency." if column.type == "currency" else "Give it; every row needs one."
    return lambda _row: (f"The row has no {column.name}.", hint)


def _type_check(column: Column, frame: pl.DataFrame, habits: Habits) -> Check | None:
    name, text = column.name, pl.col(column.name)
    if column.type == "key":
        return Check(name, text.str.len_chars() > habits.limits.key_chars_max, _too_long(name, habits.limits))
    if column.type in WORDS:
        words, explained = WORDS[column.type]
        return Check(name, ~text.is_in(words), lambda row: explained(row[name]))
    if column.type == "text":
        return None
    unread = text.is_not_null() & pl.col(f"{name}.value").is_null()
    return Check(name, unread, _unread(column, frame, habits))


def _unread(column: Column, frame: pl.DataFrame, habits: Habits) -> Callable[[Row], Explained]:
    name = column.name
    if column.type == "amount":
        return lambda row: _explain_amount(row, name, habits)
    if column.type == "date":
        return _date_explainer(name, frame, habits.format)
    if column.type == "whole":
        return lambda row: explain.whole(row[name])
    return lambda row: explain.yes_no(row[name])


def _explain_amount(row: Row, name: str, habits: Habits) -> Explained:
    currency = row["currency"] if row["currency"] in _CURRENCIES else habits.currency or "EUR"
    return explain.amount(row[name], row[f"{name}.plain"], currency, habits.format)


def _date_explainer(name: str, frame: pl.DataFrame, fmt: Format) -> Callable[[Row], Explained]:
    """Look at all bad dates of the column once, when first asked, so that 3/15 decides what 3/4 means."""

    @cache
    def formats() -> Sequence[str]:
        bad = frame.filter(pl.col(name).is_not_null() & pl.col(f"{name}.value").is_null())
        return explain.column_date_formats(bad[name].unique(maintain_order=True).head(5000))

    return lambda row: explain.date(row[name], formats(), fmt)


def _too_long(name: str, limits: Limits) -> Callable[[Row], Explained]:
    message = f"The {name} is longer than {limits.key_chars_max} characters (limit key_chars_max)."
    return lambda _row: (message, "Check the columns of this row.")


def _row_checks(taken: Taken, habits: Habits) -> Sequence[Check]:
    if taken.kind == "customers":
        return _customer_checks()
    if taken.kind == "invoices":
        return (_negative_invoice(),) if taken.table.early_due else (_negative_invoice(), _due_before_issue())
    return _payment_checks() if taken.kind == "payments" else _event_checks(habits)


def _customer_checks() -> Sequence[Check]:
    no_currency = pl.col("credit_limit").is_not_null() & pl.col("currency").is_null()
    return (
        Check(
            "credit_limit", pl.col("credit_limit.value") < 0,
            lambda row: (f"The credit limit {row['credit_limit']} is negative.", "Leave it empty for no limit."),
        ),
        Check(
            "currency", no_currency,
            lambda _row: ("The credit limit has no currency.", "Give it, or a default currency."),
        ),
    )  # fmt: skip


def _negative_invoice() -> Check:
    return Check(
        "amount", pl.col("amount.value") < 0,
        lambda row: (
            f"The invoice amount {row['amount']} is negative.",
            'Enter it in payments.csv with kind credit_note, or say negative_invoices = "credit_note" in a mapping.',
        ),
    )  # fmt: skip


def _due_before_issue() -> Check:
    return Check(
        "due_on", pl.col("due_on.value") < pl.col("issued_on.value"),
        lambda row: (
            f"The invoice is due on {row['due_on.value']}, before it was issued on {row['issued_on.value']}.",
            'Are day and month the right way round? If it is so, say due_before_issue = "accept" in a mapping.',
        ),
    )  # fmt: skip


def _payment_checks() -> Sequence[Check]:
    return (
        Check(
            "amount", pl.col("amount.value") <= 0,
            lambda row: (
                f"The amount {row['amount']} is not above zero.",
                "The kind says which way it counts: refund for money paid back, reversal for a bounced payment.",
            ),
        ),
    )  # fmt: skip


def _event_checks(habits: Habits) -> Sequence[Check]:
    no_currency = pl.col("amount").is_not_null() & pl.col("currency").is_null()
    return (
        Check(
            "amount", pl.col("amount.value") < 0,
            lambda row: (f"The amount {row['amount']} is negative.", "Give it without a sign."),
        ),
        Check(
            "currency", no_currency & pl.lit(habits.currency is None),
            lambda _row: ("The amount has no currency.", "Give it, or a default currency."),
        ),
        Check(
            "until_on", pl.col("until_on.value") < pl.col("on.value"),
            lambda row: (f"It ends on {row['until_on.value']}, before it began on {row['on.value']}.", "Correct one."),
        ),
    )  # fmt: skip


def canonical(kind: Kind, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the parsed frame: the typed values under their contract names."""
    columns = [value(column).alias(column.field) for column in COLUMNS[kind]]
    return frame.select(*columns, "extra", "source_line")

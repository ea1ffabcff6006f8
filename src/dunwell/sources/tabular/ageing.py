"""Aged reports without invoices: one row for each customer, one column for each age. They become opening balances.

Each filled bucket is one item, as many days past due on the day of the report as the bucket's youngest: nobody is
chased earlier than is right. What is not due has no due date and is never chased. The items are called after customer
and bucket, so that the same report twice adds nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.delimited import cell_name
from dunwell.sources.rows import Options, RawFile
from dunwell.sources.tabular import dates
from dunwell.sources.tabular.choosing import Choice, matched
from dunwell.sources.tabular.totals import totals_told
from dunwell.sources.tabular.words import folded, is_total

_NOT_DUE = re.compile(
    r"current|not (yet )?due|0|nicht fallig|noch nicht fallig|non echu|a echoir|al corriente|no vencido|por vencer"
    r"|curent|nescadent|in termen|chua den han|trong han"
)
_DAYS = r"(?: ?(?:days?|tage?|jours?|dias?|zile|ngay)(?: past due| overdue)?)?"
_RANGE = re.compile(rf"(\d{{1,3}}) (?:(?:to|bis|a|au|la|den) )?(\d{{1,3}}){_DAYS}")
_OVER = re.compile(rf"(?:over|more than|older than|uber|plus de|mas de|peste|tren) (\d{{1,3}}){_DAYS}")
_AND_OVER = re.compile(rf"(\d{{1,3}}){_DAYS}(?: (?:and over|and older|plus|und mehr|et plus|y mas|si peste|tro len))")
_MONTHS = re.compile(r"(\d{1,2}) months?")
_OLDER = frozenset({"older", "alter", "plus ancien", "mas antiguo", "mai vechi"})
_DATE_IN_TITLE = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\.? (?:de )?[^\W\d_]{3,}\.? (?:de )?\d{4}|[^\W\d_]{3,} \d{1,2},? \d{4}"
)
_DAYS_OF_MONTH = 30
_PAST_DUE_MIN = 2
_NUMBER, _DUE, _AMOUNT, _ON, _FIRST, _OWED, _CREDITED = (
    "opening balance", "due", "amount in bucket", "day of the report", "first of the row", "owed", "credited",
)  # fmt: skip
"""Columns made from others."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A column of ages: ``days`` past due of its youngest, 0 for what is not due."""

    header: str
    days: int


@dataclass(frozen=True, slots=True)
class Aged:
    """An aged report as a table of opening balances, and how to read it; with ``problems`` it cannot be."""

    raw: RawFile
    choice: Choice | None = None
    problems: tuple[Problem, ...] = ()


def is_bucket(word: str) -> bool:
    """Tell whether a folded header may be that of a bucket; an amount, ``12.50``, looks like a range of days too."""
    if _range_begins(word) is not None or word in _OLDER:
        return True
    return any(shape.fullmatch(word) for shape in (_NOT_DUE, _OVER, _AND_OVER, _MONTHS))


def _range_begins(word: str) -> int | None:
    """Return the first day of a range such as ``31 60``: ranges of weeks, months, or five days."""
    found = _RANGE.fullmatch(word)
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    is_round = (first == 0 or first % 5 == 1 or first % 7 == 1) and (last % 5 == 0 or last % 7 == 0)
    return max(1, first) if first < last and is_round else None


def buckets(headers: Sequence[str]) -> tuple[Bucket, ...]:
    """Return the columns of ages among ``headers``, in their order."""
    found: list[Bucket] = []
    for header in headers:
        days = _days(header, found)
        if days is not None:
            found.append(Bucket(header, days))
    return tuple(found)


def _days(header: str, before: Sequence[Bucket]) -> int | None:
    """Return the days past due of a bucket's youngest; ``before`` are the buckets to its left."""
    text = folded(header)
    if _NOT_DUE.fullmatch(text):
        return 0
    if text in _OLDER:
        return max((bucket.days for bucket in before), default=0) + _DAYS_OF_MONTH
    if ">" in header or "+" in header:
        digits = re.search(r"\d{1,3}", text)
        return int(digits[0]) + 1 if digits else None
    if months := _MONTHS.fullmatch(text):
        return (int(months[1]) - ("<" in header)) * _DAYS_OF_MONTH + 1
    over, and_over = _OVER.fullmatch(text), _AND_OVER.fullmatch(text)
    if over or and_over:
        return int(over[1]) + 1 if over else int(and_over[1]) if and_over else None
    return _range_begins(text)


def aged(raw: RawFile, titles: Sequence[str], options: Options) -> Aged | None:
    """Read ``raw`` as an aged report; ``None``: it is none, or it names its invoices."""
    columns = raw.columns[: len(raw.columns) - raw.derived]
    ages = buckets(columns)
    others = matched([header for header in columns if header not in {age.header for age in ages}], "invoices")
    whose = _customer(columns, others)
    is_report = sum(age.days > 0 for age in ages) >= _PAST_DUE_MIN and not {"invoice_number", "due_on"} & set(others)
    if not is_report or whose is None or options.kind not in (None, "invoices"):
        return None
    on = report_day(titles)
    if on is None:
        message = "This looks like an aged report, but no line above its header says of which day it is."
        hint = "Write a line such as As of 2026-10-31 above the header."
        return Aged(raw, problems=(Problem(raw.source, raw.head_lines, "", message, hint),))
    return _opening_balances(raw, ages, whose, on, others, options)


def report_day(titles: Sequence[str]) -> date | None:
    """Return the day that the titles name, where they name one only; the last one of a period."""
    texts = _DATE_IN_TITLE.findall(", ".join(titles))
    decided = dates.decide(texts).iso
    days = {date.fromisoformat(decided[text]) for text in texts if text in decided}
    return max(days) if days and len(decided) == len(set(texts)) else None


def _customer(columns: Sequence[str], others: dict[str, str]) -> str | None:
    """Return the column of the customer: by its header, or the first one if it has none."""
    named = others.get("account_number") or others.get("name")
    return named or ("" if columns and not columns[0] else None)


def _opening_balances(
    raw: RawFile, ages: Sequence[Bucket], whose: str, on: date, others: dict[str, str], options: Options
) -> Aged:
    total = _is_total_row(raw)
    told = totals_told(raw, raw.cells.filter(total), [age.header for age in ages], options)
    notices = [*_told(raw, ages, on), *told]
    rows = raw.cells.filter(~total)
    parts = [_bucket_rows(rows, raw, age, whose, on) for age in ages]
    cells = pl.concat(parts).sort("line", maintain_order=True)
    made = (_NUMBER, _DUE, _AMOUNT, _ON, _FIRST)
    first = pl.when(pl.col("line").is_first_distinct()).then(pl.lit("yes")).alias(cell_name(len(raw.columns) + 4))
    cells = cells.with_columns(first)
    longer = replace(
        raw,
        columns=(*raw.columns, *made),
        cells=cells,
        derived=raw.derived + len(made),
        notices=(*raw.notices, *notices),
    )
    return Aged(longer, Choice("invoices", others, _mapping(whose, others)))


def _bucket_rows(rows: pl.DataFrame, raw: RawFile, age: Bucket, whose: str, on: date) -> pl.DataFrame:
    """Return the rows with something in a bucket, each with the item that it is."""
    amount = pl.col(cell_name(raw.columns.index(age.header)))
    customer = pl.col(cell_name(raw.columns.index(whose)))
    due_on = (on - timedelta(days=age.days)).isoformat() if age.days else None
    texts = (
        pl.concat_str(pl.lit(f"Opening balance {age.header}, "), customer), pl.lit(due_on, pl.String), amount,
        pl.lit(on.isoformat()),
    )  # fmt: skip
    first = len(raw.columns)
    named = [text.alias(cell_name(first + number)) for number, text in enumerate(texts)]
    return rows.filter(amount.is_not_null() & customer.is_not_null()).with_columns(named)


def _is_total_row(raw: RawFile) -> pl.Series:
    first = raw.cells.select(pl.coalesce(pl.col([cell_name(i) for i in range(len(raw.columns))])).alias("first"))
    return pl.Series([is_total(text or "") for text in first["first"]], dtype=pl.Boolean)


def _mapping(whose: str, others: dict[str, str]) -> dict[str, Any]:
    name = others.get("name", whose)
    account = {"account_number": whose}
    currency = {"currency": others["currency"]} if "currency" in others else {}
    items = {**account, "invoice_number": _NUMBER, "due_on": _DUE, "amount": _OWED, **currency}
    credited = {**account, "payment_reference": _NUMBER, "paid_on": _ON, "amount": _CREDITED, **currency}
    return {
        "formats": "recognise",
        "derive": {_OWED: [">0", _AMOUNT], _CREDITED: [">0", f"-{_AMOUNT}"]},
        "table": [
            {
                "kind": "customers", "columns": {**account, "name": name}, "duplicates": "first",
                "unless": {_FIRST: [""]},
            },
            {"kind": "invoices", "columns": items, "unless": {_OWED: [""]}},
            {
                "kind": "payments", "columns": credited, "constants": {"kind": "credit_note"},
                "unless": {_CREDITED: [""]},
            },
        ],
    }  # fmt: skip


def _told(raw: RawFile, ages: Sequence[Bucket], on: date) -> Iterator[Problem]:
    message = f"An aged report of {on} without invoices: its sums became opening balances."
    hint = "Import such a report once, to begin with; payments on them name the opening balance."
    yield Problem(raw.source, raw.head_lines, "", message, hint)
    shown = ", ".join(f'"{age.header}" {age.days} days' for age in ages if age.days)
    yield Problem(raw.source, raw.head_lines, "", f"Each is as many days past due as its bucket at least: {shown}.")

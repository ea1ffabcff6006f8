"""Notices: what was assumed or left out without rejecting a row, one sentence for all rows concerned."""

from collections.abc import Iterator, Mapping

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.mapping import Mapping as FileMapping
from dunwell.sources.rows import Kind, Options, RawFile
from dunwell.sources.taking import Taken

UNUSED = "The mapping makes no use of the columns"
"""How the notice begins that names columns which feed nothing."""


_GIVEN: Mapping[Kind, tuple[str, ...]] = {
    "customers": ("party_type", "country"),
    "invoices": ("currency",),
    "payments": ("currency",),
    "events": (),
}
"""Columns whose defaults are said."""


def what_is_given(taken: Taken) -> pl.DataFrame:
    """Return of each row only whether the file gives what has a default worth saying: true, or null."""
    is_given = [pl.when(pl.col(name).is_not_null()).then(pl.lit(value=True)).alias(name) for name in _GIVEN[taken.kind]]
    return taken.frame.select("source_line", *is_given)


def notices_of(taken: Taken, frame: pl.DataFrame, source: str, options: Options) -> list[Problem]:
    """Return what there is to say about the good rows ``frame`` of one table, of which ``taken`` has what is given."""
    given = taken.frame
    if given.height > frame.height:
        given = given.filter(pl.col("source_line").is_in(frame["source_line"].implode()))
    made = {"customers": _customers, "invoices": _invoices, "payments": _payments, "events": _events}
    found = made[taken.kind](given, frame, options)
    return [Problem(source, line, taken.shown.get(column, column), *words) for line, column, words in found]


_Notice = tuple[int, str, tuple[str, str]]


def counted(number: int, noun: str) -> str:
    """Return ``1 invoice``, ``2 invoices``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _where(rows: pl.DataFrame, column: str, one: str, hint: str) -> Iterator[_Notice]:
    """Yield a notice at the first of ``rows``, its text starting with their number and the word for one of them."""
    if rows.height:
        noun, _, rest = one.partition(" ")
        yield rows["source_line"][0], column, (f"{counted(rows.height, noun)} {rest}", hint)


def _lacking(given: pl.DataFrame, column: str) -> pl.DataFrame:
    return given.filter(pl.col(column).is_null())


def _customers(given: pl.DataFrame, _frame: pl.DataFrame, options: Options) -> Iterator[_Notice]:
    text = "customer without party_type: counted as consumer, of whom the law lets one ask least."
    yield from _where(_lacking(given, "party_type"), "party_type", text, "Say business where that is so.")
    if options.country:
        text = f"customer without country: taken to be in {options.country}."
        yield from _where(_lacking(given, "country"), "country", text, "")


def _invoices(given: pl.DataFrame, frame: pl.DataFrame, options: Options) -> Iterator[_Notice]:
    text = "invoice without a due date: counted as current, never chased."
    yield from _where(_lacking(frame, "due_on"), "due_on", text, "Give the due dates.")
    yield from _currency(given, "invoice", options)


def _payments(given: pl.DataFrame, _frame: pl.DataFrame, options: Options) -> Iterator[_Notice]:
    yield from _currency(given, "payment", options)


def _currency(given: pl.DataFrame, what: str, options: Options) -> Iterator[_Notice]:
    if options.currency is None:
        return
    text = f"{what} without currency: taken to be in {options.currency}."
    yield from _where(_lacking(given, "currency"), "currency", text, "")


def _events(_given: pl.DataFrame, frame: pl.DataFrame, _options: Options) -> Iterator[_Notice]:
    open_ended = _lacking(frame.filter(pl.col("kind") == "promise"), "until_on")
    text = "promise without until_on: counted as a response only."
    yield from _where(open_ended, "until_on", text, "Give the promised day in until_on.")


def zero_invoices(rows: pl.DataFrame, source: str) -> list[Problem]:
    """Say that invoices over nothing were left out."""
    found = _where(rows, "amount", "invoice over 0 left out: nothing is owed on it.", "")
    return [Problem(source, line, column, *words) for line, column, words in found]


def early_due(rows: pl.DataFrame, source: str) -> list[Problem]:
    """Say that invoices due before they were issued were accepted, as the mapping asked."""
    found = _where(rows, "due_on", "invoice due before the day of issue: accepted as the mapping says.", "")
    return [Problem(source, line, column, *words) for line, column, words in found]


def unused_columns(raw: RawFile, mapping: FileMapping, shown: Mapping[Kind, Mapping[str, str]]) -> list[Problem]:
    """Name the columns of a mapped file that feed no table."""
    used = {header.strip().lower() for headers in shown.values() for header in headers.values()}
    for table in mapping.tables:
        more = [*table.when, *table.unless, *table.extra]
        more += mapping.shape.names()
        more += [name for column in table.columns.values() for name in (column.column, column.terms, column.since)]
        used |= {name.strip().lower() for name in more}
    unused = [
        name
        for name in raw.columns[: len(raw.columns) - raw.derived]
        if name and name.strip().lower() not in used | {"problem"}
    ]
    if not unused or any(table.is_open for table in mapping.tables):
        return []
    listed = ", ".join(f'"{name}"' for name in unused)
    return [Problem(raw.source, raw.head_lines, "", f"{UNUSED} {listed}.")]

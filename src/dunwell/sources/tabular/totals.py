"""Totals that a table states against the rows above them: a difference may be a row that is missing."""

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from dunwell import money
from dunwell.errors import Problem
from dunwell.sources.delimited import cell_name
from dunwell.sources.rows import Options, RawFile
from dunwell.sources.tabular import amounts

_DECIMALS = 4


def totals_told(raw: RawFile, totals: pl.DataFrame, headers: Iterable[str], options: Options) -> Iterator[Problem]:
    """Compare the last of the rows ``totals`` of ``raw`` with the other rows, where it stands below all of them.

    ``headers`` are the columns of amounts. Nothing is said where an amount cannot be read, and where the rows are
    subtotals that make the whole together.
    """
    rows = raw.cells.filter(~pl.col("line").is_in(totals["line"].implode()))
    if totals.is_empty() or rows.is_empty() or totals["line"][-1] < rows["line"][-1]:
        return
    exponent = money.exponent(options.currency or "EUR")
    for header in headers:
        cell = cell_name(raw.columns.index(header))
        stated = totals[cell].drop_nulls().to_list() if totals[cell][-1] is not None else []
        difference = difference_told(rows[cell].drop_nulls().to_list(), stated, exponent)
        if difference:
            yield Problem(raw.source, int(totals["line"][-1]), header, difference, "Is a row missing?")


def difference_told(texts: Sequence[str], stated: Sequence[str], exponent: int) -> str:
    """Say how the last of the totals differs from the rows; empty where it does not, or an amount cannot be read."""
    plain = amounts.decide([*texts, *stated], exponent).plain
    if not stated or any(text not in plain for text in (*texts, *stated)):
        return ""
    made, totals = sum(_scaled(plain[text]) for text in texts), [_scaled(plain[text]) for text in stated]
    if made == totals[-1] or (len(totals) > 1 and made == sum(totals)):
        return ""
    return f"The total says {stated[-1]}, the rows make {_shown(made)}."


def _scaled(plain: str) -> int:
    whole, _, decimals = plain.lstrip("-").partition(".")
    value = int(whole + decimals[:_DECIMALS].ljust(_DECIMALS, "0"))
    return -value if plain.startswith("-") else value


def _shown(scaled: int) -> str:
    whole, decimals = divmod(abs(scaled), 10**_DECIMALS)
    shown = f"{whole}.{decimals:0{_DECIMALS}}"
    shown = shown[:-2] if shown.endswith("00") else shown
    return f"-{shown}" if scaled < 0 else shown

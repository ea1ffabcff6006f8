"""Rows of one file that name the same thing: identical ones go in once, conflicting ones do not go in silently."""

from dataclasses import dataclass

import polars as pl

from dunwell.errors import Problem
from dunwell.sources.mapping import TableMap
from dunwell.sources.rows import COLUMNS, NATURAL_KEYS, Kind


@dataclass(frozen=True, slots=True)
class Repeats:
    """Later rows whose natural key an earlier row has: ``same`` in every column, or ``conflicting``.

    Both hold ``source_line`` and ``first_line``, the line of the row that has the key first.
    """

    same: pl.DataFrame
    conflicting: pl.DataFrame


_NO_PAIRS = pl.DataFrame(schema={"source_line": pl.Int64, "first_line": pl.Int64})
NO_REPEATS = Repeats(_NO_PAIRS, _NO_PAIRS)


def find(kind: Kind, frame: pl.DataFrame) -> Repeats:
    """Compare every row with the first row of the same natural key, in the order of the file.

    Keys are compared by their hash first: nearly every file has none twice, and eight bytes of each row show it.
    """
    keys = list(NATURAL_KEYS[kind])
    marks = frame.select(pl.struct(keys).hash()).to_series()
    if marks.n_unique() == frame.height:
        return NO_REPEATS
    alike = frame.filter(marks.is_duplicated())
    repeated = alike.filter(pl.struct(keys).is_duplicated())
    first = repeated.unique(keys, keep="first", maintain_order=True)
    later = repeated.join(first.select("source_line"), on="source_line", how="anti")
    pairs = later.join(first, on=keys, how="left", suffix=".first", nulls_equal=True, maintain_order="left")
    others = [column.field for column in COLUMNS[kind] if column.field not in keys] + ["extra"]
    equal = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}.first")) for name in others)
    lines = pl.col("source_line"), pl.col("source_line.first").alias("first_line")
    return Repeats(pairs.filter(equal).select(lines), pairs.filter(~equal).select(lines))


def conflicts(table: TableMap, kind: Kind, repeats: Repeats, source: str) -> list[Problem]:
    """Return a problem for each conflicting row, unless the mapping says that the first one counts."""
    if table.duplicates == "first":
        return []
    keys = tuple(key for key in NATURAL_KEYS[kind] if key != "instalment")
    column = keys[0] if len(keys) == 1 else ""
    hint = "Keep the one that is right."
    if kind == "invoices":
        hint = "Keep the one that is right; number instalments of one invoice in a column instalment."
    named = f"the same {keys[0]}" if len(keys) == 1 else f"the same {', '.join(keys[:-1])} and {keys[-1]}"
    return [
        Problem(
            source, line, column, f"The row has {named} as line {first} but says something else.", hint
        )
        for line, first in repeats.conflicting.iter_rows()
    ]  # fmt: skip


def without_repeats(frame: pl.DataFrame, repeats: Repeats) -> pl.DataFrame:
    """Leave out the repeated rows of either sort."""
    if repeats is NO_REPEATS:
        return frame
    lines = pl.concat([repeats.same, repeats.conflicting])["source_line"]
    return frame.filter(~pl.col("source_line").is_in(lines.implode()))


def notices(table: TableMap, kind: Kind, repeats: Repeats, source: str) -> list[Problem]:
    """Say which repeated rows were left out without harm."""
    found = []
    if repeats.same.height and table.duplicates == "conflict":
        line, first = repeats.same.row(0)
        rows = "row" if repeats.same.height == 1 else "rows"
        what = f"{repeats.same.height} duplicate {rows} of {kind} left out, identical to an earlier one"
        found.append(Problem(source, line, "", f"{what} (here line {first})."))
    if repeats.conflicting.height and table.duplicates == "first":
        line, first = repeats.conflicting.row(0)
        rows = "row" if repeats.conflicting.height == 1 else "rows"
        what = (
            f"{repeats.conflicting.height} differing {rows} of {kind} left out: "
            f"the mapping says that the first counts (here line {first})."
        )
        found.append(Problem(source, line, "", what))
    return found

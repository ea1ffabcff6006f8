"""Sums and lookups over rows that are sorted by group: one pass over the column, no hash table, no window per group.

Polars joins two frames whose keys are known to be sorted several times faster than any others, keeps their order and
does not copy the left one, as long as they are no lazy frames; so the engine keeps its frames sorted by invoice or by
pair, and :func:`sorted_by` costs nothing where they already are.
"""

import polars as pl

from dunwell.assess.made_once import made_once


def sorted_by(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the frame sorted by ``key``, and known to be."""
    values = frame[key]
    if values.flags["SORTED_ASC"]:
        return frame
    return frame.with_columns(pl.col(key).set_sorted()) if values.is_sorted() else frame.sort(key)


def attached(frame: pl.DataFrame, piece: pl.DataFrame, key: str) -> pl.DataFrame:
    """Add the columns of ``piece``, null where it lacks the key, which it has at most once; the order stays.

    Where ``frame`` is not sorted by the key, only the key goes through the join, so that a wide frame is not copied.
    """
    if max(frame.height, piece.height) <= FEW:
        return frame.hstack(_rows_at(piece, key, frame[key]))
    if piece.is_empty():
        return frame.with_columns(
            pl.lit(None, dtype).alias(name) for name, dtype in piece.schema.items() if name != key
        )
    if frame[key].is_sorted():
        return sorted_by(frame, key).join(sorted_by(piece, key), on=key, how="left", maintain_order="left")
    found = frame.select(key).join(piece, on=key, how="left", maintain_order="left")
    return frame.hstack(found.drop(key))


FEW = 256
"""Rows that are looked up one by one in less time than a join takes to begin."""


def _rows_at(piece: pl.DataFrame, key: str, wanted: pl.Series) -> pl.DataFrame:
    """The rows of ``piece`` with the keys ``wanted``, without the key; null where it lacks one."""
    known, asked = piece[key].to_list(), wanted.to_list()
    own = piece[[name for name in piece.columns if name != key]]
    if known == asked and None not in asked:
        return own
    places = {value: place for place, value in enumerate(known) if value is not None}
    return own[pl.Series([places.get(value) for value in asked], dtype=pl.UInt32)]


def looked_up(table: pl.DataFrame, index: pl.Expr, *names: str) -> list[pl.Expr]:
    """The columns of a small table at the row numbers ``index``; a column that never varies becomes one value.

    ``index`` must not be null where a column of one value is to stay null.
    """
    return [
        _constant(table[name]) if is_constant(table[name]) else pl.lit(table[name]).gather(index).alias(name)
        for name in names or table.columns
    ]


def is_constant(values: pl.Series) -> bool:
    """Whether a column has the same value in every row, and at least one row."""
    if len(values) == 1:
        return True
    if values.is_empty() or values[0] is None:
        return not values.is_empty() and values.null_count() == len(values)
    return values.null_count() == 0 and (values == values[0]).all()


def _constant(values: pl.Series) -> pl.Expr:
    return pl.lit(values[0], dtype=values.dtype).alias(values.name)


@made_once
def is_first_of(key: str) -> pl.Expr:
    """Whether a row is the first of its group."""
    return (pl.col(key) != pl.col(key).shift(1)).fill_null(value=True)


@made_once
def is_last_of(key: str) -> pl.Expr:
    """Whether a row is the last of its group."""
    return (pl.col(key) != pl.col(key).shift(-1)).fill_null(value=True)


@made_once
def is_followed_in(key: str) -> pl.Expr:
    """Whether the next row belongs to the same group."""
    return (pl.col(key) == pl.col(key).shift(-1)).fill_null(value=False)


@made_once
def running_sum(value: str, key: str) -> pl.Expr:
    """The sum of ``value`` through this row within its group; rows of a group must stand together, in order.

    The whole column is summed once, and what came before the group is taken off. The sum of the whole column may pass
    int64 and wraps then; the difference does not, because int64 counts modulo 2^64 and a group's own sum fits.
    """
    total = pl.col(value).cum_sum()
    return total - pl.when(is_first_of(key)).then(total - pl.col(value)).forward_fill()


def sums_by_group(frame: pl.DataFrame, key: str, sums: tuple[str, ...], *kept: pl.Expr) -> pl.DataFrame:
    """One row per group with the sums of the columns named, and with what ``kept`` says in the group's last row.

    Wraps as :func:`running_sum` does, and is exact for the same reason.
    """
    totals = frame.select(key, *kept, *_totals(sums))
    ends = last_of_groups(totals, key)
    return ends if ends.height <= 1 else ends.with_columns(_differences(sums))


def last_of_groups(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """The last row of each group; rows of a group stand together."""
    keys = frame[key]
    is_one_group = len(keys) > 0 and keys[0] == keys[-1]
    return frame.tail(1) if is_one_group else frame.filter(is_last_of(key))


@made_once
def _totals(names: tuple[str, ...]) -> list[pl.Expr]:
    """Of each column, the sum of all rows through this one."""
    return [pl.col(name).cum_sum() for name in names]


@made_once
def _differences(names: tuple[str, ...]) -> list[pl.Expr]:
    """Of each column, what was added since the row before."""
    return [pl.col(name) - pl.col(name).shift(1, fill_value=0) for name in names]

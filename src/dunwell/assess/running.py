"""Running sums within groups, over rows that are sorted by group: one pass over the column, no window per group."""

import polars as pl


def is_first_of(key: str) -> pl.Expr:
    """Whether a row is the first of its group."""
    return (pl.col(key) != pl.col(key).shift(1)).fill_null(value=True)


def is_followed_in(key: str) -> pl.Expr:
    """Whether the next row belongs to the same group."""
    return (pl.col(key) == pl.col(key).shift(-1)).fill_null(value=False)


def running_sum(value: str, key: str) -> pl.Expr:
    """The sum of ``value`` through this row within its group; rows of a group must stand together, in order.

    The whole column is summed once, and what came before the group is taken off; int64 holds ten thousand rows of
    the largest amount accepted, so the sum is taken in Int128.
    """
    total = pl.col(value).cast(pl.Int128).cum_sum()
    before = pl.when(is_first_of(key)).then(total - pl.col(value)).forward_fill()
    return (total - before).cast(pl.Int64)

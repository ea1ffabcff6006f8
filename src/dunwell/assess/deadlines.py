"""Pay-by dates on business days of the customer's country (product §2.2).

Business days are looked up once per distinct country, date and term, then joined on: a run has a few thousand
of them, whatever its number of customers.
"""

from datetime import date

import polars as pl

from dunwell.calendar import deadline_after

_KEY = ("country", "from_on", "days")


def with_deadline(frame: pl.DataFrame, from_on: pl.Expr, days: pl.Expr, name: str) -> pl.DataFrame:
    """Add column ``name``: ``from_on`` + ``days``, moved to the next business day of column ``country``.

    Null where ``from_on`` or ``days`` is null.
    """
    keyed = frame.with_columns(from_on.alias("from_on"), days.cast(pl.Int64).alias("days"))
    if keyed["from_on"].null_count() == keyed.height:
        return keyed.drop("from_on", "days").with_columns(pl.lit(None, dtype=pl.Date).alias(name))
    wanted = keyed.select(_KEY).filter(pl.col("from_on").is_not_null() & pl.col("days").is_not_null()).unique()
    deadlines = [_deadline(country, on, term) for country, on, term in wanted.iter_rows()]
    table = wanted.with_columns(pl.Series(name, deadlines, dtype=pl.Date))
    return keyed.join(table, on=_KEY, how="left", nulls_equal=True).drop("from_on", "days")


def _deadline(country: str | None, on: date, days: int) -> date:
    return deadline_after(on, days, country or "")

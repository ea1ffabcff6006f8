"""Pay-by dates on business days of the customer's country (product §2.2).

Business days are looked up once per distinct country, date and term, then joined on: a run has a few thousand
of them, whatever its number of customers.
"""

from datetime import date

import polars as pl

from dunwell.assess.days import DAYS_MAX, day_number
from dunwell.assess.running import attached
from dunwell.calendar import deadline_after

_CODE = "deadline_code"


def country_code() -> pl.Expr:
    """Column ``country`` as a number, ``country_code``, so that no text has to be compared for every deadline."""
    return pl.col("country").fill_null("").cast(pl.Categorical).to_physical().cast(pl.Int64).alias("country_code")


def with_deadline(frame: pl.DataFrame, from_on: pl.Expr, days: pl.Expr, name: str) -> pl.DataFrame:
    """Add column ``name``: ``from_on`` + ``days``, moved to the next business day of column ``country``.

    Null where ``from_on`` or ``days`` is null. The frame has the ``country_code``, too.
    """
    keyed = frame.select(
        "country", "country_code", from_on.cast(pl.Date).alias("from_on"), days.cast(pl.Int64).alias("days")
    ).with_columns(_code())
    wanted = keyed.filter(pl.col(_CODE).is_not_null()).unique(_CODE)
    if wanted.is_empty():
        return frame.with_columns(pl.lit(None, dtype=pl.Date).alias(name))
    asked = wanted.select("country", "from_on", "days").iter_rows()
    deadlines = pl.Series(name, [_deadline(country, on, term) for country, on, term in asked], dtype=pl.Date)
    found = attached(keyed.select(_CODE), wanted.select(_CODE, deadlines), _CODE)
    return frame.hstack(found.select(name))


def _code() -> pl.Expr:
    """Country, day and term as one integer, so that few have to be looked up; null where one is missing."""
    is_known = pl.col("from_on").is_not_null() & pl.col("days").is_not_null()
    code = (pl.col("country_code") * DAYS_MAX + day_number("from_on")) * _TERM_MAX + pl.col("days")
    return pl.when(is_known).then(code).alias(_CODE)


_TERM_MAX = 2**16
"""More days than any term has."""


def _deadline(country: str | None, on: date, days: int) -> date:
    return deadline_after(on, days, country or "")

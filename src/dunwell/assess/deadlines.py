"""Pay-by dates on business days of the customer's country (product §2.2).

Business days are looked up once per distinct country, date and term, then joined on: a run has a few thousand
of them, whatever its number of customers.
"""

from datetime import date

import polars as pl

from dunwell.assess.days import DAYS_MAX, day_number
from dunwell.assess.made_once import made_once
from dunwell.assess.running import FEW, attached
from dunwell.calendar import deadline_after

_CODE = "deadline_code"


@made_once
def country_code() -> pl.Expr:
    """Column ``country`` as a number, ``country_code``, so that no text has to be compared for every deadline."""
    return pl.col("country").fill_null("").cast(pl.Categorical).to_physical().cast(pl.Int64).alias("country_code")


def with_deadline(frame: pl.DataFrame, from_on: pl.Expr, days: pl.Expr, name: str) -> pl.DataFrame:
    """Add column ``name``: ``from_on`` + ``days``, moved to the next business day of column ``country``.

    Null where ``from_on`` or ``days`` is null. The frame has the ``country_code``, too.
    """
    dated = frame.select(
        "country", "country_code", from_on.cast(pl.Date).alias("from_on"), days.cast(pl.Int64).alias("days")
    )
    if dated["from_on"].null_count() == dated.height:
        return frame.with_columns(pl.lit(None, dtype=pl.Date).alias(name))
    if dated.height <= FEW:
        asked = dated[["country", "from_on", "days"]].rows()
        return frame.hstack([pl.Series(name, [_deadline(*one) for one in asked], dtype=pl.Date)])
    keyed = dated.with_columns(_code())
    wanted = keyed.filter(pl.col(_CODE).is_not_null()).unique(_CODE)
    asked = wanted.select("country", "from_on", "days").rows()
    deadlines = pl.Series(name, [_deadline(*one) for one in asked], dtype=pl.Date)
    found = attached(keyed.select(_CODE), wanted.select(_CODE, deadlines), _CODE)
    return frame.hstack(found.select(name))


@made_once
def _code() -> pl.Expr:
    """Country, day and term as one integer, so that few have to be looked up; null where one is missing."""
    is_known = pl.col("from_on").is_not_null() & pl.col("days").is_not_null()
    code = (pl.col("country_code") * DAYS_MAX + day_number("from_on")) * _TERM_MAX + pl.col("days")
    return pl.when(is_known).then(code).alias(_CODE)


_TERM_MAX = 2**16
"""More days than any term has."""


def _deadline(country: str | None, on: date | None, days: int | None) -> date | None:
    return None if on is None or days is None else deadline_after(on, days, country or "")

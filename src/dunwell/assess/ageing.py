"""Days past due and ageing buckets (product §1). The due day itself is day 0 and not overdue."""

from datetime import date

import polars as pl

from dunwell.assess.days import days_between
from dunwell.assess.made_once import made_once

BUCKETS = ("current", "1_30", "31_60", "61_90", "over_90")
BUCKET = pl.Enum(BUCKETS)


@made_once
def days_past_due(as_of: date) -> pl.Expr:
    """As-of date − due date in calendar days; null for an undated invoice."""
    return days_between(pl.col("due_on"), pl.lit(as_of)).alias("days_past_due")


@made_once
def oldest_days_past_due(as_of: date) -> pl.Expr:
    """Days past due of a pair's oldest chaseable invoice, from the first day on which that was past due."""
    past_due_days = days_between(pl.col("oldest_past_due_from_on"), pl.lit(as_of))
    return (past_due_days + pl.col("grace_days") + 1).alias("oldest_days_past_due")


@made_once
def is_past_due() -> pl.Expr:
    """Past due: as-of date > due date + grace days, and more than a rounding residue is open.

    On the last grace day it is not; a balance within the policy's tolerance counts as settled.
    """
    is_late = (pl.col("days_past_due") > pl.col("grace_days")).fill_null(value=False)
    return (is_late & (pl.col("open_minor") > pl.col("tolerance_minor"))).alias("is_past_due")


@made_once
def bucket() -> pl.Expr:
    """The ageing bucket; grace does not change it, and an undated invoice counts as current."""
    days = pl.col("days_past_due")
    return (
        pl.when(days.is_null() | (days <= 0))
        .then(_bucket("current"))
        .when(days <= 30)
        .then(_bucket("1_30"))
        .when(days <= 60)
        .then(_bucket("31_60"))
        .when(days <= 90)
        .then(_bucket("61_90"))
        .otherwise(_bucket("over_90"))
        .alias("bucket")
    )


def _bucket(name: str) -> pl.Expr:
    """A bucket by name, as the number it is kept as."""
    return pl.lit(name, dtype=BUCKET)


@made_once
def bucket_parts() -> list[pl.Expr]:
    """The open amount in the column of its bucket (``current_minor``, ``days_1_30_minor`` …), 0 in the others."""
    return [
        pl.when(pl.col("bucket") == name).then("open_minor").otherwise(0).alias(bucket_column(name)) for name in BUCKETS
    ]


@made_once
def bucket_column(name: str) -> str:
    """The column that sums a bucket."""
    return "current_minor" if name == "current" else f"days_{name}_minor"

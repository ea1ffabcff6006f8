"""When to look again: the first day on which an assessment can change without anything new happening.

Looking too often costs a little; looking too late would miss a day. So every date that any rule compares with the
as-of date is a candidate, and the earliest one that lies ahead wins.
"""

from datetime import date

import polars as pl


def _after(on: str, days: pl.Expr) -> pl.Expr:
    return (pl.col(on) + pl.duration(days=days)).cast(pl.Date)


def next_look_on(as_of: date) -> pl.Expr:
    """The earliest candidate after the as-of date; null when nothing lies ahead."""
    oldest_due = pl.lit(as_of) - pl.duration(days=pl.col("oldest_days_past_due"))
    one = pl.lit(1)
    candidates = [
        pl.col("next_past_due_on"),
        (oldest_due + pl.duration(days=pl.col("step_day"))).cast(pl.Date),
        (oldest_due + pl.duration(days=pl.col("hold_step_day"))).cast(pl.Date),
        (oldest_due + pl.duration(days=pl.col("hold_days_past_due") + 1)).cast(pl.Date),
        _after("last_pay_by_on", pl.col("grace_days") + 1),
        _after("last_letter_on", pl.col("min_gap_days")),
        _after("last_letter_on", pl.col("hold_step_gap_days")),
        _after("warning_pay_by_on", one),
        _after("paused_until_on", one),
        _after("first_obstacle_end_on", one),
        _after("released_on", pl.col("regrace_days") + 1),
        _after("cure_by_on", one),
    ]
    ahead = [pl.when(candidate > as_of).then(candidate) for candidate in candidates]
    return pl.min_horizontal(*ahead).alias("next_look_on")

"""When to look again: the first day on which an assessment can change without anything new happening.

Looking too often costs a little; looking too late would miss a day. So every date that any rule compares with the
as-of date is a candidate, and the earliest one that lies ahead wins.
"""

from datetime import date

import polars as pl

from dunwell.assess.days import plus_days
from dunwell.assess.ladder import needed_days
from dunwell.assess.made_once import made_once
from dunwell.calendar import next_month_end


def _after(on: str, days: pl.Expr | int) -> pl.Expr:
    return plus_days(pl.col(on), days)


def _month_end(as_of: date, step_day: str, is_at_month_end: str) -> pl.Expr:
    """The next end of a month, for a step that waits for one."""
    is_waiting = pl.col("oldest_days_past_due") < needed_days(as_of, step_day, is_at_month_end)
    return pl.when(pl.col(is_at_month_end) & is_waiting).then(pl.lit(next_month_end(as_of)))


def days_of(pairs: pl.DataFrame) -> frozenset[str]:
    """Which of the dates that rules look at any of the pairs has."""
    return frozenset(day for day, _ in _DATED if pairs[day].null_count() < pairs.height)


@made_once
def next_look_on(as_of: date, days: frozenset[str], *, waits_for_month_ends: bool) -> pl.Expr:
    """The earliest candidate after the as-of date; null when nothing lies ahead.

    ``days`` are those that :func:`days_of` found: a date that no pair has is no candidate. ``waits_for_month_ends``
    says whether any policy has a step at the end of a month.
    """
    oldest_due = plus_days(pl.lit(as_of), -pl.col("oldest_days_past_due"))
    candidates = [
        plus_days(oldest_due, pl.col("step_day")),
        plus_days(oldest_due, pl.col("hold_step_day")),
        plus_days(oldest_due, pl.col("hold_days_past_due") + 1),
        *(_after(day, term) for day, term in _DATED if day in days),
    ]
    if waits_for_month_ends:
        candidates += [
            _month_end(as_of, "step_day", "is_at_month_end"),
            _month_end(as_of, "hold_step_day", "is_hold_at_month_end"),
        ]
    ahead = [pl.when(candidate > as_of).then(candidate) for candidate in candidates]
    return pl.min_horizontal(*ahead).alias("next_look_on")


_DATED: tuple[tuple[str, pl.Expr | int], ...] = (
    ("next_past_due_on", 0),
    ("last_pay_by_on", pl.col("grace_days") + 1),
    ("last_letter_on", pl.col("min_gap_days")),
    ("last_letter_on", pl.col("hold_step_gap_days")),
    ("warning_pay_by_on", 1),
    ("paused_until_on", 1),
    ("first_obstacle_end_on", 1),
    ("released_on", pl.col("regrace_days") + 1),
    ("cure_by_on", 1),
)
"""A pair's own dates, and how many days after each of them the rules look at something else."""

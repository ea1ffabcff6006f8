"""The ladder (product §2.2): which step comes next, and whether it is ripe."""

from datetime import date

import polars as pl

from dunwell.assess.days import plus_days
from dunwell.assess.hold_rule import is_eligible, is_eligible_but_for_contract
from dunwell.assess.made_once import made_once
from dunwell.calendar import last_month_end


@made_once
def is_hold_candidate() -> pl.Expr:
    """The hold step may be taken once per episode, by a pair that is eligible and not already held."""
    is_open_step = (pl.col("hold_step_index") >= 0) & ~pl.col("is_hold_step_taken") & ~pl.col("is_held")
    return (is_open_step & is_eligible()).alias("is_hold_candidate")


@made_once
def is_review_candidate() -> pl.Expr:
    """The contract alone stands in the way of a hold: the alternatives are to be offered."""
    is_open_step = (pl.col("hold_step_index") >= 0) & ~pl.col("is_hold_step_taken") & ~pl.col("is_held")
    return (is_open_step & is_eligible_but_for_contract() & ~pl.col("is_hold_allowed")).alias("is_review_candidate")


@made_once
def chosen_step_index() -> pl.Expr:
    """The hold step if it is a candidate, else the lowest other step above the position; -1 past the last."""
    hold_step, ordinary = pl.col("hold_step_index"), pl.col("next_index")
    return pl.when("is_hold_candidate").then(hold_step).otherwise(ordinary).alias("step_index")


@made_once
def is_at_the_end() -> pl.Expr:
    """No step is left above the position: nothing repeats, what remains is a referral decision."""
    return pl.col("position") >= pl.col("last_index")


@made_once
def needed_days(as_of: date, step_day: str, is_at_month_end: str) -> pl.Expr:
    """How many days past due the oldest invoice must be today for a step.

    A step at the end of the month is due once the last end of month has passed its day: the days since then come on
    top. So both kinds of step are one comparison.
    """
    since_days = (as_of - last_month_end(as_of)).days
    return pl.col(step_day) + pl.col(is_at_month_end).fill_null(value=False).cast(pl.Int64) * since_days


@made_once
def is_step_due(as_of: date) -> pl.Expr:
    """The oldest chaseable invoice has reached the step's day; ``≥``, so that a missed day is caught up."""
    is_reached = pl.col("oldest_days_past_due") >= needed_days(as_of, "step_day", "is_at_month_end").fill_null(0)
    return is_reached.fill_null(value=False).alias("is_step_due")


@made_once
def is_deadline_passed(as_of: date) -> pl.Expr:
    """The last letter's own pay-by date, and the grace, have passed: nobody is pressed before the date we gave."""
    until = plus_days(pl.col("last_pay_by_on"), pl.col("grace_days"))
    return (until < as_of).fill_null(value=True).alias("is_deadline_passed")


@made_once
def is_gap_passed(as_of: date, gap_days: str) -> pl.Expr:
    """The minimum gap since the last letter has passed: of 14 days after the 1st, the 15th is the first."""
    ready_on = plus_days(pl.col("last_letter_on"), pl.col(gap_days))
    return (ready_on <= as_of).fill_null(value=True).alias("is_gap_passed")


@made_once
def is_ripe() -> pl.Expr:
    """All three hold for the chosen step."""
    return pl.all_horizontal("is_step_due", "is_deadline_passed", "is_gap_passed").alias("is_ripe")


@made_once
def is_review_ripe(as_of: date) -> pl.Expr:
    """The hold step would be ripe if the contract allowed it."""
    is_reached = pl.col("oldest_days_past_due") >= needed_days(as_of, "hold_step_day", "is_hold_at_month_end")
    return is_reached.fill_null(value=False) & is_deadline_passed(as_of) & is_gap_passed(as_of, "hold_step_gap_days")

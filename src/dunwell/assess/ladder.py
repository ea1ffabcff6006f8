"""The ladder (product §2.2): which step comes next, and whether it is ripe."""

from datetime import date

import polars as pl

from dunwell.assess.hold_rule import is_eligible, is_eligible_but_for_contract


def is_hold_candidate() -> pl.Expr:
    """The hold step may be taken once per episode, by a pair that is eligible and not already held."""
    is_open_step = (pl.col("hold_step_index") >= 0) & ~pl.col("is_hold_step_taken") & ~pl.col("is_held")
    return (is_open_step & is_eligible()).alias("is_hold_candidate")


def is_review_candidate() -> pl.Expr:
    """The contract alone stands in the way of a hold: the alternatives are to be offered."""
    is_open_step = (pl.col("hold_step_index") >= 0) & ~pl.col("is_hold_step_taken") & ~pl.col("is_held")
    return (is_open_step & is_eligible_but_for_contract() & ~pl.col("is_hold_allowed")).alias("is_review_candidate")


def chosen_step_index() -> pl.Expr:
    """The hold step if it is a candidate, else the lowest other step above the position; -1 past the last."""
    hold_step, ordinary = pl.col("hold_step_index"), pl.col("next_index")
    return pl.when("is_hold_candidate").then(hold_step).otherwise(ordinary).alias("step_index")


def is_at_the_end() -> pl.Expr:
    """No step is left above the position: nothing repeats, what remains is a referral decision."""
    return pl.col("position") >= pl.col("last_index")


def is_step_due() -> pl.Expr:
    """The oldest chaseable invoice has reached the step's day; ``≥``, so that a missed day is caught up."""
    is_reached = pl.col("oldest_days_past_due") >= pl.col("step_day").fill_null(0)
    return is_reached.fill_null(value=False).alias("is_step_due")


def is_deadline_passed(as_of: date) -> pl.Expr:
    """The last letter's own pay-by date, and the grace, have passed: nobody is pressed before the date we gave."""
    until = (pl.col("last_pay_by_on") + pl.duration(days=pl.col("grace_days"))).cast(pl.Date)
    return (until < as_of).fill_null(value=True).alias("is_deadline_passed")


def is_gap_passed(as_of: date, gap_days: pl.Expr) -> pl.Expr:
    """The minimum gap since the last letter has passed: of 14 days after the 1st, the 15th is the first."""
    ready_on = (pl.col("last_letter_on") + pl.duration(days=gap_days)).cast(pl.Date)
    return (ready_on <= as_of).fill_null(value=True).alias("is_gap_passed")


def is_ripe() -> pl.Expr:
    """All three hold for the chosen step."""
    return pl.all_horizontal("is_step_due", "is_deadline_passed", "is_gap_passed")


def is_review_ripe(as_of: date) -> pl.Expr:
    """The hold step would be ripe if the contract allowed it."""
    is_due = (pl.col("oldest_days_past_due") >= pl.col("hold_step_day")).fill_null(value=False)
    return is_due & is_deadline_passed(as_of) & is_gap_passed(as_of, pl.col("hold_step_gap_days"))

"""The six conditions of a credit hold (product §2.1), one function each, readable beside the text."""

from datetime import date

import polars as pl

from dunwell.assess.days import plus_days
from dunwell.assess.made_once import made_once


@made_once
def is_over_hold_days() -> pl.Expr:
    """1. An invoice is chaseable and more than 30 days past due: day 30 is not enough, day 31 is."""
    days = pl.col("oldest_days_past_due")
    return (days > pl.col("hold_days_past_due")).fill_null(value=False).alias("is_over_hold_days")


@made_once
def is_unanswered() -> pl.Expr:
    """2. Several requests are unanswered, and no answer is stopping the clock."""
    is_silent = pl.col("unanswered_requests") >= pl.col("min_unanswered_requests")
    return (is_silent & pl.col("paused_until_on").is_null()).alias("is_unanswered")


@made_once
def is_warned(as_of: date) -> pl.Expr:
    """3. A letter that warned of the hold was sent and its deadline has passed: nobody is held by surprise."""
    is_expired = (pl.col("warning_pay_by_on") < as_of).fill_null(value=False)
    return (~pl.col("warn_first") | is_expired).alias("is_warned")


@made_once
def is_hold_allowed() -> pl.Expr:
    """4. The policy and the contract allow holds; a contract that is silent leaves it to the policy."""
    return (pl.col("hold_allowed") & pl.col("contract_allows_hold").fill_null(value=True)).alias("is_hold_allowed")


@made_once
def is_in_regrace(as_of: date) -> pl.Expr:
    """Whether an earlier release still protects the account from the same hold."""
    protected_until = plus_days(pl.col("released_on"), pl.col("regrace_days"))
    return (protected_until >= as_of).fill_null(value=False).alias("is_in_regrace")


@made_once
def meets_hold_minimum() -> pl.Expr:
    """Whether the chaseable total reaches the policy's minimum for a hold."""
    return (pl.col("chaseable_minor") >= pl.col("hold_minimum_minor")).alias("meets_hold_minimum")


@made_once
def is_unprotected() -> pl.Expr:
    """5. No promise, plan, full dispute, exclusion or grace after a release; and the amount is worth a hold."""
    protections = ("has_promise", "has_plan", "is_fully_disputed", "is_excluded", "is_in_regrace")
    return (~pl.any_horizontal(*protections) & pl.col("meets_hold_minimum")).alias("is_unprotected")


@made_once
def exceeds_credits() -> pl.Expr:
    """6. More is chaseable than the account has in unapplied cash and credits."""
    return (pl.col("chaseable_minor") > pl.col("unapplied_minor")).alias("exceeds_credits")


@made_once
def held_open_minor() -> pl.Expr:
    """What is still to be paid of what a hold demanded: the rest of its invoices, less credits."""
    rest = pl.col("held_open_minor").fill_null(0) - pl.col("unapplied_minor")
    return pl.when("is_held").then(pl.max_horizontal(rest, 0)).alias("held_open_minor")


@made_once
def cure_from() -> tuple[pl.Expr, pl.Expr]:
    """From which day the term of a hold runs, and how many days."""
    return pl.when("is_held").then("held_on"), pl.col("cure_days")


@made_once
def cure_by_on() -> pl.Expr:
    """The last day to pay in a hold: what its letter stated, or what the policy's term comes to."""
    computed = pl.when("has_unstated_cure").then("computed_cure_on")
    return pl.when("is_held").then(pl.max_horizontal("stated_cure_by_on", computed)).alias("cure_by_on")


@made_once
def is_eligible() -> pl.Expr:
    """All six."""
    return is_eligible_but_for_contract() & pl.col("is_hold_allowed")


@made_once
def is_eligible_but_for_contract() -> pl.Expr:
    """All but the fourth: then the alternatives are proposed instead."""
    return pl.all_horizontal("is_over_hold_days", "is_unanswered", "is_warned", "is_unprotected", "exceeds_credits")


@made_once
def is_fully_disputed() -> pl.Expr:
    """Whether a dispute lies on every past-due amount of the pair."""
    overdue = pl.col("overdue_minor")
    return ((overdue > 0) & (pl.col("disputed_overdue_minor") == overdue)).alias("is_fully_disputed")

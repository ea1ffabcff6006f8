"""The six conditions of a credit hold (product §2.1), one function each, readable beside the text."""

from datetime import date

import polars as pl

from dunwell.assess.days import plus_days


def is_over_hold_days() -> pl.Expr:
    """1. An invoice is chaseable and more than 30 days past due: day 30 is not enough, day 31 is."""
    days = pl.col("oldest_days_past_due")
    return (days > pl.col("hold_days_past_due")).fill_null(value=False).alias("is_over_hold_days")


def is_unanswered() -> pl.Expr:
    """2. Several requests are unanswered, and no answer is stopping the clock."""
    is_silent = pl.col("unanswered_requests") >= pl.col("min_unanswered_requests")
    return (is_silent & pl.col("paused_until_on").is_null()).alias("is_unanswered")


def is_warned(as_of: date) -> pl.Expr:
    """3. A letter that warned of the hold was sent and its deadline has passed: nobody is held by surprise."""
    is_expired = (pl.col("warning_pay_by_on") < as_of).fill_null(value=False)
    return (~pl.col("warn_first") | is_expired).alias("is_warned")


def is_hold_allowed() -> pl.Expr:
    """4. The policy and the contract allow holds; a contract that is silent leaves it to the policy."""
    return (pl.col("hold_allowed") & pl.col("contract_allows_hold").fill_null(value=True)).alias("is_hold_allowed")


def is_in_regrace(as_of: date) -> pl.Expr:
    """Whether an earlier release still protects the account from the same hold."""
    protected_until = plus_days(pl.col("released_on"), pl.col("regrace_days"))
    return (protected_until >= as_of).fill_null(value=False).alias("is_in_regrace")


def meets_hold_minimum() -> pl.Expr:
    """Whether the chaseable total reaches the policy's minimum for a hold."""
    return (pl.col("chaseable_minor") >= pl.col("hold_minimum_minor")).alias("meets_hold_minimum")


def is_unprotected() -> pl.Expr:
    """5. No promise, plan, full dispute, exclusion or grace after a release; and the amount is worth a hold."""
    protections = ("has_promise", "has_plan", "is_fully_disputed", "is_excluded", "is_in_regrace")
    return (~pl.any_horizontal(*protections) & pl.col("meets_hold_minimum")).alias("is_unprotected")


def exceeds_credits() -> pl.Expr:
    """6. More is chaseable than the account has in unapplied cash and credits."""
    return (pl.col("chaseable_minor") > pl.col("unapplied_minor")).alias("exceeds_credits")


def is_eligible() -> pl.Expr:
    """All six."""
    return is_eligible_but_for_contract() & pl.col("is_hold_allowed")


def is_eligible_but_for_contract() -> pl.Expr:
    """All but the fourth: then the alternatives are proposed instead."""
    return pl.all_horizontal("is_over_hold_days", "is_unanswered", "is_warned", "is_unprotected", "exceeds_credits")


def is_fully_disputed() -> pl.Expr:
    """Whether a dispute lies on every past-due amount of the pair."""
    overdue = pl.col("overdue_minor")
    return ((overdue > 0) & (pl.col("disputed_overdue_minor") == overdue)).alias("is_fully_disputed")

"""What stands in the way of chasing an invoice: disputes, promises, plans, exclusions (decision 2).

Each holds from its date to its ``until_on``, both days included; without ``until_on`` until further notice,
except a promise, which needs its day.
"""

from datetime import date

import polars as pl

from dunwell.assess.balances import PAIR
from dunwell.assess.made_once import made_once

KINDS = ("dispute", "promise", "plan", "exclusion")


def _active(events: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Events of the four kinds that hold on the as-of date."""
    is_open_ended = pl.col("until_on").is_null() & (pl.col("kind") != "promise")
    return events.filter(pl.col("kind").is_in(KINDS)).filter(is_open_ended | (pl.col("until_on") >= as_of))


def obstacles_by_invoice(events: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Per named invoice: the disputed amount (null: the whole), and whether it is promised, planned or excluded."""
    kind, amount = pl.col("kind"), pl.col("amount_minor")
    disputes = amount.filter(kind == "dispute")
    return (
        _active(events, as_of)
        .filter(pl.col("invoice_id").is_not_null())
        .group_by("invoice_id")
        .agg(
            (kind == "dispute").any().alias("has_dispute"),
            (disputes.is_null().any()).alias("is_wholly_disputed"),
            disputes.sum().alias("disputed_part_minor"),
            kind.is_in(["promise", "plan", "exclusion"]).any().alias("is_suspended"),
        )
    )


def obstacles_by_pair(events: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Per pair: up to which issue date account-wide disputes, promises and plans reach, and what is active at all."""
    kind = pl.col("kind")
    is_account_wide = pl.col("invoice_id").is_null()
    until = pl.col("until_on")

    def reach(of: str) -> pl.Expr:
        return pl.col("on").filter(is_account_wide & (kind == of)).max()

    return (
        _active(events, as_of)
        .group_by(PAIR)
        .agg(
            reach("dispute").alias("dispute_reach_on"),
            pl.max_horizontal(reach("promise"), reach("plan")).alias("suspension_reach_on"),
            (is_account_wide & (kind == "exclusion")).any().alias("is_excluded"),
            (kind == "promise").any().alias("has_promise"),
            (kind == "plan").any().alias("has_plan"),
            until.filter(kind == "promise").max().alias("promised_until_on"),
            _latest_end(until.filter(is_account_wide & (kind == "exclusion"))).alias("excluded_until_on"),
            until.min().alias("first_obstacle_end_on"),
        )
    )


@made_once
def disputed_minor() -> pl.Expr:
    """How much of an open invoice is disputed: all of it under a whole or account-wide dispute, else the named part."""
    is_whole = pl.col("is_wholly_disputed").fill_null(value=False) | _reaches("dispute_reach_on")
    part = pl.min_horizontal(pl.col("disputed_part_minor").fill_null(0), "open_minor")
    return pl.when(is_whole).then(pl.col("open_minor")).otherwise(part).alias("disputed_minor")


def _latest_end(until: pl.Expr) -> pl.Expr:
    """The last day of several; null as soon as one has no end."""
    return pl.when(until.is_not_null().all()).then(until.max())


@made_once
def is_excluded() -> pl.Expr:
    """Whether the whole account is excluded, by an event or because its policy chases nobody."""
    return (pl.col("is_excluded").fill_null(value=False) | ~pl.col("is_chased")).alias("is_excluded")


@made_once
def excluded_until_on() -> pl.Expr:
    """The last day of an exclusion; none where the policy chases nobody, which has no end."""
    return pl.when("is_chased").then("excluded_until_on").alias("excluded_until_on")


@made_once
def is_suspended() -> pl.Expr:
    """Whether an invoice is promised, in a plan or excluded."""
    is_named = pl.col("is_suspended").fill_null(value=False)
    return (is_named | pl.col("is_excluded") | _reaches("suspension_reach_on")).alias("is_suspended")


def _reaches(reach: str) -> pl.Expr:
    """An account-wide obstacle covers the invoices issued on or before its own date; one without a date, too."""
    issued = pl.col("issued_on")
    return (pl.col(reach).is_not_null() & (issued.is_null() | (issued <= pl.col(reach)))).fill_null(value=False)


@made_once
def chaseable_minor() -> pl.Expr:
    """Open, past due, and neither disputed, promised, in a plan, nor excluded."""
    is_free = pl.col("is_past_due") & ~pl.col("is_suspended")
    rest = pl.col("open_minor") - pl.col("disputed_minor")
    return pl.when(is_free).then(rest).otherwise(0).alias("chaseable_minor")

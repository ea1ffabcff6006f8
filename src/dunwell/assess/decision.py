"""The action, first that fits (decision 2): release, match cash, wait, hold, letter, refer, review."""

from datetime import date

import polars as pl

from dunwell.assess.assessment import ACTION, HOLD
from dunwell.assess.ladder import is_at_the_end, is_review_ripe
from dunwell.assess.made_once import made_once


@made_once
def is_cured() -> pl.Expr:
    """What the hold demanded is paid, or a plan has taken its place (product §2.1)."""
    is_settled = pl.col("held_open_minor") <= 0
    return (pl.col("is_held") & (is_settled | pl.col("has_plan"))).alias("is_cured")


@made_once
def is_cure_missed(as_of: date) -> pl.Expr:
    """The hold's own deadline has passed without a cure: its consequences are proposed, never applied."""
    is_late = (pl.col("cure_by_on") < as_of).fill_null(value=False)
    return (pl.col("is_held") & ~pl.col("is_cured") & is_late).alias("is_cure_missed")


@made_once
def meets_minimum() -> pl.Expr:
    """Whether the chaseable total reaches the smallest amount the policy chases at all."""
    return (pl.col("chaseable_minor") >= pl.col("minimum_minor")).alias("meets_minimum")


@made_once
def action(as_of: date) -> pl.Expr:
    """Choose the action of a pair."""
    is_decision = pl.col("letter_kind").is_null() & (pl.col("step").is_not_null() | is_at_the_end())
    return (
        pl.when("is_cured")
        .then(_action("release"))
        .when(pl.col("chaseable_minor") <= 0)
        .then(_action("none"))
        .when(~pl.col("exceeds_credits"))
        .then(_action("match_cash"))
        .when(~pl.col("meets_minimum") | pl.col("is_paused"))
        .then(_action("none"))
        .when(pl.col("is_ripe") & pl.col("is_hold_candidate"))
        .then(_action("hold"))
        .when(pl.col("is_ripe") & is_decision)
        .then(_action("refer"))
        .when(pl.col("is_ripe") & pl.col("letter_kind").is_not_null())
        .then(_action("letter"))
        .when(pl.col("is_review_candidate") & is_review_ripe(as_of))
        .then(_action("review"))
        .otherwise(_action("none"))
        .alias("action")
    )


@made_once
def pay_by_from(as_of: date) -> tuple[pl.Expr, pl.Expr]:
    """From which day the term of today's letter runs, where one is sent, and how many days."""
    is_asking = pl.col("action").is_in(["letter", "hold"])
    return pl.when(is_asking).then(pl.lit(as_of)), pl.col("pay_by_days")


def _action(name: str) -> pl.Expr:
    """An action by name; as the number it is kept as, it is chosen ten times faster than as text."""
    return pl.lit(name, dtype=ACTION)


@made_once
def letter_kind() -> pl.Expr:
    """The letter an action sends; a decision sends none, a release its own."""
    return (
        pl.when(pl.col("action") == "release")
        .then(pl.lit("hold_release"))
        .when(pl.col("action").is_in(["letter", "hold"]))
        .then("letter_kind")
        .alias("letter_kind")
    )


@made_once
def hold_state() -> pl.Expr:
    """In force, newly proposed, or none; what waits for approval is the casework's to say."""
    return (
        pl.when("is_held")
        .then(pl.lit("in_force", dtype=HOLD))
        .when(pl.col("action") == "hold")
        .then(pl.lit("proposed", dtype=HOLD))
        .otherwise(pl.lit("none", dtype=HOLD))
        .alias("hold")
    )

"""What was asked in the current episode, and whether the customer answered (product §1, decision 2)."""

from datetime import date

import polars as pl

from dunwell.assess.balances import PAIR
from dunwell.assess.days import DAYS_MAX, day_number, day_of, plus_days
from dunwell.assess.deadlines import with_deadline
from dunwell.assess.made_once import made_once
from dunwell.assess.parameters import HOLD_LETTER, PAY_BY_DAYS_UNKNOWN_STEP, Parameters


@made_once
def last_response_on() -> pl.Expr:
    """The later of the account's last answer and the pair's last payment."""
    return pl.max_horizontal("last_answer_on", "last_payment_on").alias("last_response_on")


@made_once
def paused_until_on(as_of: date) -> pl.Expr:
    """The last day of a response pause that is running: a customer who answered is not silent (product §2.1).

    A response older than the episode stops nothing.
    """
    until = plus_days(pl.col("last_response_on"), pl.col("response_pause_days"))
    is_running = (until >= as_of) & (pl.col("last_response_on") >= pl.col("episode_start_on"))
    return pl.when(is_running).then(until).alias("paused_until_on")


@made_once
def is_paused() -> pl.Expr:
    """Whether a response pause is running."""
    return pl.col("paused_until_on").is_not_null().alias("is_paused")


@made_once
def counting_start_on() -> pl.Expr:
    """From when requests count: the episode, or with ``restart_on_cure`` the oldest chaseable invoice's first day."""
    restarted = pl.max_horizontal("episode_start_on", "oldest_past_due_from_on")
    return pl.when("restart_on_cure").then(restarted).otherwise("episode_start_on").alias("counting_start_on")


def taken_requests(requests: pl.DataFrame, pairs: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """All requests with what their pair's policy says of the step they named, sorted by pair.

    ``pairs`` brings policy_index, party_type, pursues_charges, country, ``counting_start_on``, ``last_response_on`` and
    ``released_on``.
    """
    made = requests.select(PAIR, "on", "kind", "channel", "until_on", "step").sort(PAIR)
    placed = made.join(pairs, on=PAIR).with_columns(parameters.requests_step_row)
    return placed.with_columns(parameters.of_requests_step).drop("step_row")


def episode_requests(taken: pl.DataFrame) -> pl.DataFrame:
    """Requests of the current episode with the step they took and their pay-by date.

    A release gives the hold step back: the request stays, but takes no step any more.
    """
    counted = taken.filter(pl.col("on") >= pl.col("counting_start_on"))
    is_given_back = (pl.col("letter_kind") == HOLD_LETTER) & (pl.col("on") <= pl.col("released_on"))
    is_taken = ~is_given_back.fill_null(value=False)
    term = pl.col("pay_by_days").fill_null(PAY_BY_DAYS_UNKNOWN_STEP)
    needed_from = pl.when(pl.col("until_on").is_null()).then("on")
    return with_deadline(counted, needed_from, term, "computed_on").with_columns(
        pl.coalesce("until_on", "computed_on").alias("pay_by_on"),
        pl.when(is_taken).then("step_index").alias("taken_index"),
        (is_taken & (pl.col("letter_kind") == HOLD_LETTER)).alias("is_hold_step"),
    )


def summarise_requests(requests: pl.DataFrame) -> pl.DataFrame:
    """One row per pair: how often and when we asked, how far the ladder was climbed, whether a hold was warned of."""
    is_letter = pl.col("kind") == "request"
    is_warning = pl.col("warns_of_hold").fill_null(value=False)
    is_silent = pl.col("last_response_on").is_null() | (pl.col("on") > pl.col("last_response_on"))
    marked = requests.with_columns(
        is_silent.alias("is_silent"),
        pl.when(is_letter).then(_two_days("on", "pay_by_on")).alias("letter_days"),
        pl.when(is_warning).then(_two_days("on", "pay_by_on")).alias("warning_days"),
    )
    return (
        marked.lazy()
        .group_by(PAIR)
        .agg(
            pl.len().cast(pl.Int64).alias("requests_sent"),
            pl.col("is_silent").sum().cast(pl.Int64).alias("unanswered_requests"),
            pl.col("on").max().alias("last_request_on"),
            pl.col("taken_index").max().alias("position"),
            pl.col("is_hold_step").any().alias("is_hold_step_taken"),
            pl.col("letter_days", "warning_days").max(),
        )
        .with_columns(
            _first_day("letter_days").alias("last_letter_on"),
            _second_day("letter_days").alias("last_pay_by_on"),
            _first_day("warning_days").alias("warned_on"),
            _second_day("warning_days").alias("warning_pay_by_on"),
        )
        .drop("letter_days", "warning_days")
        .collect()
    )


def _two_days(first: str, second: str) -> pl.Expr:
    """Two dates as one number that sorts by the first, then the second: one maximum finds both."""
    return day_number(first) * DAYS_MAX + day_number(second)


def _first_day(days: str) -> pl.Expr:
    return day_of(pl.col(days) // DAYS_MAX)


def _second_day(days: str) -> pl.Expr:
    return day_of(pl.col(days) % DAYS_MAX)

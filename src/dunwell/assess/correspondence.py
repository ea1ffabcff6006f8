"""What was asked in the current episode, and whether the customer answered (product §1, decision 2)."""

from datetime import date

import polars as pl

from dunwell.assess.balances import PAIR
from dunwell.assess.deadlines import with_deadline
from dunwell.assess.parameters import HOLD_LETTER, PAY_BY_DAYS_UNKNOWN_STEP


def last_response_on() -> pl.Expr:
    """The later of the account's last answer and the pair's last payment."""
    return pl.max_horizontal("last_answer_on", "last_payment_on").alias("last_response_on")


def paused_until_on(as_of: date) -> pl.Expr:
    """The last day of a response pause that is running: a customer who answered is not silent (product §2.1).

    A response older than the episode stops nothing.
    """
    until = (pl.col("last_response_on") + pl.duration(days=pl.col("response_pause_days"))).cast(pl.Date)
    is_running = (until >= as_of) & (pl.col("last_response_on") >= pl.col("episode_start_on"))
    return pl.when(is_running).then(until).alias("paused_until_on")


def counting_start_on() -> pl.Expr:
    """From when requests count: the episode, or with ``restart_on_cure`` the oldest chaseable invoice's first day."""
    restarted = pl.max_horizontal("episode_start_on", "oldest_past_due_from_on")
    return pl.when("restart_on_cure").then(restarted).otherwise("episode_start_on").alias("counting_start_on")


def episode_requests(requests: pl.DataFrame, pairs: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """Requests of the current episode with the step they took and their pay-by date.

    ``pairs`` brings policy, country, ``counting_start_on`` and ``last_response_on``.
    """
    known = steps.select("policy", "step", "step_index", "letter_kind", "pay_by_days", "warns_of_hold")
    counted = (
        requests.select(PAIR, "on", "kind", "channel", "until_on", "step")
        .join(pairs, on=PAIR)
        .filter(pl.col("on") >= pl.col("counting_start_on"))
        .join(known, on=["policy", "step"], how="left")
    )
    term = pl.col("pay_by_days").fill_null(PAY_BY_DAYS_UNKNOWN_STEP)
    needed_from = pl.when(pl.col("until_on").is_null()).then("on")
    return with_deadline(counted, needed_from, term, "computed_on").with_columns(
        pl.coalesce("until_on", "computed_on").alias("pay_by_on")
    )


def summarise_requests(requests: pl.DataFrame) -> pl.DataFrame:
    """One row per pair: how often and when we asked, how far the ladder was climbed, whether a hold was warned of."""
    is_letter = pl.col("kind") == "request"
    is_warning = pl.col("warns_of_hold").fill_null(value=False)
    is_silent = pl.col("last_response_on").is_null() | (pl.col("on") > pl.col("last_response_on"))
    marked = requests.with_columns(
        is_silent.alias("is_silent"),
        (pl.col("letter_kind") == HOLD_LETTER).alias("is_hold_step"),
        pl.when(is_letter).then(_two_days("on", "pay_by_on")).alias("letter_days"),
        pl.when(is_warning).then(_two_days("on", "pay_by_on")).alias("warning_days"),
    )
    return (
        marked.group_by(PAIR)
        .agg(
            pl.len().cast(pl.Int64).alias("requests_sent"),
            pl.col("is_silent").sum().cast(pl.Int64).alias("unanswered_requests"),
            pl.col("on").max().alias("last_request_on"),
            pl.col("step_index").max().alias("position"),
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
    )


_DAYS_MAX = 2**20
"""More days than a date can be after 1970: two of them fit into one integer side by side."""


def _two_days(first: str, second: str) -> pl.Expr:
    """Two dates as one number that sorts by the first, then the second: one maximum finds both."""
    return pl.col(first).to_physical().cast(pl.Int64) * _DAYS_MAX + pl.col(second).to_physical().cast(pl.Int64)


def _first_day(days: str) -> pl.Expr:
    return (pl.col(days) // _DAYS_MAX).cast(pl.Int32).cast(pl.Date)


def _second_day(days: str) -> pl.Expr:
    return (pl.col(days) % _DAYS_MAX).cast(pl.Int32).cast(pl.Date)

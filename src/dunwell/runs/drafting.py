"""What follows from an assessment: the letters to draft and the holds to propose."""

from collections.abc import Collection
from datetime import date

import polars as pl

from dunwell.ledger.frames import CURRENCY
from dunwell.policy.model import PolicySet
from dunwell.runs.occasion import occasion_on
from dunwell.store.lookups import account_languages, holds_given_up, holds_under_way
from dunwell.store.recording import HOLDS, LETTERS

RELEASE_STEP = "hold_release"
_CHANNEL_DEFAULT = "email"


def without_given_up_holds(accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Leave out the holds that a person gave up today: running again must not argue with them."""
    given_up = holds_given_up(as_of).with_columns(pl.lit("hold").cast(accounts.schema["action"]).alias("action"))
    if given_up.is_empty():
        return accounts
    return accounts.join(given_up, on=["account_id", "currency", "action"], how="anti")


def without_second_letters(accounts: pl.DataFrame) -> pl.DataFrame:
    """Leave out the letters to those whose hold waits for its own: a person placed it ahead of the ladder.

    What the ladder itself proposed is withdrawn before, where it is no longer asked for.
    """
    waiting = holds_under_way().with_columns(pl.lit("letter").cast(accounts.schema["action"]).alias("action"))
    if waiting.is_empty():
        return accounts
    return accounts.join(waiting, on=["account_id", "currency", "action"], how="anti")


def letters_to_draft(
    accounts: pl.DataFrame, policies: PolicySet, as_of: date, account_ids: Collection[int] | None = None
) -> pl.DataFrame:
    """One row per letter that the day's actions send (``recording.LETTERS``); ``account_ids`` are those looked at."""
    is_release = pl.col("action") == "release"
    writing = accounts.filter(pl.col("action").is_in(["letter", "hold", "release"]))
    named = writing.join(account_languages(account_ids), on="account_id").join(
        _channels(policies), on=["policy", "step"], how="left"
    )
    return named.select(
        "account_id",
        "currency",
        pl.col("letter_kind").alias("kind"),
        pl.when(is_release).then(pl.lit(RELEASE_STEP)).otherwise("step").alias("step"),
        (~is_release).alias("is_request"),
        "language",
        pl.col("channel").fill_null(_CHANNEL_DEFAULT),
        pl.when(is_release).then("held_on").otherwise(occasion_on(policies, as_of)).alias("episode_start_on"),
        _reference(as_of).alias("reference"),
        "pay_by_on",
        "total_due_minor",
    ).select(list(LETTERS))


def _reference(as_of: date) -> pl.Expr:
    """A letter's reference: account, day, step and currency; what the customer quotes and we find it by."""
    is_release = pl.col("action") == "release"
    step = pl.when(is_release).then(pl.lit(RELEASE_STEP)).otherwise("step").str.replace_all("_", "-")
    day = pl.lit(as_of.strftime("%Y%m%d"))
    return pl.concat_str(["account_number", day, step, pl.col("currency").cast(pl.String)], separator="-")


def _channels(policies: PolicySet) -> pl.DataFrame:
    rows = [(policy.name, step.id, step.channel) for policy in policies.policies.values() for step in policy.steps]
    return pl.DataFrame(rows, schema={"policy": pl.String, "step": pl.String, "channel": pl.String}, orient="row")


def holds_to_propose(accounts: pl.DataFrame, policies: PolicySet, as_of: date) -> pl.DataFrame:
    """One row per hold that the day's actions propose (``recording.HOLDS``)."""
    return (
        accounts.filter(pl.col("action") == "hold")
        .select(
            "account_id",
            pl.col("currency").cast(CURRENCY),
            pl.col("total_due_minor").alias("demanded_minor"),
            occasion_on(policies, as_of).alias("episode_start_on"),
            "step",
        )
        .select(list(HOLDS))
    )

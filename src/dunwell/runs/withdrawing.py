"""Drafts that no longer hold: the customer paid, answered, or the ledger was corrected (product §2.4).

A draft or an approved letter stays only while the day's assessment would write the same letter. What has gone out is
never touched.
"""

from datetime import date
from typing import Any

import polars as pl

from dunwell.assess.reasons import summarise
from dunwell.casework import hold_states, letter_states
from dunwell.errors import RefusedError
from dunwell.runs.drafting import RELEASE_STEP
from dunwell.runs.rules import Rules
from dunwell.store import queries
from dunwell.store.fingerprint import RUN
from dunwell.store.models import Hold, Letter

_OPEN_STATES = ("draft", "approved")


def withdraw_stale(accounts: pl.DataFrame, rules: Rules, as_of: date) -> int:
    """Cancel the drafts and approved letters that ``accounts`` no longer asks for; return how many."""
    stale = stale_letters(accounts)
    return sum(withdraw(row, rules, as_of) for row in stale.iter_rows(named=True))


def stale_letters(accounts: pl.DataFrame) -> pl.DataFrame:
    """Live requests with the assessment that no longer asks for them: its columns and ``letter_id``.

    What a person asked for against or ahead of the rule stays while anything is chaseable.
    """
    waiting = queries.live_letters().filter(pl.col("state").is_in(_OPEN_STATES), pl.col("step") != RELEASE_STEP)
    asked = waiting.rename({"step": "letter_step", "episode_start_on": "letter_episode_on"}).join(
        accounts, on=["account_id", "currency"]
    )
    by_rule = (
        pl.col("action").is_in(["letter", "hold"])
        & (pl.col("step") == pl.col("letter_step"))
        & (pl.col("episode_start_on") == pl.col("letter_episode_on"))
    )
    by_hand = (pl.col("drafted_by") != RUN) & (pl.col("chaseable_minor") > 0)
    return asked.filter(~(by_rule | by_hand).fill_null(value=False))


def withdraw(row: dict[str, Any], rules: Rules, as_of: date) -> bool:
    """Cancel one letter, and the hold that waited for it, with the reason in words."""
    letter = Letter.objects.select_related("account").get(pk=row["letter_id"])
    reason = f"No longer asked for on {as_of}: {summarise(row, rules.policy(str(row['policy'])))}"
    try:
        letter_states.cancel(letter, on=as_of, by=RUN, reason=reason)
    except RefusedError:
        return False  # somebody sent or cancelled it in this moment; their move stands
    withdraw_hold_of(letter, as_of, RUN, reason)
    return True


def withdraw_hold_of(letter: Letter, on: date, by: str, reason: str) -> None:
    """Withdraw the hold that was proposed with a letter: no hold without its letter."""
    for hold in Hold.objects.filter(letter=letter, state__in=("proposed", "approved")):
        hold_states.advance(hold, "withdrawn", on=on, by=by, reason=reason)

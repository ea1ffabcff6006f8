"""Drafts that no longer hold: the customer paid, answered, or the ledger was corrected (product §2.4).

A draft or an approved letter stays only while the day's assessment would write the same letter. What has gone out is
never touched.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

import polars as pl

from dunwell.assess.reasons import summarise
from dunwell.casework import hold_states
from dunwell.runs.case_letters import STATEMENT
from dunwell.runs.drafting import RELEASE_STEP
from dunwell.runs.occasion import occasion_on
from dunwell.runs.rules import Rules
from dunwell.store import queries
from dunwell.store.bulk_moves import withdraw_letters
from dunwell.store.cases import waiting_case_letters
from dunwell.store.fingerprint import RUN
from dunwell.store.models import Hold, Letter

_OPEN_STATES = ("draft", "approved")
_ALWAYS_TRUE = (RELEASE_STEP, STATEMENT)
_OF_LETTER = {"step": "letter_step", "episode_start_on": "letter_episode_on", "state": "letter_state"}


def withdraw_stale(
    accounts: pl.DataFrame, rules: Rules, as_of: date, account_ids: Collection[int] | None = None
) -> int:
    """Cancel the drafts and approved letters that ``accounts`` no longer asks for; return how many.

    ``account_ids`` are the accounts looked at; ``None``: everybody.
    """
    stale = stale_letters(accounts, rules, as_of, account_ids)
    reasons = [_reason(row, rules, as_of) for row in stale.iter_rows(named=True)]
    taken_back = stale.select("letter_id", pl.col("letter_state").alias("from_state"))
    return withdraw_letters(taken_back.with_columns(pl.Series("reason", reasons, dtype=pl.String)), as_of, RUN)


def stale_letters(
    accounts: pl.DataFrame, rules: Rules, as_of: date, account_ids: Collection[int] | None = None
) -> pl.DataFrame:
    """Live requests with the assessment that no longer asks for them: its columns and ``letter_id``.

    A release and a statement ask for nothing. What a person asked for against or ahead of the rule stays while
    anything is chaseable; the letter of a case, until its case moves on.
    """
    waiting = queries.live_letters(account_ids).filter(
        pl.col("state").is_in(_OPEN_STATES),
        ~pl.col("step").is_in(_ALWAYS_TRUE),
        ~pl.col("letter_id").is_in(waiting_case_letters()),
    )
    asked = waiting.rename(_OF_LETTER).join(accounts, on=["account_id", "currency"])
    by_rule = (
        pl.col("action").is_in(["letter", "hold"])
        & (pl.col("step") == pl.col("letter_step"))
        & (occasion_on(rules.policies, as_of) == pl.col("letter_episode_on"))
    )
    by_hand = (pl.col("drafted_by") != RUN) & (pl.col("chaseable_minor") > 0)
    return asked.filter(~(by_rule | by_hand).fill_null(value=False))


def _reason(row: dict[str, Any], rules: Rules, as_of: date) -> str:
    return f"No longer asked for on {as_of}: {summarise(row, rules.policy(str(row['policy'])))}"


def withdraw_hold_of(letter: Letter, on: date, by: str, reason: str) -> None:
    """Withdraw the hold that was proposed with a letter: no hold without its letter."""
    for hold in Hold.objects.filter(letter=letter, state__in=("proposed", "approved")):
        hold_states.advance(hold, "withdrawn", on=on, by=by, reason=reason)

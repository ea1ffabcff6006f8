"""What makes a letter the only one of its step: the day from which the step stands open to be taken.

It is the first day of the episode. A release gives the hold step back, so after one it is the day of that release; with
``restart_on_cure`` it is the day on which the oldest chaseable invoice became past due. ``Letter.episode_start_on``
keeps it, and a second try on the same occasion finds the letter that is already there.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from dunwell.policy.model import Policy, PolicySet


def occasion_on(policies: PolicySet, as_of: date) -> pl.Expr:
    """The occasion of the step that each row of an assessment asks for."""
    counted_from = _counted_from(policies, as_of)
    reopened = pl.max_horizontal(counted_from, "released_on")
    return pl.when(pl.col("action") == "hold").then(reopened).otherwise(counted_from)


def _counted_from(policies: PolicySet, as_of: date) -> pl.Expr:
    """From when requests count: the episode's first day, or later where a policy restarts its ladder."""
    grace = {one.name: one.grace_days for one in policies.policies.values() if one.restart_on_cure}
    if not grace:
        return pl.col("episode_start_on")
    grace_days = pl.col("policy").replace_strict(grace, default=None, return_dtype=pl.Int64)
    past_due_days = pl.col("oldest_days_past_due") - grace_days - 1
    return pl.max_horizontal("episode_start_on", (pl.lit(as_of) - pl.duration(days=past_due_days)).cast(pl.Date))


def occasion_of(row: Mapping[str, Any], policy: Policy, as_of: date, *, is_hold: bool) -> date | None:
    """The same of one row, for a letter that a person looks at; ``None`` outside an episode."""
    days: list[date | None] = [row["episode_start_on"]]
    if is_hold:
        days.append(row["released_on"])
    if policy.restart_on_cure and row["oldest_days_past_due"] is not None:
        days.append(as_of - timedelta(days=row["oldest_days_past_due"] - policy.grace_days - 1))
    return max((day for day in days if day is not None), default=None)

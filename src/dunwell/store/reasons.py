"""The reasons of a decision as bits of one integer, so that a decision stays one narrow row.

A bit keeps its meaning for ever, since old decisions are read with this table: new reasons go at the end, and a
reason that the engine no longer gives keeps its place.
"""

from collections.abc import Iterable
from functools import cache

import polars as pl

REASON_BITS: tuple[str, ...] = (
    "is_over_hold_days",
    "is_unanswered",
    "is_warned",
    "is_hold_allowed",
    "is_unprotected",
    "exceeds_credits",
    "is_paused",
    "has_promise",
    "has_plan",
    "is_fully_disputed",
    "is_excluded",
    "is_in_regrace",
    "meets_hold_minimum",
    "meets_minimum",
    "is_held",
    "is_cured",
    "is_cure_missed",
    "is_step_due",
    "is_deadline_passed",
    "is_gap_passed",
    "is_rate_missing",
)
"""Bit 0 first."""


def pack(present: Iterable[str]) -> pl.Expr:
    """Return the expression that packs the boolean columns ``present`` into ``reasons``.

    Raises ``ValueError`` for a column without a bit: it would be lost silently.
    """
    bits = [pl.col(name).fill_null(value=False).cast(pl.Int64) * (1 << _bit(name)) for name in present]
    return pl.sum_horizontal(bits).cast(pl.Int64).alias("reasons")


@cache
def unpack(names: tuple[str, ...]) -> list[pl.Expr]:
    """Return the expressions that turn ``reasons`` back into boolean columns."""
    return [(pl.col("reasons") // (1 << _bit(name)) % 2 == 1).alias(name) for name in names]


def _bit(name: str) -> int:
    try:
        return REASON_BITS.index(name)
    except ValueError:
        raise ValueError(f"The reason {name!r} has no bit: add it at the end of REASON_BITS") from None

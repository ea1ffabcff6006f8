"""What an assessment says: the columns of its two frames, and nothing else.

The reason columns are named after what they state, so that a row reads as its own explanation;
``assess.reasons`` turns them into sentences with their numbers.
"""

from dataclasses import dataclass

import polars as pl

from dunwell.ledger.frames import CURRENCY, Columns

ACTION = pl.Enum(["none", "letter", "hold", "release", "match_cash", "refer", "review"])
HOLD = pl.Enum(["none", "proposed", "approved", "notified", "in_force"])

FACTS: Columns = {
    "account_id": pl.Int64,
    "currency": CURRENCY,
    "policy": pl.String,
    "open_minor": pl.Int64,
    "overdue_minor": pl.Int64,
    "chaseable_minor": pl.Int64,
    "oldest_days_past_due": pl.Int64,  # of the chaseable invoices; null without one
    "current_minor": pl.Int64,
    "days_1_30_minor": pl.Int64,
    "days_31_60_minor": pl.Int64,
    "days_61_90_minor": pl.Int64,
    "days_over_90_minor": pl.Int64,
    "unapplied_minor": pl.Int64,
    "exposure_minor": pl.Int64,
    "credit_limit_minor": pl.Int64,  # only on the pair of the account's own currency
    "late_fee_minor": pl.Int64,
    "interest_minor": pl.Int64,
    "compensation_minor": pl.Int64,
    "total_due_minor": pl.Int64,
    "requests_sent": pl.Int64,
    "unanswered_requests": pl.Int64,
    "episode_start_on": pl.Date,
    "last_request_on": pl.Date,  # letters and calls
    "last_response_on": pl.Date,
    "paused_until_on": pl.Date,
    "last_letter_on": pl.Date,
    "last_pay_by_on": pl.Date,
    "warned_on": pl.Date,
    "warning_pay_by_on": pl.Date,
    "promised_until_on": pl.Date,
    "excluded_until_on": pl.Date,
    "released_on": pl.Date,
    "held_on": pl.Date,
    "cure_by_on": pl.Date,
    "held_open_minor": pl.Int64,  # what still has to be paid of what the hold demanded
}

REASONS = (
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

DECISION: Columns = {
    "hold": HOLD,
    "action": ACTION,
    "step": pl.String,
    "step_day": pl.Int64,
    "letter_kind": pl.String,
    "pay_by_on": pl.Date,
    "next_look_on": pl.Date,
}

_REASON_COLUMNS: Columns = dict.fromkeys(REASONS, pl.Boolean)
ACCOUNT_COLUMNS = pl.Schema({**FACTS, **_REASON_COLUMNS, **DECISION})
"""One row per account and currency, ordered by both."""

_INVOICE_COLUMNS: Columns = {
    "invoice_id": pl.Int64,
    "account_id": pl.Int64,
    "currency": CURRENCY,
    "due_on": pl.Date,
    "days_past_due": pl.Int64,  # null: undated
    "bucket": pl.Enum(["current", "1_30", "31_60", "61_90", "over_90"]),
    "amount_minor": pl.Int64,
    "open_minor": pl.Int64,
    "disputed_minor": pl.Int64,
    "chaseable_minor": pl.Int64,
    "late_fee_minor": pl.Int64,
    "interest_minor": pl.Int64,
    "compensation_minor": pl.Int64,
    "total_minor": pl.Int64,
    "interest_from_on": pl.Date,  # the first day that bears the interest claimed; null where none is
}
INVOICE_COLUMNS = pl.Schema(_INVOICE_COLUMNS)
"""One row per open invoice; ordered by account, currency, due date and key."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The two frames, of ``ACCOUNT_COLUMNS`` and ``INVOICE_COLUMNS``."""

    accounts: pl.DataFrame
    invoices: pl.DataFrame


def in_contract(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The columns of a schema, in its order and types; most have their type already."""
    has = frame.schema
    casts = [pl.col(name).cast(dtype) for name, dtype in schema.items() if has[name] != dtype]
    return (frame.with_columns(casts) if casts else frame)[list(schema)]

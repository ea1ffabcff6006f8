"""A debt, how it is to be counted, and the answer of the late-payment calculator."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from dunwell.law.model import DayCount, Rounding, Rule
from dunwell.law.rates import ONE_DAY

NoInterestReason = Literal["", "not_due", "default_missing", "rate_not_entered"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A debt and what happened to it: payments are (day, minor units), a reversed payment is negative.

    ``default_since`` is the day of default, where the law wants one; ``notice_expired_on`` the last day of
    the period that a prescribed notice gave, where a compensation depends on it.
    """

    principal_minor: int
    currency: str
    due_on: date
    payments: tuple[tuple[date, int], ...] = ()
    default_since: date | None = None
    notice_expired_on: date | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to count and round: by the rule's own day count, and once, unless said otherwise."""

    day_count: DayCount | None = None
    rounding: Rounding = "once"


@dataclass(frozen=True, slots=True)
class Segment:
    """Days ``from_on`` to ``to_on`` at one rate on one balance; all segments add up to the interest.

    With yearly compounding ``balance_minor`` contains the interest added so far, rounded for show.
    """

    from_on: date
    to_on: date
    days: int
    rate_ppm: int
    balance_minor: int
    amount_minor: int
    verified: bool
    source: str


@dataclass(frozen=True, slots=True)
class InterestResult:
    """What is owed beside the principal, why, and what is open about it.

    ``no_interest_reason`` says why there is none: not yet due, default not stated, no rate entered.
    """

    interest_minor: int
    segments: tuple[Segment, ...]
    compensation_minor: int
    compensation_currency: str
    legal_basis: str
    sources: tuple[str, ...]
    doubts: tuple[str, ...]
    no_interest_reason: NoInterestReason = ""


def first_interest_day(rule: Rule, claim: Claim) -> date | None:
    """Return the first day that bears interest, or ``None`` when default is needed and not stated."""
    if rule.starts == "after_due":
        return claim.due_on + ONE_DAY
    if rule.needs_default and claim.default_since is None:
        return None
    return max(claim.due_on, claim.default_since or claim.due_on) + ONE_DAY


def balance_on(claim: Claim, on: date) -> int:
    """Return the balance that bears interest on a day: before that day's own payments, never negative."""
    paid = sum(amount_minor for paid_on, amount_minor in claim.payments if paid_on < on)
    return max(claim.principal_minor - paid, 0)


def notice_is_missing(rule: Rule, claim: Claim, to_on: date) -> bool:
    """Tell whether a prescribed notice has not been given or its period still runs."""
    expired_on = claim.notice_expired_on
    return rule.compensation_needs_notice and (expired_on is None or expired_on >= to_on)

"""Payment plans, longer credit line, early-payment discount: who gets them, and their figures (product §4).

Pure and exact: dates are parameters, amounts are minor units, nothing is stored here.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from dunwell.calendar import deadline_after, next_business_day
from dunwell.errors import RefusedError
from dunwell.money import divide_half_up
from dunwell.policy.model import DiscountTerms, LongerLineTerms, PlanTerms

Interval = Literal["week", "fortnight", "month"]

_DAYS = {"week": 7, "fortnight": 14}
_HUNDREDTHS_IN_WHOLE = 10_000
_DAYS_IN_YEAR = 365


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an offer: what it needs, what the account has, and whether that is enough.

    ``need`` and ``have`` are days, counts or minor units, as the key says.
    """

    key: str
    need: int
    have: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Debt:
    """What the offers look at, of one account and currency."""

    total_minor: int
    currency: str
    oldest_days_past_due: int
    failed_plans: int = 0


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A plan to be computed; interest runs from ``agreed_on``, in hundredths of a percent a year."""

    total_minor: int
    instalments: int
    agreed_on: date
    first_on: date
    interval: Interval = "month"
    country: str = ""
    interest_hundredths: int = 0


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment: ``amount_minor`` is principal plus interest, ``rest_minor`` the principal left then."""

    number: int
    due_on: date
    principal_minor: int
    interest_minor: int
    amount_minor: int
    rest_minor: int


def plan_conditions(terms: PlanTerms, debt: Debt) -> list[Condition]:
    """Return the conditions of a payment plan for ``debt``; a plan may be offered when all have passed."""
    floor = terms.min_total_minor.get(debt.currency, 0)
    most = max_instalments(terms, debt.total_minor, debt.currency)
    return [
        Condition("plans_offered", 1, int(terms.offered), terms.offered),
        Condition("total_minor", floor, debt.total_minor, 0 < debt.total_minor >= floor),
        Condition("failed_plans", terms.max_defaults, debt.failed_plans, debt.failed_plans <= terms.max_defaults),
        Condition("instalments", 2, most, most >= 2),
    ]


def max_instalments(terms: PlanTerms, total_minor: int, currency: str) -> int:
    """Return how many instalments ``total_minor`` allows, none below the smallest one of the policy."""
    smallest = max(terms.min_instalment_minor.get(currency, 0), 1)
    return min(terms.max_instalments, total_minor // smallest)


def plan_schedule(request: PlanRequest) -> list[Instalment]:
    """Return the instalments: equal parts of the principal, odd cents in the first, due on business days.

    Dates count from ``first_on`` (the 31st stays the last day of shorter months) and a day of rest moves to
    the next business day of ``country``. Interest is act/365 on the principal still open, from the previous
    date to this one, rounded half up once per instalment. Raises ``RefusedError`` when there is nothing to
    divide.
    """
    if request.instalments < 1 or request.total_minor < request.instalments or request.first_on < request.agreed_on:
        raise RefusedError(
            "A plan needs at least one instalment, at least one minor unit in each, "
            "and a first date that is not before the agreement."
        )
    equal = request.total_minor // request.instalments
    rest, since, found = request.total_minor, request.agreed_on, []
    for index in range(request.instalments):
        due_on = next_business_day(_nth_date(request.first_on, request.interval, index), request.country)
        principal = rest - equal * (request.instalments - 1 - index)
        interest = _interest_minor(rest, request.interest_hundredths, (due_on - since).days)
        rest, since = rest - principal, due_on
        found.append(Instalment(index + 1, due_on, principal, interest, principal + interest, rest))
    return found


def _interest_minor(balance_minor: int, hundredths: int, days: int) -> int:
    return divide_half_up(balance_minor * hundredths * days, _HUNDREDTHS_IN_WHOLE * _DAYS_IN_YEAR)


def _nth_date(first_on: date, interval: Interval, index: int) -> date:
    """Return the date ``index`` intervals after ``first_on``, before days of rest are looked at."""
    if interval != "month":
        return first_on + timedelta(days=_DAYS[interval] * index)
    year, month = divmod(first_on.month - 1 + index, 12)
    year, month = first_on.year + year, month + 1
    return date(year, month, min(first_on.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class LongerLine:
    """A longer credit line: the new last day to pay, and the last day to accept."""

    pay_by_on: date
    expires_on: date


def longer_line_conditions(terms: LongerLineTerms, debt: Debt) -> list[Condition]:
    """Return the conditions of a longer credit line: offered at all, and the oldest invoice not too late."""
    have, need = debt.oldest_days_past_due, terms.max_oldest_days_past_due
    return [
        Condition("longer_line_offered", 1, int(terms.offered), terms.offered),
        Condition("oldest_days_past_due", need, have, have <= need),
    ]


def longer_line(terms: LongerLineTerms, offered_on: date, country: str) -> LongerLine:
    """Return the dates of a longer credit line offered on a day, both on business days of ``country``."""
    return LongerLine(
        pay_by_on=deadline_after(offered_on, terms.extra_days, country),
        expires_on=deadline_after(offered_on, terms.expires_after_days, country),
    )


@dataclass(frozen=True, slots=True)
class Discount:
    """An early-payment discount: what is taken off, what is left to pay by when, and when the offer ends."""

    discount_minor: int
    pay_minor: int
    pay_by_on: date
    expires_on: date


def discount(terms: DiscountTerms, total_minor: int, offered_on: date, country: str) -> Discount:
    """Return the discount for settling ``total_minor``, rounded half up, its dates on business days."""
    off = divide_half_up(total_minor * terms.percent_hundredths, _HUNDREDTHS_IN_WHOLE)
    return Discount(
        discount_minor=off,
        pay_minor=total_minor - off,
        pay_by_on=deadline_after(offered_on, terms.within_days, country),
        expires_on=deadline_after(offered_on, terms.expires_after_days, country),
    )

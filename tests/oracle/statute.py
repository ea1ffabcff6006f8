"""What the law tables say, read one day at a time (product §2.3, decisions/0003, docs/guide/law.md).

Only the data of ``dunwell.law`` is used here, none of its sums.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dunwell.errors import UsageError
from dunwell.law import RateRow, Rule, Series, Tier

from .records import Creditor, Pair

MILLION = 1_000_000
PPM_OF_A_HUNDREDTH = 100
"""0.01 % is a hundred parts per million."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The yearly rate of a day in parts per million; ``verified`` when both the row and its rule are."""

    ppm: int
    verified: bool


def round_half_up(value: Fraction) -> int:
    """Round a value that is not negative."""
    return int(value + Fraction(1, 2))


def rule_of(pair: Pair) -> Rule | None:
    """The rule for this customer; none where the tables do not know the jurisdiction."""
    if pair.creditor is None:
        return None
    try:
        return pair.creditor.law.rule(pair.creditor.jurisdiction, pair.account.party_type)
    except UsageError:
        return None


def half_year(day: date) -> tuple[int, bool]:
    return day.year, day.month <= 6


def covers(series: Series, row: RateRow, day: date) -> bool:
    """Whether the latest row that began by ``day`` still holds: to the end of its half-year or year, or as known."""
    if series.kind == "half_year":
        return half_year(row.effective_from) == half_year(day)
    if series.kind == "annual":
        return row.effective_from.year == day.year
    is_last = row is series.rows[-1]
    return not is_last or (series.covered_through is not None and day <= series.covered_through)


def stepped(rule: Rule, ppm: int) -> int:
    """The rate rounded as the rule wants it: Belgium up to the next half point."""
    if rule.rounding == "none":
        return ppm
    steps = Fraction(ppm, rule.rounding_step_ppm)
    whole = -(-steps.numerator // steps.denominator) if rule.rounding == "up" else round_half_up(steps)
    return whole * rule.rounding_step_ppm


def published(series: Series, rule: Rule, day: date) -> Rate | None:
    """The rule's rate by the row of the series that covers the day; nothing is extrapolated."""
    row = next((row for row in reversed(series.rows) if row.effective_from <= day), None)
    if row is None or not covers(series, row, day):
        return None
    ppm = stepped(rule, row.rate_ppm - series.included_ppm + rule.margin_ppm)
    return Rate(ppm, row.verified and rule.verified)


def looked_up(creditor: Creditor, rule: Rule, day: date) -> Rate | None:
    key = rule.party_type, day
    if key not in creditor.looked_up:
        creditor.looked_up[key] = published(creditor.law.series[rule.series], rule, day)
    rate: Rate | None = creditor.looked_up[key]
    return rate


def entered(rule: Rule, hundredths: int | None) -> Rate | None:
    """The owner's rate, where the law gives no figure."""
    return None if hundredths is None else Rate(hundredths * PPM_OF_A_HUNDREDTH, verified=True)


def days_of_year(day_count: str) -> int:
    return 365 if day_count == "act/365" else 360


def days_counted(day: date, day_count: str) -> int:
    """How many days a calendar day counts for: one, but in 30/360 every month has thirty.

    Then a 31st counts nothing, and 1 March also counts the days that February lacks.
    """
    if day_count != "30/360":
        return 1
    if day.day == 31:
        return 0
    if (day.month, day.day) == (3, 1):
        return 31 - (day - date.resolution).day
    return 1


def is_reached(tier: Tier, amount: int) -> bool:
    return amount >= tier.over_minor if tier.inclusive else amount > tier.over_minor


def fixed_sum(tiers: tuple[Tier, ...], amount: int, currency: str) -> tuple[int, str] | None:
    """The fixed compensation for a debt and its currency; steps in another currency than the debt give none."""
    reached = [tier for tier in tiers if is_reached(tier, amount)]
    if amount <= 0 or not reached or (len(tiers) > 1 and currency != tiers[0].basis_currency):
        return None
    tier = reached[-1]
    share = round_half_up(Fraction((amount - tier.over_minor) * tier.percent_ppm, MILLION))
    charged = max(tier.fixed_minor + share, tier.min_minor)
    if tier.max_minor is not None:
        charged = min(charged, tier.max_minor)
    return charged, tier.currency or currency

"""Is a referral worth it? The cost–benefit test with the policy's own figures (product §4).

recovered = amount x chance of recovery at that age
share     = recovered x success fee
net       = recovered - share - fixed cost;  worth it when net > 0 and the amount reaches the policy's minimum
"""

from dataclasses import dataclass
from typing import Literal

from dunwell.errors import RefusedError
from dunwell.money import divide_half_up
from dunwell.policy.model import ReferralTerms

Verdict = Literal["worth_it", "not_worth_it", "below_minimum", "no_figures"]
Unit = Literal["minor", "percent_hundredths", "days"]

_PERCENT_IN_WHOLE = 100
_HUNDREDTHS_IN_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the arithmetic: money (``minor``), a percentage or an age in days, as ``unit`` says."""

    key: str
    value: int
    unit: Unit = "minor"


@dataclass(frozen=True, slots=True)
class ReferralTest:
    """The verdict and the lines that lead to it; ``no_figures``: no fixed cost is given in this currency."""

    verdict: Verdict
    currency: str
    lines: tuple[Line, ...]

    @property
    def is_worth_it(self) -> bool:
        """Tell whether the test speaks for a referral; a person still decides."""
        return self.verdict == "worth_it"


def referral_test(terms: ReferralTerms, amount_minor: int, currency: str, days_past_due: int) -> ReferralTest:
    """Hold the expected recovery of ``amount_minor`` against what it costs.

    Amounts round half up to the minor unit. Without a fixed cost in ``currency`` no answer is given: a cost
    that nobody entered is not a cost of nothing.
    """
    chance = recovery_percent(terms, days_past_due)
    recovered = divide_half_up(amount_minor * chance, _PERCENT_IN_WHOLE)
    share = divide_half_up(recovered * terms.success_fee_hundredths, _HUNDREDTHS_IN_WHOLE)
    floor, cost = terms.minimum_minor.get(currency, 0), terms.fixed_cost_minor.get(currency)
    lines = [
        Line("amount", amount_minor),
        Line("days_past_due", days_past_due, "days"),
        Line("chance_of_recovery", chance * 100, "percent_hundredths"),
        Line("expected_recovery", recovered),
        Line("success_fee", terms.success_fee_hundredths, "percent_hundredths"),
        Line("success_fee_amount", share),
        Line("minimum", floor),
    ]
    if cost is None:
        return ReferralTest("no_figures", currency, tuple(lines))
    net = recovered - share - cost
    lines += [Line("fixed_cost", cost), Line("net_benefit", net)]
    verdict: Verdict = "below_minimum" if amount_minor < floor else "worth_it" if net > 0 else "not_worth_it"
    return ReferralTest(verdict, currency, tuple(lines))


def recovery_percent(terms: ReferralTerms, days_past_due: int) -> int:
    """Return the chance of recovery, in whole percent, at this age; a band's last day belongs to it.

    Raises ``RefusedError`` when the policy's bands end before that age; a parsed policy always has an open
    band.
    """
    for band in terms.recovery:
        if band.up_to_days_past_due is None or days_past_due <= band.up_to_days_past_due:
            return band.probability_percent
    raise RefusedError(f"The policy gives no chance of recovery for a debt {days_past_due} days past due.")


def allowed_options(terms: ReferralTerms, forbidden: frozenset[str]) -> tuple[str, ...]:
    """Return the policy's referral options without those that the country's law forbids."""
    return tuple(option for option in terms.options if option not in forbidden)

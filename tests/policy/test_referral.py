"""The cost-benefit test of a referral, with its arithmetic."""

import pytest

from dunwell.errors import RefusedError
from dunwell.policy.model import DEFAULT_REFERRAL_COST_MINOR, RecoveryBand, ReferralTerms
from dunwell.policy.referral import Line, allowed_options, recovery_percent, referral_test

EURO_RATES = {
    "EUR": 1, "USD": 1, "GBP": 1, "CHF": 1, "RON": 5, "PLN": 4, "CZK": 25, "HUF": 400, "SEK": 11,
    "DKK": 7, "NOK": 11, "CAD": 1, "AUD": 1, "JPY": 160, "VND": 26000,
}  # fmt: skip
"""Rough worth of one euro or dollar, to say "fifty dollars" in each currency."""


def test_fifty_dollars_is_not_worth_a_lawyer() -> None:
    found = referral_test(ReferralTerms(), 50_00, "USD", 60)
    assert found.verdict == "not_worth_it"
    assert found.lines == (
        Line("amount", 50_00),
        Line("days_past_due", 60, "days"),
        Line("chance_of_recovery", 8000, "percent_hundredths"),
        Line("expected_recovery", 40_00),
        Line("success_fee", 1500, "percent_hundredths"),
        Line("success_fee_amount", 6_00),
        Line("minimum", 0),
        Line("fixed_cost", 150_00),
        Line("net_benefit", -116_00),
    )


@pytest.mark.parametrize("days_past_due", [31, 90, 91, 180, 181, 365, 366, 10_000])
def test_ten_thousand_dollars_is_worth_a_lawyer_at_any_age(days_past_due: int) -> None:
    assert referral_test(ReferralTerms(), 10_000_00, "USD", days_past_due).is_worth_it


@pytest.mark.parametrize("currency", sorted(DEFAULT_REFERRAL_COST_MINOR))
def test_the_default_figures_draw_the_line_in_every_currency(currency: str) -> None:
    unit = EURO_RATES[currency] * (1 if currency in {"JPY", "VND"} else 100)
    assert referral_test(ReferralTerms(), 50 * unit, currency, 60).verdict == "not_worth_it"
    assert referral_test(ReferralTerms(), 10_000 * unit, currency, 60).verdict == "worth_it"


def test_a_currency_without_figures_has_no_answer() -> None:
    found = referral_test(ReferralTerms(), 10**9, "KWD", 60)
    assert found.verdict == "no_figures"
    assert "fixed_cost" not in {line.key for line in found.lines}


def test_a_debt_below_the_minimum_is_not_referred() -> None:
    terms = ReferralTerms(minimum_minor={"EUR": 1_000_00})
    assert referral_test(terms, 999_99, "EUR", 60).verdict == "below_minimum"
    assert referral_test(terms, 1_000_00, "EUR", 60).verdict == "worth_it"


def test_breaking_even_is_not_worth_it() -> None:
    terms = ReferralTerms(fixed_cost_minor={"EUR": 50_00}, success_fee_hundredths=0, recovery=(RecoveryBand(None, 50),))
    assert referral_test(terms, 100_00, "EUR", 1).verdict == "not_worth_it"
    assert referral_test(terms, 100_02, "EUR", 1).verdict == "worth_it"


def test_the_last_day_of_a_band_belongs_to_it() -> None:
    terms = ReferralTerms()
    assert [recovery_percent(terms, days) for days in (0, 90, 91, 180, 181, 365, 366)] == [
        80,
        80,
        60,
        60,
        40,
        40,
        20,
    ]


def test_bands_that_end_too_early_are_refused() -> None:
    with pytest.raises(RefusedError, match="91 days past due"):
        recovery_percent(ReferralTerms(recovery=(RecoveryBand(90, 80),)), 91)


def test_a_forbidden_option_is_left_out() -> None:
    terms = ReferralTerms(options=("attorney", "collection_agency"))
    assert allowed_options(terms, frozenset({"collection_agency"})) == ("attorney",)

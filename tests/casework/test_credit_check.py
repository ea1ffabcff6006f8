"""The credit check as a table: what stands on the account, what is ordered, what is decided and why."""

import pytest

from dunwell.assess.credit_check import CreditCheck, Standing, check_credit

EUR_1000 = Standing("EUR", 1_000_00)


def decided(amount: int, standing: Standing, currency: str = "EUR") -> CreditCheck:
    return check_credit(amount, currency, standing)


@pytest.mark.parametrize(
    ("amount", "standing", "outcome", "failed"),
    [
        (400_00, EUR_1000, "approve", []),
        (1_000_00, EUR_1000, "approve", []),
        (1_000_01, EUR_1000, "refuse", ["over_limit"]),
        (1, Standing("EUR", 1_000_00, exposure_minor=1_000_00), "refuse", ["over_limit"]),
        (1, Standing("EUR", 0), "refuse", ["over_limit"]),
        (1, Standing("EUR", None), "refer", ["no_limit"]),
        (1, Standing("EUR", 1_000_00, hold="in_force"), "refuse", ["on_hold"]),
        (1, Standing("EUR", 1_000_00, hold="proposed"), "refer", ["hold_pending"]),
        (1, Standing("EUR", 1_000_00, hold="approved"), "refer", ["hold_pending"]),
        (1, Standing("EUR", 1_000_00, exposure_minor=1, overdue_minor=1), "refer", ["past_due"]),
        (1, Standing("EUR", 1_000_00, overdue_minor=499, overdue_limit_minor=499), "approve", []),
        (1, Standing("EUR", 1_000_00, overdue_minor=550, overdue_limit_minor=499), "refuse", ["over_overdue_limit"]),
        (1, Standing("EUR", 1_000_00, has_exposure_elsewhere=True), "refer", ["exposure_elsewhere"]),
        (1, Standing("EUR", 1_000_00, is_data_fresh=False), "refer", ["stale_data"]),
        (1_000_01, Standing("EUR", 1_000_00, is_data_fresh=False), "refer", ["over_limit", "stale_data"]),
        (1, Standing("EUR", 1_000_00, hold="in_force", is_data_fresh=False), "refuse", ["on_hold", "stale_data"]),
    ],
)
def test_a_check(amount: int, standing: Standing, outcome: str, failed: list[str]) -> None:
    found = decided(amount, standing)
    assert (found.outcome, [one.key for one in found.findings if not one.passed]) == (outcome, failed)


def test_another_currency_is_referred_and_never_converted() -> None:
    found = decided(1, EUR_1000, "USD")
    assert found.outcome == "refer"
    assert [one.key for one in found.findings if not one.passed] == ["other_currency"]
    assert "over_limit" not in [one.key for one in found.findings]


def test_the_reasons_carry_their_numbers() -> None:
    found = decided(700_00, Standing("EUR", 1_000_00, exposure_minor=550_00))
    (over,) = (one for one in found.findings if one.key == "over_limit")
    assert (over.need_minor, over.have_minor, over.passed) == (1_000_00, 1_250_00, False)


def test_a_part_payment_brings_an_order_within_the_limit() -> None:
    found = decided(700_00, Standing("EUR", 1_000_00, exposure_minor=550_00))
    assert (found.deposit_minor, found.available_minor) == (250_00, 450_00)
    assert found.ways == ("cash", "prepay", "part_payment", "smaller_order", "application")


def test_no_part_payment_helps_where_nothing_of_the_limit_is_left() -> None:
    found = decided(100_00, Standing("EUR", 1_000_00, exposure_minor=1_200_00))
    assert (found.deposit_minor, found.available_minor, found.ways) == (0, 0, ("cash", "prepay", "application"))


def test_on_hold_one_may_still_pay_cash_or_in_advance() -> None:
    assert decided(1, Standing("EUR", 1_000_00, hold="in_force")).ways == ("cash", "prepay")


def test_an_approved_order_needs_no_other_way() -> None:
    assert decided(1, EUR_1000).ways == ()

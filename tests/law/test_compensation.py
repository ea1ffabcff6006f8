"""Fixed compensation: the sides of every boundary differ from law to law."""

import pytest

from dunwell.law import compensation, load_law, scheme_amount


@pytest.mark.parametrize(
    ("jurisdiction", "amount_minor", "currency", "expected_minor"),
    [
        ("GB", 1, "GBP", 40_00),
        ("GB", 999_99, "GBP", 40_00),
        ("GB", 1_000_00, "GBP", 70_00),
        ("GB", 9_999_99, "GBP", 70_00),
        ("GB", 10_000_00, "GBP", 100_00),
        ("IE", 999_99, "EUR", 40_00),
        ("IE", 1_000_00, "EUR", 40_00),
        ("IE", 1_000_01, "EUR", 70_00),
        ("IE", 10_000_00, "EUR", 70_00),
        ("IE", 10_000_01, "EUR", 100_00),
        ("PL", 5_000_00, "PLN", 40_00),
        ("PL", 5_000_01, "PLN", 70_00),
        ("PL", 49_999_99, "PLN", 70_00),
        ("PL", 50_000_00, "PLN", 100_00),
        ("NL", 1, "EUR", 40_00),
        ("NL", 266_66, "EUR", 40_00),
        ("NL", 266_70, "EUR", 40_01),
        ("NL", 2_500_00, "EUR", 375_00),
        ("NL", 2_500_10, "EUR", 375_01),
        ("NL", 5_000_00, "EUR", 625_00),
        ("NL", 5_000_20, "EUR", 625_01),
        ("NL", 10_000_00, "EUR", 875_00),
        ("NL", 10_001_00, "EUR", 875_01),
        ("NL", 23_000_00, "EUR", 1_005_00),  # intrum.nl: 375 + 250 + 250 + 130
        ("NL", 200_000_00, "EUR", 2_775_00),
        ("NL", 200_002_00, "EUR", 2_775_01),
        ("NL", 1_000_000_00, "EUR", 6_775_00),
        ("NL", 10**15, "EUR", 6_775_00),
        ("DE", 1, "EUR", 40_00),
        ("RO", 1_00, "RON", 40_00),
    ],
)
def test_compensation_on_both_sides_of_each_boundary(
    jurisdiction: str, amount_minor: int, currency: str, expected_minor: int
) -> None:
    law = load_law()
    paid_in = {"GB": "GBP"}.get(jurisdiction, "EUR")
    owed = compensation(law, law.rule(jurisdiction, "business"), amount_minor, currency)
    assert (expected_minor, paid_in) == owed


@pytest.mark.parametrize(("jurisdiction", "party_type"), [("DE", "consumer"), ("CH", "business"), ("US", "business")])
def test_where_the_law_gives_none_there_is_no_compensation(jurisdiction: str, party_type: str) -> None:
    law = load_law()
    assert compensation(law, law.rule(jurisdiction, party_type), 100_00, "EUR") is None


def test_steps_in_another_currency_than_the_debt_give_no_compensation() -> None:
    law = load_law()
    assert compensation(law, law.rule("GB", "business"), 5_000_00, "EUR") is None


def test_nothing_owed_gives_no_compensation() -> None:
    law = load_law()
    assert compensation(law, law.rule("DE", "business"), 0, "EUR") is None


@pytest.mark.parametrize(
    ("amount_minor", "expected_minor"),
    [
        (150_00, 20_00),
        (150_10, 30_01),
        (500_00, 65_00),
        (500_20, 65_01),
        (39_200_00, 2_000_00),
        (10**9, 2_000_00),
    ],
)
def test_the_belgian_consumer_cap_on_both_sides_of_each_boundary(amount_minor: int, expected_minor: int) -> None:
    assert (expected_minor, "EUR") == scheme_amount(load_law(), "be_consumer", amount_minor, "EUR")


def test_a_cap_in_percent_follows_the_currency_of_the_debt() -> None:
    assert scheme_amount(load_law(), "vn_penalty", 1_000_00, "USD") == (80_00, "USD")

"""Amounts as people write them: the same figure in every country, and what could be two figures is asked about."""

import pytest

from dunwell.errors import UsageError
from dunwell.runs.case_subject import amount_minor


@pytest.mark.parametrize(
    ("written", "currency", "expected_minor"),
    [
        ("25", "EUR", 2_500),
        ("25.00", "EUR", 2_500),
        ("25,00", "EUR", 2_500),
        ("25,5", "EUR", 2_550),
        ("1,234.50", "EUR", 123_450),
        ("1.234,50", "EUR", 123_450),
        ("1 234,50", "EUR", 123_450),
        ("1\u202f234,50", "EUR", 123_450),
        ("1'234.50", "CHF", 123_450),
        ("1,234,567.89", "USD", 123_456_789),
        ("1.234.567", "EUR", 123_456_700),
        ("1.000.000", "VND", 1_000_000),
        ("500.000", "VND", 500_000),
        ("1.234,500", "KWD", 1_234_500),
    ],
)
def test_an_amount_is_read_as_its_country_writes_it(written: str, currency: str, expected_minor: int) -> None:
    assert amount_minor(written, currency) == expected_minor


@pytest.mark.parametrize("written", ["1.000", "1,000", "12.345"])
def test_what_could_be_a_thousand_or_one_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match=r"can be read in two ways; write an amount like 1234\.50"):
        amount_minor(written, "EUR")


@pytest.mark.parametrize("written", ["", "1.2.3", "1,23,456", "1.234.56", "-5", "0", "five", "1.234.567.8", "1e5"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(UsageError):
        amount_minor(written, "EUR")

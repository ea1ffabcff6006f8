"""Fees on one invoice, by kind, bounds and bands."""

import pytest

from dunwell.policy.fees import fee_minor
from dunwell.policy.model import Fee, FeeBand

FLAT = Fee("flat", amount_minor={"USD": 2500})
PERCENT = Fee("percent", percent_hundredths=1000, min_minor={"USD": 500}, max_minor={"USD": 10000})
BANDS = (
    FeeBand(50000, amount_minor=500),
    FeeBand(100000, percent_hundredths=150),
    FeeBand(None, percent_hundredths=100),
)
BANDED = Fee("bands", bands={"USD": BANDS})
SLICED = Fee("bands", bands={"USD": BANDS}, accumulate=True)


@pytest.mark.parametrize(
    ("fee", "amount_minor", "currency", "expected"),
    [
        (FLAT, 25000, "USD", 2500),
        (FLAT, 25000, "EUR", 0),
        (FLAT, 0, "USD", 0),
        (PERCENT, 25000, "USD", 2500),
        (PERCENT, 1000, "USD", 500),
        (PERCENT, 10**9, "USD", 10000),
        (PERCENT, 10**9, "EUR", 10**8),
        (PERCENT, 10**15, "EUR", 10**14),
        (BANDED, 50000, "USD", 500),
        (BANDED, 50001, "USD", 750),
        (BANDED, 100000, "USD", 1500),
        (BANDED, 100100, "USD", 1001),
        (SLICED, 50000, "USD", 500),
        (SLICED, 60000, "USD", 500 + 150),
        (SLICED, 200000, "USD", 500 + 750 + 1000),
        (BANDED, 200000, "EUR", 0),
    ],
)
def test_a_fee_on_an_invoice(fee: Fee, amount_minor: int, currency: str, expected: int) -> None:
    assert expected == fee_minor(fee, amount_minor, currency)


@pytest.mark.parametrize("accumulate", [False, True])
def test_an_amount_above_the_last_band_pays_no_fee_or_its_slices(accumulate: bool) -> None:
    fee = Fee("bands", bands={"EUR": (FeeBand(1000, amount_minor=100),)}, accumulate=accumulate)
    assert (100 if accumulate else 0) == fee_minor(fee, 1001, "EUR")

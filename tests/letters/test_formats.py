"""Amounts as a country writes them, the negative ones with a true minus sign."""

import pytest

from dunwell.letters.formats import formats_for
from dunwell.letters.sample import sample_facts
from tests.letters.letter_pdf import TEXTS, pdf_of, pieces_of

FORMS = [
    ("en", "GB", "−£1,234.56", "−1,234.56"),
    ("en", "US", "−£1,234.56", "−1,234.56"),
    ("de", "DE", "−1.234,56 £", "−1.234,56"),
    ("de", "AT", "−£ 1.234,56", "−1.234,56"),
    ("fr", "FR", "−1\u202f234,56 £GB", "−1\u202f234,56"),
    ("es", "ES", "−1234,56 GBP", "−1234,56"),
    ("vi", "VN", "−1.234,56 GBP", "−1.234,56"),
]


@pytest.mark.parametrize(("language", "region", "money", "amount"), FORMS)
def test_a_negative_amount_has_a_minus_and_no_hyphen(language: str, region: str, money: str, amount: str) -> None:
    formats = formats_for(TEXTS.common(language, region))
    assert formats.money(-123456, "GBP").replace("\u00a0", " ") == money
    assert formats.amount(-123456, "GBP") == amount


def test_a_positive_amount_has_no_sign() -> None:
    formats = formats_for(TEXTS.common("de", "DE"))
    assert (formats.amount(123456, "EUR"), formats.amount(0, "EUR")) == ("1.234,56", "0,00")


@pytest.mark.parametrize("language", ["de", "fr"])
def test_switzerland_writes_francs_alike_in_german_and_french(language: str) -> None:
    formats = formats_for(TEXTS.common(language, "CH"))
    assert formats.money(377027, "CHF") == "CHF\u00a03’770.27"
    assert formats.amount(377027, "CHF") == "3’770.27"


def test_the_payment_on_a_statement_is_printed_with_a_minus() -> None:
    printed = {piece.text for piece in pieces_of(pdf_of(sample_facts("statement", "GB")))}
    assert [text for text in printed if text.startswith("-")] == []
    assert "−605.22" in printed

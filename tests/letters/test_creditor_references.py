"""The structured reference of a letter: printed, in the code on the page, and found again in the bank's statement."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649
from stdnum.ch import esr

from dunwell.letters.compose import compose
from dunwell.letters.creditor_references import creditor_reference, printed_reference
from dunwell.letters.facts import LetterFacts
from dunwell.letters.payment import payment_reference, vietqr_payload
from dunwell.letters.render import render_pages
from dunwell.letters.sample import sample_facts
from dunwell.sources.contract import BANK_ENTRY
from dunwell.sources.matching import MATCH_ACCOUNTS, OPEN_INVOICES, Matches, match
from dunwell.sources.matching.structured import payloads
from tests.letters.letter_pdf import TEXTS, codes_on, pdf_of, pieces_of

IBAN, QR_IBAN = "CH9300762011623852957", "CH4431999123000889012"


def numbered(facts: LetterFacts, account: str, invoice: str = "") -> LetterFacts:
    """Return the letter with another account number and, for its first invoice, another invoice number."""
    first = replace(facts.invoices[0], invoice_number=invoice or facts.invoices[0].invoice_number)
    recipient = replace(facts.recipient, account_number=account)
    return replace(facts, recipient=recipient, invoices=(first, *facts.invoices[1:]))


def into(facts: LetterFacts, iban: str) -> LetterFacts:
    account = replace(facts.creditor.bank_accounts[0], iban=iban)
    return replace(facts, creditor=replace(facts.creditor, bank_accounts=(account,)))


def codes_of(facts: LetterFacts, ppi: int = 200) -> list[list[str]]:
    pages = render_pages(compose(facts, TEXTS), ppi=ppi)
    return [text.split("\n") for page in pages for text in codes_on(page)]


def asking(facts: LetterFacts, reference: str) -> LetterFacts:
    """Return the letter with the reference that its first invoice itself asked to be quoted."""
    return replace(facts, invoices=(replace(facts.invoices[0], payment_reference=reference), *facts.invoices[1:]))


def paid(facts: LetterFacts, structured: str | None, text: str | None = None) -> Matches:
    """Match the customer's payment of the letter's total against the letter's invoices and another customer's."""
    rows: dict[str, object] = {
        "entry_reference": "E1", "bank_account": None, "booked_on": date(2026, 12, 8), "valued_on": date(2026, 12, 8),
        "currency": facts.currency, "amount_minor": facts.total_minor, "direction": "in", "is_reversal": False,
        "payer_name": facts.recipient.name, "payer_account": None,
        "structured_reference": structured, "remittance": text, "end_to_end_id": None, "extra": None,
        "source_line": 1,
    }  # fmt: skip
    account = facts.recipient.account_number
    invoices = [
        (line.invoice_number, account, facts.currency, line.amount_minor, line.open_minor, line.due_on, None)
        for line in facts.invoices
    ]
    invoices.append(("2026-0007", "Z900", facts.currency, 5_000, 5_000, date(2026, 10, 1), None))
    return match(
        pl.DataFrame([rows], schema=BANK_ENTRY),
        pl.DataFrame(invoices, schema=OPEN_INVOICES, orient="row"),
        pl.DataFrame([(account, facts.recipient.name), ("Z900", "Zinn AG")], schema=MATCH_ACCOUNTS, orient="row"),
    )


@pytest.mark.parametrize("country", ["DE", "AT", "FR", "ES"])
def test_the_code_of_a_letter_about_one_invoice_carries_it_and_its_payment_is_surely_matched(country: str) -> None:
    facts = sample_facts("reminder", country, invoices=1)
    lines = codes_of(facts)[0]
    assert lines[8:] == ["", "RF1420261180"]
    assert iso11649.is_valid(lines[9])
    found = paid(facts, lines[9]).proposals[0]
    assert (found.sureness, [part.invoice_number for part in found.parts]) == ("sure", ["2026-1180"])


def test_the_code_of_a_letter_about_several_invoices_carries_the_account_and_the_payment_finds_them() -> None:
    facts = sample_facts("reminder", "DE", invoices=3)
    reference = codes_of(facts)[0][9]
    assert reference[4:] == facts.recipient.account_number.replace("-", "").upper()
    found = paid(facts, reference).proposals[0]
    assert found.account_number == facts.recipient.account_number
    assert sorted(part.invoice_number or "" for part in found.parts) == ["2026-1180", "2026-1181", "2026-1182"]


def test_whoever_types_the_reference_as_printed_is_found_too() -> None:
    facts = sample_facts("reminder", "DE", invoices=1)
    printed = payment_reference(facts)
    assert printed.replace("\u00a0", " ") == "RF14 2026 1180"
    assert printed in " ".join(piece.text for piece in pieces_of(pdf_of(facts)))
    found = paid(facts, None, f"Rechnung {printed.replace(chr(160), ' ')} danke").proposals[0]
    assert (found.sureness, [part.invoice_number for part in found.parts]) == ("sure", ["2026-1180"])


@pytest.mark.parametrize(
    ("iban", "scheme", "reference", "printed"),
    [
        (IBAN, "SCOR", "RF1420261180", "RF14 2026 1180"),
        (QR_IBAN, "QRR", "000000000000000000202611809", "00 00000 00000 00000 02026 11809"),
    ],
)
def test_the_swiss_slip_bears_the_reference_that_fits_its_account(
    iban: str, scheme: str, reference: str, printed: str
) -> None:
    facts = replace(into(sample_facts("reminder", "CH", invoices=1), iban), annexes=("payment_slip",))
    slip = compose(facts, TEXTS).annexes[0].slip
    assert slip is not None
    parts = {part.heading: part.lines for part in slip.details}
    assert codes_of(facts)[0][27:29] == [scheme, reference]
    assert parts["Referenz"] == (printed_reference(reference),)
    assert "Referenz" in {part.heading for part in slip.receipt}
    found = paid(facts, reference).proposals[0]
    assert (found.sureness, [part.invoice_number for part in found.parts]) == ("sure", ["2026-1180"])


@pytest.mark.parametrize(
    ("iban", "number", "reference"),
    [
        (IBAN, "539007547034", "RF18539007547034"),
        (QR_IBAN, "21000000000313947143000901", "210000000003139471430009017"),
    ],
)
def test_the_check_digits_are_those_of_published_references(iban: str, number: str, reference: str) -> None:
    facts = numbered(into(sample_facts("reminder", "CH"), iban), number)
    assert creditor_reference(facts, iban) == reference


def test_a_qr_reference_is_printed_as_two_and_fives() -> None:
    printed = printed_reference("210000000003139471430009017")
    assert printed.replace("\u00a0", " ") == "21 00000 00003 13947 14300 09017"


@pytest.mark.parametrize("account", ["Ä-100", "00815", "A" * 22, "---"])
def test_a_number_that_fits_no_reference_is_quoted_as_free_text(account: str) -> None:
    facts = numbered(sample_facts("reminder", "DE"), account)
    assert creditor_reference(facts, facts.creditor.bank_accounts[0].iban) == ""
    assert payment_reference(facts) == f"{account} / {facts.reference}"
    assert codes_of(facts)[0][8:] == ["", "", f"{account} / {facts.reference}"]


def test_a_qr_iban_gets_a_reference_of_digits_or_none() -> None:
    facts = into(sample_facts("reminder", "CH", invoices=3), QR_IBAN)
    assert creditor_reference(facts, QR_IBAN) == ""
    digits = creditor_reference(numbered(facts, "10377"), QR_IBAN)
    assert (digits.lstrip("0"), esr.is_valid(digits)) == ("103779", True)


@pytest.mark.parametrize("country", ["GB", "US", "RO", "VN"])
def test_where_no_code_has_a_place_for_it_there_is_no_structured_reference(country: str) -> None:
    facts = sample_facts("reminder", country)
    assert payment_reference(facts) == f"{facts.recipient.account_number} / {facts.reference}"
    if country == "VN":
        assert "RF" not in vietqr_payload(facts, facts.creditor.bank_accounts[0])


@given(st.from_regex(r"[1-9A-Z][0-9A-Z]{0,20}", fullmatch=True))
def test_every_reference_is_valid_and_gives_its_number_back(number: str) -> None:
    facts = numbered(sample_facts("reminder", "DE", invoices=1), "K1", number)
    reference = creditor_reference(facts, "DE89370400440532013000")
    assert iso11649.is_valid(reference)
    assert number in payloads(reference)
    assert len(reference) <= 25


QRR, RF = "210000000003139471430009017", "RF18539007547034"


@pytest.mark.parametrize(
    ("country", "iban", "own", "quoted", "carried"),
    [
        ("CH", QR_IBAN, "21 00000 00003 13947 14300 09017", "21 00000 00003 13947 14300 09017", ["QRR", QRR]),
        ("CH", IBAN, "RF18 5390 0754 7034", "RF18 5390 0754 7034", ["SCOR", RF]),
        ("CH", IBAN, "Auftrag 4711", "Auftrag 4711", ["NON", ""]),
    ],
    ids=["a QR reference into a QR-IBAN", "an ISO 11649 reference into an IBAN", "any other text"],
)
def test_a_letter_about_one_invoice_quotes_that_invoices_own_reference(
    country: str, iban: str, own: str, quoted: str, carried: list[str]
) -> None:
    facts = asking(into(sample_facts("reminder", country, invoices=1), iban), own)
    assert payment_reference(facts).replace("\u00a0", " ") == quoted
    (code,) = codes_of(facts)
    assert code[27:29] == carried


def test_the_own_reference_of_one_invoice_is_in_the_euro_code() -> None:
    facts = asking(sample_facts("reminder", "DE", invoices=1), "RF18539007547034")
    assert codes_of(facts)[0][-1] == RF
    assert codes_of(asking(facts, "Auftrag 4711"))[0][-1] == "Auftrag 4711"


@pytest.mark.parametrize("iban", [IBAN, QR_IBAN])
def test_a_letter_about_several_invoices_keeps_to_the_customers_reference(iban: str) -> None:
    facts = into(numbered(sample_facts("reminder", "CH", invoices=3), "10042"), iban)
    assert payment_reference(asking(facts, RF)) == payment_reference(facts)


def test_a_reference_of_another_scheme_than_the_accounts_is_not_put_into_its_code() -> None:
    facts = into(numbered(sample_facts("reminder", "CH", invoices=1), "10042", "4711"), QR_IBAN)
    for own in (RF, "Auftrag 4711"):
        assert creditor_reference(asking(facts, own), QR_IBAN) == creditor_reference(facts, QR_IBAN) != ""

"""The Swiss payment slip: A6 at the foot of the page, measured in millimetres, and its code read back from the page."""

import io
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from qrbill import QRBill

from dunwell.letters.annexes.payment_slip import slip_amount
from dunwell.letters.compose import compose
from dunwell.letters.content import LetterContent, Payment, SwissSlip
from dunwell.letters.facts import LetterFacts
from dunwell.letters.render import render_pages, render_pdf
from dunwell.letters.sample import sample_facts
from tests.letters.letter_pdf import TEXTS, Piece, codes_on, pieces_of

SLIP_TOP_MM = 297 - 105
PPI = 254  # ten pixels a millimetre


def facts_with_slip(language: str = "de") -> LetterFacts:
    facts = sample_facts("reminder", "CH")
    recipient = replace(facts.recipient, language=language)
    return replace(facts, annexes=("payment_slip",), language=language, recipient=recipient)


def slip_of(content: LetterContent) -> SwissSlip:
    slip = content.annexes[0].slip
    assert slip is not None
    return slip


def slip_pieces(language: str = "de") -> list[Piece]:
    pdf = render_pdf(compose(facts_with_slip(language), TEXTS))
    last = len(PdfReader(io.BytesIO(pdf)).pages) - 1
    return [piece for piece in pieces_of(pdf, last) if piece.y > SLIP_TOP_MM]


def slip_picture() -> Image.Image:
    page = render_pages(compose(facts_with_slip(), TEXTS), ppi=PPI)[-1]
    return Image.open(io.BytesIO(page)).convert("L")


def dark_places(picture: Image.Image, strip: tuple[int, int, int, int]) -> list[int]:
    """Return where a strip of one pixel's width is darker than paper, counted from its start."""
    return [place for place, value in enumerate(picture.crop(strip).tobytes()) if value < 225]


def test_the_slip_is_the_lower_105_millimetres_and_the_receipt_62_of_its_210() -> None:
    picture = slip_picture()
    down = dark_places(picture, (2000, 0, 2001, 2970))  # x = 200 mm, right of all text of the slip
    across = dark_places(picture, (0, 2950, 2100, 2951))  # y = 295 mm, below all text
    assert (picture.width, picture.height) == (2100, 2970)
    assert all(abs(y - 10 * SLIP_TOP_MM) <= 2 for y in down)
    assert down
    assert all(abs(x - 620) <= 2 for x in across)
    assert across


def test_the_code_measures_46_millimetres_and_stands_5_from_the_cut() -> None:
    picture = slip_picture()
    found = zxingcpp.read_barcodes(picture)[0].position
    left, top = found.top_left.x / 10, found.top_left.y / 10
    right, bottom = found.bottom_right.x / 10, found.bottom_right.y / 10
    assert (left, right) == pytest.approx((67, 113), abs=0.4)
    assert (top - SLIP_TOP_MM, bottom - SLIP_TOP_MM) == pytest.approx((17, 63), abs=0.4)


def test_the_cross_of_7_millimetres_stands_in_the_middle_of_the_code() -> None:
    picture = slip_picture()
    row = int(10 * (SLIP_TOP_MM + 17 + 23 - 2.6))  # above the arms of the cross: black square in a white frame
    dark = dark_places(picture, (870, row, 931, row + 1))
    assert (min(dark), max(dark)) == pytest.approx((0, 59), abs=6)
    assert picture.getpixel((900, int(10 * (SLIP_TOP_MM + 40)))) == 255


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Empfangsschein", "Zahlteil", "Konto / Zahlbar an", "Zahlbar durch", "Währung", "Annahmestelle"]),
        ("fr", ["Récépissé", "Section paiement", "Compte / Payable à", "Payable par", "Monnaie", "Point de dépôt"]),
        ("en", ["Receipt", "Payment part", "Account / Payable to", "Payable by", "Currency", "Acceptance point"]),
        ("ro", ["Receipt", "Payment part", "Account / Payable to", "Payable by", "Currency", "Acceptance point"]),
    ],
)
def test_the_slip_speaks_the_letters_language_where_its_rules_have_words_for_it(
    language: str, words: list[str]
) -> None:
    printed = {piece.text for piece in slip_pieces(language)}
    assert [word for word in words if word not in printed] == []


def test_headings_stand_5_millimetres_inside_receipt_and_payment_part() -> None:
    places = {piece.text: piece for piece in slip_pieces()}
    receipt, part = places["Empfangsschein"], places["Zahlteil"]
    assert (receipt.x, part.x) == pytest.approx((5, 67), abs=0.3)
    assert (receipt.size, part.size) == pytest.approx((11, 11))
    assert (places["CHF"].size, places["Konto / Zahlbar an"].size) == pytest.approx((10, 8))


def test_the_code_on_the_page_says_what_the_reference_library_would_say() -> None:
    facts = facts_with_slip()
    content = compose(facts, TEXTS)
    creditor, payer = facts.creditor, facts.recipient
    bill = QRBill(
        account=creditor.bank_accounts[0].iban,
        creditor={
            "name": creditor.name,
            "street": "Uferweg",
            "house_num": "8",
            "pcode": creditor.postcode,
            "city": creditor.city,
            "country": "CH",
        },
        debtor={
            "name": payer.name,
            "street": "Seestrasse",
            "house_num": "102",
            "pcode": payer.postcode,
            "city": payer.city,
            "country": "CH",
        },
        amount=f"{facts.total_minor / 100:.2f}",
        reference_number="RF55 K103 77",
        additional_information=f"{payer.account_number} / {facts.reference}",
    )
    read = [text for page in render_pages(content, ppi=150) for text in codes_on(page)]
    assert read == [bill.qr_data().replace("\r\n", "\n")]
    assert read == [slip_of(content).payload]


def test_a_letter_with_a_slip_has_no_second_code() -> None:
    content = compose(facts_with_slip(), TEXTS)
    payments = [block for part in content.parts for block in part.blocks if isinstance(block, Payment)]
    assert [payment.code for payment in payments] == [None]


def test_a_payer_whose_address_is_not_known_fills_it_in_by_hand() -> None:
    facts = facts_with_slip()
    content = compose(replace(facts, recipient=replace(facts.recipient, postcode="")), TEXTS)
    assert [(part.heading, part.lines) for part in slip_of(content).details][-1] == (
        "Zahlbar durch (Name/Adresse)",
        (),
    )
    assert [text for page in render_pages(content, ppi=150) for text in codes_on(page)] == [slip_of(content).payload]


def test_a_payer_abroad_has_the_countrys_code_before_the_place() -> None:
    facts = facts_with_slip()
    abroad = replace(facts.recipient, country="DE", postcode="79576", city="Weil am Rhein")
    lines = slip_of(compose(replace(facts, recipient=abroad), TEXTS)).details[-1].lines
    assert lines == (abroad.name, "Seestrasse 102", "DE - 79576 Weil am Rhein")


def test_a_qr_iban_gets_no_slip_where_our_number_makes_no_reference_of_digits() -> None:
    facts = facts_with_slip()
    account = replace(facts.creditor.bank_accounts[0], iban="CH4431999123000889012")
    content = compose(replace(facts, creditor=replace(facts.creditor, bank_accounts=(account,))), TEXTS)
    assert content.annexes == ()


@pytest.mark.parametrize(
    ("minor", "written"),
    [(5, "0.05"), (100_00, "100.00"), (379_077, "3\u00a0790.77"), (99_999_999_999, "999 999 999.99")],
)
def test_amounts_have_a_blank_between_thousands(minor: int, written: str) -> None:
    assert slip_amount(minor, "CHF") == written.replace(" ", "\u00a0")

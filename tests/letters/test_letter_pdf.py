"""The PDF of a letter: places in millimetres, text that is read out, codes that scan, the same bytes twice."""

import io
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from dunwell.errors import RenderError
from dunwell.letters.clean import UNPRINTABLE, clean_text
from dunwell.letters.codes import code_svg
from dunwell.letters.compose import compose, layout_names
from dunwell.letters.content import PaymentCode
from dunwell.letters.creditor_references import creditor_reference
from dunwell.letters.facts import LetterFacts
from dunwell.letters.page_data import page_form
from dunwell.letters.payment import crc16, epc_payload, vietqr_payload
from dunwell.letters.render import render_pages
from dunwell.letters.sample import sample_facts
from dunwell.letters.texts import languages
from tests.letters.letter_pdf import TEXTS, codes_on, pdf_of, pieces_of, text_of

WINDOWED = sorted(layout_names() - {"VN"})


def facts_on(form: str, kind: str = "reminder") -> LetterFacts:
    """Return a letter on a page form: DE-A is DIN 5008 form A, the others bear the name of their country."""
    return replace(sample_facts(kind, form.partition("-")[0]), layout=form)


def named(facts: LetterFacts, name: str) -> LetterFacts:
    return replace(facts, recipient=replace(facts.recipient, name=name))


@pytest.mark.parametrize("form", WINDOWED)
def test_the_address_stands_inside_the_window_of_the_countrys_envelope(form: str) -> None:
    facts = facts_on(form)
    address = compose(facts, TEXTS).frame.address
    window = page_form(form)["window"]
    found = [piece for piece in pieces_of(pdf_of(facts)) if piece.text in address and piece.size >= 9]
    assert [piece.text for piece in found[: len(address)]] == list(address)
    for piece in found[: len(address)]:
        cap_height = piece.size * 0.75 * 25.4 / 72
        assert window["x"] <= piece.x <= window["x"] + window["width"]
        assert window["y"] <= piece.y - cap_height
        assert piece.y <= window["y"] + window["height"]


@pytest.mark.parametrize("form", WINDOWED)
def test_nothing_else_shows_in_the_window(form: str) -> None:
    facts = facts_on(form)
    content = compose(facts, TEXTS)
    window = page_form(form)["window"]
    allowed = {*content.frame.address, content.frame.return_line}
    inside = [
        piece.text
        for piece in pieces_of(pdf_of(facts))
        if window["x"] < piece.x < window["x"] + window["width"]
        and window["y"] < piece.y < window["y"] + window["height"]
    ]
    assert [text for text in inside if text not in allowed] == []


FOLDS_MM = {
    "DE": (105, 148.5, 210),
    "DE-A": (87, 148.5, 192),
    "AT": (105, 148.5, 210),
    "CH": (99, 198),
    "ES": (99, 198),
    "FR": (99, 198),
    "GB": (99, 198),
    "RO": (99, 198),
    "US": (93.1, 186.3),
    "VN": (),
}
"""Fold marks, and the hole mark of DIN 5008 half-way down, from the upper edge of the sheet."""


@pytest.mark.parametrize("form", sorted(layout_names()))
def test_fold_marks_stand_where_the_envelope_wants_the_fold(form: str) -> None:
    picture = Image.open(io.BytesIO(render_pages(compose(facts_on(form, "hold"), TEXTS), ppi=254)[0])).convert("L")
    strip = picture.crop((60, 0, 61, picture.height)).tobytes()  # 10 pixels a millimetre, x = 6 mm
    dark = [y for y, value in enumerate(strip) if value < 200]
    found = [y / 10 for y in dark if y - 1 not in dark]
    assert len(found) == len(FOLDS_MM[form])
    assert all(abs(measured - wanted) <= 0.2 for measured, wanted in zip(found, FOLDS_MM[form], strict=True))


def test_din_5008_form_a_stands_18_millimetres_higher_than_form_b() -> None:
    pieces = {form: {p.text: p.y for p in pieces_of(pdf_of(facts_on(form)))} for form in ("DE", "DE-A")}
    content = compose(facts_on("DE"), TEXTS)
    moved = [pieces["DE"][line] - pieces["DE-A"][line] for line in (*content.frame.address, content.subject)]
    assert all(abs(distance - 18) < 0.05 for distance in moved)


def test_the_address_of_300_characters_still_fits_the_window() -> None:
    facts = named(sample_facts("reminder", "DE"), "Weinhandel " * 27)
    window = page_form("DE")["window"]
    pieces = [piece for piece in pieces_of(pdf_of(facts)) if piece.x < 105 and 62 < piece.y < 98]
    assert pieces[-1].text == "80331 München"
    assert pieces[-1].y <= window["y"] + window["height"]


HOSTILE = [
    "#let x = 1",
    "*bold* _it_ `code` $x$ = @a <b>",
    "<script>alert(1)</script>",
    '#read("/etc/passwd") {{ total }} {% if x %}',
    "[link](http://x) ::: invoices",
    "Back\\slash // comment /* more */",
    "Müller & Söhne 🍷 GmbH 😀",
    "שלום",
    "شركة",
    "Ștefan Țepeș Đặng Thị Mỹ Lệ",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_it_is(name: str) -> None:
    facts = sample_facts("hold", "GB")
    text = text_of(
        pdf_of(replace(facts, recipient=replace(facts.recipient, name=name, contact_name=name, salutation="")))
    )
    readable = text if not re.search(r"[\u0590-\u06ff]", name) else text + text[::-1]
    assert name in readable
    assert "Your account K10023 is on credit hold" in text


def test_a_name_of_300_characters_is_printed_whole() -> None:
    name = "".join(chr(ord("a") + i % 26) for i in range(300))
    assert name in text_of(pdf_of(named(sample_facts(), name))).replace(" ", "")


def test_characters_that_no_font_has_become_a_box_and_break_nothing() -> None:
    text = text_of(pdf_of(named(sample_facts(), "བོད Ltd")))
    assert f"{UNPRINTABLE * 3} Ltd" in text


@pytest.mark.parametrize("name", ["中文有限公司", "株式会社ガラス", "한국유리"])
def test_chinese_japanese_and_korean_names_are_printed(name: str) -> None:
    assert name in text_of(pdf_of(named(sample_facts(), name)))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\x00b\u202ec\ufeff", "abc"),
        ("one\r\ntwo\u2028three", "one two three"),
        ("e\u0301", "é"),
        ("\ud800x", "x"),
        ("x" * 45, "x" * 40 + "\u200b" + "x" * 5),
        ("\ue000\uffff", ""),
    ],
)
def test_a_text_is_cleaned(given: str, shown: str) -> None:
    assert clean_text(given) == shown


def test_romanian_text_gets_its_comma_below_letters() -> None:
    assert clean_text("Ţară şi oraş", "ro") == "Țară și oraș"


def test_the_same_letter_gives_the_same_bytes() -> None:
    facts = sample_facts("hold", "CH")
    first = pdf_of(facts)
    pdf_of(sample_facts("reminder", "US"))
    assert pdf_of(facts) == first


@pytest.mark.parametrize("language", sorted(languages(TEXTS)))
def test_the_document_names_language_title_author_and_standards(language: str) -> None:
    country = {"en": "GB", "vi": "VN"}.get(language, language.upper())
    facts = sample_facts("hold", country)
    content = compose(facts, TEXTS)
    reader = PdfReader(io.BytesIO(pdf_of(facts)))
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == f"{language}-{country}"
    assert bool(catalog["/MarkInfo"]["/Marked"])
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (content.subject, facts.creditor.name)
    xmp = catalog["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>3<", xmp)
    assert re.search(r"pdfaid:conformance>A<", xmp)
    assert re.search(r"pdfuaid:part>1<", xmp)


def test_every_font_is_embedded() -> None:
    facts = named(sample_facts("hold", "DE"), "Wein 🍷 שלום شركة")
    fonts: dict[str, Any] = {}
    for page in PdfReader(io.BytesIO(pdf_of(facts))).pages:
        resources: Any = page["/Resources"]
        fonts.update(resources["/Font"])
    assert len(fonts) >= 4
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize("kind", ["reminder", "hold"])
@pytest.mark.parametrize("invoices", [1, 12, 200])
def test_every_invoice_is_on_the_pages_and_the_head_is_repeated(kind: str, invoices: int) -> None:
    facts = sample_facts(kind, "GB", invoices=invoices)
    pdf = pdf_of(facts)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    text = text_of(pdf)
    assert [line.invoice_number for line in facts.invoices if line.invoice_number not in text] == []
    pages = [re.sub(r"\s+", " ", page) for page in pages]
    with_rows = [page for page in pages if re.search(r"\d\d/\d\d/\d{4}", page)]
    assert all("Days past due" in page or "Rate per year" in page for page in with_rows)
    assert all(f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1))
    assert text.count("Total due") == 1


@pytest.mark.parametrize("invoices", [1, 3, 12, 21, 24, 27, 30, 200])
def test_nothing_runs_off_a_page_and_no_page_is_left_with_a_stray_line(invoices: int) -> None:
    facts = sample_facts("hold", "GB", invoices=invoices)
    pdf = pdf_of(facts)
    form = page_form("GB")
    count = len(PdfReader(io.BytesIO(pdf)).pages)
    for number in range(count):
        pieces = pieces_of(pdf, number)
        body = [p for p in pieces if form["margin"]["top"] <= p.y <= 297 - form["margin"]["bottom"]]
        assert len({round(p.y) for p in body}) >= 6
        assert all(10 <= p.x <= 200 for p in pieces)
        assert all(p.y < 292 for p in pieces)


def test_the_total_stays_with_at_least_one_invoice_of_its_table() -> None:
    for invoices in range(24, 32):
        pages = [
            p.extract_text()
            for p in PdfReader(io.BytesIO(pdf_of(sample_facts("reminder", "GB", invoices=invoices)))).pages
        ]
        page = next(page for page in pages if "Total due" in page)
        before = page.split("Total due")[0]
        assert re.search(r"2026-1\d{3}", before), invoices


@pytest.mark.parametrize(("country", "language"), [("DE", "de"), ("AT", "de"), ("FR", "fr"), ("ES", "es")])
def test_the_payment_code_on_the_page_is_read_back(country: str, language: str) -> None:
    facts = sample_facts("reminder", country)
    account = facts.creditor.bank_accounts[0]
    pages = render_pages(compose(facts, TEXTS), ppi=150)
    read = [text for page in pages for text in codes_on(page)]
    assert read == [epc_payload(facts, account.iban, account)]
    lines = read[0].split("\n")
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert lines[6:8] == [account.iban, f"EUR{facts.total_minor / 100:.2f}"]
    assert lines[8:] == ["", creditor_reference(facts, account.iban)]


def test_the_swiss_code_on_the_page_is_read_back() -> None:
    facts = sample_facts("reminder", "CH")
    read = [text for page in render_pages(compose(facts, TEXTS), ppi=200) for text in codes_on(page)]
    lines = read[0].split("\n")
    assert lines[:4] == ["SPC", "0200", "1", "CH9300762011623852957"]
    assert lines[4:11] == ["S", "Limmat Glas AG", "Uferweg", "8", "8001", "Zürich", "CH"]
    assert lines[18:20] == [f"{facts.total_minor / 100:.2f}", "CHF"]
    assert lines[20:27] == ["S", "Kellerei Bachmann AG", "Seestrasse", "102", "6004", "Luzern", "CH"]
    assert lines[27:] == ["SCOR", "RF55K10377", "K10377 / 2026-0412", "EPD"]


def test_the_vietnamese_code_on_the_page_is_read_back() -> None:
    facts = sample_facts("reminder", "VN")
    read = [text for page in render_pages(compose(facts, TEXTS), ppi=150) for text in codes_on(page)]
    assert read == [vietqr_payload(facts, facts.creditor.bank_accounts[0])]
    assert f"54{len(str(facts.total_minor)):02d}{facts.total_minor}5802VN" in read[0]
    assert read[0][-4:] == f"{crc16(read[0][:-4].encode()):04X}"


def test_the_checksum_equals_a_published_one() -> None:
    published = (
        "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA"
        "53037045405100005802VN62150811Chuyen tien630453E6"
    )
    assert f"{crc16(published[:-4].encode()):04X}" == "53E6"


@pytest.mark.parametrize("country", ["GB", "US", "RO"])
def test_a_country_without_a_payment_code_gets_none(country: str) -> None:
    pages = render_pages(compose(sample_facts("reminder", country), TEXTS), ppi=110)
    assert [text for page in pages for text in codes_on(page)] == []


def test_a_wrong_iban_gets_no_payment_code() -> None:
    facts = sample_facts("reminder", "DE")
    account = replace(facts.creditor.bank_accounts[0], iban="DE89370400440532013001")
    wrong = replace(facts, creditor=replace(facts.creditor, bank_accounts=(account,)))
    pages = render_pages(compose(wrong, TEXTS), ppi=110)
    assert [text for page in pages for text in codes_on(page)] == []


def test_a_long_payload_still_makes_a_code() -> None:
    assert code_svg(PaymentCode("epc", "ä" * 330, "", "")).startswith("<svg")


def test_a_logo_takes_the_place_of_the_name() -> None:
    logo = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" fill="#234"/></svg>'
    )
    facts = sample_facts()
    drawn = pieces_of(pdf_of(replace(facts, creditor=replace(facts.creditor, logo=logo))))
    assert [piece.size for piece in drawn if piece.text == facts.creditor.name and piece.size > 12] == []


def test_a_logo_that_is_no_picture_or_too_large_is_refused() -> None:
    facts = sample_facts()
    for logo in (b"no picture", b"x" * 300_000):
        with pytest.raises(RenderError):
            pdf_of(replace(facts, creditor=replace(facts.creditor, logo=logo)))


def test_amounts_of_twelve_digits_stand_side_by_side() -> None:
    facts = sample_facts("hold", "VN", invoices=2)
    pieces = [p for p in pieces_of(pdf_of(facts)) if re.fullmatch(r"[\d.,]{9,}", p.text)]
    rows: dict[int, list[float]] = {}
    for piece in pieces:
        rows.setdefault(round(piece.y), []).append(piece.x)
    for xs in rows.values():
        assert sorted(xs) == xs
        assert all(b - a > 8 for a, b in pairwise(xs))

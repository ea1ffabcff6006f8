"""What rides with a letter: listed in it, marked, numbered through; standards are kept where they are claimed."""

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from dunwell.errors import Problem
from dunwell.letters.annexes import files
from dunwell.letters.annexes.files import Sheet, read_sheet, within_limits
from dunwell.letters.annexes.fillable import fillable_form
from dunwell.letters.annexes.kinds import ANNEX_KINDS, DEFAULT_ANNEXES, Document
from dunwell.letters.annexes.registry import ANNEXES, default_annexes
from dunwell.letters.compose import compose
from dunwell.letters.content import LetterContent
from dunwell.letters.email import as_html
from dunwell.letters.facts import Instalment, LetterFacts, PlanTerms, QuotedClause
from dunwell.letters.kinds import kinds
from dunwell.letters.plain import as_plain_text
from dunwell.letters.print_version import render_print
from dunwell.letters.render import render_pdf
from dunwell.letters.sample import sample_facts
from dunwell.policy import keys
from tests.letters.letter_pdf import TEXTS, pieces_of, text_of

CLAUSES = (
    QuotedClause("4", "Credit hold"),
    QuotedClause("4.2", "Effect", "While the hold lasts, goods are supplied against payment in advance."),
)
COUNTRIES = ("GB", "US", "DE", "FR", "ES", "RO", "VN", "CH")


def picture_pdf(pages: int = 1, *, landscape: bool = False) -> bytes:
    size = (1100, 800) if landscape else (800, 1100)
    sheets = [Image.new("RGB", size, (230, 240, 250)) for _ in range(pages)]
    target = io.BytesIO()
    sheets[0].save(target, "PDF", save_all=True, append_images=sheets[1:])
    return target.getvalue()


def encrypted_pdf() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(picture_pdf()))
    writer.encrypt("secret", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (300, 500), (200, 220, 200)).save(target, "PNG")
    return target.getvalue()


def sheet(name: str, data: bytes) -> Sheet:
    found = read_sheet(name, data)
    assert isinstance(found, Sheet)
    return found


def with_everything(country: str = "GB", kind: str = "hold") -> tuple[LetterContent, list[Sheet]]:
    """Return a letter with every annex, and its files: two invoices, an earlier letter, a contract as picture."""
    facts = sample_facts(kind, country)
    copies = [
        Document("invoice_copies", f"{line.invoice_number}.pdf", line.invoice_number) for line in facts.invoices[:2]
    ]
    documents = (
        *copies,
        Document("past_correspondence", "letter-2026-0301.pdf", "2026-0301", date(2026, 11, 2)),
        Document("contract", "contract.png"),
    )
    facts = replace(
        facts,
        annexes=ANNEX_KINDS,
        documents=documents,
        clauses=CLAUSES,
        statement=sample_facts("statement", country).statement,
        plan=PlanTerms((Instalment(1, date(2026, 12, 20), 50_000), Instalment(2, date(2027, 1, 20), 50_000))),
    )
    sheets = [sheet(d.file_name, png() if d.file_name.endswith("png") else picture_pdf(2)) for d in documents]
    return compose(facts, TEXTS), sheets


def pages_of(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def attached(pdf: bytes) -> dict[str, bytes]:
    return {name: found[0] for name, found in PdfReader(io.BytesIO(pdf)).attachments.items()}


def test_every_kind_of_annex_has_its_builder_and_letters_name_only_known_kinds() -> None:
    assert set(ANNEXES) == set(ANNEX_KINDS)
    assert set(DEFAULT_ANNEXES) <= set(kinds())
    assert {kind for asked in DEFAULT_ANNEXES.values() for kind in asked} <= set(ANNEX_KINDS)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_letter_lists_its_annexes_in_order_and_each_bears_its_mark(country: str) -> None:
    content, sheets = with_everything(country)
    pages = pages_of(render_print(content, sheets).pdf)
    letter = " ".join(page for page in pages if content.annexes[0].mark not in page)
    titles = [re.sub(r"\s+", " ", annex.title) for annex in content.annexes]
    assert content.frame.annexes_label in letter
    assert [annex.number for annex in content.annexes] == list(range(1, len(content.annexes) + 1))
    places = [letter.index(title) for title in titles]
    assert places == sorted(places)
    assert [annex.mark for annex in content.annexes if not any(annex.mark in page for page in pages)] == []


def test_a_letter_without_annexes_lists_none() -> None:
    content = compose(sample_facts("hold", "GB"), TEXTS)
    assert content.annexes == ()
    assert "Enclosures" not in text_of(render_pdf(content))


def test_an_annex_that_has_nothing_to_show_is_left_out_and_takes_no_number() -> None:
    facts = replace(sample_facts("hold", "GB"), annexes=ANNEX_KINDS)
    content = compose(facts, TEXTS)
    assert [(annex.number, annex.kind) for annex in content.annexes] == [
        (1, "return_envelope"),
        (2, "application_form"),
    ]


def test_the_print_version_numbers_its_pages_through() -> None:
    content, sheets = with_everything("GB")
    pages = pages_of(render_print(content, sheets).pdf)
    letter, files_of_two_pages, picture, sheets_of_ours = 2, 3, 1, 5
    assert len(pages) == letter + 2 * files_of_two_pages + picture + sheets_of_ours
    assert [n for n, page in enumerate(pages, 1) if f"Page {n} of {len(pages)}" not in page] == []


def test_copies_of_several_invoices_are_told_apart_by_their_marks() -> None:
    content, sheets = with_everything("GB")
    marks = [page for page in pages_of(render_print(content, sheets).pdf) if "Enclosure 1/" in page]
    assert [re.search(r"Enclosure 1/\d · \S+", page)[0] for page in marks] == [  # type: ignore[index]
        "Enclosure 1/1 · 2026-1180",
        "Enclosure 1/1 · 2026-1180",
        "Enclosure 1/2 · 2026-1181",
        "Enclosure 1/2 · 2026-1181",
    ]


def test_the_archival_file_carries_the_copies_and_keeps_its_claims() -> None:
    content, sheets = with_everything("GB")
    pdf = render_pdf(content, sheets)
    catalog: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    xmp = catalog["/Metadata"].get_data().decode()
    assert attached(pdf) == {found.file_name: found.data for found in sheets}
    assert "pdfaid:part>3<" in xmp
    assert "pdfuaid:part>1<" in xmp
    assert len(catalog["/AF"]) == len(sheets)


def test_the_print_version_claims_no_standard_it_does_not_meet() -> None:
    content, sheets = with_everything("GB")
    pdf = render_print(content, sheets).pdf
    catalog: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    xmp = catalog["/Metadata"].get_data().decode() if "/Metadata" in catalog else ""
    assert "pdfaid" not in xmp
    assert "pdfuaid" not in xmp
    assert attached(pdf) == {}


def test_archival_file_print_version_and_form_are_the_same_bytes_each_time() -> None:
    content, sheets = with_everything("DE")
    first = (render_pdf(content, sheets), render_print(content, sheets).pdf, fillable_form(content))
    assert (render_pdf(content, sheets), render_print(content, sheets).pdf, fillable_form(content)) == first


def test_files_of_one_name_from_two_folders_are_both_attached() -> None:
    content, _ = with_everything("GB")
    sheets = [sheet("a/copy.pdf", picture_pdf(1)), sheet("b/copy.pdf", picture_pdf(2))]
    assert sorted(attached(render_pdf(content, sheets)).values()) == sorted(found.data for found in sheets)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (encrypted_pdf(), "The PDF is encrypted."),
        (b"%PDF-1.4\nnothing", "The PDF is damaged"),
        (picture_pdf()[:400], "The PDF is damaged"),
        (b"PK\x03\x04 a spreadsheet", "neither a PDF nor a PNG or JPEG picture"),
        (b"", "neither a PDF nor a PNG or JPEG picture"),
        (b"%PDF-1.4" + b" " * files.DOCUMENT_BYTES_MAX, "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_ride_along_is_named_with_what_to_do(data: bytes, fault: str) -> None:
    found = read_sheet("invoices/2026-1180.pdf", data)
    assert isinstance(found, Problem)
    assert found.source == "invoices/2026-1180.pdf"
    assert fault in found.message
    assert found.suggestion


def test_a_document_with_a_problem_is_not_listed() -> None:
    problem = Problem("2026-1181.pdf", 0, "", "The PDF is encrypted.")
    documents = (
        Document("invoice_copies", "2026-1180.pdf", "2026-1180"),
        Document("invoice_copies", "2026-1181.pdf", "2026-1181", problem=problem),
    )
    facts = replace(sample_facts("hold", "GB"), annexes=("invoice_copies",), documents=documents)
    assert [annex.title for annex in compose(facts, TEXTS).annexes] == ["Copy of invoice 2026-1180"]


def test_a_file_that_reads_but_cannot_be_printed_is_left_out_and_named() -> None:
    content, sheets = with_everything("GB")
    broken = replace(sheets[0], data=b"%PDF-1.7 no more")
    printed = render_print(content, [broken, *sheets[1:]])
    assert [problem.source for problem in printed.problems] == [broken.file_name]
    marks = {mark for page in pages_of(printed.pdf) for mark in re.findall(r"Enclosure 1/\d", page)}
    assert marks == {"Enclosure 1/2"}


def test_the_limits_of_one_letter_name_the_files_that_pass_them() -> None:
    large = [Sheet(f"{n}.pdf", b"x" * files.DOCUMENT_BYTES_MAX, "application/pdf", 1) for n in range(5)]
    long = [
        Sheet("book.pdf", b"x", "application/pdf", files.ANNEX_PAGES_MAX + 1),
        Sheet("a.pdf", b"x", "application/pdf"),
    ]
    assert [problem.source for problem in within_limits(large)[1]] == ["4.pdf"]
    assert ([found.file_name for found in within_limits(long)[0]], len(within_limits(long)[1])) == (["a.pdf"], 1)


def test_a_copy_that_lies_on_its_side_gets_a_sheet_that_does() -> None:
    content, _ = with_everything("GB")
    name = content.annexes[0].papers[0].file_name
    printed = render_print(content, [sheet(name, picture_pdf(landscape=True))])
    pages = PdfReader(io.BytesIO(printed.pdf)).pages
    wide = [page for page in pages if page.mediabox.width > page.mediabox.height]
    assert [re.search(r"Enclosure \S+", page.extract_text())[0] for page in wide] == ["Enclosure 1/1"]  # type: ignore[index]


def test_the_form_can_be_filled_in_and_every_field_says_its_label() -> None:
    content, _ = with_everything("DE")
    form = fillable_form(content)
    assert form is not None
    reader = PdfReader(io.BytesIO(form))
    fields = reader.get_fields() or {}
    assert len(reader.pages) == 1
    assert fields["business_name"]["/TU"] == "Firma"
    assert {field["/FT"] for field in fields.values()} == {"/Tx"}
    writer = PdfWriter(clone_from=reader)
    writer.update_page_form_field_values(writer.pages[0], {"business_name": "Weinhaus Größl"})
    target = io.BytesIO()
    writer.write(target)
    filled = PdfReader(io.BytesIO(target.getvalue())).get_form_text_fields() or {}
    assert filled["business_name"] == "Weinhaus Größl"


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_field_of_the_form_covers_another_or_leaves_the_sheet(country: str) -> None:
    form = fillable_form(with_everything(country)[0])
    assert form is not None
    page = PdfReader(io.BytesIO(form)).pages[0]
    boxes = [[float(x) for x in annotation.get_object()["/Rect"]] for annotation in page["/Annots"]]  # type: ignore[attr-defined]
    footer = 29 * 72 / 25.4
    assert all(x0 >= 0 and x1 <= page.mediabox.width and y0 >= footer - 0.1 for x0, y0, x1, _ in boxes)
    assert all(y1 - y0 >= 5 * 72 / 25.4 for _, y0, _, y1 in boxes)
    for i, (ax0, ay0, ax1, ay1) in enumerate(boxes):
        for bx0, by0, bx1, by1 in boxes[i + 1 :]:
            assert ax1 <= bx0 or bx1 <= ax0 or ay1 <= by0 or by1 <= ay0
    assert len(PdfReader(io.BytesIO(form)).pages) == 1


def test_the_reply_sheet_shows_our_address_in_the_window() -> None:
    facts = replace(sample_facts("hold", "GB"), annexes=("return_envelope",))
    pdf = render_pdf(compose(facts, TEXTS))
    pieces = pieces_of(pdf, len(PdfReader(io.BytesIO(pdf)).pages) - 1)
    name = next(piece for piece in pieces if piece.text == facts.creditor.name and piece.size > 10)
    assert 20 <= name.x <= 110
    assert 57 <= name.y <= 81


def test_the_email_names_the_annexes_too() -> None:
    content, _ = with_everything("GB")
    text, html = as_plain_text(content), as_html(content)
    assert [annex.title for annex in content.annexes if annex.title not in text or annex.title not in html] == []


def test_many_copies_are_listed_by_the_first_and_the_last() -> None:
    facts = sample_facts("hold", "GB", invoices=250)
    documents = tuple(Document("invoice_copies", f"{x.invoice_number}.pdf", x.invoice_number) for x in facts.invoices)
    content = compose(replace(facts, annexes=("invoice_copies",), documents=documents), TEXTS)
    assert content.annexes[0].title == "Copies of 250 invoices: 2026-1180 … 2026-1429"


@pytest.mark.parametrize(("country", "has_slip"), [("CH", True), ("DE", False), ("GB", False)])
def test_only_where_people_pay_by_slip_does_a_letter_carry_one_unasked(country: str, has_slip: bool) -> None:
    facts: LetterFacts = sample_facts("reminder", country)
    assert ("payment_slip" in default_annexes(facts)) == has_slip


def test_the_policy_knows_the_same_annexes_and_letters_as_the_letters_room() -> None:
    assert (keys.ANNEX_KINDS, set(keys.LETTERS)) == (ANNEX_KINDS, set(kinds()))

"""What an electronic invoice becomes, and what is said about one that is wrong."""

import base64
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dunwell.sources.contract import Reading, SourceFile, SourceFormat
from dunwell.sources.einvoice import cii, facturae, fatturapa, p7m, parties, ubl, zugferd
from dunwell.sources.einvoice.model import Party
from dunwell.sources.einvoice.parties import Own
from dunwell.sources.rows import Limits, Options, schema
from tests.sources.einvoice import samples

FORMATS: tuple[SourceFormat, ...] = (ubl, cii, zugferd, facturae, fatturapa)


def read(data: bytes, options: Options | None = None) -> Reading:
    form = next(form for form in FORMATS if form.recognise("invoice", data[:65_536]))
    return form.read(SourceFile("invoice", data), options or Options())


def rows(reading: Reading, kind: str) -> list[dict[str, Any]]:
    return [row for table in reading.tables if table.kind == kind for row in table.frame.to_dicts()]


def told(reading: Reading) -> str:
    return "\n".join(str(problem) for problem in reading.problems)


def dues(reading: Reading) -> list[tuple[int | None, date | None, int]]:
    return [(row["instalment"], row["due_on"], row["amount_minor"]) for row in rows(reading, "invoices")]


BOTH = [(1, date(2026, 4, 1), 5950), (2, date(2026, 5, 1), 5950)]


def test_an_invoice_becomes_a_customer_and_an_invoice() -> None:
    reading = read(samples.ubl())
    assert told(reading) == ""
    [customer] = rows(reading, "customers")
    assert {name: customer[name] for name in ("account_number", "name", "party_type", "country", "email")} == {
        "account_number": "DE987654321",
        "name": "Hotel Seeblick KG",
        "party_type": "business",
        "country": "DE",
        "email": "rechnung@example.com",
    }
    [invoice] = rows(reading, "invoices")
    assert (invoice["invoice_number"], invoice["account_number"]) == ("R-7", "DE987654321")
    assert (invoice["issued_on"], invoice["currency"]) == (date(2026, 3, 2), "EUR")
    assert dues(reading) == [(None, date(2026, 4, 1), 11900)]
    extra = json.loads(invoice["extra"])
    assert extra == {"payment_reference": "RF18539007547034", "bank_accounts": "DE89370400440532013000"}


def test_instalments_become_rows_of_one_number_in_every_syntax() -> None:
    terms = samples.ubl_terms(("2026-05-01", "59.50"), ("2026-04-01", "59.50"))
    assert dues(read(samples.ubl(terms=terms))) == BOTH
    assert dues(read(samples.cii())) == BOTH
    assert dues(read(samples.facturae())) == [(1, date(2026, 4, 1), 5300), (2, date(2026, 5, 1), 5300)]
    assert dues(read(samples.fatturapa())) == [(1, date(2026, 4, 1), 6100), (2, date(2026, 5, 1), 6100)]


def test_instalments_that_do_not_make_the_amount_are_refused() -> None:
    terms = samples.ubl_terms(("2026-05-01", "59.50"), ("2026-04-01", "59.00"))
    reading = read(samples.ubl(terms=terms))
    assert reading.tables == ()
    assert "make 118.50, but 119.00 is to be paid" in told(reading)


def test_what_was_prepaid_is_a_payment_so_that_the_rest_is_open() -> None:
    reading = read(samples.ubl(prepaid="50.00", payable="69.00"))
    assert [row["amount_minor"] for row in rows(reading, "invoices")] == [11900]
    [payment] = rows(reading, "payments")
    assert (payment["invoice_number"], payment["amount_minor"], payment["kind"]) == ("R-7", 5000, "payment")


def test_a_credit_note_counts_against_the_invoice_that_it_names() -> None:
    named = "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>R-5</cbc:ID></cac:InvoiceDocumentReference>"
    reading = read(samples.ubl(code="381", head=f"{named}</cac:BillingReference>"))
    assert rows(reading, "invoices") == []
    [note] = rows(reading, "payments")
    assert (note["payment_reference"], note["invoice_number"]) == ("R-7", "R-5")
    assert (note["amount_minor"], note["kind"]) == (11900, "credit_note")


def test_a_wrong_total_is_named_with_its_place_and_both_figures() -> None:
    reading = read(samples.ubl(payable="219.00"))
    [problem] = reading.problems
    assert problem.column == "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"
    assert problem.message == "The amount to be paid is 219.00, but its parts make 119.00."
    assert reading.tables == ()


def test_in_a_batch_only_the_wrong_invoice_stays_out() -> None:
    right = samples.fattura_body("7", samples.fattura_payment("2026-04-01", "122.00"))
    wrong = samples.fattura_body("8", samples.fattura_payment("2026-04-01", "999.00"))
    reading = read(samples.fatturapa(right, wrong))
    assert [row["invoice_number"] for row in rows(reading, "invoices")] == ["7"]
    assert "instalments of invoice 8 make 999.00, but 122.00" in told(reading)
    assert reading.rejected_lines.isdisjoint(row["source_line"] for row in rows(reading, "invoices"))


def test_a_number_that_stands_in_a_batch_twice_is_taken_once() -> None:
    body = samples.fattura_body("7", samples.fattura_payment("2026-04-01", "122.00"))
    reading = read(samples.fatturapa(body, body))
    assert [row["invoice_number"] for row in rows(reading, "invoices")] == ["7"]
    assert "The number 7 stands on line" in told(reading)


def test_tax_that_the_buyer_pays_to_the_tax_office_is_not_asked_for() -> None:
    split = samples.fattura_body("7", samples.fattura_payment("2026-04-01", "100.00"), due="S")
    assert dues(read(samples.fatturapa(split))) == [(None, date(2026, 4, 1), 10000)]
    assert sum(row["amount_minor"] for row in rows(read(samples.facturae()), "invoices")) == 10600


def test_a_document_written_to_oneself_is_left_out() -> None:
    own = samples.fattura_body("7", "", code="TD17")
    reading = read(samples.fatturapa(own))
    assert (reading.tables, reading.problems) == ((), ())
    assert "written to oneself" in reading.notices[0].message


def test_an_invoice_without_a_due_date_is_told_with_its_terms() -> None:
    data = samples.ubl(terms="<cac:PaymentTerms><cbc:Note>14 Tage netto</cbc:Note></cac:PaymentTerms>")
    reading = read(data.replace(b"<cbc:DueDate>2026-04-01</cbc:DueDate>", b""))
    assert dues(reading) == [(None, None, 11900)]
    assert any('"14 Tage netto"' in notice.message for notice in reading.notices)


def test_a_corrected_invoice_warns_that_the_first_one_still_stands() -> None:
    reading = read(samples.ubl(code="384"))
    assert any("still stands" in notice.message for notice in reading.notices)


SELLER = Party("Backhaus Ähre GmbH", tax_ids=("DE123456789",))
BUYER = Party("Hotel Seeblick KG", tax_ids=("DE987654321",))


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (Own(tax_ids=("DE 123 456 789",)), None),
        (Own(tax_ids=("123456789",)), None),
        (Own(names=("BACKHAUS AEHRE", "Backhaus Ähre G.m.b.H.")), None),
        (Own(names=("Hotel Seeblick",)), "purchase invoice"),
        (Own(names=("Somebody else",), tax_ids=("DE111111111",)), "is not your business"),
        (Own(), None),
    ],
)
def test_only_the_creditors_own_invoices_are_receivables(own: Own, words: str | None) -> None:
    invoice = replace(_invoice(), seller=SELLER, buyer=BUYER)
    problem = parties.not_ours(invoice, own, "invoice.xml")
    assert (problem is None) == (words is None)
    assert problem is None or words is None or words in problem.message


def _invoice() -> Any:
    from dunwell.sources.einvoice.xml import Fields, parse

    root = parse(samples.ubl(), "invoice.xml", Limits())
    return ubl.parse(root, Fields("invoice.xml"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("buyer", "number"),
    [
        (Party("A", number="K-12", tax_ids=("DE1",)), "K-12"),
        (Party("A", tax_ids=("DE 987 654 321",)), "DE987654321"),
        (Party("A", other_ids=("40 12345 00000 9",)), "4012345000009"),
        (Party("Café Łódź & Co", postcode="01 067"), "CAFE-LODZ-CO-01-067"),
    ],
)
def test_a_buyer_has_the_same_account_number_in_every_invoice(buyer: Party, number: str) -> None:
    assert parties.account_number(buyer) == number


def test_a_pdf_is_read_by_the_xml_inside_and_kept_as_the_copy() -> None:
    data = samples.pdf(("notes.xml", b"<notes/>"), ("factur-x.xml", samples.cii()))
    reading = read(data)
    assert told(reading) == ""
    [document] = reading.documents
    assert (document.file_name, document.content) == ("R-7.pdf", data)
    assert {row["document"] for row in rows(reading, "invoices")} == {"R-7.pdf"}
    assert dues(reading) == BOTH


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (samples.pdf(), "no XML inside"),
        (samples.pdf(("notes.xml", b"<notes/>")), '"notes.xml" is no electronic invoice'),
        (b"%PDF-1.7\nnothing", "cannot be read"),
        (samples.ubl()[:-20], "XML is broken"),
        (samples.ubl().replace(b'encoding="UTF-8"', b'encoding="UTF-8-W/O-BOM"'), "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(data: bytes, words: str) -> None:
    reading = read(data)
    assert reading.tables == ()
    assert words in told(reading) or "XML is broken" in told(reading)


@pytest.mark.parametrize("wrap", [samples.p7m, samples.p7m_streamed])
def test_a_signed_invoice_is_read_out_of_its_envelope(wrap: Any) -> None:
    plain = samples.fatturapa()
    for data in (wrap(plain), wrap(wrap(plain)), base64.b64encode(wrap(plain))):
        assert p7m.unwrap(data) == plain
    assert dues(read(wrap(plain))) == dues(read(plain))


def test_envelopes_without_end_are_refused() -> None:
    data = samples.fatturapa()
    for _ in range(p7m.ENVELOPES_MAX + 1):
        data = samples.p7m(data)
    assert "limit envelopes_max" in told(read(data))


BOMB = b'<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_they_are_looked_at(encoding: str) -> None:
    text = (BOMB + samples.ubl().partition(b"?>")[2]).decode().replace("R-7", "&b;")
    reading = read(text.encode(encoding))
    assert "declares a document type" in told(reading)


def test_a_file_over_a_limit_is_refused_by_the_limits_name() -> None:
    small = Limits(xml_bytes_max=500, pdf_bytes_max=500, xml_depth_max=3)
    assert "limit invoice_bytes_max" in told(read(samples.ubl(), Options(limits=small)))
    assert "limit pdf_bytes_max" in told(read(samples.pdf(("factur-x.xml", samples.cii())), Options(limits=small)))
    shallow = Limits(xml_depth_max=3)
    assert "limit xml_depth_max" in told(read(samples.ubl(), Options(limits=shallow)))


def test_an_annex_larger_than_the_librarys_own_limit_is_passed_over() -> None:
    annex = "QUJD" * 3_000_000
    head = f"<cac:AdditionalDocumentReference><cbc:EmbeddedDocumentBinaryObject>{annex}"
    data = samples.ubl(head=f"{head}</cbc:EmbeddedDocumentBinaryObject></cac:AdditionalDocumentReference>")
    assert dues(read(data)) == [(None, date(2026, 4, 1), 11900)]


def test_every_table_has_the_schema_of_the_contract() -> None:
    for data in (samples.ubl(prepaid="50.00", payable="69.00"), samples.cii(), samples.facturae(), samples.fatturapa()):
        for table in read(data).tables:
            assert table.frame.schema == schema(table.kind)

"""What entries on customers' accounts become, and what settles what."""

from typing import Any

import polars as pl
import pytest

from dunwell.sources.accounts import datev, fec, saft
from dunwell.sources.contract import Reading, SourceFile
from dunwell.sources.rows import Limits, Options
from tests.sources.accounts import samples


def read(form: Any, data: bytes, options: Options | None = None) -> Reading:
    assert form.recognise("book", data[:65_536]).sureness == "certain"
    reading: Reading = form.read(SourceFile("book", data), options or Options())
    return reading


def invoices(reading: Reading) -> list[tuple[str, str, int]]:
    return [
        (row["invoice_number"], row["account_number"], row["amount_minor"])
        for table in reading.tables
        if table.kind == "invoices"
        for row in table.frame.to_dicts()
    ]


def payments(reading: Reading) -> list[tuple[str, str | None, int, str]]:
    return [
        (row["payment_reference"], row["invoice_number"], row["amount_minor"], row["kind"])
        for table in reading.tables
        if table.kind == "payments"
        for row in table.frame.to_dicts()
    ]


def test_a_fec_gives_invoices_and_what_settled_them_by_its_letters() -> None:
    reading = read(fec, samples.fec())
    assert reading.problems == ()
    assert invoices(reading) == [("F1", "C1", 12000), ("F2", "C1", 6000), ("F2 3", "C2", 3000)]
    assert payments(reading) == [
        ("A1", None, 1000, "credit_note"),
        ("R1", None, 500, "refund"),
        ("V9", "F1", 12000, "payment"),
        ("V9", "F2", 6000, "payment"),
    ]


def test_numbers_stay_when_the_file_grows_at_its_end() -> None:
    whole = invoices(read(fec, samples.fec()))
    shorter = invoices(read(fec, samples.fec(*samples.FEC_LINES[:3])))
    assert whole[: len(shorter)] == shorter


def test_a_line_that_is_wrong_stays_out_and_is_named() -> None:
    wrong = samples.fec_line("VE", 9, "20261399", "411000", "C1", "F9", "Facture", "12,345", "0,00", "")
    reading = read(fec, samples.fec(*samples.FEC_LINES, wrong))
    assert [(problem.line, problem.column) for problem in reading.problems] == [(11, "debit"), (11, "ecrituredate")]
    assert len(invoices(reading)) == 3


def test_a_tab_separated_fec_with_a_mark_at_its_beginning_is_the_same() -> None:
    data = b"\xef\xbb\xbf" + samples.fec().replace(b"|", b"\t").replace(b"\n", b"\r\n")
    assert invoices(read(fec, data)) == invoices(read(fec, samples.fec()))


def test_a_portuguese_receipt_pays_its_invoice_and_grants_its_discount() -> None:
    reading = read(saft, samples.portugal())
    assert reading.problems == ()
    assert invoices(reading) == [("FT A/1", "C1", 12300), ("FR A/1", "C1", 6150)]
    assert payments(reading) == [
        ("paid-FR A/1", "FR A/1", 6150, "payment"),
        ("NC A/1", "FT A/1", 2300, "credit_note"),
        ("RG A/1", "FT A/1", 9000, "payment"),
        ("RG A/1", "FT A/1", 1000, "credit_note"),
    ]


def test_norwegian_journals_are_settled_by_their_cross_references() -> None:
    reading = read(saft, samples.norway())
    assert reading.problems == ()
    assert invoices(reading) == [
        ("OPENING-1000-2026-01-01", "1000", 5000),
        ("77", "1000", 10000),
        ("78", "1000", 10000),
    ]
    assert payments(reading) == [("9", "77", 10000, "payment")]
    due = next(table.frame["due_on"].to_list() for table in reading.tables if table.kind == "invoices")
    assert [str(day) for day in due] == ["None", "2026-01-19", "2026-01-20"]


def test_a_closing_balance_that_the_entries_do_not_make_is_told() -> None:
    data = samples.norway().replace(b"<n1:ClosingDebitBalance>150<", b"<n1:ClosingDebitBalance>175<")
    assert any("closes with 175.00, its entries make 150.00" in note.message for note in read(saft, data).notices)


def test_romanian_payments_pay_the_invoices_that_they_name() -> None:
    reading = read(saft, samples.romania())
    assert reading.problems == ()
    assert invoices(reading) == [("F1", "00123", 11900)]
    assert payments(reading) == [("OP1", "F1", 10000, "payment")]


def test_an_entry_of_a_customer_who_is_not_in_the_file_is_a_problem() -> None:
    data = samples.portugal().replace(b"C1</CustomerID>", b"C2</CustomerID>", 1)
    reading = read(saft, data)
    assert invoices(reading) == []
    assert all('no customer "C1"' in problem.message for problem in reading.problems)


def test_an_opening_balance_is_left_out_where_its_invoices_are_known() -> None:
    known = pl.DataFrame({"invoice_number": ["66"], "account_number": ["1000"], "currency": ["NOK"]})
    reading = read(saft, samples.norway(), Options(invoices=known))
    assert invoices(reading) == [("77", "1000", 10000), ("78", "1000", 10000)]
    assert any("left out" in note.message for note in reading.notices)


@pytest.mark.parametrize(
    ("limits", "words"), [(Limits(xml_bytes_max=100), "xml_bytes_max"), (Limits(xml_depth_max=3), "xml_depth_max")]
)
def test_a_file_over_a_limit_is_refused_by_the_limits_name(limits: Limits, words: str) -> None:
    reading = read(saft, samples.norway(), Options(limits=limits))
    assert reading.tables == ()
    assert words in reading.problems[0].message


def test_a_document_type_is_refused() -> None:
    data = samples.norway().replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
    assert "document type" in read(saft, data).problems[0].message


def test_datev_bookings_are_settled_by_their_document_numbers() -> None:
    reading = read(datev, samples.datev())
    assert reading.problems == ()
    assert invoices(reading) == [("R1", "10001", 12000), ("R2", "10002", 6000), ("R9", "10003", 3000)]
    assert payments(reading) == [
        ("10001 2026-02-20 R1 50,00", "R1", 5000, "payment"),
        ("10002 2026-03-01 R2 10,00", "R2", 1000, "credit_note"),
        ("10002 2026-03-02 X 5,00", None, 500, "refund"),
    ]
    days = next(table.frame for table in reading.tables if table.kind == "invoices")
    assert [str(day) for day in days["due_on"]] == ["2026-02-04", "None", "None"]
    assert [str(day) for day in days["issued_on"]] == ["2026-01-05", "2026-01-10", "2026-01-01"]
    assert any("1 balances were carried forward" in note.message for note in reading.notices)


def test_a_datev_booking_that_is_wrong_stays_out_and_is_named() -> None:
    wrong = '100.0.0;"S";"EUR";10001;8400;;3102;"R5";"";"";0'
    reading = read(datev, samples.datev(*samples.DATEV_LINES, wrong))
    assert [(problem.line, problem.column) for problem in reading.problems] == [(11, "Belegdatum"), (11, "Umsatz")]
    assert len(invoices(reading)) == 3


def test_a_datev_payment_finds_an_invoice_of_an_earlier_batch() -> None:
    known = pl.DataFrame({"invoice_number": ["R1"], "account_number": ["10001"], "currency": ["EUR"]})
    reading = read(datev, samples.datev(samples.DATEV_LINES[3]), Options(invoices=known))
    assert payments(reading) == [("10001 2026-02-20 R1 50,00", "R1", 5000, "payment")]

"""Aged reports without invoices, part-used credit notes, totals that do not add up, references, rows cut short."""

from datetime import date

import polars as pl
import pytest

from dunwell.sources import read_table
from dunwell.sources.contract import Reading, SourceFile
from dunwell.sources.rows import Kind, Options
from dunwell.sources.tabular import ageing, reader
from dunwell.sources.tabular.totals import difference_told

OPTIONS = Options(currency="EUR", country="DE")
QUICKBOOKS = (
    "A/R Aging Summary\nAs of October 31, 2026\n\n,Current,1 - 30,31 - 60,61 - 90,91 and over,Total\n"
    'Aurora Ltd,"1,200.00",0.00,100.00,,50.50,"1,350.50"\n"Borealis, Inc",,,(20.00),,,-20.00\n'
    'TOTAL,"1,200.00",0.00,80.00,,50.50,"1,330.50"\n'
)
XERO = (
    "Aged Receivables Summary\nDemo Company\nAs at 31 October 2026\n\n"
    "Contact,Current,< 1 Month,1 Month,2 Months,3 Months,Older,Total\nAna,1.00,2.00,3.00,4.00,5.00,6.00,21.00\n"
)
GERMAN = (
    "OP-Liste Stand: 31.10.2026\nKundennummer;Kunde;Nicht fällig;1-30 Tage;31-60 Tage;61-90 Tage;über 90 Tage;Summe\n"
    "1001;Müller;1.000,00;;200,00;;3,50;1.203,50\n"
)


def read(text: str) -> Reading:
    return reader.read(SourceFile("list.csv", text.encode()), OPTIONS)


def frame(reading: Reading, kind: Kind) -> pl.DataFrame:
    return next(table.frame for table in reading.tables if table.kind == kind)


def items(reading: Reading) -> list[tuple[str, date | None, int]]:
    return frame(reading, "invoices").select("account_number", "due_on", "amount_minor").rows()


def told(reading: Reading) -> list[str]:
    return [notice.message for notice in reading.notices]


def test_buckets_become_opening_balances_as_old_as_their_youngest() -> None:
    assert items(read(QUICKBOOKS)) == [
        ("Aurora Ltd", None, 120_000),
        ("Aurora Ltd", date(2026, 9, 30), 10_000),
        ("Aurora Ltd", date(2026, 8, 1), 5_050),
    ]


def test_a_credit_in_a_bucket_is_a_credit_note_on_the_account() -> None:
    notes = frame(read(QUICKBOOKS), "payments").select(
        "account_number", "invoice_number", "paid_on", "amount_minor", "kind"
    )
    assert notes.rows() == [("Borealis, Inc", None, date(2026, 10, 31), 2_000, "credit_note")]


def test_buckets_may_be_months_or_stand_in_another_language() -> None:
    assert [due_on for _, due_on, _ in items(read(XERO))] == [
        None, date(2026, 10, 30), date(2026, 9, 30), date(2026, 8, 31), date(2026, 8, 1), date(2026, 7, 2),
    ]  # fmt: skip
    assert items(read(GERMAN)) == [
        ("1001", None, 100_000), ("1001", date(2026, 9, 30), 20_000), ("1001", date(2026, 8, 1), 350),
    ]  # fmt: skip


def test_each_customer_of_a_report_comes_once() -> None:
    assert frame(read(GERMAN), "customers").select("account_number", "name").rows() == [("1001", "Müller")]


def test_the_same_report_twice_names_its_items_alike() -> None:
    numbers = [
        frame(read(text), "invoices")["invoice_number"].to_list() for text in (XERO, XERO.replace("31 Oct", "30 Nov"))
    ]
    assert numbers[0] == numbers[1]
    assert len(set(numbers[0])) == 6


def test_a_report_without_its_day_is_not_guessed() -> None:
    reading = read(XERO.replace("As at 31 October 2026", "Aged"))
    (problem,) = reading.problems
    assert problem.message == "This looks like an aged report, but no line above its header says of which day it is."
    assert reading.tables == ()


def test_a_list_of_invoices_with_buckets_stays_a_list_of_invoices() -> None:
    text = "Customer,Invoice,Invoice date,Due date,Amount,1-30,31-60\nAna,A1,2026-01-01,2026-01-31,5.00,5.00,\n"
    assert frame(read(text), "invoices")["invoice_number"].to_list() == ["A1"]


@pytest.mark.parametrize(
    ("header", "days"),
    [
        ("Current", 0),
        ("Not yet due", 0),
        ("1-30 days", 1),
        ("0 - 30", 1),
        ("31 to 60", 31),
        ("> 90", 91),
        ("90+", 91),
        ("91 and over", 91),
        ("über 90 Tage", 91),
        ("plus de 90 jours", 91),
        ("más de 90 días", 91),
        ("peste 90 zile", 91),
        ("trên 90 ngày", 91),
        ("< 1 Month", 1),
        ("2 Months", 61),
        ("12.99", None),
        ("2026", None),
        ("Amount", None),
    ],
)
def test_headers_of_ages_are_known(header: str, days: int | None) -> None:
    found = ageing.buckets([header])
    assert [bucket.days for bucket in found] == ([] if days is None else [days])


def test_a_total_that_differs_from_its_rows_is_told() -> None:
    text = QUICKBOOKS.replace('50.50,"1,330.50"\n', '51.50,"1,331.50"\n')
    assert "The total says 51.50, the rows make 50.50." in told(read(text))
    assert not any("The total says" in message for message in told(read(QUICKBOOKS)))


LIST = (
    "Customer,Invoice,Invoice date,Due date,Amount\n"
    "Ana,A1,2026-01-01,2026-01-31,5.00\nBo,B1,2026-01-01,2026-01-31,7.00\n"
)


@pytest.mark.parametrize(
    ("total", "expected"), [("12.00", []), ("13.00", ["The total says 13.00, the rows make 12.00."])]
)
def test_the_grand_total_of_a_list_is_compared(total: str, expected: list[str]) -> None:
    messages = told(read(f"{LIST}Total,,,,{total}\n"))
    assert [message for message in messages if "The total says" in message] == expected


def test_subtotals_are_no_grand_total() -> None:
    assert difference_told(["5.00", "7.00"], ["5.00", "7.00"], 2) == ""
    assert difference_told(["5.00", "7.00"], ["5.00", "7.00", "12.00"], 2) == ""
    assert difference_told(["5.00", "7.00"], ["5.00", "8.00"], 2) == "The total says 8.00, the rows make 12.00."


def test_of_a_credit_note_only_what_is_not_used_counts() -> None:
    text = (
        "Customer,Invoice,Invoice date,Due date,Total,Open\nAna,A1,2026-01-01,2026-01-31,100.00,30.00\n"
        "Ana,C1,2026-01-05,2026-01-05,-100.00,-30.00\nBo,C2,2026-01-05,2026-01-05,-50.00,0.00\n"
    )
    reading = read(text)
    payments = frame(reading, "payments").select("payment_reference", "kind", "amount_minor").rows()
    assert items(reading) == [("Ana", date(2026, 1, 31), 10_000)]
    assert sorted(payments) == [("C1", "credit_note", 3_000), ("paid-A1", "payment", 7_000)]


def test_an_overpaid_invoice_is_no_credit_note() -> None:
    text = "Customer,Invoice,Invoice date,Due date,Total,Open\nBo,B2,2026-01-05,2026-02-05,10.00,-5.00\n"
    assert frame(read(text), "payments").select("payment_reference", "kind", "amount_minor").rows() == [
        ("paid-B2", "payment", 1_500)
    ]


@pytest.mark.parametrize(
    "header", ["KID", "Payment reference", "QR-Referenz", "Communication structurée", "Viitenumero"]
)
def test_the_reference_printed_on_an_invoice_is_kept_under_one_name(header: str) -> None:
    text = f"Customer,Invoice,Invoice date,Due date,Amount,{header}\nAna,A1,2026-01-01,2026-01-31,5.00,12345674\n"
    assert frame(read(text), "invoices")["extra"].to_list() == ['{"payment_reference":"12345674"}']


def test_rows_that_all_leave_off_the_end_are_read_and_it_is_said() -> None:
    parsed = read_table(b"account_number,name,phone,city\nC1,Ana\nC2,Brava,123\n")
    assert parsed.problems == ()
    assert parsed.tables[0].frame.select("account_number", "phone", "city").rows() == [
        ("C1", None, None), ("C2", "123", None),
    ]  # fmt: skip
    message = 'The rows end before the header does; what is missing was read as empty: "phone", "city".'
    assert parsed.notices[0].message == message


def test_one_row_that_is_short_among_whole_ones_stays_a_problem() -> None:
    parsed = read_table(b"account_number,name,phone\nC1,Ana\nC2,Brava,123\n")
    assert [problem.line for problem in parsed.problems] == [2]

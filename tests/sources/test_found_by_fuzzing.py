"""Files on which a parser once failed, found by ``python -m bench.fuzz``, and the fuzzer itself."""

import random
from datetime import date
from pathlib import Path

import pytest

from bench.fuzz_mutations import damaged
from bench.fuzz_parsers import parsers
from dunwell.sources.accounts import datev, fec, saft
from dunwell.sources.bank import coda, mt940, ofx
from dunwell.sources.contract import Reading, SourceFile, SourceFormat
from dunwell.sources.rows import Limits, Options
from dunwell.sources.tabular import reader
from dunwell.sources.unpacking import unpack
from tests.sources.accounts import samples

MT940 = (
    ":20:S\n:25:{account}\n:28C:1/1\n:60F:C260101EUR0,\n:61:260105C10,NTRFNONREF//B1\n:86:pay{text}ment\n"
    ":62F:C260105EUR10,\n"
)
OFX = (
    "<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>2</BANKACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>{end}"
    "<STMTTRN><DTPOSTED>{posted}<TRNAMT>5.00<FITID>F1<NAME>Ana</STMTTRN></BANKTRANLIST></STMTRS></OFX>"
)


def read(form: SourceFormat, data: str | bytes) -> Reading:
    content = data.encode() if isinstance(data, str) else data
    return form.read(SourceFile("file", content), Options(currency="EUR", country="DE"))


def messages(reading: Reading) -> list[str]:
    return [problem.message for problem in reading.problems]


@pytest.mark.parametrize(
    ("form", "data"),
    [
        (fec, samples.fec().replace(b"|4110", b"|5110")),
        (datev, samples.datev('99,00;"S";"EUR";4930;1200;;0203;"Y";"";"Porto";0')),
        (saft, b'<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"><Header/></AuditFile>'),
    ],
)
def test_books_without_customers_say_so(form: SourceFormat, data: bytes) -> None:
    reading = read(form, data)
    assert reading.tables == ()
    assert len(reading.problems) > 0


def test_books_whose_entries_are_on_other_accounts_are_named() -> None:
    assert messages(read(fec, samples.fec().replace(b"|4110", b"|5110"))) == [
        "No entry of the file is on a customer's account."
    ]


@pytest.mark.parametrize(("written", "due_on"), [("040226", date(2026, 2, 4)), ("04022666", None)])
def test_a_number_that_reads_as_a_day_of_another_age_is_no_due_date(written: str, due_on: date | None) -> None:
    reading = read(datev, samples.datev(f'100,00;"S";"EUR";10001;8400;;0501;"R1";"{written}";"Brot";0'))
    [invoices] = [table.frame for table in reading.tables if table.kind == "invoices"]
    assert invoices["due_on"].to_list() == [due_on]


def test_nul_characters_are_read_as_blanks_in_books_and_statements() -> None:
    reading = read(fec, samples.fec().replace(b"F1", b"F\x001"))
    numbers = [
        number for table in reading.tables if table.kind == "invoices" for number in table.frame["invoice_number"]
    ]
    assert "F 1" in numbers
    assert [notice.message for notice in reading.notices][:1] == [
        "The file holds NUL characters; they were read as blanks."
    ]
    statement = read(mt940, MT940.format(account="DE89", text="\0"))
    assert statement.entries is not None
    assert statement.entries["remittance"].to_list() == ["pay ment"]


def test_digits_of_other_scripts_are_no_german_account() -> None:
    entries = read(mt940, MT940.format(account="37040٣44/532013000", text="")).entries
    assert entries is not None
    assert entries.height == 1


def test_an_entry_of_a_year_that_cannot_be_is_named_and_left_out() -> None:
    reading = read(ofx, OFX.format(end="20260131", posted="88200213"))
    assert messages(reading) == ["The entry is dated 8820-02-13, which cannot be."]
    assert reading.entries is not None
    assert reading.entries.is_empty()
    assert reading.bank_complete_through is None


def test_a_statement_that_ends_in_a_year_that_cannot_be_completes_nothing() -> None:
    reading = read(ofx, OFX.format(end="99990101", posted="20260105"))
    assert messages(reading) == ["The statement ends on 9999-01-01, which cannot be."]
    assert reading.bank_complete_through is None
    whole = read(ofx, OFX.format(end="20260131", posted="20260105"))
    assert (messages(whole), whole.bank_complete_through) == ([], date(2026, 1, 31))


def test_bytes_that_are_no_statement_at_all_are_refused() -> None:
    assert read(coda, b"\0\0\0").problems != ()


def test_a_list_with_a_balance_but_no_numbers_of_invoices_is_asked_about() -> None:
    """Its credit notes would be called after the invoice, which no column names."""
    reading = read(reader, "Name,Date,Amount,Balance\nAnn,2026-01-05,10.00,5.00\n")
    assert reading.tables == ()
    assert [message.partition(":")[0] for message in messages(reading)] == [
        "This looks like invoices, but no column says the invoice number, the due date."
    ]


def test_a_row_of_nothing_but_blanks_may_be_wider_than_the_header() -> None:
    rows = "I2,C1,2026-01-05,1.00\n\n,,,,\f\nI3,C1,2026-01-05,9,234.50\n"
    reading = read(reader, f"invoice_number,account_number,due_on,amount\n{rows}")
    assert [problem.line for problem in reading.problems if "fields" in problem.message] == [5]


def test_an_archive_without_any_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "batch.zip"
    path.write_bytes(b"PK\x03\x04" + b"PK\x05\x06" + bytes(18))
    unpacked = unpack([path], Limits())
    assert [problem.message for problem in unpacked.problems] == ["The ZIP archive holds no file."]


@pytest.mark.parametrize("name", parsers())
def test_every_parser_has_files_to_begin_with(name: str) -> None:
    parser = parsers()[name]()
    assert len(parser.seeds) > 0
    assert {parser.call(data).faults for data in smallest(parser.seeds)} == {()}


def smallest(files: tuple[bytes, ...]) -> list[bytes]:
    return sorted(files, key=len)[:3]


def test_a_damaged_file_is_found_again_by_its_seed() -> None:
    files = (samples.fec(), samples.datev(), samples.portugal())
    made = [damaged(random.Random(number), files) for number in range(50)]
    assert [damaged(random.Random(number), files) for number in range(50)] == made
    assert len(set(made)) > 40

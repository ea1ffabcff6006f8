"""What a bank may write, and what must come of it: small statements of ours, read whole."""

import json
from pathlib import Path

import polars as pl
import pytest

from dunwell.sources.bank import bai2, bank_csv, camt, coda, mt940, n43, ofx
from dunwell.sources.bank.statement import TEXT_BYTES_MAX
from dunwell.sources.contract import BANK_ENTRY, Reading, SourceFile, SourceFormat
from dunwell.sources.rows import Options

IBAN = "DE02120300000000202051"


def read(module: SourceFormat, text: str | bytes) -> Reading:
    content = text.encode() if isinstance(text, str) else text
    return module.read(SourceFile("bank.txt", content), Options(currency="EUR"))


def rows(reading: Reading, *columns: str) -> list[tuple[object, ...]]:
    assert reading.entries is not None
    assert reading.entries.schema == BANK_ENTRY
    return reading.entries.select(columns).rows()


def messages(reading: Reading) -> list[str]:
    return [problem.message for problem in reading.problems]


def camt_entry(amount: str = "10.00", *, ref: str = "R1", way: str = "CRDT", more: str = "") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2026-01-05</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef>{more}</Ntry>"
    )


def camt_statement(*entries: str, opening: str = "0.00", closing: str = "10.00", day: str = "2026-01-05") -> str:
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    account = f"<Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>"
    return f"<Stmt><Id>S{day}</Id>{account}{balances}{''.join(entries)}</Stmt>"


def camt_file(*statements: str, head: str = "") -> str:
    return (
        f'{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"{''.join(statements)}</BkToCstmrStmt></Document>"
    )


def mt940_file(*lines: str, opening: str = "C260104EUR0,", closing: str = "C260105EUR10,") -> str:
    head = (":20:STARTUMS", f":25:{IBAN}", ":28C:1/1", f":60F:{opening}")
    return "\r\n".join((*head, *lines, f":62F:{closing}", "-"))


def test_a_statement_that_adds_up_says_through_which_day_it_is_complete() -> None:
    reading = read(camt, camt_file(camt_statement(camt_entry())))
    assert (messages(reading), str(reading.bank_complete_through)) == ([], "2026-01-05")
    assert rows(reading, "bank_account", "amount_minor", "direction") == [(IBAN, 1000, "in")]


def test_the_same_statement_twice_in_one_file_goes_in_once() -> None:
    statement = camt_statement(camt_entry())
    reading = read(camt, camt_file(statement, statement))
    assert reading.rows == 1
    assert [notice.message for notice in reading.notices] == [
        "1 entry stands in more than one statement and went in once."
    ]


def test_two_payments_alike_on_one_day_are_two_payments() -> None:
    text = "<NtryDtls><TxDtls><RmtInf><Ustrd>Rent</Ustrd></RmtInf></TxDtls></NtryDtls>"
    one = camt_entry("5.00", ref="", more=text)
    reading = read(camt, camt_file(camt_statement(one, one)))
    references = [reference for (reference,) in rows(reading, "entry_reference")]
    assert references[1] == f"{references[0]}-2"


def test_overlapping_statements_give_an_entry_the_same_reference() -> None:
    first = read(camt, camt_file(camt_statement(camt_entry())))
    later = read(camt, camt_file(camt_statement(camt_entry(), camt_entry("7.00", ref="R2"), closing="17.00")))
    assert rows(first, "entry_reference")[0] in rows(later, "entry_reference")


def test_camt_and_mt940_of_one_account_give_an_entry_the_same_reference() -> None:
    in_camt = read(camt, camt_file(camt_statement(camt_entry(ref="0724710290621954"))))
    in_mt940 = read(
        mt940, mt940_file(":61:2601050105C10,NTRFNONREF//0724710290621954").replace(IBAN, "12030000/0000202051")
    )
    assert rows(in_camt, "entry_reference") == rows(in_mt940, "entry_reference")


def test_a_gap_between_statements_stops_the_day_of_completeness() -> None:
    early = camt_statement(camt_entry(), day="2026-01-05")
    late = camt_statement(camt_entry(ref="R9"), opening="99.00", closing="109.00", day="2026-01-07")
    reading = read(camt, camt_file(early, late))
    assert str(reading.bank_complete_through) == "2026-01-05"
    assert [notice.message for notice in reading.notices] == [
        "A statement seems to be missing after 2026-01-05: the balances do not join."
    ]


def test_a_batch_that_does_not_add_up_stays_one_entry_with_all_its_references() -> None:
    detail = (
        '<TxDtls><Amt Ccy="EUR">{}</Amt><RmtInf><Strd><CdtrRefInf><Ref>{}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>'
    )
    batch = f"<NtryDtls>{detail.format('4.00', 'A1')}{detail.format('5.00', 'A2')}</NtryDtls>"
    reading = read(camt, camt_file(camt_statement(camt_entry(more=batch))))
    assert rows(reading, "amount_minor", "structured_reference") == [(1000, None)]
    (extra,) = rows(reading, "extra")[0]
    assert json.loads(str(extra))["references"] == ["A1", "A2"]


def test_entries_that_are_not_booked_are_left_out_and_said() -> None:
    pending = camt_entry().replace("BOOK", "PDNG")
    reading = read(camt, camt_file(camt_statement(pending, closing="0.00")))
    assert (reading.rows, len(reading.notices), messages(reading)) == (0, 1, [])


def test_a_file_cut_off_keeps_the_statements_that_are_whole() -> None:
    whole = camt_file(camt_statement(camt_entry()), camt_statement(camt_entry(ref="R2"), day="2026-01-06"))
    reading = read(camt, whole[:-60])
    assert reading.rows == 1
    assert len(reading.problems) == 1


def test_a_document_type_with_entities_is_refused() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    reading = read(camt, camt_file(camt_statement(camt_entry(ref="&b;")), head=bomb))
    assert messages(reading) == ["The file declares a document type; no bank does."]


def test_no_file_outside_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("RF18539007547034")
    head = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    reading = read(camt, camt_file(camt_statement(camt_entry(ref="&x;")), head=head))
    assert (reading.rows, len(reading.problems)) == (0, 1)


@pytest.mark.parametrize("amount", ["1E+999999", "1.234", "NaN", "-5.00", "", "999999999999999999", "１２"])
def test_an_amount_that_is_none_is_a_problem_of_its_entry(amount: str) -> None:
    reading = read(camt, camt_file(camt_statement(camt_entry(amount), closing="0.00")))
    assert (reading.rows, len(reading.problems)) == (0, 1)
    assert reading.bank_complete_through is None


def test_german_numbered_subfields_give_payer_purpose_and_end_to_end_id() -> None:
    reading = read(
        mt940,
        mt940_file(
            ":61:2601050105CR10,NTRFNONREF//0724710290621954",
            ":86:166?00GUTSCHRIFT?109310?20EREF+INV-2026-0042?21SVWZ+Rechnung INV-2026-0042?",
            "22 vom 3.1.?30COBADEFFXXX?31DE89370400440532013000?32Aurora Glas GmbH",
        ),
    )
    columns = ("payer_name", "payer_account", "end_to_end_id", "remittance")
    assert rows(reading, *columns) == [
        ("Aurora Glas GmbH", "DE89370400440532013000", "INV-2026-0042", "Rechnung INV-2026-0042 vom 3.1.")
    ]


def test_dutch_slash_keywords_give_payer_and_purpose() -> None:
    reading = read(
        mt940,
        mt940_file(
            ":61:260105C10,NTRFEREF//26005123",
            ":86:/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J",
            "ANSEN BV/REMI/FACTUUR 2026-0042/EREF/NOTPROVIDED",
        ),
    )
    assert rows(reading, "payer_name", "payer_account", "remittance", "end_to_end_id") == [
        ("JANSEN BV", "NL91ABNA0417164300", "FACTUUR 2026-0042", None)
    ]


def test_polish_subfields_are_read_with_their_own_sign() -> None:
    reading = read(mt940, mt940_file(":61:2601050105C10,NTRFNONREF", ":86:020~00VE02~20FAKTURA 17/2026~32JAN KOWALSKI"))
    assert rows(reading, "payer_name", "remittance") == [("JAN KOWALSKI", "FAKTURA 17/2026")]


@pytest.mark.parametrize(
    ("mark", "direction", "is_reversal"),
    [("C", "in", False), ("D", "out", False), ("RC", "out", True), ("RD", "in", True), ("CR", "in", False)],
)
def test_marks_of_mt940_say_which_way_the_money_went(mark: str, direction: str, is_reversal: bool) -> None:
    reading = read(mt940, mt940_file(f":61:2601050105{mark}10,NTRFNONREF"))
    assert rows(reading, "direction", "is_reversal") == [(direction, is_reversal)]


def test_a_returned_german_direct_debit_is_a_reversal() -> None:
    reading = read(
        mt940, mt940_file(":61:2601050105DR10,NRTINONREF", ":86:109?00RUECKLASTSCHRIFT?20EREF+INV-2026-0042")
    )
    assert rows(reading, "is_reversal", "end_to_end_id") == [(True, "INV-2026-0042")]


def test_booking_days_cross_the_year_with_their_value_date() -> None:
    reading = read(mt940, mt940_file(":61:2512310102C10,NTRFNONREF", closing="C260102EUR10,"))
    assert [str(day) for (day,) in rows(reading, "booked_on")] == ["2026-01-02"]


def test_mt942_proves_no_day_complete() -> None:
    text = "\n".join((":20:X", f":25:{IBAN}", ":28C:1/1", ":34F:EURD0,", ":61:2601050105C10,NTRFNONREF//A", "-"))
    reading = read(mt940, text)
    assert mt940.recognise("x.sta", text.encode()) is not None
    assert (reading.rows, reading.bank_complete_through) == (1, None)


def test_ofx_without_closing_tags_is_read() -> None:
    text = (
        "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1"
        "<ACCTID>2</BANKACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>20260105<STMTTRN><TRNTYPE>CREDIT"
        "<DTPOSTED>20260105120000[-5:EST]<TRNAMT>1,234.50<FITID>F1<NAME>Aurora &amp; Co<MEMO>Invoice 1007</STMTTRN>"
        "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    reading = read(ofx, text)
    assert rows(reading, "amount_minor", "direction", "payer_name", "remittance") == [
        (123450, "in", "Aurora & Co", "Aurora & Co Invoice 1007")
    ]
    assert str(reading.bank_complete_through) == "2026-01-05"


def test_dates_of_a_table_that_could_be_two_days_are_not_guessed() -> None:
    reading = read(bank_csv, "Date,Description,Amount,Balance\n10/02/2026,Aurora,5.00,5.00\n")
    assert reading.rows == 0
    assert messages(reading)[0].startswith("The dates can be read with the day or the month first")


def test_a_table_with_debit_and_credit_columns_is_read() -> None:
    reading = read(
        bank_csv, "Kontoauszug\n\nBuchungstag;Valuta;Verwendungszweck;Soll;Haben;Saldo\n"
        "13.01.2026;13.01.2026;Rechnung 1007;;1.234,50;1.234,50\n14.01.2026;14.01.2026;Miete;-200,00;;1.034,50\n",
    )  # fmt: skip
    assert rows(reading, "amount_minor", "direction", "remittance") == [
        (123450, "in", "Rechnung 1007"),
        (20000, "out", "Miete"),
    ]


@pytest.mark.parametrize(
    "header", ["Invoice number,Customer,Date,Due date,Amount,Balance", "Name,Street,City", "account_number,name"]
)
def test_a_table_of_invoices_or_customers_is_no_statement(header: str) -> None:
    assert bank_csv.recognise("x.csv", f"{header}\n1,2,3,4,5,6\n".encode()) is None


@pytest.mark.parametrize("module", [camt, mt940, ofx, coda, n43, bai2, bank_csv])
def test_a_file_over_the_limit_is_refused_by_its_size(
    module: SourceFormat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.bin"
    with path.open("wb") as stream:
        stream.truncate(TEXT_BYTES_MAX * 10 + 1)  # sparse: no disk is used
    reading = module.read(SourceFile("huge.bin", path), Options())
    assert [message.partition(" than")[0] for message in messages(reading)] == ["The statement is larger"]


@pytest.mark.parametrize("module", [camt, mt940, ofx, coda, n43, bai2, bank_csv])
@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b"\xff\xfe", b"hello", b"<", b":25:", b"11", b"01,"])
def test_what_is_no_statement_is_a_problem_and_no_crash(module: SourceFormat, content: bytes) -> None:
    reading = module.read(SourceFile("x", content), Options())
    assert len(reading.problems) > 0
    assert reading.entries is None or reading.entries.is_empty()


def test_entries_have_the_columns_of_the_contract() -> None:
    reading = read(camt, camt_file(camt_statement(camt_entry())))
    assert reading.entries is not None
    assert reading.entries.filter(pl.col("amount_minor") <= 0).is_empty()


def test_rows_of_a_table_that_state_balances_are_no_bookings() -> None:
    reading = read(
        bank_csv,
        '"Account No","","Date","Beneficiary","Details","Amount","Currency","D/K","Record ID"\n'
        '"EE382200221020145685","10","2026-01-01","","Opening balance","500.00","EUR","K",""\n'
        '"EE382200221020145685","20","2026-01-13","Aurora","Invoice 1007","15.31","EUR","K","7"\n'
        '"EE382200221020145685","20","2026-01-14","Rent","January","9.40","EUR","D","8"\n',
    )
    assert rows(reading, "amount_minor", "direction") == [(1531, "in"), (940, "out")]
    assert len(reading.notices) == 1


REVOLUT = """Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
TOPUP,Current,2026-01-03 09:15:12,2026-01-03 09:15:13,Payment from Ann Ltd,120.00,0.00,EUR,COMPLETED,120.00
CARD_PAYMENT,Current,2026-01-04 11:00:00,,Shop,-5.00,0.00,EUR,PENDING,
TOPUP,Current,2026-01-04 12:00:00,2026-01-04 12:00:01,Payment from Bea Ltd,99.00,0.00,EUR,REVERTED,120.00
"""


def test_rows_of_a_table_that_are_pending_or_called_off_move_no_money() -> None:
    reading = read(bank_csv, REVOLUT)
    assert rows(reading, "amount_minor", "direction") == [(12000, "in")]
    assert messages(reading) == []
    told = [notice.message for notice in reading.notices]
    assert "2 rows are pending, failed or called off, and left out: no money has moved." in told


CHARGES = """id,amount,balance_transaction_id,created,currency,description,failure_code,source_transfer,status
ch_1,3293232,txn_1,2026-01-03 14:07:57,usd,order 1,card_declined,,failed
"""


def test_objects_of_a_payment_provider_whose_amounts_are_cents_are_no_statement() -> None:
    assert bank_csv.recognise("charges.csv", CHARGES.encode()) is None

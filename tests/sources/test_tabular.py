"""Tables of programs and people: header, columns, dates and amounts are found, or what is in doubt is said."""

import io
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dunwell.sources import Limits, Options, parse_mapping
from dunwell.sources.contract import Reading, SourceFile
from dunwell.sources.tabular import amounts, dates, layouts, reader
from dunwell.sources.tabular.drafting import draft
from dunwell.sources.tabular.places import country_of
from dunwell.sources.tabular.words import folded
from dunwell.sources.terms import terms_days
from dunwell.sources.unpacking import unpack

OPTIONS = Options(currency="EUR", country="DE")


def read(text: str, name: str = "list.csv", options: Options = OPTIONS) -> Reading:
    return reader.read(SourceFile(name, text.encode()), options)


def table(reading: Reading, kind: str) -> pl.DataFrame:
    return next(table.frame for table in reading.tables if table.kind == kind)


def amounts_of(reading: Reading, kind: str = "invoices") -> list[int]:
    return table(reading, kind)["amount_minor"].to_list()


LISTS = {
    "en": "Customer No,Customer Name,Invoice #,Invoice Date,Due Date,Amount\n"
    "7,Ann Ltd,A1,2026-01-31,2026-02-28,1000.50\n",
    "de": "Kundennummer;Kunde;Rechnungs-Nr.;Rechnungsdatum;Fällig am;Betrag\n"
    "7;Ann Ltd;A1;31.01.2026;28.02.2026;1.000,50\n",
    "fr": "N° client;Nom du client;N° facture;Date facture;Date d'échéance;Montant TTC\n"
    "7;Ann Ltd;A1;31/01/2026;28/02/2026;1 000,50\n",
    "es": "Código cliente;Cliente;Nº factura;Fecha factura;Vencimiento;Importe total\n"
    "7;Ann Ltd;A1;31/01/2026;28/02/2026;1.000,50\n",
    "ro": "Cod client;Denumire client;Număr factură;Data facturii;Data scadenței;Valoare totală\n"
    "7;Ann Ltd;A1;31.01.2026;28.02.2026;1.000,50\n",
    "vi": "Mã khách hàng\tTên khách hàng\tSố hóa đơn\tNgày hóa đơn\tNgày đến hạn\tTổng tiền\n"
    "7\tAnn Ltd\tA1\t31/01/2026\t28/02/2026\t1.000,50\n",
}  # fmt: skip


@pytest.mark.parametrize("language", LISTS)
def test_a_list_of_invoices_is_understood_in_each_language(language: str) -> None:
    reading = read(LISTS[language])
    (row,) = table(reading, "invoices").to_dicts()
    assert (row["account_number"], row["invoice_number"], row["amount_minor"]) == ("7", "A1", 100_050)
    assert (row["issued_on"], row["due_on"]) == (date(2026, 1, 31), date(2026, 2, 28))
    assert table(reading, "customers")["name"].to_list() == ["Ann Ltd"]
    assert reading.problems == ()


def test_titles_two_header_lines_and_totals_are_no_rows() -> None:
    text = (
        "Open items,,,,\nas of 31/03/2026,,,,\n,,,,\nInvoice,,Dates,Dates,\nCustomer,No.,Issued,Due date,Amount\n"
        "Ann,A1,01/03/2026,15/03/2026,10.00\nBob,B1,02/03/2026,16/03/2026,(2.50)\nTotal,,,,7.50\n"
    )
    reading = read(text)
    assert amounts_of(reading) == [1000]
    assert amounts_of(reading, "payments") == [250]
    assert table(reading, "payments")["kind"].to_list() == ["credit_note"]
    assert "1 total row left out: they add up other rows." in [notice.message for notice in reading.notices]


def test_a_customer_called_total_is_no_total_row() -> None:
    text = "Customer,Invoice,Invoice date,Due date,Amount\nTotal Energy SA,A1,2026-01-01,2026-01-31,10.00\n"
    assert amounts_of(read(text)) == [1000]


def test_an_open_amount_leaves_what_was_paid_as_a_payment() -> None:
    text = "Customer,Invoice,Invoice date,Due date,Total,Open\nAnn,A1,2026-01-01,2026-01-31,100.00,30.00\n"
    reading = read(text)
    assert (amounts_of(reading), amounts_of(reading, "payments")) == ([10_000], [7_000])
    assert table(reading, "payments")["payment_reference"].to_list() == ["paid-A1"]


def test_debit_and_credit_columns_become_one_amount() -> None:
    head = "Debitor;Belegnummer;Belegdatum;Fälligkeit;Soll;Haben\n"
    text = head + "1;R1;01.02.2026;15.02.2026;119,00;\n1;G1;03.02.2026;;;19,00\n"
    reading = read(text)
    assert (amounts_of(reading), amounts_of(reading, "payments")) == ([11_900], [1_900])


def test_the_whole_file_decides_the_order_of_day_and_month() -> None:
    rows = "Ann,A1,03/04/2026,05/06/2026,1.00\nAnn,A2,03/15/2026,04/16/2026,1.00\n"
    reading = read("Customer,Invoice,Invoice date,Due date,Amount\n" + rows)
    assert table(reading, "invoices")["issued_on"].to_list() == [date(2026, 3, 4), date(2026, 3, 15)]


def test_dates_that_nothing_decides_are_reported_and_not_taken() -> None:
    reading = read("Customer,Invoice,Invoice date,Due date,Amount\nAnn,A1,03/04/2026,05/06/2026,1.00\n")
    assert table(reading, "customers").height == 0
    assert "No date of the file decides which of %d/%m/%Y and %m/%d/%Y it uses." in [n.message for n in reading.notices]
    assert {problem.column for problem in reading.problems} == {"Invoice date", "Due date"}


def test_terms_of_payment_decide_where_the_dates_do_not() -> None:
    text = "Customer,Invoice,Invoice date,Due date,Terms,Amount\nAnn,A1,03/04/2026,03/05/2026,Net 30,1.00\n"
    assert table(read(text), "invoices")["due_on"].to_list() == [date(2026, 5, 3)]


def test_a_column_of_two_orders_keeps_only_what_can_be_read_one_way() -> None:
    rows = "".join(
        f"Ann,A{i},{day},2026-12-31,1.00\n" for i, day in enumerate(["13/01/2026", "01/14/2026", "02/03/2026"])
    )
    reading = read("Customer,Invoice,Invoice date,Due date,Amount\n" + rows)
    assert table(reading, "invoices")["issued_on"].to_list() == [date(2026, 1, 13), date(2026, 1, 14)]
    assert [problem.line for problem in reading.problems] == [4]


def test_drafts_voids_and_purchases_are_left_out_with_a_word() -> None:
    text = (
        "Type,Customer,Invoice,Invoice date,Due date,Amount,Status\n"
        "Invoice,Ann,A1,2026-01-01,2026-01-31,1.00,Open\nInvoice,Ann,A2,2026-01-01,2026-01-31,1.00,Draft\n"
        "Bill,Zed,Z1,2026-01-01,2026-01-31,1.00,Open\nCredit note,Ann,C1,2026-01-01,2026-01-31,0.40,Open\n"
    )
    reading = read(text)
    assert table(reading, "invoices")["invoice_number"].to_list() == ["A1"]
    assert amounts_of(reading, "payments") == [40]
    assert any("Draft" in notice.message for notice in reading.notices)


def test_rows_that_a_known_layout_passes_over_are_counted() -> None:
    head = "ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountPaid,InvoiceAmountDue,Currency,Type,Status"
    head = f"{head},EmailAddress,Reference"
    rows = [
        "Ann,A1,2026-01-31,2026-02-28,10.00,0,10.00,EUR,Sales invoice,Awaiting Payment,,",
        "Ann,A2,2026-01-31,2026-02-28,20.00,0,20.00,EUR,Sales invoice,Draft,,",
        "Bo,B1,2026-01-31,2026-02-28,30.00,0,30.00,EUR,Bill,Awaiting Payment,,",
        "Ann,N1,2026-01-31,,-5.00,0,-4.00,EUR,Sales credit note,Awaiting Payment,,",
        "Ann,N2,2026-01-31,,-7.00,0,-7.00,EUR,Sales credit note,Draft,,",
    ]
    reading = read("\n".join([head, *rows]))
    assert (amounts_of(reading), amounts_of(reading, "payments")) == ([1000], [400])
    told = [notice.message for notice in reading.notices if "left out" in notice.message]
    assert told == ['3 rows are left out (here line 3): by "Type" and "Status" nothing is owed for them, or not yet.']


def test_a_draft_of_a_credit_note_is_no_credit() -> None:
    text = "Client,Invoice,Date,Due,Total,Type,Status\nAnn,N1,2026-01-31,2026-02-28,5.00,Credit note,Draft\n"
    reading = read(text + "Ann,A1,2026-01-31,2026-02-28,9.00,Invoice,Sent\n")
    assert [table.kind for table in reading.tables] == ["customers", "invoices"]


@pytest.mark.parametrize("last", ["7.00,3.00", "8.00,3.00"], ids=["all agree", "amounts differ"])
def test_rows_of_one_number_are_lines_only_where_all_of_them_agree(last: str) -> None:
    rows = ["Ann,A1,2026-01-31,2026-02-28,7.00,3.00,Tea", f"Ann,A1,2026-01-31,2026-02-28,{last},Milk"]
    reading = read("\n".join(["Client,Invoice,Date,Due,Total,Balance,Item", *rows]))
    assert amounts_of(reading) == [700]
    assert {problem.line for problem in reading.problems} == (set() if last.startswith("7") else {3})


def test_a_paid_status_is_a_payment_only_where_no_payments_come() -> None:
    text = "Customer,Invoice,Invoice date,Due date,Amount,Status\nAnn,A1,2026-01-01,2026-01-31,1.00,Paid\n"
    assert amounts_of(read(text), "payments") == [100]
    alone = reader.understand(SourceFile("list.csv", text.encode()), OPTIONS)
    assert isinstance(alone, reader.Understood)
    beside = Options(currency="EUR", statuses_say_paid=False)
    reading = reader.reading_of(reader.reconsidered(alone, beside), beside)
    assert [each.kind for each in reading.tables] == ["customers", "invoices"]


def test_payments_without_a_customer_take_that_of_the_invoice() -> None:
    facts = pl.DataFrame({"invoice_number": ["A1"], "account_number": ["7"], "currency": ["EUR"]})
    text = "Payment ID,Invoice ID,Payment date,Amount paid\nP1,A1,2026-02-01,5.00\nP2,A9,2026-02-01,5.00\n"
    reading = read(text, options=Options(currency="EUR", invoices=facts))
    assert table(reading, "payments")["account_number"].to_list() == ["7"]
    assert [problem.line for problem in reading.problems] == [3]


def test_a_file_that_lacks_a_column_stops_with_a_draft_to_complete() -> None:
    understood = reader.understand(SourceFile("x.csv", b"Customer,Invoice,Amount\nAnn,A1,1.00\n"), OPTIONS)
    assert isinstance(understood, reader.Understood)
    (problem,) = understood.problems
    assert problem.message == "This looks like invoices, but no column says the due date."
    assert "--map" in problem.suggestion
    assert 'invoice_number = "Invoice"' in understood.draft
    named = {"name": "Customer", "invoice_number": "Invoice", "amount": "Amount", "due_on": "Customer"}
    completed = reader.answered(understood, "invoices", named, OPTIONS)
    assert completed.problems == ()


def test_income_lines_of_a_bookkeeping_export_are_no_payments() -> None:
    text = "Transaction ID,Transaction Date,Customer,Invoice Number,Amount\n1,2026-01-01,Ann,A1,5.00\n"
    assert read(text).tables == ()


def test_a_header_named_twice_keeps_both_columns() -> None:
    text = "Customer,Invoice,Invoice date,Due date,Amount,Note,Note\nAnn,A1,2026-01-01,2026-01-31,1.00,x,y\n"
    assert amounts_of(read(text)) == [100]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.234,56", "1.234"], ["1234.56", "1234"]),
        (["1,234.56", "1,234"], ["1234.56", "1234"]),
        (["1'234.50", "(3.20)", "5.00-", "7.00 CR"], ["1234.50", "-3.20", "-5.00", "-7.00"]),
        (["€ 5,10", "5 000,00 €"], ["5.10", "5000.00"]),
        (["$5,000", "12"], ["5000", "12"]),
        (["1,00,000.00"], ["100000.00"]),
        (["1.234"], [None]),
        (["1.5", "1,5", "1.234"], ["1.5", "1.5", None]),
        (["12 apples", "1.2.3"], [None, None]),
    ],
)
def test_amounts_are_read_as_the_file_writes_them(texts: list[str], expected: list[str | None]) -> None:
    decided = amounts.decide(texts)
    assert [decided.plain.get(text) for text in texts] == expected


def test_dong_has_no_decimals_to_doubt() -> None:
    assert amounts.decide(["250.000", "1.500.000"], 0).plain == {"250.000": "250000", "1.500.000": "1500000"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15 Jan 2026", "2026-01-15"), ("15-janv.-26", "2026-01-15"), ("Jan 15, 2026", "2026-01-15"),
        ("15. März 2026", "2026-03-15"), ("15 de marzo de 2026", "2026-03-15"), ("15 août 2026", "2026-08-15"),
        ("2026/1/5", "2026-01-05"), ("15.1.26", "2026-01-15"), ("2026-01-15T10:00:00Z", "2026-01-15"),
        ("20260115", "2026-01-15"), ("31.02.2026", None), ("soon", None),
    ],
)  # fmt: skip
def test_dates_are_read_in_many_spellings(text: str, day: str | None) -> None:
    assert dates.decide([text]).iso.get(text) == day


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Net 30", 30), ("NET14", 14), ("2/10NET30", 30), ("30 Tage netto", 30), ("14 days", 14), ("30 jours", 30),
        ("30", 30), ("Due on receipt", 0), ("IMMEDIATE", 0), ("30 jours fin de mois", None), ("by agreement", None),
    ],
)  # fmt: skip
def test_terms_are_days_only_where_they_plainly_say_so(text: str, days: int | None) -> None:
    assert terms_days(text) == days


def test_headers_are_compared_without_case_accents_and_punctuation() -> None:
    headers = ["*InvoiceNumber", "Invoice number:", "N° facture", "Số hóa đơn", "Fällig am"]
    assert [folded(header) for header in headers] == [
        "invoice number",
        "invoice number",
        "no facture",
        "so hoa don",
        "fallig am",
    ]


def test_countries_are_known_by_name_and_code() -> None:
    names = ["Deutschland", "United States", "Rumänien", "fra", "vn", "Atlantis"]
    assert [country_of(name) for name in names] == ["DE", "US", "RO", "FR", "VN", None]


def test_every_layout_shipped_reads_its_own_header() -> None:
    for layout in layouts.all_layouts():
        assert layout.needs
        assert layouts.find([*layout.needs]) is layout


def test_a_draft_reads_back_as_the_mapping_it_came_from() -> None:
    understood = reader.understand(SourceFile("x.csv", LISTS["de"].encode()), OPTIONS)
    assert isinstance(understood, reader.Understood)
    mapping, problems = parse_mapping(understood.draft, understood.mapping.name)
    assert problems == ()
    assert mapping == understood.mapping
    assert draft({"a": 'x"\n'}) == 'a = "x\\"\\n"\n'


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_archives_and_folders_are_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("c.csv", "account_number,name\nC1,Ann\n")
    packed(tmp_path / "a.zip", {"in/b.csv": b"x", "in/d.zip": inner.getvalue(), "__MACOSX/._b.csv": b"no"})
    (tmp_path / "e.csv").write_text("x")
    names = [file.name for file in unpack([tmp_path], Limits()).files]
    assert names == ["a.zip/in/b.csv", "a.zip/in/d.zip/c.csv", "e.csv"]


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        (Limits(archive_bytes_max=1000), "archive_bytes_max"), (Limits(files_max=1), "files_max"),
        (Limits(archive_ratio_max=1), "archive_ratio_max"), (Limits(archive_depth_max=0), "archive_depth_max"),
    ],
)  # fmt: skip
def test_archives_over_a_limit_are_refused_by_its_name(tmp_path: Path, limits: Limits, named: str) -> None:
    bomb = packed(tmp_path / "bomb.zip", {"a.csv": bytes(3_000_000), "b.csv": b"x"})
    unpacked = unpack([bomb], limits)
    assert unpacked.files == []
    assert [f"(limit {named})" in problem.message for problem in unpacked.problems] == [True]


def test_a_damaged_archive_is_one_problem(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", {"a.csv": b"x" * 1000}).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[:60])
    (problem,) = unpack([tmp_path / "a.zip"], Limits()).problems
    assert problem.message == "The ZIP archive is damaged or cut off."

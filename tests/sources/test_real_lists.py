"""Public lists of programs and people are understood without a mapping, and give the sums known for them."""

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dunwell.sources import Limits, Options
from dunwell.sources.contract import Reading, SourceFile
from dunwell.sources.references import INVOICE_FACTS
from dunwell.sources.tabular import reader
from dunwell.sources.unpacking import unpack

CORPUS = Path(os.environ.get("DUNWELL_CORPUS", Path(__file__).parents[2] / "../shared/data"))
OPTIONS = Options(currency="EUR", country="DE")

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the public corpus is not at {CORPUS}; set DUNWELL_CORPUS to its folder"
)


def only_file(path: str) -> SourceFile:
    (file,) = unpack([CORPUS / path], Limits()).files
    return file


def read(path: str, options: Options = OPTIONS) -> Reading:
    return reader.read(only_file(path), options)


def table(reading: Reading, kind: str) -> pl.DataFrame:
    return next(table.frame for table in reading.tables if table.kind == kind)


def expected(folder: str) -> Any:
    return json.loads((CORPUS / folder / "expected.json").read_text())


def total(reading: Reading, kind: str) -> Decimal:
    return Decimal(int(table(reading, kind)["amount_minor"].sum())).scaleb(-2)


@pytest.mark.parametrize(
    "file", ["offene_posten_de_cp1252.csv", "factures_fr_utf8bom.csv", "aged_list_en_merged.xlsx"]
)  # fmt: skip
def test_one_ledger_in_three_spellings_gives_the_same_sums(file: str) -> None:
    known = expected("locale_derived")["every table and spreadsheet of this folder (not the two ledger files)"]
    reading = read(f"locale_derived/{file}")
    invoices = table(reading, "invoices")
    assert reading.problems == ()
    assert invoices.height == known["data_rows"]
    assert total(reading, "invoices") == Decimal(known["sum_total"])
    assert total(reading, "invoices") - total(reading, "payments") == Decimal(known["sum_open"])
    assert invoices["issued_on"].min() == date.fromisoformat(known["first_invoice_date"])
    assert invoices["due_on"].max() == date.fromisoformat(known["last_due_date"])


def test_terms_of_the_customers_decide_the_dates_of_a_very_mixed_list() -> None:
    known = expected("ar_messy_xero_like_au")["results"]
    customers = reader.understand(only_file("ar_messy_xero_like_au/DimCustomer_raw.csv"), OPTIONS)
    assert isinstance(customers, reader.Understood)
    invoices = reader.understand(only_file("ar_messy_xero_like_au/FactInvoice_raw.csv"), OPTIONS)
    assert isinstance(invoices, reader.Understood)
    informed = Options(currency="AUD", country="AU", terms=reader.terms_of(customers))
    reading = reader.reading_of(invoices, informed)
    taken = table(reading, "invoices")
    assert (taken["issued_on"].min(), taken["issued_on"].max()) == tuple(map(date.fromisoformat, known["issue_dates"]))
    assert {problem.column for problem in reading.problems} == {"paid on"}
    paid = table(reading, "payments").group_by("invoice_number").agg(pl.col("amount_minor").sum().alias("paid"))
    joined = taken.join(paid, on="invoice_number", how="left").with_columns(pl.col("paid").fill_null(0))
    still_open = joined.filter(pl.col("amount_minor") > pl.col("paid"))
    assert still_open.height == known["snapshot"]["open_invoices"]
    owed = Decimal(int((still_open["amount_minor"] - still_open["paid"]).sum())).scaleb(-2)
    assert owed == Decimal(known["snapshot"]["open_amount"])


def test_customers_invoices_and_payments_in_three_files_agree_with_what_is_known() -> None:
    known = expected("ar_relational_credit_limits")["results"]
    understood = reader.understand(only_file("ar_relational_credit_limits/invoices.csv"), OPTIONS)
    assert isinstance(understood, reader.Understood)
    beside = Options(currency="EUR", country="DE", statuses_say_paid=False)
    invoices = reader.reading_of(reader.reconsidered(understood, beside), beside)
    facts = table(invoices, "invoices").select(INVOICE_FACTS.names())
    payments = read("ar_relational_credit_limits/payments.csv", Options(currency="EUR", invoices=facts))
    taken = table(invoices, "invoices")
    assert taken.height == known["invoices"] - known["missing_amount"] - known["negative_amount"]
    assert taken["due_on"].null_count() == known["missing_due_date"]
    for wanted in known["as_of"]:
        day = date.fromisoformat(wanted["as_of"])
        items = open_items(taken, table(payments, "payments"), day)
        assert items.height == wanted["open_invoices"]
        assert Decimal(int(items["open"].sum())).scaleb(-2) == Decimal(wanted["open_amount"])
        assert items["account_number"].n_unique() == wanted["customers_with_open"]


def open_items(invoices: pl.DataFrame, payments: pl.DataFrame, as_of: date) -> pl.DataFrame:
    dated = payments.filter(pl.col("paid_on") <= as_of)
    paid = dated.group_by("invoice_number").agg(pl.col("amount_minor").sum().alias("paid"))
    issued = invoices.filter(pl.col("issued_on") <= as_of).join(paid, on="invoice_number", how="left")
    opened = issued.with_columns((pl.col("amount_minor") - pl.col("paid").fill_null(0)).alias("open"))
    return opened.filter(pl.col("open") > 0)


UNDERSTOOD = {
    "app_exports/akaunting_customers.xlsx": {"customers": 1},
    "app_exports/freshbooks_clients.csv": {"customers": 2},
    "app_exports/freshbooks_invoices.csv": {"customers": 1, "invoices": 1},
    "app_exports/invoicely_clients.csv": {"customers": 2},
    "app_exports/invoicely_invoices.csv": {"customers": 1, "invoices": 1},
    "app_exports/quickbooks_customer_data.csv": {"customers": 5},
    "app_exports/wave_clients.csv": {"customers": 4},
    "ar_aging_reports/bom_Sample_invoices.csv": {"customers": 19, "invoices": 19, "payments": 13},
    "ar_aging_reports/multi_currency_accounts_receivable.csv": {"customers": 400, "invoices": 400, "payments": 216},
    "ar_aging_reports/sap_like_customers.csv": {"customers": 180},
    "ar_aging_reports/sap_like_open_items.csv": {"invoices": 218},
    "ar_aging_reports/xero_like_invoices_sample.csv": {"customers": 4, "invoices": 4},
    "ar_aging_reports/xero_like_sample_AR_aging_report.xlsx": {"customers": 10, "invoices": 10},
    "ar_us_services_ledger/invoices.csv": {"customers": 67, "invoices": 1150, "payments": 1150},
    "locale_torture/datev_EXTF_Stammdaten-Deb-Kred.csv": {"customers": 4},
}


@pytest.mark.parametrize("path", UNDERSTOOD)
def test_exports_of_programs_are_understood(path: str) -> None:
    reading = read(path)
    assert reading.problems == ()
    assert {table.kind: table.frame.height for table in reading.tables} == UNDERSTOOD[path]


STOPPED = [
    "app_exports/quickbooks_invoice_linked_txn_data.csv",
    "app_exports/stripe_charge_data.csv",
    "app_exports/wave_invoices.csv",
    "app_exports/stripe_dispute_data.csv",
    "ar_relational_credit_limits/credit_limits.csv",
    "locale_torture/mt_example.tsv",
    "locale_torture/mt_simple.xls",
    "locale_torture/mt_span_rich.xls",
    "locale_torture/mt_long.csv",
    "locale_torture/mt_blank_line.ods",
    "locale_torture/mt_weird_head_padding.csv",
    "locale_torture/hl_sample.fr.cp1252.csv",
    "locale_torture/uk_over25k-transparency.csv",
    "locale_torture/datev_EXTF_Zahlungsbedingungen.csv",
]


@pytest.mark.parametrize("path", STOPPED)
def test_lists_of_something_else_are_stopped_with_one_problem_that_says_what_to_do(path: str) -> None:
    reading = read(path)
    assert reading.tables == ()
    assert len(reading.problems) == 1
    assert "--map" in reading.problems[0].suggestion

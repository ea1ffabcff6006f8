"""Public accounting files give the balances and counts that an independent reading found."""

import json
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dunwell.sources.accounts import fec, saft
from dunwell.sources.contract import Reading, SourceFile, SourceFormat
from dunwell.sources.rows import Options, schema

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("DUNWELL_CORPUS", ROOT / "../shared/data"))
FEC = CORPUS / "fec_fr_customer_ledger" / "fec_411_pipe_cp1252.txt"
NORWAY = CORPUS / "saft" / "no_ExampleFile_SAF-T_Financial_888888888_20180228235959.xml"
PORTUGAL = CORPUS / "saft" / "pt_saft_CREDIT_AND_DEBIT_NC.xml"
PORTUGAL_2007 = CORPUS / "saft" / "pt_Exemplo_Facturacao.xml"
REOPENS = ("refund", "reversal")

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the public corpus is not at {CORPUS}; set DUNWELL_CORPUS to its folder"
)


def read(path: Path, options: Options | None = None) -> Reading:
    file = SourceFile(path.name, path)
    forms: tuple[SourceFormat, ...] = (fec, saft)
    form = next(form for form in forms if form.recognise(path.name, file.head()))
    return form.read(file, options or Options())


def frame(reading: Reading, kind: Any) -> pl.DataFrame:
    return next((table.frame for table in reading.tables if table.kind == kind), pl.DataFrame(schema=schema(kind)))


def balances(reading: Reading, on: date) -> dict[str, Decimal]:
    """Return what each customer owes on a day, customers who owe nothing left out."""
    found: dict[str, int] = defaultdict(int)
    for row in frame(reading, "invoices").filter(pl.col("issued_on") <= on).to_dicts():
        found[row["account_number"]] += row["amount_minor"]
    for row in frame(reading, "payments").filter(pl.col("paid_on") <= on).to_dicts():
        found[row["account_number"]] += row["amount_minor"] * (1 if row["kind"] in REOPENS else -1)
    return {account: Decimal(minor).scaleb(-2) for account, minor in found.items() if minor}


def test_a_fec_gives_every_customers_balance_on_every_day_that_is_known() -> None:
    known = json.loads((FEC.parent / "expected.json").read_text())["results"]
    reading = read(FEC)
    assert reading.problems == ()
    assert frame(reading, "customers").height == known["customers"]
    for on, at in known["balance_at"].items():
        wanted = {account: Decimal(amount) for account, amount in at["by_customer"].items()}
        assert balances(reading, date.fromisoformat(on)) == wanted


def test_a_lettered_invoice_is_paid_to_the_cent() -> None:
    reading = read(FEC)
    invoices, payments = frame(reading, "invoices"), frame(reading, "payments")
    paid = payments.group_by("invoice_number").agg(pl.col("amount_minor").sum().alias("paid"))
    joined = invoices.join(paid, on="invoice_number", how="left")
    open_items = joined.filter(pl.col("paid").fill_null(0) != pl.col("amount_minor"))
    unapplied = payments.filter(pl.col("invoice_number").is_null())
    left = total(open_items, "amount_minor") - total(open_items, "paid") - total(unapplied, "amount_minor")
    known = json.loads((FEC.parent / "expected.json").read_text())["results"]["unlettered"]
    assert Decimal(left).scaleb(-2) == Decimal(known["balance"])
    assert open_items.height + unapplied.height == known["lines"]


def total(rows: pl.DataFrame, column: str) -> int:
    return int(rows[column].fill_null(0).sum())


def test_every_invoice_of_a_fec_has_a_number_of_its_own() -> None:
    numbers = frame(read(FEC), "invoices")["invoice_number"]
    assert numbers.n_unique() == len(numbers)


def test_balances_carried_forward_are_left_out_where_the_ledger_has_what_they_are_made_of() -> None:
    known = pl.DataFrame({"invoice_number": ["F-2022-7"], "account_number": ["C0031"], "currency": ["EUR"]})
    before = balances(read(FEC), date(2023, 1, 1))
    after = balances(read(FEC, Options(invoices=known)), date(2023, 1, 1))
    assert "C0031" in before
    assert {account: amount for account, amount in before.items() if account != "C0031"} == after


def test_the_norwegian_journals_give_the_closing_balances_that_the_file_states() -> None:
    reading = read(NORWAY)
    assert reading.problems == ()
    closing = {"1001": "265500", "1003": "-140000", "1004": "10000"}
    assert balances(reading, date(2017, 12, 31)) == {number: Decimal(amount) for number, amount in closing.items()}
    assert frame(reading, "customers").height == 6
    due = frame(reading, "invoices").filter(
        pl.col("description") == "Salg av Babyleker", pl.col("account_number") == "1004"
    )
    assert due["due_on"].to_list() == [date(2017, 5, 30)]  # 30 days from the end of the month


def test_a_portuguese_file_gives_its_invoices_its_receipts_and_what_they_pay() -> None:
    known = json.loads((PORTUGAL.parent / "expected.json").read_text())["files"][PORTUGAL.name]
    reading = read(PORTUGAL)
    assert reading.problems == ()
    assert frame(reading, "customers").height == known["customers"]
    invoices, payments = frame(reading, "invoices"), frame(reading, "payments")
    notes = payments.filter(pl.col("kind") == "credit_note").height
    cancelled = sum("cancelled" in notice.message and int(notice.message.split()[0]) for notice in reading.notices)
    assert invoices.height + notes + cancelled == known["sales_invoices"] + 1  # one receipt of two is cancelled
    receipt = payments.filter(pl.col("payment_reference") == "PGT 1T1/1").to_dicts()
    assert [(row["invoice_number"], row["amount_minor"]) for row in receipt] == [("1T 1/6", 400000)]
    at_once = payments.filter(pl.col("payment_reference").str.starts_with("paid-"))
    assert sorted(at_once["invoice_number"]) == ["1TR R/1", "1TR R/2"]
    withheld = invoices.filter(pl.col("invoice_number") == "1T 1/4")
    assert withheld["amount_minor"].to_list() == [105000]


def test_an_early_portuguese_file_gives_its_sum() -> None:
    known = json.loads((PORTUGAL_2007.parent / "expected.json").read_text())["files"][PORTUGAL_2007.name]
    invoices = frame(read(PORTUGAL_2007), "invoices")
    assert invoices.height == known["sales_invoices"]
    assert Decimal(int(invoices["amount_minor"].sum())).scaleb(-2) == Decimal(known["invoices_gross_sum"])

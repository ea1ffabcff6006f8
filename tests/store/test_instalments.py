"""One invoice in several instalments: imported, split, joined again, paid and written out."""

import polars as pl
import pytest

from dunwell.sources.rows import schema
from dunwell.sources.writing import write_table
from dunwell.store.exporting import ledger_table
from dunwell.store.importing import known_invoices
from dunwell.store.models import Event, Invoice
from dunwell.store.queries import invoice_details
from dunwell.store.reading import read_ledger
from tests.store.tables import JAN, counts, customer, event, invoice, payment, put

pytestmark = pytest.mark.usefixtures("database")

HALVES = (
    invoice(amount=5_000, due_on=JAN[20], instalment=2),
    invoice(amount=5_000, due_on=JAN[10], instalment=1),
)


def owed() -> list[tuple[str, int, int]]:
    """Number as letters show it, amount, what was entered for it."""
    ledger = read_ledger()
    entered = ledger.entries.group_by("invoice_id").agg(pl.col("amount_minor").sum().alias("entered_minor"))
    details = invoice_details(ledger.invoices["invoice_id"].to_list())
    rows = details.join(entered, on="invoice_id", how="left").sort("invoice_number")
    return rows.select("invoice_number", "amount_minor", pl.col("entered_minor").fill_null(0)).rows()


def test_importing_instalments_twice_changes_nothing() -> None:
    put("customers", customer())
    assert counts(put("invoices", *HALVES)) == (2, 0, 0, 0, 0)
    assert counts(put("payments", payment(amount=7_000))) == (1, 0, 0, 0, 0)
    assert counts(put("invoices", *reversed(HALVES))) == (0, 0, 0, 2, 0)
    assert counts(put("payments", payment(amount=7_000))) == (0, 0, 0, 1, 0)
    assert owed() == [("I1 (1/2)", 5_000, 5_000), ("I1 (2/2)", 5_000, 2_000)]
    assert known_invoices().rows() == [("C1", "I1", "EUR")]


def test_a_corrected_amount_moves_the_money_that_came_in_before() -> None:
    put("customers", customer())
    put("invoices", *HALVES)
    put("payments", payment(amount=7_000))
    assert counts(put("invoices", invoice(amount=6_000, due_on=JAN[10], instalment=1))) == (0, 1, 0, 0, 0)
    assert owed() == [("I1 (1/2)", 6_000, 6_000), ("I1 (2/2)", 5_000, 1_000)]


def test_a_whole_invoice_is_split_and_made_whole_again() -> None:
    put("customers", customer())
    put("invoices", invoice(), invoice("I2"))
    put("payments", payment(amount=7_000))
    assert counts(put("invoices", *HALVES)) == (1, 1, 0, 0, 0)
    assert owed() == [("I1 (1/2)", 5_000, 5_000), ("I1 (2/2)", 5_000, 2_000), ("I2", 10_000, 0)]
    assert counts(put("invoices", invoice())) == (0, 1, 1, 0, 0)
    assert owed() == [("I1", 10_000, 7_000), ("I2", 10_000, 0)]


def test_a_promise_for_the_invoice_covers_every_instalment_and_is_one_event() -> None:
    put("customers", customer())
    put("invoices", *HALVES)
    put("events", event("promise", invoice_number="I1", until_on=JAN[28]), event(invoice_number="I1"))
    ledger = read_ledger(account_ids=[Invoice.objects.get(instalment=1).account_id])
    promised = ledger.events.filter(pl.col("kind") == "promise")["invoice_id"]
    assert (set(promised), Event.objects.count()) == (set(ledger.invoices["invoice_id"]), 2)
    assert ledger.events.filter(pl.col("kind") == "request").height == 1


def test_the_export_says_which_instalment_a_row_is_and_nothing_of_whole_invoices() -> None:
    put("customers", customer())
    put("invoices", *HALVES, invoice("I2"))
    put("payments", payment(amount=7_000))
    invoices = ledger_table("invoices", schema("invoices"))
    assert invoices.sort("invoice_number", "instalment").select("invoice_number", "instalment").rows() == [
        ("I1", 1),
        ("I1", 2),
        ("I2", None),
    ]
    ends = [line.rpartition(b",")[2] for line in write_table("invoices", invoices).splitlines()]
    assert sorted(ends) == [b"", b"1", b"2", b"instalment"]
    assert counts(put("invoices", *invoices.drop("source_line").to_dicts())) == (0, 0, 0, 3, 0)
    assert ledger_table("payments", schema("payments")).select("invoice_number", "amount_minor").rows() == [
        ("I1", 7_000)
    ]

from datetime import date
from threading import Barrier, Thread
from typing import Any

import polars as pl
import pytest
from django.db import IntegrityError, connections, transaction

from dunwell.errors import WorkspaceError
from dunwell.sources.rows import KINDS, Kind
from dunwell.store import audit, bulk, importing
from dunwell.store.importing import Origin, import_parsed, known_accounts, known_invoices
from dunwell.store.models import Account, Entry, Event, ImportBatch, Invoice
from dunwell.store.queries import bank_complete_through, touched_accounts
from tests.store.tables import JAN, counts, customer, event, invoice, payment, put, table

pytestmark = pytest.mark.usefixtures("database")

LEDGER: dict[Kind, list[dict[str, Any]]] = {
    "customers": [
        customer(extra='{"colour": "blue"}', contract_allows_hold=True, credit_limit_minor=500_000),
        customer("C2", name='Straße "Ost", Ltd\nsecond line'),
    ],
    "invoices": [invoice(), invoice("I2", due_on=None, order_number="O'2"), invoice("I1", "C2", currency="USD")],
    "payments": [payment(), payment("P1", "I2", 100), payment("P2", None, 7)],
    "events": [
        event(channel="post", step="reminder"),
        event(channel="post", step="reminder"),
        event("dispute", invoice_number="I2", amount_minor=50),
    ],
}


def put_ledger() -> list[tuple[int, int, int, int, int]]:
    return [counts(put(kind, *LEDGER[kind])) for kind in KINDS]


def test_importing_twice_changes_nothing_and_says_so() -> None:
    first = put_ledger()
    second = put_ledger()
    assert first == [(2, 0, 0, 0, 0), (3, 0, 0, 0, 0), (3, 0, 0, 0, 0), (3, 0, 0, 0, 0)]
    assert second == [(0, 0, 0, 2, 0), (0, 0, 0, 3, 0), (0, 0, 0, 3, 0), (0, 0, 0, 3, 0)]


def test_a_large_file_goes_in_as_a_small_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its keys are checked all at once; afterwards every row is checked again."""
    monkeypatch.setattr(importing, "MANY_ROWS", 2)
    assert put_ledger() == [(2, 0, 0, 0, 0), (3, 0, 0, 0, 0), (3, 0, 0, 0, 0), (3, 0, 0, 0, 0)]
    assert [row[3] for row in put_ledger()] == [2, 3, 3, 3]
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.update(account_id=999_999)


def test_a_large_file_that_refers_to_nothing_leaves_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    put_ledger()
    with pytest.raises(IntegrityError), bulk.writing(), bulk.keys_checked_at_once("store_entry"):
        Entry.objects.update(account_id=999_999)
    assert Entry.objects.filter(account_id=999_999).count() == 0
    monkeypatch.setattr(importing, "MANY_ROWS", 2)
    assert put_ledger()[2] == (0, 0, 0, 3, 0)


def test_the_order_of_rows_in_a_file_does_not_matter() -> None:
    put_ledger()
    reversed_counts = [counts(put(kind, *reversed(LEDGER[kind]))) for kind in KINDS]
    assert [row[:3] for row in reversed_counts] == [(0, 0, 0)] * 4


def test_a_corrected_row_updates_what_was_there() -> None:
    put_ledger()
    assert counts(put("customers", customer("C2", name="New name"))) == (0, 1, 0, 0, 0)
    assert counts(put("invoices", invoice(amount=9_999, due_on=JAN[20]))) == (0, 1, 0, 0, 0)
    corrected = event("dispute", invoice_number="I2", amount_minor=60, note="agreed by phone")
    assert counts(put("events", corrected)) == (0, 1, 0, 0, 0)
    assert Account.objects.get(account_number="C2").name == "New name"
    changed = Invoice.objects.get(account__account_number="C1", invoice_number="I1")
    assert (changed.amount_minor, changed.due_on) == (9_999, JAN[20])
    assert Event.objects.get(kind="dispute").amount_minor == 60


def test_cash_applied_to_an_invoice_later_counts_once() -> None:
    put_ledger()
    assert counts(put("payments", payment("P2", "I1", 7))) == (0, 1, 0, 0, 0)
    applied = Entry.objects.get(payment_reference="P2")
    assert applied.invoice is not None
    assert (applied.invoice.invoice_number, applied.amount_minor) == ("I1", 7)


def test_a_payment_split_over_fewer_rows_loses_the_rows_that_are_gone() -> None:
    put_ledger()
    assert counts(put("payments", payment("P1", "I1", 4_100))) == (0, 1, 1, 0, 0)
    assert [entry.amount_minor for entry in Entry.objects.filter(payment_reference="P1")] == [4_100]


def test_a_part_that_could_not_be_read_is_not_taken_for_gone() -> None:
    put_ledger()
    assert counts(put("payments", payment("P1", "I1", 4_000), rows_rejected=1))[2] == 0
    assert Entry.objects.filter(payment_reference="P1").count() == 2


def test_a_bounced_payment_of_the_same_reference_stands_beside_it() -> None:
    put_ledger()
    assert counts(put("payments", payment("P2", None, 7, kind="reversal", paid_on=JAN[25]))) == (1, 0, 0, 0, 0)
    assert Entry.objects.filter(payment_reference="P2").count() == 2


def test_rows_that_name_unknown_accounts_or_invoices_are_left_out() -> None:
    put("customers", customer())
    assert counts(put("invoices", invoice(), invoice("I9", "nobody"))) == (1, 0, 0, 0, 1)
    assert counts(put("payments", payment(), payment("P9", "no such invoice"))) == (1, 0, 0, 0, 1)
    assert known_accounts() == frozenset({"C1"})
    assert known_invoices().rows() == [("C1", "I1", "EUR")]


def test_a_file_with_one_impossible_row_brings_nothing_in() -> None:
    put("customers", customer())
    with pytest.raises(IntegrityError):
        put("invoices", invoice(), invoice("I2", amount=0))
    assert Invoice.objects.count() == 0
    assert ImportBatch.objects.count() == 1


def test_an_empty_table_goes_in_as_nothing() -> None:
    done = import_parsed("payments", table("payments"), Origin("payments.csv"))
    assert (counts(done), done.bank_complete_through) == ((0, 0, 0, 0, 0), None)


def test_the_bank_is_known_through_the_stated_day_or_the_latest_payment() -> None:
    put("customers", customer())
    assert bank_complete_through() is None
    derived = put("payments", payment("P1", None))
    assert (derived.bank_complete_through, derived.is_bank_date_derived) == (JAN[19], True)
    stated = put("payments", payment("P1", None), bank_complete_through=JAN[27])
    assert (stated.bank_complete_through, stated.is_bank_date_derived) == (JAN[27], False)
    put("payments", payment("P3", None, paid_on=JAN[21]))
    assert bank_complete_through() == JAN[27]


def test_accounts_touched_since_an_import_are_those_it_wrote() -> None:
    put_ledger()
    before, _ = audit.head()
    put("payments", *LEDGER["payments"])
    assert touched_accounts(before) == frozenset()
    put("invoices", invoice("I3", "C2"))
    assert touched_accounts(before) == frozenset({Account.objects.get(account_number="C2").pk})


def test_an_import_that_removes_rows_may_touch_anybody() -> None:
    put("customers", customer())
    put("payments", payment("P1", None, 100), payment("P1", None, 200))
    before, _ = audit.head()
    put("payments", payment("P1", None, 100))
    assert touched_accounts(before) is None


def test_two_imports_of_one_file_at_once_do_not_double_anything() -> None:
    put("customers", customer())
    rows = table("invoices", *(invoice(f"I{number}") for number in range(500)))
    start, done = Barrier(2), []

    def bring() -> None:
        start.wait()
        done.append(counts(import_parsed("invoices", rows, Origin("invoices.csv"))))
        connections.close_all()

    threads = [Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [(0, 0, 0, 500, 0), (500, 0, 0, 0, 0)]


def test_a_failure_inside_a_writing_block_leaves_nothing_of_it() -> None:
    def two_tables() -> None:
        with bulk.writing():
            put("customers", customer())
            raise WorkspaceError("stopped here")

    with pytest.raises(WorkspaceError):
        two_tables()
    assert (Account.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_reading_does_not_see_what_is_written_meanwhile() -> None:
    put("customers", customer())
    schema = pl.Schema({"account_number": pl.String()})
    with bulk.reading():
        before = bulk.frame("SELECT account_number FROM store_account", schema)

        def write() -> None:
            put("customers", customer("C2"))
            connections.close_all()

        thread = Thread(target=write)
        thread.start()
        thread.join()
        meanwhile = bulk.frame("SELECT account_number FROM store_account", schema)
    assert before["account_number"].to_list() == meanwhile["account_number"].to_list() == ["C1"]
    assert known_accounts() == frozenset({"C1", "C2"})


def test_texts_come_back_as_they_went_in() -> None:
    names = [
        'say "hi"',
        "a,b;c\td",
        "two\nlines",
        "ș ț Nguyễn Thị 株式会社 🙂",
        "100 % sure %s",
        "back\\slash",
        "'quoted'",
    ]
    put("customers", *(customer(f"C{place}", name=name) for place, name in enumerate(names)))
    schema = pl.Schema({"account_number": pl.String(), "name": pl.String()})
    with bulk.reading():
        rows = bulk.frame("SELECT account_number, name FROM store_account", schema).sort("account_number")
    assert rows["name"].to_list() == names
    assert [account.name for account in Account.objects.order_by("account_number")] == names


def test_dates_and_amounts_at_the_edges_survive() -> None:
    put("customers", customer())
    put("invoices", invoice(amount=10**15, issued_on=date(1, 1, 1), due_on=date(9999, 12, 31)))
    found = Invoice.objects.get()
    assert (found.amount_minor, found.issued_on, found.due_on) == (10**15, date(1, 1, 1), date(9999, 12, 31))

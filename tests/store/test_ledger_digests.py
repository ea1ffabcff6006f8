"""A row of the ledger that is changed past Dunwell is found; what Dunwell itself changes is not taken for it."""

from datetime import timedelta

import pytest
from django.db import models, transaction

from dunwell.runs.nightly import run_day
from dunwell.store import bulk, reading
from dunwell.store.audit_verify import verify
from dunwell.store.models import Account, Entry, Event, Invoice, LedgerColumns
from dunwell.store.privacy import Erasure, erase
from dunwell.store.workspace import Workspace
from tests.store.tables import JAN, customer, event, invoice, payment, put
from tests.store.tampering import other_value, without_refusals

TABLES: tuple[type[models.Model], ...] = (Account, Invoice, Entry, Event)


@pytest.fixture
def shop(empty_workspace: Workspace) -> Workspace:
    """Two customers with a row in each table of the ledger, after a run."""
    put("customers", customer("C1"), customer("C2"))
    put("invoices", invoice("I1", "C1"), invoice("I2", "C2"))
    put("payments", payment("P1", "I1"))
    put("events", event("response", account_number="C1", note="will pay"))
    run_day(empty_workspace, JAN[24])
    return empty_workspace


def messages() -> list[str]:
    return [found.message for found in verify().findings]


def tamper(sql: str) -> None:
    """Change a row past Dunwell."""
    assert bulk.execute(sql) == 1, sql


def test_every_column_of_every_row_is_covered(shop: Workspace) -> None:
    del shop
    assert messages() == []
    without_refusals()
    for model in TABLES:
        row = model._default_manager.earliest("pk")
        for field in row._meta.local_concrete_fields:
            if field.primary_key:
                continue
            with transaction.atomic():
                tamper(f'UPDATE {row._meta.db_table} SET "{field.column}" = {other_value(field)} WHERE id = {row.pk}')
                wrong = f"Row {row.pk} of {model.__name__.lower()} has been changed since."
                assert wrong in messages(), field.column
                transaction.set_rollback(True)


def test_a_row_that_is_gone_or_new_is_found(shop: Workspace) -> None:
    del shop
    without_refusals()
    only = Entry.objects.get().pk
    with transaction.atomic():
        tamper("DELETE FROM store_entry")
        assert messages() == [f"Row {only} of entry is gone from the ledger."]
        transaction.set_rollback(True)
    with transaction.atomic():
        entry = Entry.objects.get()
        entry.pk, entry.payment_reference = 77, "P77"
        entry.save(force_insert=True)
        assert messages() == ["Row 77 of entry is new in the ledger."]
        transaction.set_rollback(True)


def test_a_later_run_does_not_make_it_good(shop: Workspace) -> None:
    tamper("UPDATE store_invoice SET amount_minor = 1 WHERE invoice_number = 'I1'")
    put("payments", payment("P2", "I2", 100, account_number="C2"))
    run_day(shop, JAN[25])
    run_day(shop, JAN[26])
    changed = Invoice.objects.get(invoice_number="I1").pk
    assert messages() == [f"Row {changed} of invoice has been changed since."]


def test_what_an_import_corrects_is_left_out_until_the_next_run(shop: Workspace) -> None:
    put("invoices", invoice("I1", "C1", 12_345))
    assert (messages(), verify().customers_left_out) == ([], 1)
    run_day(shop, JAN[24] + timedelta(days=1))
    assert (messages(), verify().customers_left_out) == ([], 0)
    tamper("UPDATE store_invoice SET amount_minor = 10000 WHERE invoice_number = 'I1'")
    assert len(messages()) == 1


def test_an_erasure_is_no_tampering(shop: Workspace) -> None:
    erase([Erasure(Account.objects.get(account_number="C1"))], on=JAN[25], by="ann", reason="asked")
    assert (messages(), verify().customers_left_out) == ([], None)
    run_day(shop, JAN[26])
    assert (messages(), verify().customers_left_out) == ([], 0)


def test_the_digests_themselves_are_named_by_the_run(shop: Workspace) -> None:
    del shop
    kept = LedgerColumns.objects.get()
    LedgerColumns.objects.update(content=bytes(kept.content) + b"\0")
    assert messages() == ["The digests of the ledger's rows are not those that the entry of the last run names."]


def test_a_large_ledger_has_its_copy_instead(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT_FROM_ROWS", 1)
    put("payments", payment("P2", "I2", 100, account_number="C2"))
    run_day(shop, JAN[25])
    assert not LedgerColumns.objects.filter(frame="digests").exists()
    assert (messages(), verify().customers_left_out) == ([], None)

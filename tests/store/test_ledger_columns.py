"""The ledger in columns says what the rows say, whatever happened since it was copied."""

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dunwell.ledger.frames import Ledger
from dunwell.store import audit, audit_verify, bulk, copying, ledger_columns, privacy, reading
from dunwell.store.models import Account, Entry, Invoice, LedgerColumns
from dunwell.store.reading import keep_columns, keep_columns_again, read_ledger
from tests.store.tables import JAN, customer, event, invoice, payment, put

pytestmark = pytest.mark.usefixtures("database")
CUSTOMERS = 12


@pytest.fixture
def ledger(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve customers with an invoice and a payment each, kept in columns however small that is."""
    monkeypatch.setattr(reading, "KEPT_FROM_ROWS", 1)
    monkeypatch.setattr(reading, "FEW_ACCOUNTS", 0)
    numbers = [f"C{place}" for place in range(CUSTOMERS)]
    put("customers", *(customer(number, credit_limit_minor=5_000) for number in numbers))
    put("invoices", *(invoice(f"I-{number}", number) for number in numbers))
    put("payments", *(payment(f"P-{number}", f"I-{number}", account_number=number) for number in numbers))
    put("events", event("response", account_number="C3"))
    keep_columns()


def frames(ledger: Ledger) -> dict[str, pl.DataFrame]:
    names = ("accounts", "invoices", "entries", "events", "orders")
    return {name: getattr(ledger, name) for name in names}


def read_both_ways(as_of: date | None) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    with_copy = frames(read_ledger(as_of))
    with pytest.MonkeyPatch.context() as without:
        without.setattr(ledger_columns, "kept", lambda: None)
        return with_copy, frames(read_ledger(as_of))


def assert_copy_says_what_rows_say() -> None:
    for as_of in (None, JAN[10], JAN[25]):
        with_copy, by_rows = read_both_ways(as_of)
        for name, frame in by_rows.items():
            assert_frame_equal(with_copy[name], frame, check_row_order=False)


def erase_one() -> None:
    account = Account.objects.get(account_number="C2")
    privacy.erase([privacy.Erasure(account)], on=JAN[25], by="anna", reason="asked")


def replace_parts() -> None:
    put("payments", payment("P-C1", "I-C1", 1_000), payment("P-C1", None, 2_000))
    keep_columns()
    put("payments", payment("P-C1", "I-C1", 3_000))


ACTS: dict[str, Callable[[], object]] = {
    "nothing": lambda: None,
    "a new customer": lambda: put("customers", customer("C99")),
    "another limit": lambda: put("customers", customer("C4", credit_limit_minor=9)),
    "a new invoice": lambda: put("invoices", invoice("I-new", "C5", 700)),
    "a corrected invoice": lambda: put("invoices", invoice("I-C6", "C6", 700, due_on=None)),
    "an invoice in instalments": lambda: put(
        "invoices", *(invoice("I-C1", "C1", 5_000, due_on=JAN[9 + number], instalment=number) for number in (1, 2))
    ),
    "a payment": lambda: put("payments", payment("P-new", "I-C7", account_number="C7", paid_on=JAN[28])),
    "a payment in fewer parts": replace_parts,
    "an event": lambda: put("events", event("dispute", account_number="C8", currency="EUR", amount_minor=5)),
    "an erasure": erase_one,
    "more than every third customer": lambda: put("customers", *(customer(f"C{place}") for place in range(5))),
}


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("what", ACTS)
def test_the_copy_says_what_the_rows_say_after(what: str) -> None:
    ACTS[what]()
    assert_copy_says_what_rows_say()
    keep_columns()
    assert_copy_says_what_rows_say()
    assert audit_verify.verify().findings == []


@pytest.mark.usefixtures("ledger")
def test_only_those_who_changed_are_read_by_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    put("payments", payment("P-new", "I-C7", account_number="C7"))
    asked: list[str] = []
    read = bulk.table_frame

    def listening(sql: str, schema: pl.Schema, table: str, own: str = "") -> pl.DataFrame:
        asked.append(f"{table} {own}")
        return read(sql, schema, table, own)

    monkeypatch.setattr(bulk, "table_frame", listening)
    read_ledger()
    key = Account.objects.get(account_number="C7").pk
    assert [each for each in asked if each.startswith("store_entry")] == [f"store_entry account_id = {key}"]


@pytest.mark.usefixtures("ledger")
def test_what_an_import_did_not_concern_is_not_copied_again() -> None:
    before = dict(LedgerColumns.objects.values_list("frame", "id"))
    put("payments", payment("P-new", "I-C7", account_number="C7"))
    keep_columns()
    after = dict(LedgerColumns.objects.values_list("frame", "id"))
    assert {name for name in after if after[name] != before[name]} == {"entries"}
    assert set(LedgerColumns.objects.values_list("through_entry", flat=True)) == {audit.head()[0]}


@pytest.mark.usefixtures("ledger")
def test_the_copy_is_made_again_when_it_is_of_little_use() -> None:
    through = ledger_columns.through_entry()
    put("customers", customer("C1", credit_limit_minor=1))
    keep_columns_again()
    assert ledger_columns.through_entry() == through
    put("customers", customer("C2", credit_limit_minor=1))
    keep_columns_again()
    assert ledger_columns.through_entry() == audit.head()[0]


def test_a_small_ledger_is_not_copied() -> None:
    put("customers", customer())
    put("invoices", invoice())
    keep_columns()
    keep_columns_again()
    assert not LedgerColumns.objects.exists()


@pytest.mark.usefixtures("ledger")
def test_an_erasure_leaves_no_copy_behind() -> None:
    erase_one()
    assert not LedgerColumns.objects.exists()


@pytest.mark.usefixtures("ledger")
def test_a_copy_with_other_columns_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {**ledger_columns.FRAMES["entries"], "later": pl.Int64()}
    monkeypatch.setattr(ledger_columns, "FRAMES", {**ledger_columns.FRAMES, "entries": pl.Schema(columns)})
    assert ledger_columns.kept() is None


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("change", "frame"),
    [
        (lambda: Account.objects.filter(account_number="C9").update(credit_limit_minor=1), "accounts"),
        (lambda: Invoice.objects.filter(invoice_number="I-C9").update(due_on=JAN[15] + timedelta(days=1)), "invoices"),
        (lambda: Entry.objects.filter(payment_reference="P-C9").delete(), "entries"),
    ],
)
def test_a_row_changed_past_dunwell_is_found(change: Callable[[], object], frame: str) -> None:
    change()
    assert [found.message for found in audit_verify.verify().findings] == [
        f"The copy in columns of the {frame} does not say what their rows say: one of the two was changed."
    ]


@pytest.mark.usefixtures("ledger")
def test_a_copy_cut_in_parts_is_put_together_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_columns, "PART_ROWS", 5)
    ledger_columns.drop()
    keep_columns()
    assert LedgerColumns.objects.filter(frame="invoices").count() == 3
    assert_copy_says_what_rows_say()


def test_a_copy_is_no_table_to_move() -> None:
    assert LedgerColumns not in copying.tables()

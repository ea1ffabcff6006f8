from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dunwell.casework.cases import Act, begin
from dunwell.ledger.frames import ACCOUNTS, ENTRIES, EVENTS, INVOICES, ORDERS
from dunwell.store import bulk, reading
from dunwell.store.models import Account, Hold, Invoice, Letter, LetterTransition, Order
from dunwell.store.queries import invoice_details, past_requests
from dunwell.store.reading import read_ledger
from tests.store.tables import JAN, customer, event, invoice, payment, put

pytestmark = pytest.mark.usefixtures("database")


def account_id(number: str = "C1") -> int:
    return Account.objects.get(account_number=number).pk


def put_ledger() -> None:
    put(
        "customers",
        customer(credit_limit_minor=5, contract_allows_hold=False, policy="vip"),
        customer("C2", currency=None),
    )
    put("invoices", invoice(), invoice("I2", "C2", 20, issued_on=None, due_on=None, currency="VND"))
    put("payments", payment(), payment("P2", None, 1, kind="refund", paid_on=JAN[30]))
    put("events", event("promise", invoice_number="I1", until_on=JAN[28], amount_minor=9, currency="EUR"))


def letter(**more: object) -> Letter:
    base: dict[str, object] = {
        "account_id": account_id(), "currency": "EUR", "kind": "reminder", "step": "reminder", "language": "de",
        "state": "sent", "sent_on": JAN[21], "pay_by_on": JAN[28], "episode_start_on": JAN[15],
        "drafted_on": JAN[20], "total_due_minor": 6_000, "reference": "R1",
    }  # fmt: skip
    return Letter.objects.create(**{**base, **more})


def test_an_empty_database_gives_empty_frames_of_the_contract() -> None:
    ledger = read_ledger()
    schemas = [
        frame.schema for frame in (ledger.accounts, ledger.invoices, ledger.entries, ledger.events, ledger.orders)
    ]
    assert schemas == [ACCOUNTS, INVOICES, ENTRIES, EVENTS, ORDERS]


def test_the_ledger_comes_back_as_the_engine_reads_it() -> None:
    put_ledger()
    for number, moved, amount_minor in (("O1", "approve", 3), ("O2", "hold", 7)):
        order = Order(
            account_id=account_id(), order_number=number, ordered_on=JAN[0], currency="EUR", amount_minor=amount_minor
        )
        begin(order, moved, Act(JAN[0], "Ann"))
    one, two = account_id(), account_id("C2")
    first, second = (Invoice.objects.get(invoice_number=number).pk for number in ("I1", "I2"))
    ledger = read_ledger()
    expected = {
        "accounts": pl.DataFrame(
            [
                (one, "C1", "DE", "business", "", "EUR", 5, "vip", False),
                (two, "C2", "DE", "business", "", None, None, None, None),
            ],
            schema=ACCOUNTS, orient="row",
        ),
        "invoices": pl.DataFrame(
            [(first, one, "EUR", JAN[0], JAN[14], 10_000), (second, two, "VND", None, None, 20)],
            schema=INVOICES, orient="row",
        ),
        "entries": pl.DataFrame(
            [(one, first, "EUR", JAN[19], 4_000, "payment"), (one, None, "EUR", JAN[30], 1, "refund")],
            schema=ENTRIES, orient="row",
        ),
        "events": pl.DataFrame(
            [(one, JAN[20], "promise", None, "EUR", first, 9, JAN[28], None)], schema=EVENTS, orient="row"
        ),
        "orders": pl.DataFrame([(one, "EUR", 3)], schema=ORDERS, orient="row"),
    }  # fmt: skip
    for name, frame in expected.items():
        assert_frame_equal(getattr(ledger, name), frame, check_row_order=False)


def test_only_letters_that_really_went_out_are_requests() -> None:
    put_ledger()
    letter()
    letter(step="second_request", reference="R2", state="draft", sent_on=None)
    letter(step="third_request", reference="R3", state="uncertain", sent_on=None)
    bounced = letter(step="hold", reference="R4", state="bounced")
    LetterTransition.objects.create(letter=bounced, from_state="sent", to_state="bounced", on=JAN[24], by="post")
    letter(step="hold_release", kind="hold_release", reference="R5", is_request=False)
    requests = read_ledger().events.filter(pl.col("kind") == "request")
    row = (account_id(), JAN[21], "request", "email", "EUR", None, None, JAN[28], "reminder")
    assert requests.rows() == [row]
    before_it_bounced = read_ledger(JAN[23]).events.filter(pl.col("kind") == "request")
    assert sorted(before_it_bounced["step"]) == ["hold", "reminder"]


def test_a_hold_is_an_event_from_the_day_it_is_in_force_and_its_release_another() -> None:
    put_ledger()
    sent = letter(kind="hold", step="hold")
    Hold.objects.create(
        account_id=account_id(), currency="EUR", state="released", proposed_on=JAN[20], in_force_on=JAN[21],
        cure_by_on=JAN[30], released_on=JAN[25], demanded_minor=6_000, letter=sent,
    )  # fmt: skip
    Hold.objects.create(
        account_id=account_id(), currency="EUR", state="proposed", proposed_on=JAN[27], demanded_minor=1
    )
    events = read_ledger().events.filter(pl.col("kind").is_in(["hold", "release"]))
    one = account_id()
    assert events.rows() == [
        (one, JAN[21], "hold", None, "EUR", None, 6_000, JAN[30], None),
        (one, JAN[25], "release", None, "EUR", None, None, None, None),
    ]


def test_reading_some_accounts_gives_their_rows_and_no_others() -> None:
    put_ledger()
    ledger = read_ledger(account_ids=[account_id("C2")])
    assert ledger.accounts["account_number"].to_list() == ["C2"]
    assert [ledger.invoices.height, ledger.entries.height, ledger.events.height] == [1, 0, 0]
    assert read_ledger(account_ids=[]).accounts.height == 0


def test_a_few_accounts_are_read_at_once_as_many_are_table_by_table(monkeypatch: pytest.MonkeyPatch) -> None:
    put_ledger()
    put("invoices", *(invoice("I9", amount=5_000, due_on=JAN[10 + part], instalment=part) for part in (1, 2)))
    put("payments", payment("P9", "I9", 7_000))
    put("events", event("dispute", invoice_number="I9"))
    order = Order(account_id=account_id(), order_number="O1", ordered_on=JAN[0], currency="EUR", amount_minor=3)
    begin(order, "approve", Act(JAN[0], "Ann"))
    sent = letter(kind="hold", step="hold")
    Hold.objects.create(
        account_id=account_id(), currency="EUR", state="in_force", proposed_on=JAN[20], in_force_on=JAN[21],
        cure_by_on=JAN[30], demanded_minor=6_000, letter=sent,
    )  # fmt: skip
    both = [account_id(), account_id("C2")]
    for as_of, account_ids in ((None, both), (JAN[25], both), (JAN[19], both[:1]), (JAN[25], both[1:]), (None, [])):
        few = read_ledger(as_of, account_ids)
        with monkeypatch.context() as patched:
            patched.setattr(reading, "FEW_ACCOUNTS", -1)
            many = read_ledger(as_of, account_ids)
        for name in ("accounts", "invoices", "entries", "events", "orders"):
            assert_frame_equal(getattr(few, name), getattr(many, name), check_row_order=False)
    assert read_ledger(JAN[25], both).events.height == 5


def test_reading_as_of_a_day_leaves_later_payments_and_events_unread() -> None:
    put_ledger()
    ledger = read_ledger(as_of=JAN[19])
    assert [ledger.entries.height, ledger.events.height, ledger.invoices.height] == [1, 0, 2]


def test_a_large_table_is_read_in_pieces_without_losing_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    put("customers", customer())
    put("invoices", *(invoice(f"I{number}", amount=number + 1) for number in range(100)))
    monkeypatch.setattr(bulk, "CHUNK_ROWS", 7)
    assert sorted(read_ledger().invoices["amount_minor"]) == list(range(1, 101))


@pytest.mark.parametrize("last", [{}, {"due_on": JAN[20], "description": "", "document": "a.pdf", "currency": "USD"}])
def test_a_column_with_one_value_in_the_first_rows_is_read_like_any_other(
    monkeypatch: pytest.MonkeyPatch, last: dict[str, object]
) -> None:
    put("customers", customer())
    same: dict[str, Any] = {"due_on": None, "issued_on": JAN[1], "description": "it's 100 %", "order_number": "a\tb"}
    put("invoices", *(invoice(f"I{number}", **same) for number in range(8)), invoice("I8", **{**same, **last}))
    schema = pl.Schema({**INVOICES, **dict.fromkeys(("description", "document", "order_number"), pl.String())})
    sql = "SELECT id AS invoice_id, * FROM store_invoice WHERE {part}"
    by_value = bulk.table_frame(sql, schema, "store_invoice")
    monkeypatch.setattr(bulk, "CHUNK_ROWS", 5)
    monkeypatch.setattr(bulk, "FEW_ROWS", 2)
    assert_frame_equal(bulk.table_frame(sql, schema, "store_invoice"), by_value)
    assert_frame_equal(bulk.frame(sql.format(part="true"), schema).sort("invoice_id"), by_value.sort("invoice_id"))


@pytest.mark.parametrize("count", [0, 1, 2, 100, 101, 250])
def test_values_that_all_rows_share_are_written_with_every_row(count: int) -> None:
    rows = pl.select(pl.int_range(count).alias("number")).with_columns(
        pl.lit("it's ? %s").alias("text"), pl.lit(None, pl.Date).alias("on"), pl.lit(value=True).alias("truth"),
        (pl.col("number") // 200).alias("amount"),
    )  # fmt: skip
    with bulk.writing(), bulk.staged("kept", rows):
        found = bulk.frame('SELECT number, text, "on", truth, amount FROM kept', rows.schema)
    assert_frame_equal(found.sort("number"), rows)


def test_rows_that_are_wholly_the_same_are_all_written() -> None:
    rows = pl.DataFrame({"one": [7, 7, 7], "other": ["x", "x", "x"]})
    with bulk.writing(), bulk.staged("kept", rows):
        assert bulk.scalar("SELECT count(*) FROM kept WHERE one = 7 AND other = 'x'") == 3


def test_an_invoice_is_described_for_a_letter() -> None:
    put("customers", customer())
    put("invoices", invoice(order_number="O1", delivered_on=JAN[1], description="Bottles, 1,000"))
    pk = Invoice.objects.get().pk
    row = (pk, account_id(), "I1", "O1", JAN[0], JAN[1], JAN[14], "EUR", 10_000, "Bottles, 1,000", "", "")
    assert invoice_details([pk, pk + 1]).rows() == [row]


def test_past_requests_are_those_before_dunwell_and_the_letters_since_in_order() -> None:
    put_ledger()
    put("events", event(channel="phone", on=JAN[16]), event("call", on=JAN[30]), event(currency="USD", on=JAN[17]))
    letter()
    found = past_requests(account_id(), "EUR", JAN[15], JAN[29])
    assert [(request.on, request.kind, request.channel, request.reference) for request in found] == [
        (JAN[16], "request", "phone", ""),
        (JAN[21], "request", "email", "R1"),
    ]

"""Matching on its page: a bank entry beside its proposals, accepted, chosen by hand, set aside, taken back."""

from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.runs.demo import DEMO_ON
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.store.models import BankEntry, Entry, Run
from dunwell.store.workspace import Workspace
from tests.runs.test_matching import entry, statement

ON = "2026-11-19"
LIKELY = entry("1278.00", "ABC Payments", "your invoice", on=ON)
"""The amount of one open invoice, R26-0445 of customer 2019; nothing else points to it."""
NOBODYS = entry("50.00", "&lt;b&gt;Stranger&lt;/b&gt;", "hello", on=ON)
SURE = entry("1919.23", "Buyer", "R26-0447", on=ON)


@pytest.fixture
def entries(shop: Workspace) -> dict[str, BankEntry]:
    """The entries of a statement, by payer."""
    path = shop.path / "bank.xml"
    path.write_text(statement(LIKELY, NOBODYS, SURE, on=ON), encoding="utf-8")
    import_files(shop, ImportRequest((path,), by="test", bank_complete_through=DEMO_ON))
    return {one.payer_name: one for one in BankEntry.objects.all()}


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode().replace("\u00a0", " ")


def state(one: BankEntry) -> str:
    one.refresh_from_db()
    return one.state


def test_each_waiting_entry_stands_beside_its_proposals(
    client_as: Callable[[str], Client], entries: dict[str, BankEntry]
) -> None:
    page = text(client_as("clerk"), "/matching")
    assert "EUR 1,278.00" in page
    assert "Acetaia Borgo Sambuco" in page
    assert "It is the only open invoice of this amount" in page
    assert "Nothing points to a customer." in page
    assert "EUR 1,919.23" not in page
    assert "&lt;b&gt;Stranger" in page


def test_a_proposal_is_accepted_with_one_click_and_the_worklist_is_true(
    client_as: Callable[[str], Client], entries: dict[str, BankEntry]
) -> None:
    client, before = client_as("clerk"), Run.objects.count()
    client.post(f"/matching/{entries['ABC Payments'].pk}/accept", {"rank": "1"})
    assert state(entries["ABC Payments"]) == "applied"
    paid = Entry.objects.get(invoice__invoice_number="R26-0445")
    assert (paid.amount_minor, paid.account.account_number) == (127_800, "2019")
    assert Run.objects.count() > before


def test_an_entry_is_applied_by_hand_and_the_rest_stands_on_the_account(
    client_as: Callable[[str], Client], entries: dict[str, BankEntry]
) -> None:
    client, one = client_as("clerk"), entries["<b>Stranger</b>"]
    assert "Vermut Casa Ribalta" in text(client, f"/matching/{one.pk}?q=ribalta")
    assert "R26-0448" in text(client, f"/matching/{one.pk}?account=2013")
    chosen = {"account": "2013", "invoice": ["R26-0448"], "amount_R26-0448": "30.00", "reason": "they rang"}
    assert client.post(f"/matching/{one.pk}/apply", chosen).headers["Location"] == "/matching"
    rows = Entry.objects.filter(account__account_number="2013", paid_on=ON).order_by("amount_minor")
    assert [(row.amount_minor, str(row.invoice or "")) for row in rows][-2:] == [(2_000, ""), (3_000, "R26-0448")]


def test_more_than_an_invoice_has_is_refused(client_as: Callable[[str], Client], entries: dict[str, BankEntry]) -> None:
    one = entries["<b>Stranger</b>"]
    chosen = {"account": "2013", "invoice": ["R26-0448"], "amount_R26-0448": "99.00"}
    said = client_as("clerk").post(f"/matching/{one.pk}/apply", chosen, follow=True).content.decode()
    assert "more than bank entry" in unescape(said)
    assert state(one) == "unmatched"


def test_an_entry_is_set_aside_with_a_reason(client_as: Callable[[str], Client], entries: dict[str, BankEntry]) -> None:
    client, one = client_as("clerk"), entries["<b>Stranger</b>"]
    client.post(f"/matching/{one.pk}/set-aside", {"reason": " "})
    assert state(one) == "unmatched"
    client.post(f"/matching/{one.pk}/set-aside", {"reason": "a tax refund"})
    assert state(one) == "set_aside"
    assert "a tax refund" in text(client, "/matching?list=set_aside")


def test_what_went_in_by_itself_is_taken_back_with_a_reason(
    client_as: Callable[[str], Client], entries: dict[str, BankEntry]
) -> None:
    client, one = client_as("clerk"), entries["Buyer"]
    assert "by itself, because it was sure" in text(client, "/matching?list=applied")
    client.post(f"/matching/{one.pk}/undo", {"reason": "wrong shop"})
    assert state(one) in ("unmatched", "proposed")
    assert Entry.objects.filter(invoice__invoice_number="R26-0447").count() == 0
    assert "wrong shop" in text(client, f"/matching/{one.pk}")


def test_entries_are_found_by_payer_text_and_customer(
    client_as: Callable[[str], Client], entries: dict[str, BankEntry]
) -> None:
    client = client_as("clerk")
    assert "ABC Payments" in text(client, "/matching?q=your+invoice")
    assert "ABC Payments" in text(client, "/matching?q=Sambuco")
    assert "ABC Payments" not in text(client, "/matching?q=nothing+of+it")


def test_a_page_of_entries_asks_few_questions(
    client_as: Callable[[str], Client], entries: dict[str, BankEntry]
) -> None:
    client = client_as("clerk")
    with CaptureQueriesContext(connection) as asked:
        text(client, "/matching")
    assert len(asked) <= 15

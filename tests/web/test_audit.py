"""The audit trail on its page: found by who, what, when and customer, and looked through for tampering."""

from collections.abc import Callable
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.runs.demo import DEMO_ON
from dunwell.store.models import Account, AuditEntry


def text(client: Client, query: str = "") -> str:
    return unescape(client.get(f"/audit{query}").content.decode())


def rows_of(page: str) -> int:
    return page.count('data-label="Digest"')


def test_entries_are_listed_with_the_newest_first(client_as: Callable[[str], Client]) -> None:
    page, newest = text(client_as("approver")), AuditEntry.objects.latest("number")
    assert page.index(newest.sha256[:12]) < page.index(AuditEntry.objects.get(number=1).sha256[:12])


def test_entries_are_found_by_what_who_and_day(client_as: Callable[[str], Client]) -> None:
    client = client_as("approver")
    imports = AuditEntry.objects.filter(what="import")
    assert rows_of(text(client, "?what=import")) == imports.count()
    assert rows_of(text(client, "?by=TES")) == AuditEntry.objects.filter(by="test").count()
    dated = AuditEntry.objects.filter(on=DEMO_ON).count()
    assert rows_of(text(client, f"?since={DEMO_ON}&until={DEMO_ON}")) == dated


def test_entries_are_found_by_customer(client_as: Callable[[str], Client]) -> None:
    client_as("clerk").post("/snooze/1003", {"until_on": "2026-11-30", "reason": "ill"})
    page = text(client_as("approver"), "?account_number=1003")
    assert rows_of(page) == AuditEntry.objects.filter(account_id=Account.objects.get(account_number="1003").pk).count()
    assert "Domaine des Trois Ormeaux" in page
    assert rows_of(text(client_as("approver"), "?account_number=nobody")) == 0


def test_a_page_asks_few_questions(client_as: Callable[[str], Client]) -> None:
    client = client_as("approver")
    with CaptureQueriesContext(connection) as asked:
        text(client)
    assert len(asked) <= 15


def test_a_trail_that_fits_is_said_to_fit(client_as: Callable[[str], Client]) -> None:
    page = unescape(client_as("approver").post("/audit/verify", {}).content.decode())
    assert "Everything fits." in page
    assert AuditEntry.objects.latest("number").sha256 in page


def test_a_noted_digest_that_is_gone_is_found(client_as: Callable[[str], Client]) -> None:
    page = unescape(client_as("approver").post("/audit/verify", {"noted": "f" * 64}).content.decode())
    assert "1 thing does not fit." in page
    assert "the end of the trail was removed" in page


def test_a_row_changed_past_dunwell_is_found(client_as: Callable[[str], Client]) -> None:
    client = client_as("approver")
    client_as("clerk").post("/snooze/1003", {"until_on": "2026-11-30", "reason": "ill"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE store_exclusion SET state = 'ended'")
    assert "does not fit" in unescape(client.post("/audit/verify", {}).content.decode())

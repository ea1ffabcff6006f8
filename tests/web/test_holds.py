"""The holds board: what stands in which column, and how a hold is given up."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.runs import hold_board
from dunwell.store.models import Hold, Letter

Visit = Callable[[str], Client]

HOLD = "1003-20261120-hold-EUR"


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def in_force(client_as: Visit) -> Hold:
    client = client_as("approver")
    client.post(f"/letter/{HOLD}/approve")
    client.post(f"/letter/{HOLD}/sent")
    return Hold.objects.get(letter__reference=HOLD)


def test_the_board_shows_holds_by_how_far_they_have_come(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), "/holds")
    proposed, lately = text.index('id="column-proposed"'), text.index('id="column-released"')
    assert proposed < text.index("Domaine des Trois Ormeaux SARL") < lately
    assert lately < text.index("Ballinamuck Gin Distillers Ltd")
    assert "EUR\u00a09,045.74" in text
    assert HOLD in text


def test_holds_from_before_dunwell_are_on_the_board(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), "/holds")
    earlier = text[text.index('id="column-earlier"') :]
    assert "Blue Heron Cellars LLC" in earlier
    assert "To be cured by 16 Oct 2026" in earlier
    assert "missed" in earlier


def test_more_holds_from_before_dunwell_than_a_column_shows_are_counted_and_listed(
    client_as: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("viewer")
    whole = re.findall(r'data-row href="/customer/(\w+)"', text_of(client, "/holds?state=earlier"))
    assert len(whole) > 1
    monkeypatch.setattr(hold_board, "COLUMN_MAX", 1)
    board = text_of(client, "/holds")
    assert f'from before Dunwell <span class="muted">{len(whole)}</span>' in board
    assert 'href="?state=earlier">See all of them' in board
    pages = [text_of(client, f"/holds?state=earlier&page={page}") for page in range(1, len(whole) + 1)]
    assert [re.findall(r'data-row href="/customer/(\w+)"', page) for page in pages] == [[number] for number in whole]


def test_a_hold_from_before_dunwell_is_lifted_from_the_board(client_as: Visit) -> None:
    client = client_as("approver")
    assert 'action="/customer/1023/lift"' in text_of(client, "/holds")
    client.post("/customer/1023/lift", {"reason": "a new standing order", "currency": "EUR"})
    hold = Hold.objects.get(account__account_number="1023")
    assert (hold.state, hold.transitions.get().reason) == ("released", "a new standing order")
    assert Letter.objects.get(account__account_number="1023", kind="hold_release").state == "draft"
    board = text_of(client, "/holds")
    assert "/customer/1023/lift" not in board
    assert board.index("Getränke Osterkamp") > board.index('id="column-released"')
    assert "/customer/1023/lift" not in text_of(client_as("viewer"), "/holds")


def test_a_hold_in_force_says_since_when_and_by_when_it_is_cured(client_as: Visit) -> None:
    hold = in_force(client_as)
    text = text_of(client_as("viewer"), "/holds")
    column = text[text.index('id="column-in_force"') :]
    assert "In force since 20 Nov 2026" in column
    assert f"/holds/{hold.pk}" in column
    assert hold.cure_by_on is not None
    assert "To be cured by" in column


def test_a_state_is_a_list_of_its_own_and_customers_can_be_found(client_as: Visit) -> None:
    client = client_as("viewer")
    proposed = text_of(client, "/holds?state=proposed")
    assert ("Domaine des Trois Ormeaux" in proposed, "Ballinamuck" in proposed) == (True, False)
    found = text_of(client, "/holds?q=ballinamuck")
    assert ("Domaine des Trois Ormeaux" in found, "Ballinamuck" in found) == (False, True)


def test_a_hold_in_force_is_lifted_with_a_reason_and_a_letter(client_as: Visit) -> None:
    hold = in_force(client_as)
    client_as("approver").post(f"/holds/{hold.pk}/release", {"reason": "they paid in cash"})
    hold.refresh_from_db()
    assert hold.state == "released"
    assert hold.transitions.latest("id").reason == "they paid in cash"
    letter = Letter.objects.get(account=hold.account, kind="hold_release", state="draft")
    assert letter.episode_start_on == hold.in_force_on


def test_a_proposed_hold_is_withdrawn_with_its_letter(client_as: Visit) -> None:
    hold = Hold.objects.get(letter__reference=HOLD)
    client_as("approver").post(f"/holds/{hold.pk}/release", {"reason": "our mistake"})
    hold.refresh_from_db()
    assert (hold.state, Letter.objects.get(reference=HOLD).state) == ("withdrawn", "cancelled")
    assert "our mistake" in text_of(client_as("viewer"), f"/holds/{hold.pk}")


def test_nothing_is_lifted_without_a_reason(client_as: Visit) -> None:
    hold = Hold.objects.get(letter__reference=HOLD)
    client_as("approver").post(f"/holds/{hold.pk}/release", {"reason": " "})
    hold.refresh_from_db()
    assert hold.state == "proposed"


def test_what_is_over_is_not_lifted_again(client_as: Visit) -> None:
    hold = Hold.objects.filter(state="released").first()
    assert hold is not None
    moves = hold.transitions.count()
    client_as("approver").post(f"/holds/{hold.pk}/release", {"reason": "again"})
    assert (hold.transitions.count(), Hold.objects.get(pk=hold.pk).state) == (moves, "released")


def test_a_clerk_sees_the_board_and_lifts_nothing(client_as: Visit) -> None:
    hold = Hold.objects.get(letter__reference=HOLD)
    client = client_as("clerk")
    assert "Withdraw the hold" not in text_of(client, "/holds")
    assert client.post(f"/holds/{hold.pk}/release", {"reason": "x"}).status_code == 403


def test_there_is_no_page_of_a_hold_that_there_is_not(client_as: Visit) -> None:
    assert client_as("viewer").get("/holds/99999").status_code == 404

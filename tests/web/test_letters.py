"""A letter beside its reasons: what is seen, and what a person may do with it."""

from collections.abc import Callable
from datetime import date, timedelta

from django.test import Client

from dunwell.config import web
from dunwell.runs.demo import DEMO_ON
from dunwell.store.models import Hold, Letter
from dunwell.store.workspace import Workspace

HOLD = "1003-20261120-hold-EUR"


def test_a_letter_stands_beside_the_rules_that_fired_with_their_numbers(client_as: Callable[[str], Client]) -> None:
    text = client_as("viewer").get(f"/letter/{HOLD}").content.decode()
    assert "3 of 3 requests are unanswered" in text
    assert "The oldest chaseable invoice is 38 days past due, more than 30." in text
    assert "Extrait de nos conditions de règlement" in text, "its annex"
    assert "mise en" in text or "blocage" in text, "its words"


def test_its_pages_are_pictures_and_its_pdf_is_archival(client_as: Callable[[str], Client]) -> None:
    client = client_as("viewer")
    assert client.get(f"/letter/{HOLD}/page/1.png").content.startswith(b"\x89PNG")
    assert client.get(f"/letter/{HOLD}/page/99.png").status_code == 404
    pdf = client.get(f"/letter/{HOLD}/letter.pdf").content
    assert pdf.startswith(b"%PDF")
    assert b"pdfaid" in pdf


def test_its_email_can_run_nothing(client_as: Callable[[str], Client]) -> None:
    response = client_as("viewer").get(f"/letter/{HOLD}/email.html")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "<script" not in response.content.decode()


def test_an_approved_hold_letter_starts_the_hold_once_it_has_gone_out(client_as: Callable[[str], Client]) -> None:
    client = client_as("approver")
    client.post(f"/letter/{HOLD}/approve")
    client.post(f"/letter/{HOLD}/sent")
    assert Letter.objects.get(reference=HOLD).state == "sent"
    assert Hold.objects.get(letter__reference=HOLD).state == "in_force"


def test_an_approved_letter_says_how_it_goes_out_and_takes_the_day(client_as: Callable[[str], Client]) -> None:
    client = client_as("approver")
    client.post(f"/letter/{HOLD}/approve")
    text = client.get(f"/letter/{HOLD}").content.decode()
    assert "Open the e-mail file with your mail program and send it." in text
    assert 'name="on" value="2026-11-20"' in text
    for day in ("2026-11-21", "2026-11-19"):
        client.post(f"/letter/{HOLD}/sent", {"on": day})
        assert Letter.objects.get(reference=HOLD).state == "approved", (
            "neither later than today nor before its approval"
        )
    client.post(f"/letter/{HOLD}/sent", {"on": "2026-11-20"})
    assert Letter.objects.get(reference=HOLD).sent_on == DEMO_ON


def test_a_letter_that_went_out_yesterday_is_marked_with_that_day(
    client_as: Callable[[str], Client], shop: Workspace
) -> None:
    client = client_as("approver")
    client.post(f"/letter/{HOLD}/approve")
    web.set_up(shop.path, fixed_on=DEMO_ON + timedelta(days=2))
    client.post(f"/letter/{HOLD}/sent", {"on": "2026-11-21"})
    letter = Letter.objects.get(reference=HOLD)
    assert (letter.state, letter.sent_on) == ("sent", date(2026, 11, 21))
    assert Hold.objects.get(letter=letter).in_force_on == date(2026, 11, 21)


def test_nothing_is_marked_as_sent_while_bank_data_is_stale(
    client_as: Callable[[str], Client], shop: Workspace
) -> None:
    client = client_as("approver")
    client.post(f"/letter/{HOLD}/approve")
    web.set_up(shop.path, fixed_on=DEMO_ON + timedelta(days=10))
    assert "Marking as sent is off" in client.get(f"/letter/{HOLD}").content.decode()
    assert "Marking as sent is off" in client.get("/letters?state=approved").content.decode()
    for day in ("2026-11-21", "2026-11-30"):
        client.post(f"/letter/{HOLD}/sent", {"on": day})
        client.post("/letters/sent", {"on": day, "letter": HOLD})
    assert Letter.objects.get(reference=HOLD).state == "approved"


def test_a_clerk_drafts_and_does_not_approve(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    assert client.post(f"/letter/{HOLD}/approve").status_code == 403
    assert "letter/1003-20261120-hold-EUR/approve" not in client.get(f"/letter/{HOLD}").content.decode()


def test_a_draft_can_change_its_language_and_its_channel(client_as: Callable[[str], Client]) -> None:
    client_as("clerk").post(f"/letter/{HOLD}/form", {"language": "en", "channel": "post"})
    letter = Letter.objects.get(reference=HOLD)
    assert (letter.language, letter.channel, letter.state) == ("en", "post", "draft")
    assert letter.transitions.latest("id").reason == "fr, email → en, post"


def test_a_letter_is_cancelled_only_with_a_reason(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    client.post(f"/letter/{HOLD}/cancel", {"reason": ""})
    assert Letter.objects.get(reference=HOLD).state == "draft"
    client.post(f"/letter/{HOLD}/cancel", {"reason": "they called, wrong address"})
    letter = Letter.objects.get(reference=HOLD)
    assert (letter.state, letter.transitions.latest("id").by) == ("cancelled", "clerk")


def test_the_list_shows_states_and_finds_customers(client_as: Callable[[str], Client]) -> None:
    client = client_as("viewer")
    assert "Thornacre" in client.get("/letters?q=thornacre").content.decode()
    assert "There are no letters of this kind." in client.get("/letters?state=sent").content.decode()

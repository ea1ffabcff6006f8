"""Customers: whom the list shows, what one page tells, and what each deed leaves in the store."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client

from dunwell.store import audit_verify
from dunwell.store.models import (
    Account,
    Application,
    Call,
    Dispute,
    Event,
    Exclusion,
    Hold,
    Invoice,
    Letter,
    Note,
    Offer,
    Order,
    Promise,
)
from dunwell.store.workspace import Workspace

Visit = Callable[[str], Client]

WARNED = "1001"
"""A hold is proposed on this customer; EUR 2,480.00 is past due."""
HOSTILE = "1011"
TWO_CURRENCIES = "1010"
REFERRED = "1026"
CURRENT = "2001"


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_the_list_begins_with_who_owes_most_past_due(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), "/customers")
    assert text.index("Warenhaus Seeblick-Arkaden AG") < text.index("Blue Heron Cellars LLC") < text.index("Imkerei")
    assert "Page 1 of 2" in text


@pytest.mark.parametrize(
    ("show", "is_there", "is_not"),
    [
        ("overdue", "Imkerei Rosskogler", "Kellerei am Rabenstein"),
        ("on_hold", "Blue Heron Cellars LLC", "Weinhandlung Petersen"),
        ("over_limit", "Heurigenbetriebe Schottenbichl", "Blue Heron Cellars LLC"),
    ],
)
def test_the_list_can_be_narrowed(client_as: Visit, show: str, is_there: str, is_not: str) -> None:
    text = text_of(client_as("viewer"), f"/customers?show={show}")
    assert (is_there in text, is_not in text) == (True, False)


@pytest.mark.parametrize("words", ["petersen", "1001", "Töchter weinhandlung"])
def test_a_customer_is_found_by_name_and_by_number(client_as: Visit, words: str) -> None:
    text = text_of(client_as("viewer"), f"/customers?q={words}")
    assert ("Weinhandlung Petersen" in text, "Blue Heron" in text) == (True, False)


def test_a_filtered_list_is_exchanged_alone(client_as: Visit) -> None:
    part = client_as("viewer").get("/customers?q=1001", headers={"HX-Request": "true"}).content.decode()
    assert ("Weinhandlung Petersen" in part, "<html" in part) == (True, False)


def test_the_list_names_customers_before_the_first_run_and_those_never_invoiced(client_as: Visit) -> None:
    Account.objects.create(account_number="9999", name="Nobody Yet Ltd")
    assert "Nobody Yet Ltd" in text_of(client_as("viewer"), "/customers?q=9999")
    assert "Nothing was ever invoiced" in text_of(client_as("viewer"), "/customer/9999")


def test_a_page_tells_the_figures_the_decision_and_its_reasons(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), f"/customer/{WARNED}")
    for said in (
        "EUR\u00a02,480.00",
        "EUR\u00a02,502.16",
        "Propose a credit hold",
        "3 of 3 requests are unanswered",
        "of a credit limit of EUR\u00a06,000.00",
        "31–60 days",
        "R26-0342",
        "31 days past due",
        "Wiebke Petersen",
    ):
        assert said in text, said


def test_each_currency_stands_by_itself(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), f"/customer/{TWO_CURRENCIES}")
    assert text.index("Figures in EUR") < text.index("Figures in USD")
    assert "USD\u00a0890.00" in text
    assert "EUR\u00a01,645.00" in text


def test_an_open_decision_shows_the_alternatives_and_the_referral_line_by_line(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), f"/customer/{REFERRED}")
    assert "What else can be offered" in text
    assert "Expected recovery: USD\u00a010,050.00 × 80% = USD\u00a08,040.00" in text
    assert "Worth it: USD\u00a06,684.00 is expected to remain." in text


def test_a_hostile_name_stays_a_name(client_as: Visit) -> None:
    for path in (f"/customer/{HOSTILE}", "/customers?q=1011", f"/customer/{HOSTILE}/timeline"):
        text = text_of(client_as("viewer"), path)
        assert "#let x = 1 &amp; Söhne &lt;GmbH&gt;" in text
        assert "<GmbH>" not in text


def test_a_viewer_sees_no_deeds_and_may_do_none(client_as: Visit) -> None:
    client = client_as("viewer")
    assert "Record a call" not in text_of(client, f"/customer/{WARNED}")
    assert client.post(f"/customer/{WARNED}/note", {"text": "hello"}).status_code == 403
    assert Note.objects.count() == 0


def test_a_clerk_may_not_place_or_lift_a_hold(client_as: Visit) -> None:
    client = client_as("clerk")
    text = text_of(client, f"/customer/{WARNED}")
    assert ("Record a call" in text, "Lift the hold" in text) == (True, False)
    assert client.post(f"/customer/{WARNED}/lift", {"reason": "x", "currency": "EUR"}).status_code == 403


def test_a_call_is_kept_with_the_promise_that_came_of_it(client_as: Visit) -> None:
    said = {
        "outcome": "promised",
        "spoke_with": "Ms Petersen",
        "note": "pays on Friday",
        "until_on": "2026-11-27",
        "amount": "1,000.00",
        "currency": "EUR",
    }
    response = client_as("clerk").post(f"/customer/{WARNED}/call", said)
    call, promise = Call.objects.get(), Promise.objects.get()
    assert response.headers["Location"] == f"/customer/{WARNED}"
    assert (call.outcome, call.spoke_with, call.by) == ("promised", "Ms Petersen", "clerk")
    assert (promise.amount_minor, promise.until_on.isoformat(), promise.state) == (100_000, "2026-11-27", "made")


def test_after_a_promise_the_worklist_no_longer_asks_for_the_letter(client_as: Visit) -> None:
    client = client_as("clerk")
    client.post(f"/customer/{WARNED}/promise", {"until_on": "2026-11-27", "currency": "EUR"})
    assert Promise.objects.get().amount_minor == 248_000, "all that is past due"
    assert Letter.objects.get(reference="1001-20261120-hold-EUR").state == "cancelled"
    worklist = client.get("/?q=1001", headers={"HX-Request": "true"}).content.decode()
    assert "Weinhandlung Petersen" not in worklist


def test_what_cannot_be_recorded_is_shown_with_the_reason_and_what_was_typed(client_as: Visit) -> None:
    client = client_as("clerk")
    said = {"until_on": "2026-11-01", "note": "was said on the phone", "currency": "EUR"}
    response = client.post(f"/customer/{WARNED}/promise", said)
    text = response.content.decode()
    assert response.status_code == 422
    assert "The promised day 1 Nov 2026 lies before 20 Nov 2026." in text
    assert "was said on the phone" in text
    assert Promise.objects.count() == 0


@pytest.mark.parametrize("amount", ["all", "-5", "0", "EUR 5"])
def test_what_is_no_amount_is_refused(client_as: Visit, amount: str) -> None:
    said = {"until_on": "2026-11-27", "amount": amount, "currency": "EUR"}
    assert client_as("clerk").post(f"/customer/{WARNED}/promise", said).status_code == 422
    assert Promise.objects.count() == 0


def test_an_answer_stops_the_clock_and_is_told_with_its_writer(client_as: Visit) -> None:
    client = client_as("clerk")
    client.post(f"/customer/{WARNED}/reply", {"channel": "email", "note": "asks for the papers", "currency": "EUR"})
    event = Event.objects.get(account__account_number=WARNED, kind="response", on="2026-11-20")
    assert event.batch is not None
    assert (event.channel, event.note, event.batch.imported_by) == ("email", "asks for the papers", "clerk")
    assert Letter.objects.get(reference="1001-20261120-hold-EUR").state == "cancelled"
    story = text_of(client, f"/customer/{WARNED}/timeline")
    assert "asks for the papers" in story
    assert "clerk" in story
    assert "The customer responded on 20 Nov 2026" in text_of(client, f"/customer/{WARNED}")


def test_two_answers_on_one_day_are_two(client_as: Visit) -> None:
    for note in ("first", "second"):
        client_as("clerk").post(f"/customer/{WARNED}/reply", {"channel": "letter", "note": note, "currency": "EUR"})
    found = Event.objects.filter(account__account_number=WARNED, on="2026-11-20", kind="response").order_by("id")
    assert [(one.occurrence, one.note) for one in found] == [(1, "first"), (2, "second")]


def test_what_is_done_on_the_page_is_in_a_trail_that_fits(client_as: Visit) -> None:
    client = client_as("clerk")
    client.post(f"/customer/{WARNED}/reply", {"channel": "visit", "note": "came by", "currency": "EUR"})
    client.post(f"/customer/{WARNED}/note", {"text": "shuts in August"})
    client.post(f"/customer/{WARNED}/call", {"outcome": "no_answer", "currency": "EUR"})
    assert audit_verify.verify().findings == []


def test_a_part_of_an_invoice_is_disputed(client_as: Visit) -> None:
    said = {"invoice": "R26-0342", "amount": "200.00", "note": "six bottles were broken", "currency": "EUR"}
    client = client_as("clerk")
    client.post(f"/customer/{WARNED}/dispute", said)
    dispute = Dispute.objects.get()
    assert (str(dispute.invoice), dispute.amount_minor, dispute.state) == ("R26-0342", 20_000, "opened")
    assert "EUR\u00a0200.00" in text_of(client, f"/customer/{WARNED}")


def test_an_invoice_is_left_alone_until_further_notice(client_as: Visit) -> None:
    client_as("clerk").post(f"/customer/{WARNED}/exclude", {"reason": "court case", "invoice": "R26-0342"})
    exclusion = Exclusion.objects.get()
    assert (str(exclusion.invoice), exclusion.until_on, exclusion.note) == ("R26-0342", None, "court case")


def test_a_note_is_kept(client_as: Visit) -> None:
    client_as("clerk").post(f"/customer/{WARNED}/note", {"text": "Closed on Mondays"})
    assert Note.objects.get().text == "Closed on Mondays"


def test_a_hold_is_placed_ahead_of_the_rule_with_its_letter(client_as: Visit) -> None:
    client_as("approver").post("/customer/1013/hold", {"reason": "they sold the shop", "currency": "EUR"})
    hold = Hold.objects.get(account__account_number="1013")
    assert hold.letter is not None
    assert (hold.state, hold.letter.state) == ("proposed", "draft")
    assert hold.transitions.get().reason == "they sold the shop"


def test_a_hold_that_is_not_in_force_is_withdrawn(client_as: Visit) -> None:
    client_as("approver").post(f"/customer/{WARNED}/lift", {"reason": "agreed by phone", "currency": "EUR"})
    hold = Hold.objects.get(account__account_number=WARNED)
    assert hold.letter is not None
    assert (hold.state, hold.letter.state) == ("withdrawn", "cancelled")


def test_a_credit_check_says_why_and_drafts_the_refusal(client_as: Visit) -> None:
    client = client_as("clerk")
    text = text_of(client, f"/customer/{WARNED}/check?amount=9000&currency=EUR")
    assert "Refused on credit" in text
    assert "With this order EUR\u00a011,480.00 would be owed or ordered; the limit is EUR\u00a06,000.00." in text
    assert "A part payment of EUR\u00a05,480.00, the rest on credit" in text
    client.post(f"/customer/{WARNED}/refusal", {"amount": "9000", "currency": "EUR"})
    assert Letter.objects.get(kind="credit_refusal").state == "draft"


def test_a_good_customer_may_buy(client_as: Visit) -> None:
    assert "Approved" in text_of(client_as("viewer"), f"/customer/{CURRENT}/check?amount=100&currency=EUR")


def test_a_check_without_an_amount_asks_for_it(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), f"/customer/{WARNED}/check")
    assert ("For how much?" in text, "This field is required." in text) == (True, False)
    assert client_as("viewer").get(f"/customer/{WARNED}/check?amount=").status_code == 422


def test_an_order_is_registered_and_checked(client_as: Visit) -> None:
    client = client_as("clerk")
    client.post(f"/customer/{CURRENT}/order", {"order_number": "A1", "amount": "100", "currency": "EUR"})
    client.post(f"/customer/{WARNED}/order", {"order_number": "A2", "amount": "9000", "currency": "EUR"})
    states = dict(Order.objects.values_list("order_number", "state"))
    assert states == {"A1": "approved", "A2": "held"}


def test_a_credit_application_waits(client_as: Visit) -> None:
    client_as("clerk").post(f"/customer/{CURRENT}/application", {"amount": "25000", "currency": "EUR"})
    application = Application.objects.get()
    assert (application.state, application.requested_minor) == ("received", 2_500_000)


def test_an_offer_that_the_policy_does_not_make_is_refused(client_as: Visit) -> None:
    response = client_as("clerk").post(f"/customer/{REFERRED}/offer", {"kind": "discount", "currency": "USD"})
    assert response.status_code == 422
    assert "The policy offers no discount for settling soon." in response.content.decode()
    assert Offer.objects.count() == 0


def test_the_story_is_told_newest_first(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), f"/customer/{WARNED}/timeline")
    assert text.index("Hold proposed") < text.index("Request (third request, imported)") < text.index("R26-0055")
    assert 'href="/letter/1001-20261120-hold-EUR"' in text


def put_document(shop: Workspace, name: str, content: bytes = b"%PDF-1.7 a delivery note") -> Path:
    path = shop.documents / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_document_that_an_invoice_names_is_handed_out_and_never_run(client_as: Visit, shop: Workspace) -> None:
    put_document(shop, "2026/R26-0342.pdf")
    Invoice.objects.filter(invoice_number="R26-0342").update(document="2026/R26-0342.pdf")
    client = client_as("viewer")
    assert "2026/R26-0342.pdf" in text_of(client, f"/customer/{WARNED}")
    response = client.get(f"/customer/{WARNED}/document/2026/R26-0342.pdf")
    assert response.content == b"%PDF-1.7 a delivery note"
    assert response.headers["Content-Disposition"] == 'attachment; filename="R26-0342.pdf"'
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_page_that_a_customer_sent_is_not_shown_as_one(client_as: Visit, shop: Workspace) -> None:
    put_document(shop, "order.html", b"<script>alert(1)</script>")
    Account.objects.filter(account_number=WARNED).update(contract_document="order.html")
    response = client_as("viewer").get(f"/customer/{WARNED}/document/order.html")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["other.pdf", "../dunwell.toml", "../../etc/passwd", "..%2Fsecret_key", "a\x00b"])
def test_no_other_file_is_handed_out(client_as: Visit, shop: Workspace, name: str) -> None:
    put_document(shop, "other.pdf")
    assert client_as("administrator").get(f"/customer/{WARNED}/document/{name}").status_code == 404


@pytest.mark.parametrize("name", ["../dunwell.toml", "/etc/passwd"])
def test_not_even_a_file_outside_that_an_import_names(client_as: Visit, name: str) -> None:
    Invoice.objects.filter(invoice_number="R26-0342").update(document=name)
    client = client_as("administrator")
    assert client.get(f"/customer/{WARNED}/document/{name}").status_code == 404
    assert "not in the folder" in text_of(client, f"/customer/{WARNED}")


def test_a_document_of_another_customer_is_not_handed_out(client_as: Visit, shop: Workspace) -> None:
    put_document(shop, "theirs.pdf")
    Account.objects.filter(account_number=REFERRED).update(contract_document="theirs.pdf")
    assert client_as("viewer").get(f"/customer/{WARNED}/document/theirs.pdf").status_code == 404


def test_a_link_that_leads_out_of_the_folder_is_not_followed(client_as: Visit, shop: Workspace) -> None:
    (shop.documents / "link.pdf").symlink_to(shop.path / "dunwell.toml")
    Account.objects.filter(account_number=WARNED).update(contract_document="link.pdf")
    assert client_as("viewer").get(f"/customer/{WARNED}/document/link.pdf").status_code == 404


def test_a_statement_of_account_is_a_pdf(client_as: Visit) -> None:
    response = client_as("viewer").get(f"/customer/{WARNED}/statement/EUR")
    assert response.content.startswith(b"%PDF")
    assert response.headers["Content-Disposition"] == 'attachment; filename="1001-EUR-2026-11-20.pdf"'


def test_a_statement_of_account_is_drafted_as_a_letter(client_as: Visit) -> None:
    client_as("clerk").post("/customer/1001/statement_letter", {"currency": "EUR"})
    letter = Letter.objects.get(account__account_number="1001", kind="statement")
    assert (letter.state, letter.is_request, letter.drafted_by) == ("draft", False, "clerk")
    client = client_as("approver")
    assert "Kontoübersicht" in client.get(f"/letter/{letter.reference}").content.decode()
    client.post(f"/letter/{letter.reference}/approve")
    client.post(f"/letter/{letter.reference}/sent")
    letter.refresh_from_db()
    assert letter.state == "sent"


def test_what_is_held_on_a_person_is_handed_out_by_an_administrator_and_noted(client_as: Visit) -> None:
    assert client_as("approver").post(f"/customer/{WARNED}/export").status_code == 403
    response = client_as("administrator").post(f"/customer/{WARNED}/export")
    archive = zipfile.ZipFile(BytesIO(response.content))
    assert "Weinhandlung Petersen" in archive.read("data.json").decode()
    assert audit_verify.verify().findings == []


def test_there_is_no_page_of_a_customer_that_there_is_not(client_as: Visit) -> None:
    for path in ("/customer/none", "/customer/none/timeline", "/customer/none/check?amount=1"):
        assert client_as("viewer").get(path).status_code == 404

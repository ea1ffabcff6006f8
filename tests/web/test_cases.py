"""Promises, disputes, plans, offers, orders, referrals, applications: their lists, their stories, their moves."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from dunwell.store.models import (
    Account,
    Application,
    Dispute,
    Exclusion,
    Letter,
    Offer,
    Order,
    Plan,
    Promise,
    Referral,
)
from dunwell.store.workspace import Workspace
from tests.web.conftest import sign_in

Visit = Callable[[str], Client]

WARNED = "1001"
CURRENT = "2001"
REFERRED = "1026"
LISTS = ("promises", "disputes", "exclusions", "plans", "offers", "orders", "applications", "referrals")


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def disputed(client_as: Visit) -> Dispute:
    said = {"invoice": "R26-0342", "note": "six bottles were broken", "currency": "EUR"}
    client_as("clerk").post(f"/customer/{WARNED}/dispute", said)
    return Dispute.objects.get()


def planned(client_as: Visit, **terms: str) -> Plan:
    client_as("clerk").post(f"/plans/new/{WARNED}/offer", {"currency": "EUR", "instalments": "3", **terms})
    return Plan.objects.get()


def ordered(client_as: Visit, number: str = "A2", amount: str = "9000") -> Order:
    said = {"order_number": number, "amount": amount, "currency": "EUR"}
    client_as("clerk").post(f"/customer/{WARNED}/order", said)
    return Order.objects.get(order_number=number)


def referred(client_as: Visit) -> Referral:
    client_as("approver").post(f"/referrals/new/{REFERRED}", {"currency": "USD", "option": "attorney"})
    return Referral.objects.get()


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_where_a_case_begins(client_as: Visit, name: str) -> None:
    response = client_as("viewer").get(f"/{name}")
    assert response.status_code == 200
    assert "Nothing is open." in response.content.decode()


def test_a_list_shows_what_is_open_and_finds_customers(client_as: Visit) -> None:
    disputed(client_as)
    client = client_as("viewer")
    text = text_of(client, "/disputes")
    assert "Weinhandlung Petersen" in text
    assert "R26-0342" in text
    assert "six bottles were broken" in text
    assert "Weinhandlung Petersen" not in text_of(client, "/disputes?q=nobody")
    assert "Weinhandlung Petersen" not in text_of(client, "/disputes?state=rejected")


def test_a_case_tells_its_moves_with_who_and_why(client_as: Visit) -> None:
    dispute = disputed(client_as)
    client_as("clerk").post(f"/disputes/{dispute.pk}/answer", {"note": "photos asked for", "evidence": "mail 1"})
    text = text_of(client_as("viewer"), f"/disputes/{dispute.pk}")
    assert text.index("Opened") < text.index("photos asked for")
    assert "mail 1" in text
    assert "clerk" in text


def test_a_dispute_is_answered_then_upheld_in_part(client_as: Visit) -> None:
    dispute = disputed(client_as)
    client = client_as("clerk")
    client.post(f"/disputes/{dispute.pk}/answer", {"note": "we look into it"})
    client.post(f"/disputes/{dispute.pk}/uphold", {"amount": "200.00", "note": "six were broken"})
    dispute.refresh_from_db()
    assert (dispute.state, dispute.amount_minor) == ("upheld", 20_000)


@pytest.mark.parametrize(("move", "state"), [("reject", "rejected"), ("withdraw", "withdrawn")])
def test_a_dispute_ends(client_as: Visit, move: str, state: str) -> None:
    dispute = disputed(client_as)
    client_as("clerk").post(f"/disputes/{dispute.pk}/{move}", {"note": "signed delivery note"})
    dispute.refresh_from_db()
    assert dispute.state == state


def test_a_move_needs_its_reason_and_one_that_is_over_is_refused(client_as: Visit) -> None:
    dispute = disputed(client_as)
    client = client_as("clerk")
    assert client.post(f"/disputes/{dispute.pk}/reject", {"note": ""}).status_code == 422
    client.post(f"/disputes/{dispute.pk}/reject", {"note": "signed"})
    again = client.post(f"/disputes/{dispute.pk}/reject", {"note": "again"})
    assert again.status_code == 422
    dispute.refresh_from_db()
    assert dispute.state == "rejected"


def test_a_promise_is_taken_back(client_as: Visit) -> None:
    client = client_as("clerk")
    client.post(f"/customer/{WARNED}/promise", {"until_on": "2026-11-27", "currency": "EUR"})
    promise = Promise.objects.get()
    assert "27 Nov 2026" in text_of(client, "/promises")
    client.post(f"/promises/{promise.pk}/withdraw", {"note": "cannot pay"})
    promise.refresh_from_db()
    assert promise.state == "withdrawn"


def test_an_exclusion_ends(client_as: Visit) -> None:
    client = client_as("clerk")
    client.post(f"/customer/{WARNED}/exclude", {"reason": "court case", "currency": "EUR"})
    exclusion = Exclusion.objects.get()
    client.post(f"/exclusions/{exclusion.pk}/end", {"note": "settled"})
    exclusion.refresh_from_db()
    assert exclusion.state == "ended"


def test_the_builder_shows_the_schedule_to_the_cent(client_as: Visit) -> None:
    client = client_as("viewer")
    text = text_of(client, f"/plans/new/{WARNED}?instalments=3&first_on=2026-12-14")
    assert "EUR\u00a02,502.16" in text
    assert [text.count(f"EUR\u00a0{part}") > 0 for part in ("834.06", "834.05")] == [True, True]
    assert "14 Dec 2026" in text
    assert "14 Jan 2027" in text


def test_the_live_schedule_comes_alone(client_as: Visit) -> None:
    path = f"/plans/new/{WARNED}?instalments=2&interest=6"
    part = client_as("viewer").get(path, headers={"HX-Request": "true"}).content.decode()
    assert ("interest of the plan" in part, "<html" in part) == (True, False)


def test_a_schedule_that_cannot_be_says_why(client_as: Visit) -> None:
    text = text_of(client_as("viewer"), f"/plans/new/{WARNED}?first_on=2026-11-21")
    assert "the first instalment must be later" in text
    assert "as soon as the fields can be read" in text_of(client_as("viewer"), f"/plans/new/{WARNED}?instalments=x")


def test_what_the_builder_shows_is_what_is_offered(client_as: Visit) -> None:
    plan = planned(client_as, first_on="2026-12-14")
    amounts = list(plan.instalments.order_by("number").values_list("amount_minor", flat=True))
    assert (amounts, plan.state) == ([83_406, 83_405, 83_405], "offered")
    assert Letter.objects.get(kind="plan_offer").state == "draft"
    assert "EUR\u00a0834.06" in text_of(client_as("viewer"), f"/plans/{plan.pk}")


def test_other_interest_than_the_policys_needs_a_reason(client_as: Visit) -> None:
    said = {"currency": "EUR", "instalments": "3", "interest": "6"}
    refused = client_as("clerk").post(f"/plans/new/{WARNED}/offer", said)
    assert (refused.status_code, Plan.objects.count()) == (422, 0)
    plan = planned(client_as, interest="6", reason="long term")
    assert plan.interest_hundredths == 600
    assert plan.total_minor > 250_216


def test_the_schedule_follows_what_is_typed_and_is_offered_as_shown(page: Page) -> None:
    sign_in(page, "clerk")
    page.goto(f"/plans/new/{WARNED}")
    expect(page.get_by_text("EUR\u00a0417.06").first).to_be_visible()
    page.get_by_label("Instalments").fill("2")
    expect(page.get_by_role("cell", name="EUR\u00a01,251.08").first).to_be_visible()
    page.get_by_role("button", name="Offer this plan").click()
    expect(page.get_by_role("heading", name="Payment plan 1")).to_be_visible()
    assert list(Plan.objects.get().instalments.values_list("amount_minor", flat=True)) == [125_108, 125_108]


def test_an_accepted_plan_is_active_and_shows_what_was_paid(client_as: Visit) -> None:
    plan = planned(client_as)
    client_as("approver").post(f"/plans/{plan.pk}/accept", {"accepted_by": "Ms Petersen", "how": "email"})
    plan.refresh_from_db()
    assert (plan.state, plan.agreed_by, plan.agreed_how) == ("active", "Ms Petersen", "email")
    text = text_of(client_as("viewer"), f"/plans/{plan.pk}")
    assert "EUR\u00a00.00 of EUR\u00a02,502.16 has come in" in text
    assert "by Ms Petersen, by e-mail" in text
    assert Letter.objects.get(reference="1001-20261120-hold-EUR").state == "cancelled"


def test_a_clerk_may_not_accept_a_plan(client_as: Visit) -> None:
    plan = planned(client_as)
    client = client_as("clerk")
    assert client.post(f"/plans/{plan.pk}/accept", {"accepted_by": "x", "how": "email"}).status_code == 403
    assert "The customer accepted" not in text_of(client, f"/plans/{plan.pk}")


@pytest.mark.parametrize(("move", "state"), [("decline", "declined"), ("cancel", "cancelled")])
def test_a_plan_ends(client_as: Visit, move: str, state: str) -> None:
    plan = planned(client_as)
    client_as("approver").post(f"/plans/{plan.pk}/{move}", {"note": "too long"})
    plan.refresh_from_db()
    assert plan.state == state
    assert Letter.objects.get(kind="plan_offer").state == "cancelled"


def test_an_offer_is_made_and_accepted_as_a_promise(client_as: Visit, shop: Workspace) -> None:
    with shop.policy_path.open("a", encoding="utf-8") as policy:
        policy.write("\n[policy.standard.longer_line]\noffered = true\n")
    client = client_as("clerk")
    client.post(f"/customer/{WARNED}/offer", {"kind": "longer_line", "currency": "EUR"})
    offer = Offer.objects.get()
    assert Letter.objects.get(kind="alternatives").state == "draft"
    client.post(f"/offers/{offer.pk}/accept", {"note": "by phone"})
    offer.refresh_from_db()
    assert (offer.state, Promise.objects.get().until_on) == ("accepted", offer.pay_by_on)
    assert "Longer credit line" in text_of(client, f"/offers/{offer.pk}")


def test_an_order_that_waits_shows_why_and_is_released_by_a_person(client_as: Visit) -> None:
    order = ordered(client_as)
    assert "would be owed or ordered" in text_of(client_as("viewer"), f"/orders/{order.pk}")
    assert client_as("clerk").post(f"/orders/{order.pk}/release", {"note": "x"}).status_code == 403
    client_as("approver").post(f"/orders/{order.pk}/release", {"note": "paid in advance"})
    order.refresh_from_db()
    assert order.state == "released"


def test_a_refused_order_is_told_to_the_customer(client_as: Visit) -> None:
    order = ordered(client_as)
    client_as("approver").post(f"/orders/{order.pk}/refuse", {"note": "far over the limit"})
    order.refresh_from_db()
    assert (order.state, Letter.objects.get(kind="credit_refusal").state) == ("refused", "draft")


def test_orders_are_listed_in_the_order_in_which_they_came(client_as: Visit) -> None:
    for number in ("A1", "A2", "A3"):
        ordered(client_as, number)
    text = text_of(client_as("viewer"), "/orders")
    assert text.index(">A1<") < text.index(">A2<") < text.index(">A3<")


def test_a_referral_is_weighed_line_by_line_then_proposed(client_as: Visit) -> None:
    text = text_of(client_as("approver"), f"/referrals/new/{REFERRED}?currency=USD")
    assert "What remains: USD\u00a08,040.00 − USD\u00a01,206.00 − USD\u00a0150.00 = USD\u00a06,684.00" in text
    made = referred(client_as)
    assert (made.state, made.option, made.amount_minor) == ("proposed", "attorney", 1_005_000)


def test_a_referral_that_is_not_worth_it_needs_a_reason(client_as: Visit) -> None:
    said = {"currency": "EUR", "option": "attorney"}
    refused = client_as("approver").post("/referrals/new/1021", said)
    assert (refused.status_code, Referral.objects.count()) == (422, 0)
    assert "The test speaks against it" in refused.content.decode()


def test_a_referral_is_approved_handed_over_and_ends(client_as: Visit) -> None:
    made = referred(client_as)
    client = client_as("administrator")
    client.post(f"/referrals/{made.pk}/approve", {})
    client.post(f"/referrals/{made.pk}/hand-over", {"note": "by courier"})
    client.post(f"/referrals/{made.pk}/recover", {"amount": "5000"})
    made.refresh_from_db()
    assert (made.state, made.recovered_minor) == ("recovered", 500_000)


def test_the_case_file_is_one_zip(client_as: Visit) -> None:
    response = client_as("approver").get(f"/referrals/file/{REFERRED}/USD")
    names = zipfile.ZipFile(BytesIO(response.content)).namelist()
    assert {"index.html", "statement.pdf", "demand.csv", "timeline.txt", "policy.txt"} <= set(names)
    assert client_as("clerk").get(f"/referrals/file/{REFERRED}/USD").status_code == 403


def test_a_credit_application_becomes_the_limit(client_as: Visit) -> None:
    client_as("clerk").post(f"/customer/{CURRENT}/application", {"amount": "25000", "currency": "EUR"})
    application = Application.objects.get()
    client_as("approver").post(f"/applications/{application.pk}/grant", {"amount": "22000", "note": "good books"})
    assert Account.objects.get(account_number=CURRENT).credit_limit_minor == 2_200_000
    assert "EUR\u00a022,000.00" in text_of(client_as("viewer"), f"/applications/{application.pk}")


def test_a_hostile_note_stays_a_note(client_as: Visit) -> None:
    said = {"invoice": "R26-0342", "note": "<script>alert(1)</script>", "currency": "EUR"}
    client_as("clerk").post(f"/customer/{WARNED}/dispute", said)
    dispute = Dispute.objects.get()
    for path in ("/disputes", f"/disputes/{dispute.pk}", f"/customer/{WARNED}", f"/customer/{WARNED}/timeline"):
        assert "<script>alert" not in text_of(client_as("viewer"), path)


@pytest.mark.parametrize("name", LISTS)
def test_there_is_no_page_of_a_case_that_there_is_not(client_as: Visit, name: str) -> None:
    assert client_as("viewer").get(f"/{name}/99999").status_code == 404

"""Forms that are sent twice, pages that are gone back to, two windows on one letter, and no or slow scripts."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from dunwell.store.models import Application, Call, Event, Letter, Note, Order, Plan, Promise
from tests.web.conftest import PATIENCE_MILLISECONDS, sign_in

Visit = Callable[[str], Client]
LETTER = "/letter/1003-20261120-hold-EUR"
CALLED = {"currency": "EUR", "outcome": "no_answer", "spoke_with": "", "note": "rang twice"}
TWICE: dict[str, tuple[dict[str, str], Any]] = {
    "/customer/1001/call": (CALLED, Call),
    "/customer/1001/reply": ({"currency": "EUR", "channel": "email", "note": "we will see"}, Event),
    "/customer/1001/note": ({"text": "a note"}, Note),
    "/customer/1001/promise": ({"currency": "EUR", "amount": "10", "until_on": "2026-11-27"}, Promise),
    "/customer/1001/order": ({"currency": "EUR", "amount": "10", "order_number": "A7"}, Order),
    "/customer/2001/application": ({"currency": "EUR", "amount": "25000"}, Application),
    "/plans/new/1004/offer": ({"currency": "EUR", "instalments": "3"}, Plan),
}


def mark(client: Client, number: str) -> str:
    found = re.search(r'name="once" value="([\w-]+)"', client.get(f"/customer/{number}").content.decode())
    assert found is not None
    return found[1]


def test_a_form_that_is_sent_twice_does_its_deed_once(client_as: Visit) -> None:
    client = client_as("clerk")
    for path, (said, kind) in TWICE.items():
        before, once = kind.objects.count(), mark(client, "1001")
        for _ in range(2):
            assert client.post(path, {**said, "once": once}).status_code == 302, path
        assert kind.objects.count() == before + 1, path
    assert "You sent this twice; it was done once." in client.get("/").content.decode()


def test_what_came_to_nothing_can_be_sent_again(client_as: Visit) -> None:
    client = client_as("clerk")
    once = mark(client, "1001")
    assert client.post("/customer/1001/note", {"text": "", "once": once}).status_code == 422
    assert client.post("/customer/1001/note", {"text": "now", "once": once}).status_code == 302
    assert Note.objects.filter(text="now").count() == 1


def test_two_clicks_at_the_same_moment_do_it_once(client_as: Visit) -> None:
    clients = [client_as("clerk") for _ in range(2)]
    once = mark(clients[0], "1001")

    def click(client: Client) -> int:
        try:
            return client.post("/customer/1001/note", {"text": "at once", "once": once}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(click, clients)) == [302, 302]
    assert Note.objects.filter(text="at once").count() == 1


def test_two_windows_on_one_letter(client_as: Visit) -> None:
    first, second = client_as("approver"), client_as("clerk")
    assert first.post(f"{LETTER}/approve").status_code == 302
    second.post(f"{LETTER}/form", {"language": "fr", "channel": "post"})
    first.post(f"{LETTER}/approve")
    said = first.get(LETTER).content.decode()
    assert Letter.objects.get(reference=LETTER.rpartition("/")[2]).state == "approved"
    assert 'role="alert"' in said
    second.post(f"{LETTER}/cancel", {"reason": "paid"})
    again = first.post(f"{LETTER}/sent", follow=True).content.decode()
    assert Letter.objects.get(reference=LETTER.rpartition("/")[2]).state == "cancelled"
    assert 'role="alert"' in again


@pytest.fixture
def plain(browser: Browser, served: str) -> Iterator[Page]:
    """A window in which no script runs."""
    context = browser.new_context(base_url=served, java_script_enabled=False, locale="en-GB")
    window = context.new_page()
    window.set_default_timeout(PATIENCE_MILLISECONDS)
    sign_in(window)
    yield window
    context.close()


def test_a_days_work_without_a_script(plain: Page) -> None:
    plain.get_by_label("Find a customer").fill("petersen")
    plain.keyboard.press("Enter")
    expect(plain.locator("#worklist tbody tr")).to_have_count(1)
    expect(plain.get_by_role("navigation", name="Menu")).to_be_visible()
    plain.goto("/customer/1001")
    plain.get_by_text("Write a note").click()
    plain.locator("#note_text").fill("without a script")
    plain.get_by_role("button", name="Keep the note").click()
    expect(plain.locator(".said")).to_contain_text("The note is kept.")
    plain.get_by_role("link", name="Read the whole story").click()
    expect(plain.locator("main")).to_contain_text("without a script")
    plain.goto("/plans/new/1004?currency=EUR")
    plain.get_by_label("Instalments").fill("4")
    plain.keyboard.press("Enter")
    expect(plain.locator("#schedule tbody tr")).to_have_count(4)
    plain.get_by_role("button", name=re.compile("Offer")).click()
    expect(plain.locator(".said").last).to_contain_text("The plan is offered")
    plain.goto("/settings")
    plain.get_by_role("button", name="Look now").click()
    expect(plain.get_by_role("navigation", name="Menu")).to_be_visible()
    expect(plain.locator("main")).to_contain_text("Audit trail")
    plain.goto(LETTER)
    plain.get_by_role("button", name="Approve").click()
    expect(plain.locator(".said").last).to_contain_text("is approved.")


def test_the_editors_without_a_script(plain: Page) -> None:
    plain.goto("/policy/edit")
    source = plain.locator("#text").input_value()
    plain.locator("#text").fill(source + "\nno = policy\n")
    plain.get_by_role("button", name="Keep this policy").click()
    expect(plain.get_by_role("navigation", name="Menu")).to_be_visible()
    expect(plain.locator(".said").last).to_be_visible()
    plain.goto("/text/en/reminder")
    plain.get_by_role("button", name="Keep").click()
    expect(plain.get_by_role("navigation", name="Menu")).to_be_visible()
    plain.goto("/law")
    plain.get_by_label("Amount").fill("1000")
    plain.get_by_label("Due").fill("2026-01-10")
    plain.keyboard.press("Enter")
    expect(plain.locator("#cost")).to_contain_text("Legal basis")
    plain.goto("/audit")
    expect(plain.get_by_role("button", name=re.compile("Show|Search|Find"))).to_be_visible()


def test_while_scripts_have_not_come_every_page_works(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/*.js*", hold)
    page.goto("/sign-in", wait_until="commit")
    page.get_by_label("Name").fill("administrator")
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/", wait_until="commit")
    page.get_by_label("Find a customer").fill("petersen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=petersen*", wait_until="commit")
    expect(page.locator("#worklist tbody tr")).to_have_count(1)
    expect(page.get_by_role("navigation", name="Menu")).to_be_visible()
    page.goto(LETTER, wait_until="commit")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".said").last).to_contain_text("is approved.")
    assert held
    for route in held:
        route.abort()


def test_going_back_shows_whole_pages_and_does_nothing_again(page: Page) -> None:
    sign_in(page)
    page.goto("/customers")
    page.get_by_label("Find a customer").press_sequentially("petersen", delay=20)
    expect(page.locator("#customers tbody tr")).to_have_count(1)
    page.wait_for_url("**/customers?q=petersen*")
    page.goto("/customer/1001")
    page.go_back()
    expect(page.get_by_role("navigation", name="Menu")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("navigation", name="Menu")).to_be_visible()
    page.goto("/customer/1001")
    kept = page.evaluate("Object.values({...localStorage, ...sessionStorage}).join()")
    assert "Weinhandlung" not in kept, "no page is kept on the device"
    page.get_by_text("Write a note").click()
    page.locator("#note_text").fill("only once")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("[data-said]")).to_contain_text("The note is kept.")
    page.go_back()
    page.reload()
    assert Note.objects.filter(text="only once").count() == 1

"""A day's work with the keys alone: what has the focus can be seen, is never lost, and nobody is kept anywhere."""

import pytest
from playwright.sync_api import Page, expect

from dunwell.store.models import Hold, Letter, Promise
from tests.web.conftest import PASSWORD, sign_in
from tests.web.keyboard import FOCUS, to


@pytest.fixture
def keys(page: Page) -> Page:
    """A page of somebody who signed in with the keys alone; any use of the mouse is a mistake of the test."""
    page.goto("/sign-in")
    to(page, "Name")
    page.keyboard.type("administrator")
    to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    return page


def test_a_letter_is_opened_and_approved(keys: Page) -> None:
    keys.keyboard.press("Tab")
    expect(keys.get_by_role("link", name="To the content")).to_be_focused()
    keys.keyboard.press("Enter")
    expect(keys.locator("main")).to_be_focused()
    keys.keyboard.press("g")
    keys.keyboard.press("l")
    keys.wait_for_url("**/letters")
    keys.keyboard.press("j")
    keys.keyboard.press("Enter")
    keys.wait_for_url("**/letter/*")
    to(keys, "Approve", "button")
    keys.keyboard.press("Enter")
    said = keys.locator("[data-said]")
    expect(said).to_contain_text("is approved.")
    expect(said).to_be_focused()
    assert Letter.objects.filter(state="approved").count() == 1


def test_letters_are_chosen_with_space_and_approved_together(keys: Page) -> None:
    to(keys, "Choose all drafts on this page", "input")
    keys.keyboard.press("Space")
    to(keys, "Approve the chosen letters", "button")
    keys.keyboard.press("Enter")
    expect(keys.get_by_role("heading", name="Approve letters")).to_be_visible()
    to(keys, "Approve", "button")
    keys.keyboard.press("Enter")
    expect(keys.get_by_role("heading", name="Letters approved")).to_be_visible()


def test_a_customer_is_searched_and_a_promise_recorded(keys: Page) -> None:
    keys.keyboard.press("g")
    keys.keyboard.press("c")
    keys.wait_for_url("**/customers")
    keys.keyboard.press("/")
    keys.keyboard.type("petersen")
    expect(keys.locator("#customers tbody tr")).to_have_count(1)
    assert keys.evaluate(FOCUS)["tag"] == "input", "typing goes on while the list changes"
    to(keys, "Weinhandlung Petersen", "a")
    keys.keyboard.press("Enter")
    keys.wait_for_url("**/customer/1001")
    to(keys, "Record a promise to pay", "summary")
    keys.keyboard.press("Enter")
    to(keys, "Record the promise", "button")
    keys.keyboard.press("Enter")
    assert keys.evaluate(FOCUS)["name"].startswith("Will pay by"), "what is missing has the focus"
    keys.keyboard.type("12122026")  # the same day whichever way the browser asks for it
    to(keys, "Record the promise", "button")
    keys.keyboard.press("Enter")
    expect(keys.locator("[data-said]")).to_be_focused()
    assert Promise.objects.count() == 1


def test_a_hold_is_placed(keys: Page) -> None:
    before = Hold.objects.count()
    keys.goto("/customer/1013")
    to(keys, "Place a hold", "summary")
    keys.keyboard.press("Space")
    to(keys, "Why")
    keys.keyboard.type("told us they will not pay")
    keys.keyboard.press("Enter")
    expect(keys.locator("[data-said]")).to_be_focused()
    assert Hold.objects.count() == before + 1


def test_a_mistake_in_a_form_has_the_focus_when_the_page_is_back(keys: Page) -> None:
    keys.goto("/customer/1001")
    to(keys, "Register an order", "summary")
    keys.keyboard.press("Enter")
    to(keys, "Order number")
    keys.keyboard.type("A7")
    to(keys, "Amount")
    keys.keyboard.type("plenty")
    keys.keyboard.press("Enter")
    expect(keys.locator("details[open]").get_by_text("is no amount")).to_be_visible()
    assert keys.evaluate("document.activeElement.closest('details[open]') !== null")


def test_what_was_in_focus_when_a_part_was_exchanged_is_followed_by_what_came(keys: Page) -> None:
    keys.goto("/settings")
    to(keys, "Look now", "a")
    keys.keyboard.press("Space")
    expect(keys.locator("#health")).to_contain_text("Audit trail")
    keys.wait_for_function("document.activeElement !== document.body")
    assert keys.evaluate("document.activeElement.closest('#health') !== null")


def test_the_dialog_of_keys_keeps_the_focus_and_gives_it_back(keys: Page) -> None:
    to(keys, "Keyboard shortcuts", "button")
    keys.keyboard.press("Enter")
    dialog = keys.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(6):
        keys.keyboard.press("Tab")
        assert keys.evaluate("!document.activeElement.closest('.menu, main')")
    keys.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert keys.evaluate(FOCUS)["name"] == "Keyboard shortcuts"


def test_single_keys_can_be_switched_off(keys: Page) -> None:
    to(keys, "Keyboard shortcuts", "button")
    keys.keyboard.press("Enter")
    to(keys, "Single keys do something", "input")
    keys.keyboard.press("Space")
    keys.keyboard.press("Escape")
    keys.keyboard.press("?")
    expect(keys.get_by_role("dialog")).to_be_hidden()
    keys.reload()
    keys.keyboard.press("g")
    keys.keyboard.press("l")
    keys.keyboard.press("j")
    assert (keys.url.endswith("/"), keys.evaluate(FOCUS)) == (True, None)


@pytest.mark.parametrize("path", ["/", "/customer/1003", "/letter/1003-20261120-hold-EUR", "/policy/edit", "/settings"])
def test_nobody_is_kept_anywhere(page: Page, path: str) -> None:
    sign_in(page)
    page.goto(path)
    places = page.evaluate(
        "Array.from(document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary'))"
        ".filter(one => one.checkVisibility() && !one.disabled && one.tabIndex >= 0).length"
    )
    names = []
    for _ in range(places + 40):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at is None:
            break
        names.append((at["tag"], at["name"][:40]))
        assert (at["isSeen"], at["isInView"]) == (True, True), at
    else:
        raise AssertionError(names[-10:])
    assert len(names) >= places

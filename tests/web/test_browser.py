"""A person's day in a real browser, with pictures kept for looking at (``artefacts/screens``)."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dunwell.store.models import Hold, Letter
from tests.web.conftest import sign_in

PICTURES = Path(os.environ.get("DUNWELL_ARTEFACTS") or "artefacts") / "screens"
HOLD = "1003-20261120-hold-EUR"
PAGES = {
    "today": "/",
    "letters": "/letters",
    "letter": f"/letter/{HOLD}",
    "customers": "/customers",
    "customer": "/customer/1003",
    "holds": "/holds",
    "promises": "/promises",
    "plans": "/plans",
    "disputes": "/disputes",
    "orders": "/orders",
    "referrals": "/referrals",
    "import": "/import",
    "matching": "/matching",
    "figures": "/figures",
    "policy": "/policy",
    "policy_edit": "/policy/edit",
    "texts": "/texts",
    "text": "/text/de/hold",
    "law": "/law",
    "audit": "/audit",
    "people": "/people",
    "settings": "/settings",
    "me": "/me",
}


TOO_WIDE = """
() => Array.from(document.querySelectorAll("body *"))
    .filter((one) => one.getBoundingClientRect().right > 361 && !one.parentElement.closest(".scroll"))
    .map((one) => `${one.tagName.toLowerCase()}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)
    .slice(-1)
"""
"""What reaches past the edge of a phone, the innermost of it; tables scroll within themselves."""


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def serious_faults(page: Page) -> list[str]:
    """What axe calls serious or critical under WCAG 2.2 A and AA, each with the place where it is."""
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
    found = Axe().run(page, options=rules).response["violations"]
    return [
        f"{one['id']}: {node['target']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(page: Page, scheme: str) -> None:
    sign_in(page)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    faults = {}
    for name, path in PAGES.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        picture(page, f"{name}_{scheme}")
        found = serious_faults(page)
        if found:
            faults[name] = found
    assert faults == {}


def test_no_page_is_wider_than_a_phone(page: Page) -> None:
    sign_in(page)
    page.set_viewport_size({"width": 360, "height": 780})
    wide = []
    for name, path in PAGES.items():
        page.goto(path)
        picture(page, f"{name}_phone")
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append((name, page.evaluate(TOO_WIDE)))
    assert wide == []


def test_from_the_worklist_to_a_letter_that_has_gone_out(page: Page) -> None:
    sign_in(page, "approver")
    page.get_by_role("link", name="Credit hold", exact=True).first.click()
    expect(page.get_by_text("The oldest chaseable invoice is 38 days past due, more than 30.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status").get_by_text("is approved")).to_be_visible()
    page.get_by_role("button", name="It has gone out").click()
    expect(page.get_by_role("heading", name="Credit hold Sent")).to_be_visible()
    assert Hold.objects.get(letter__reference=HOLD).state == "in_force"


def test_a_batch_is_chosen_summed_up_and_approved(page: Page) -> None:
    sign_in(page, "approver")
    page.goto("/?action=letter")
    page.get_by_label("Choose all drafts on this page").check()
    page.get_by_role("button", name="Approve the chosen letters").click()
    expect(page.get_by_role("heading", name="19 letters will be approved")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("heading", name="letters approved")).to_be_visible()
    assert Letter.objects.filter(state="approved").count() == 19


def test_a_search_finds_while_somebody_types(page: Page) -> None:
    sign_in(page)
    page.get_by_label("Find a customer").press_sequentially("blue h", delay=20)
    expect(page.locator("#worklist tbody tr")).to_have_count(1)
    expect(page.locator("#worklist")).to_contain_text("Blue Heron Cellars LLC")


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    sign_in(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tbody tr a[data-row]").nth(1)).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/letters")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()


def test_a_change_of_policy_shows_what_it_would_do_before_it_is_kept(page: Page) -> None:
    sign_in(page)
    page.goto("/policy/edit")
    page.get_by_label("A hold needs an invoice more than this many days past due").fill("60")
    page.get_by_role("button", name="Write the answers into the text").click()
    page.get_by_role("button", name="What would change?").click()
    expect(page.locator("#effects")).to_contain_text("would be treated differently today")
    expect(page.locator("#effects")).to_contain_text("hold.days_past_due")
    page.get_by_role("button", name="Keep this policy").click()
    expect(page.get_by_text("The new policy is kept.")).to_be_visible()


def test_it_works_without_a_script(page: Page) -> None:
    sign_in(page)
    context = page.context.browser.new_context(  # type: ignore[union-attr]
        base_url=page.url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"{page.url}?q=blue+heron")
    expect(plain.locator("tbody tr")).to_have_count(1)
    expect(plain.get_by_role("link", name="Letters", exact=True)).to_be_visible()
    context.close()

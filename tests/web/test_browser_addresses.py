"""Every address on a phone, with one of everything that has a page: nothing is wider than the screen."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Page

from dunwell.config import web
from dunwell.runs.demo import DEMO_ON
from dunwell.store.workspace import Workspace
from dunwell.web import place
from tests.web.conftest import sign_in
from tests.web.furnished import furnish
from tests.web.test_browser import TOO_WIDE
from tests.web.test_every_address import pages, path_of

NO_HTML = (".png", ".pdf", ".eml", ".csv", "email.html")
ELSEWHERE = ("referral_file", "customer_statement", "invitation", "sign_in", "second_factor", "customer_document")
"""Files, and what nobody sees who is signed in."""


@pytest.fixture
def shop(sample: Path, tmp_path: Path) -> Iterator[Workspace]:
    path = tmp_path / "shop"
    shutil.copytree(sample, path)
    furnish(path)
    web.set_up(path, fixed_on=DEMO_ON)
    yield place.workspace()
    connections.close_all()


def test_no_address_is_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/sign-in")
    too_wide = {"sign_in": page.evaluate(TOO_WIDE)}
    sign_in(page)
    for address in pages():
        path = path_of(address)
        if path.endswith(NO_HTML) or str(address.name) in ELSEWHERE:
            continue
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            too_wide[path] = page.evaluate(TOO_WIDE) or ["?"]
    assert {path: found for path, found in too_wide.items() if found} == {}

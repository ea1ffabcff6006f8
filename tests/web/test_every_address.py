"""Every address of the app, for every role: who may, who may not, and nobody sees an error of ours."""

import re
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from dunwell.config import web
from dunwell.runs.demo import DEMO_ON
from dunwell.store.models import ROLES, AuditEntry
from dunwell.store.setup import ensure_django
from dunwell.store.workspace import Workspace
from dunwell.web import place
from dunwell.web.access import ANYBODY
from tests.web.furnished import TOKEN, furnish

QUERIES_MAX = 15
"""Design §4."""
ARGUMENTS = {
    "number": "1011",
    "reference": "1003-20261120-hold-EUR",
    "key": "MQ",
    "token": TOKEN,
    "currency": "EUR",
    "page": 1,
    "pk": 1,
    "language": "en",
    "kind": "reminder",
    "code": "DE",
    "name": "standard",
}
"""What stands in an address; 1011 is the customer with a hostile name, and of every kind of case there is number 1."""
OF_ONE = {
    "figures_bucket": {"name": "1_30"},
    "referral_file": {"number": "1026", "currency": "USD"},
    "plan_new": {"number": "1004"},
}
"""Where an address needs something of its own to have a page."""
NO_PAGES = {
    "customer_document": 404, "import_columns": 409, "invitation": 410, "second_factor": 302,
}  # fmt: skip
"""Pages that this business does not have: no invoice names a document, and what was imported is not pointed at."""
FILES = ("referral_file",)
"""Files that are made of everything there is on a customer; no page waits for them."""


def addresses() -> list[URLPattern]:
    ensure_django()  # the screens need Django's settings before they are read
    for name, value in web.web_settings("secret", (), is_https=False).items():
        setattr(settings, name, value)
    from dunwell.web.urls import urlpatterns

    return urlpatterns


ADDRESSES = addresses()
NAMES = [str(address.name) for address in ADDRESSES]


def path_of(address: URLPattern) -> str:
    route = str(address.pattern)

    def value(match: re.Match[str]) -> str:
        kind, name = match.groups()
        own = OF_ONE.get(str(address.name), {})
        if name in own:
            return own[name]
        return "1" if kind == "int" else str(ARGUMENTS[name])

    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", value, route)


def guard_of(address: URLPattern) -> tuple[str, tuple[str, ...]]:
    """The least role and the methods of a view, as ``access.screen`` wrote them on it."""
    return getattr(address.callback, "least_role"), getattr(address.callback, "methods")  # noqa: B009 - not Django's


@pytest.fixture(scope="session")
def furnished(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample business with one of everything that has a page."""
    path = tmp_path_factory.mktemp("furnished") / "shop"
    shutil.copytree(sample, path)
    furnish(path)
    return path


@pytest.fixture
def shop(furnished: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of it, open on this process's screens."""
    path = tmp_path / "shop"
    shutil.copytree(furnished, path)
    connections.close_all()
    web.set_up(path, fixed_on=DEMO_ON)
    yield place.workspace()
    connections.close_all()


def below(role: str) -> tuple[str, ...]:
    return ROLES[: ROLES.index(role)]


@pytest.mark.parametrize("address", ADDRESSES, ids=NAMES)
def test_only_the_least_role_and_those_above_may(address: URLPattern, client_as: Callable[[str], Client]) -> None:
    least, methods, path = *guard_of(address), path_of(address)
    if least == ANYBODY:
        for method in ("get", "post"):
            assert getattr(client_as(""), method)(path).status_code < 500
        return
    for method in [each.lower() for each in methods if each != "HEAD"]:
        stranger = getattr(client_as(""), method)(path)
        assert (stranger.status_code, stranger.headers["Location"].startswith("/sign-in?next=")) == (302, True)
        for role in below(least):
            assert getattr(client_as(role), method)(path).status_code == 403, (role, method)
        allowed = getattr(client_as(least), method)(path)
        allowed.close()
        assert allowed.status_code in (200, 302, 404, 409, 410, 422), (method, allowed.status_code)
    for method in {"get", "post"} - {each.lower() for each in methods}:
        assert getattr(client_as("administrator"), method)(path).status_code == 405


class Content(HTMLParser):
    """What a page carries that could run or reach elsewhere, and all of its text."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.tags: set[str] = set()
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        is_data = values.get("type") in ("application/json", "application/ld+json")
        self._script = tag == "script" and "src" not in values and not is_data
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.wrong.append(f"<{tag} {name}>")
            outside = (
                tag != "a" and name in ("src", "href", "action", "srcset") and re.match(r"(https?:)?//", value or "")
            )
            if outside or (tag == "img" and name == "src" and not (value or "").startswith(("/", "data:image/"))):
                self.wrong.append(f"<{tag} {name}={value}>")
        if tag == "style" or self._script:
            self.wrong.append(f"<{tag}>")


def pages() -> Iterator[URLPattern]:
    for address in ADDRESSES:
        if "GET" in guard_of(address)[1]:
            yield address


@pytest.mark.parametrize("address", list(pages()), ids=[str(each.name) for each in pages()])
def test_no_page_carries_code_or_reaches_elsewhere(address: URLPattern, client_as: Callable[[str], Client]) -> None:
    response = client_as("administrator").get(path_of(address))
    response.close()
    assert response.status_code == NO_PAGES.get(str(address.name), 200)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if not response.headers["Content-Type"].startswith("text/html") or str(address.name) == "letter_email":
        return
    text = response.content.decode()
    content = Content()
    content.feed(text)
    assert content.wrong == []
    assert "gmbh" not in content.tags, "a customer's name became markup"
    assert "<GmbH>" not in text


@pytest.mark.parametrize(
    "address", [each for each in pages() if str(each.name) not in FILES], ids=lambda each: each.name
)
def test_a_page_asks_the_database_at_most_fifteen_times(
    address: URLPattern, client_as: Callable[[str], Client]
) -> None:
    client, path = client_as("administrator"), path_of(address)
    client.get(path).close()  # what a run decided is read once and kept
    with CaptureQueriesContext(connection) as asked:
        client.get(path).close()
    selects = [one["sql"][:160] for one in asked.captured_queries if one["sql"].startswith("SELECT")]
    assert len(selects) <= QUERIES_MAX, "\n".join(selects)


def forms() -> Iterator[URLPattern]:
    for address in ADDRESSES:
        if "POST" in guard_of(address)[1]:
            yield address


@pytest.mark.parametrize("address", list(forms()), ids=[str(each.name) for each in forms()])
def test_no_form_is_taken_that_this_server_did_not_give_out(
    address: URLPattern, client_as: Callable[[str], Client]
) -> None:
    least = guard_of(address)[0]
    signed_in = client_as("" if least == ANYBODY else "administrator")
    before = AuditEntry.objects.count()
    for headers in ({}, {"x-csrftoken": "x" * 64}, {"hx-request": "true"}):
        strict = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
        strict.cookies = signed_in.cookies
        assert strict.post(path_of(address), {"csrfmiddlewaretoken": "y" * 64}, headers=headers).status_code == 403
    assert AuditEntry.objects.count() == before

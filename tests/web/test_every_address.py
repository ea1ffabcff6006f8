"""Every address of the app, for every role: who may, who may not, and nobody sees an error of ours."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from dunwell.config import web
from dunwell.store.models import ROLES
from dunwell.store.setup import ensure_django
from dunwell.web.access import ANYBODY

QUERIES_MAX = 15
"""Design §4."""
ARGUMENTS = {
    "number": "1011",
    "reference": "1003-20261120-hold-EUR",
    "key": "MQ",
    "token": "none",
    "page": 1,
    "pk": 1,
    "language": "en",
    "kind": "reminder",
    "code": "DE",
    "name": "standard",
}
"""What stands in an address; 1011 is the customer with a hostile name."""


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
        if name not in ARGUMENTS:
            return "1" if kind == "int" else "none"
        return str(ARGUMENTS[name])

    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", value, route)


def guard_of(address: URLPattern) -> tuple[str, tuple[str, ...]]:
    """The least role and the methods of a view, as ``access.screen`` wrote them on it."""
    return getattr(address.callback, "least_role"), getattr(address.callback, "methods")  # noqa: B009 - not Django's


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
            if outside:
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


@pytest.mark.parametrize("address", list(pages()), ids=[str(each.name) for each in pages()])
def test_a_page_asks_the_database_at_most_fifteen_times(
    address: URLPattern, client_as: Callable[[str], Client]
) -> None:
    client, path = client_as("administrator"), path_of(address)
    client.get(path)  # what a run decided is read once and kept
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    selects = [one["sql"][:160] for one in asked.captured_queries if one["sql"].startswith("SELECT")]
    assert len(selects) <= QUERIES_MAX, "\n".join(selects)

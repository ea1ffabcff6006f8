"""The server as a reverse proxy reaches it: who asks, and whether by HTTPS, is believed only where a proxy must be."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from dunwell.config import web
from dunwell.config.listening import listening
from dunwell.config.serving import server_options
from dunwell.runs.demo import DEMO_ON
from dunwell.store.models import SignIn
from dunwell.store.workspace import Workspace
from tests.web.conftest import stop

NAME = "dunwell.example.com"
TOLD = {"Host": NAME, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


@contextmanager
def serving(shop: Workspace, *, is_https: bool) -> Iterator[int]:
    """Serve the sample business as ``dunwell serve`` does; give the port."""
    web.set_up(shop.path, fixed_on=DEMO_ON, hosts=(NAME,), is_https=is_https)
    options = server_options("127.0.0.1", is_https=is_https)
    server: Any = listening(web.application(), port=0, **options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        stop(server, thread)
        web.set_up(shop.path, fixed_on=DEMO_ON)


def asked(port: int, method: str, path: str, headers: dict[str, str], body: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.body = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.mark.parametrize(("is_https", "insists"), [(True, "max-age=31536000"), (False, None)])
def test_browsers_are_told_to_insist_on_https_where_a_proxy_speaks_it(
    shop: Workspace, is_https: bool, insists: str | None
) -> None:
    with serving(shop, is_https=is_https) as port:
        assert asked(port, "GET", "/sign-in", TOLD).getheader("Strict-Transport-Security") == insists


@pytest.mark.parametrize(("is_https", "address"), [(True, "203.0.113.9"), (False, "127.0.0.1")])
def test_wrong_passwords_are_counted_for_whoever_typed_them(shop: Workspace, is_https: bool, address: str) -> None:
    with serving(shop, is_https=is_https) as port:
        page = asked(port, "GET", "/sign-in", TOLD)
        cookie = str(page.getheader("Set-Cookie")).partition(";")[0]
        token = page.body.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]  # type: ignore[attr-defined]
        typed = urlencode({"name": "clerk", "password": "wrong", "csrfmiddlewaretoken": token})
        sender = f"https://{NAME}" if is_https else f"http://{NAME}"
        headers = {**TOLD, "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Origin": sender}
        assert asked(port, "POST", "/sign-in", {**headers, "Referer": f"{sender}/sign-in"}, typed).status == 200
    assert list(SignIn.objects.values_list("name", "address")) == [("clerk", address)]

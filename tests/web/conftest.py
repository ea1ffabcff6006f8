"""The sample business on its screens: a workspace of its own for each test, people of every role, a browser."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dunwell.config import web
from dunwell.config.listening import listening
from dunwell.runs.demo import DEMO_ON, prepare_demo
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.runs.nightly import run_day
from dunwell.store.models import ROLES, Person
from dunwell.store.people import add_person
from dunwell.store.workspace import Workspace, open_workspace
from dunwell.web import place
from tests.support.chromium import CHROMIUM, FLAGS

PASSWORD = "a long enough password"
PATIENCE_MILLISECONDS = 15_000
"""How long a test waits for what it asks of the browser, or expects of it, before it fails."""
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "wholesaler"
LEDGER = ("customers.csv", "invoices.csv", "payments.csv", "events.csv")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample business after its run of the demo day, with a person of every role called after it."""
    path = tmp_path_factory.mktemp("sample") / "demo"
    workspace = prepare_demo(path, EXAMPLES)
    files = tuple(EXAMPLES / name for name in LEDGER)
    import_files(workspace, ImportRequest(files, bank_complete_through=DEMO_ON, by="test"))
    run_day(workspace, DEMO_ON)
    web.set_up(path, fixed_on=DEMO_ON)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; what is kept is the test's
    for role in ROLES:
        add_person(role, role, "test", password=PASSWORD, language="en")
    connections.close_all()
    return path


@pytest.fixture
def shop(sample: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the sample business, open on this process's screens."""
    path = tmp_path / "shop"
    shutil.copytree(sample, path)
    connections.close_all()
    web.set_up(path, fixed_on=DEMO_ON)
    yield place.workspace()
    connections.close_all()


@pytest.fixture
def client_as(shop: Workspace) -> Callable[[str], Client]:
    """A browserless visitor signed in with a role: ``client_as("clerk").get("/")``; ``""``: nobody."""

    def visit(role: str) -> Client:
        client = Client(SERVER_NAME="127.0.0.1")
        if role:
            client.force_login(Person.objects.get(user__username=role).user)
        return client

    return visit


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, one for all tests of a process."""
    # Playwright keeps an event loop in this thread; nothing of ours runs in it, so Django need not worry.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def served(shop: Workspace) -> Iterator[str]:
    """The address of a real server of the sample business, on a free port of this machine."""
    server: Any = listening(web.application(), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    stop(server, thread)


def stop(server: Any, thread: threading.Thread) -> None:
    """Close a server and its connections in its own thread, which may be waiting for them."""

    def close() -> None:
        for channel in list(server.active_channels.values()):
            channel.close()
        server.close()

    server.trigger.pull_trigger(close)
    thread.join(timeout=10)


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """A window of the browser; a script error, or anything asked of another host, fails the test."""
    context = browser.new_context(base_url=served, viewport={"width": 1280, "height": 900}, locale="en-GB")
    window = context.new_page()
    window.set_default_timeout(PATIENCE_MILLISECONDS)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    wrong: list[str] = []
    window.on("pageerror", lambda error: wrong.append(str(error)))
    window.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    window.on("request", lambda asked: None if asked.url.startswith((served, "data:")) else wrong.append(asked.url))
    yield window
    context.close()
    assert wrong == []


def sign_in(page: Page, role: str = "administrator") -> None:
    """Sign in as the person of a role."""
    page.goto("/sign-in")
    page.get_by_label("Name").fill(role)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def reopened(path: Path) -> Workspace:
    """Open a workspace again after another process or thread has used it."""
    connections.close_all()
    return open_workspace(path)

"""What leaves the server does no harm: headers, where a form leads, and files that a spreadsheet opens."""

import csv
import io
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.store.models import AuditEntry, Note
from dunwell.store.workspace import Workspace
from tests.runs.test_matching import entry, statement
from tests.web.test_every_address import ADDRESSES, guard_of, path_of
from tests.web.test_import import hand_over

Visit = Callable[[str], Client]
FORMULA = '=HYPERLINK("http://evil.example","pay here")'


def cells(content: bytes) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(content.decode())) for cell in row]


def runs(content: bytes) -> list[str]:
    """The cells that a spreadsheet would take for a formula."""
    return [cell for cell in cells(content) if cell[:1] in ("=", "+", "@", "\t", "\r")]


def test_a_case_file_holds_no_formula_that_somebody_wrote(client_as: Visit) -> None:
    client = client_as("approver")
    client.post("/customer/1026/note", {"text": FORMULA})
    client.post("/customer/1026/call", {"currency": "USD", "outcome": "no_answer", "note": "@SUM(1+1)"})
    packed = zipfile.ZipFile(io.BytesIO(client.get("/referrals/file/1026/USD").content))
    tables = {name: packed.read(name) for name in packed.namelist() if name.endswith(".csv")}
    assert {name: runs(content) for name, content in tables.items()} == {name: [] for name in tables}
    assert f"'{FORMULA}" in cells(tables["answers.csv"])


def test_bank_entries_that_wait_hold_no_formula_that_a_payer_wrote(client_as: Visit, shop: Workspace) -> None:
    client = client_as("clerk")
    text = FORMULA.replace('"', "&quot;")
    look = hand_over(
        client, ("bank.xml", statement(entry("50.00", text, text, on="2026-11-19"), on="2026-11-19").encode())
    )
    client.post(f"{look}/take", {})
    answer = client.get(f"{look}/rejects/1.csv")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    answer.close()
    assert runs(content) == []
    assert f"'{FORMULA}" in cells(content)


def test_the_figures_hold_no_formula(client_as: Visit) -> None:
    assert runs(client_as("viewer").get("/figures/export.csv").content) == []


def test_every_answer_forbids_frames_of_others_guessing_and_keeping(client_as: Visit) -> None:
    client = client_as("administrator")
    for path in ("/", "/sign-in", "/nothing", "/customer/1001", "/figures/export.csv", "/people"):
        headers = client.get(path).headers
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")
        assert headers["Cache-Control"] == "no-store"


def test_the_preview_of_an_email_stands_in_a_cage(client_as: Visit) -> None:
    client, letter = client_as("viewer"), "/letter/1003-20261120-hold-EUR"
    policy = client.get(f"{letter}/email.html").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox;")
    assert f'sandbox src="{letter}/email.html"' in client.get(letter).content.decode()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:8765@evil.example", ""])
def test_no_address_answers_by_the_name_of_another_server(host: str, client_as: Visit) -> None:
    client, before = client_as("administrator"), AuditEntry.objects.count()
    for address in ADDRESSES:
        method = "get" if "GET" in guard_of(address)[1] else "post"
        answer = getattr(client, method)(path_of(address), headers={"host": host or "[::"})
        assert answer.status_code == 400, address.name
        assert "Content-Security-Policy" in answer.headers
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_form_leads_to_another_server(target: str, client_as: Visit) -> None:
    client = client_as("administrator")
    for path in ("/language", "/snooze/1011", "/letter/1003-20261120-hold-EUR/cancel", "/today/approve"):
        answer = client.post(path, {"next": target, "language": "en"}, headers={"referer": "https://evil.example/x"})
        assert answer.headers["Location"] == "/", path


def test_a_right_token_from_another_site_is_refused(client_as: Visit) -> None:
    strict = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    strict.cookies = client_as("clerk").cookies
    strict.get("/customer/1001")
    said = {"csrfmiddlewaretoken": strict.cookies["csrftoken"].value, "text": "from elsewhere"}
    for origin in ("https://evil.example", "null", "http://127.0.0.1:9999"):
        assert strict.post("/customer/1001/note", said, headers={"origin": origin}).status_code == 403
    assert strict.post("/customer/1001/note", said, headers={"origin": "http://127.0.0.1"}).status_code == 302
    assert Note.objects.filter(text="from elsewhere").count() == 1


def test_no_address_can_write_a_header(client_as: Visit) -> None:
    client = client_as("administrator")
    for path in (
        "/customer/1011/statement/EUR%0d%0aX-Evil: yes",
        "/customer/1011%0d%0aX-Evil:%20yes/statement/EUR",
        "/referrals/file/1026/USD%0aX-Evil: yes",
        "/letter/x%0d%0aX-Evil: yes/letter.pdf",
        "/sign-in?next=/%0d%0aX-Evil: yes",
    ):
        answer = client.get(path)
        assert answer.status_code < 500, path
        assert "X-Evil" not in answer.headers

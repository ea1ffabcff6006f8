"""Settings: what the letterhead says, the logo, the bank accounts, a backup, and whether all is well."""

import io
import zipfile
import zlib
from collections.abc import Callable
from html import unescape
from itertools import chain

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dunwell.runs import setting_up
from dunwell.store.models import AuditEntry
from dunwell.store.workspace import Workspace
from dunwell.web import place
from dunwell.web.business import BusinessForm, pair_of


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0")
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


def form_of(shop: Workspace) -> dict[str, str]:
    """What the page holds now, as it would be sent back unchanged."""
    present = setting_up.settings_of(shop)
    fields = {name: present.get(pair_of(name), "") for name in BusinessForm.base_fields}
    rows = setting_up.accounts_of(shop)
    accounts = chain.from_iterable(
        ((f"account-{number}-{key}", value) for key, value in row.items()) for number, row in enumerate(rows)
    )
    return {
        **fields,
        **dict(accounts),
        "language": shop.language,
        "account-TOTAL_FORMS": str(len(rows)),
        "account-INITIAL_FORMS": str(len(rows)),
    }


def post(client: Client, values: dict[str, object]) -> str:
    return unescape(client.post("/settings", values, follow=True).content.decode())


def test_what_was_not_changed_leaves_the_file_alone(client_as: Callable[[str], Client], shop: Workspace) -> None:
    before = (shop.path / "dunwell.toml").read_bytes()
    assert "Nothing was changed." in post(client_as("administrator"), {**form_of(shop)})
    assert (shop.path / "dunwell.toml").read_bytes() == before


def test_a_change_is_written_and_kept_in_the_trail(client_as: Callable[[str], Client], shop: Workspace) -> None:
    assert "The settings were saved." in post(
        client_as("administrator"), {**form_of(shop), "creditor__street": "Neue Gasse 1", "contact__phone": "+49 431 1"}
    )
    assert place.workspace().creditor.street == "Neue Gasse 1"
    entry = AuditEntry.objects.latest("number")
    assert (entry.what, entry.by) == ("settings", "administrator")
    assert "creditor.street, contact.phone" in entry.summary


def test_a_bank_account_is_taken_away_and_another_added(client_as: Callable[[str], Client], shop: Workspace) -> None:
    count = len(setting_up.accounts_of(shop))
    added = {
        "account-TOTAL_FORMS": str(count + 1),
        "account-0-DELETE": "on",
        f"account-{count}-iban": "FR1420041010050500013M02606",
    }
    post(client_as("administrator"), {**form_of(shop), **added})
    found = setting_up.accounts_of(shop)
    assert len(found) == count
    assert found[-1]["iban"] == "FR14 2004 1010 0505 0001 3M02 606"


@pytest.mark.parametrize(("name", "picture"), [("png", PNG), ("svg", SVG)])
def test_a_logo_is_kept_and_used(
    name: str, picture: bytes, client_as: Callable[[str], Client], shop: Workspace
) -> None:
    post(client_as("administrator"), {**form_of(shop), "logo": SimpleUploadedFile(f"x.{name}", picture)})
    assert place.workspace().creditor.logo == picture
    assert (shop.path / "letterhead" / f"logo.{name}").read_bytes() == picture


NO_PICTURES = {
    "a page": b"<html><body>hello</body></html>",
    "a program": b"MZ\x90\x00",
    "a cut PNG": PNG[:-6],
    "a cut JPEG": b"\xff\xd8\xff\xe0" + b"\0" * 200,
    "a script": SVG.replace(b"<rect", b"<script>alert(1)</script><rect"),
    "a handler": SVG.replace(b"<rect", b'<rect onload="alert(1)"'),
    "a link": SVG.replace(b"<rect", b'<image href="http://127.0.0.1/x.png"/><rect'),
    "a document type": b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG,
}


@pytest.mark.parametrize("what", NO_PICTURES)
def test_what_is_no_picture_is_no_logo(what: str, client_as: Callable[[str], Client], shop: Workspace) -> None:
    before = (shop.path / "dunwell.toml").read_bytes()
    sent = {**form_of(shop), "logo": SimpleUploadedFile("logo.svg", NO_PICTURES[what])}
    answer = client_as("administrator").post("/settings", sent)
    assert answer.status_code == 422
    assert (shop.path / "dunwell.toml").read_bytes() == before


def test_a_backup_is_handed_over_and_nothing_of_it_stays(client_as: Callable[[str], Client], shop: Workspace) -> None:
    before = sorted(path.name for path in shop.path.iterdir())
    answer = client_as("administrator").post("/settings/backup", {})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = packed.namelist()
        assert packed.testzip() is None
    assert {"manifest.json", "dunwell.toml", "policy.toml", "dunwell.sqlite3"} <= set(names)
    assert sorted(path.name for path in shop.path.iterdir()) == before


def test_the_checks_say_what_they_find(client_as: Callable[[str], Client]) -> None:
    client = client_as("administrator")
    page = client.get("/settings/health").content.decode()
    assert "Audit trail" in page
    assert "the database (sqlite) is in order" in page
    assert "<html" not in client.get("/settings/health", headers={"HX-Request": "true"}).content.decode()

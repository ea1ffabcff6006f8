"""Bringing files in: handed over, looked at, pointed at, imported, and nothing left lying about."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page

from dunwell.runs import uploads
from dunwell.store import queries
from dunwell.store.models import Entry, ImportBatch, Invoice, Run
from dunwell.store.workspace import Workspace
from tests.web.conftest import sign_in

KNOWN = b"""invoice_number,account_number,issued_on,due_on,currency,amount
N-1,1001,2026-10-02,2026-11-01,EUR,1250.00
N-2,1002,2026-10-03,2026-11-02,EUR,99.90
N-3,9999,2026-10-03,2026-11-02,EUR,10.00
N-4,1004,2026-10-03,2026-11-02,EUR,ten
"""
UNKNOWN = b"""Kennz.;Nr.;Vom;Bis;Wert
1001;M-1;03.10.2026;02.11.2026;1.250
1002;M-2;05.10.2026;04.11.2026;2.000
"""
PAID = b"""payment_reference,account_number,invoice_number,paid_on,currency,amount
P-1,1007,,2026-11-19,EUR,10.80
"""


def hand_over(client: Client, *files: tuple[str, bytes]) -> str:
    """Hand files over; return the address of the look at them."""
    handed = [SimpleUploadedFile(name, content) for name, content in files]
    response = client.post("/import/files", {"files": handed})
    assert response.status_code == 302
    return str(response.headers["Location"])


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode().replace("\u00a0", " ")


def folder_of(shop: Workspace, look: str) -> Path:
    return shop.path / uploads.FOLDER / look.rsplit("/", 1)[1]


def test_nothing_is_written_before_somebody_has_looked(client_as: Callable[[str], Client]) -> None:
    client, before = client_as("clerk"), ImportBatch.objects.count()
    page = text(client, hand_over(client, ("open.csv", KNOWN)))
    assert "Recognised" in page
    assert "N-1" in page
    assert "1,250.00" in page
    assert "Nothing has been written yet." in page
    assert "1 problem: this does not go in" in page
    assert (ImportBatch.objects.count(), Invoice.objects.filter(invoice_number="N-1").count()) == (before, 0)


def test_the_outcome_names_what_went_in_and_what_to_do_about_the_rest(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("open.csv", KNOWN))
    assert client.post(f"{look}/take", {}).headers["Location"] == look
    page = text(client, look)
    assert "There is no customer" in page
    assert "Import the customer first." in page
    assert "Write it like" in page
    batch = ImportBatch.objects.latest("id")
    assert (batch.kind, batch.rows_inserted, batch.rows_rejected, batch.imported_by) == ("invoices", 2, 2, "clerk")
    rejected = client.get(f"{look}/rejects/1.csv")
    assert b"N-3" in b"".join(rejected.streaming_content)  # type: ignore[attr-defined]
    assert "attachment" in rejected.headers["Content-Disposition"]


STATEMENT = b"""Buchungstag;Verwendungszweck;Betrag;W\xc3\xa4hrung
18.11.2026;R26-0449 Danke;1317,60;EUR
18.11.2026;Zahlung;77,10;EUR
19.11.2026;Strom November;-310,00;EUR
"""


def test_what_would_become_of_bank_entries_is_shown_before_they_go_in(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("konto.csv", STATEMENT))
    client.post(f"{look}/statement", {"is_statement": "yes"})
    client.post("/language", {"language": "de", "next": "/"})
    page = text(client, look)
    assert "Wird von selbst zugeordnet: <strong>1</strong>" in page
    assert "Wartet auf Sie: <strong>1</strong>" in page
    assert "Geldausgang: <strong>1</strong>" in page
    assert "Der Verwendungszweck nennt die Rechnung R26-0449." in page
    assert "Nichts in den offenen Posten passt" in page


def test_the_first_rows_are_written_as_their_reader_does(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    rows = b"invoice_number,account_number,issued_on,due_on,currency,amount\nX-1,2007,2026-10-01,,EUR,1100.50\n"
    look = hand_over(client, ("invoices.csv", rows))
    client.post("/language", {"language": "de", "next": "/"})
    page = text(client, look)
    assert '<td class="money">1.100,50</td>' in page
    assert ">01.10.2026</td>" in page


def test_after_an_import_the_worklist_is_true_again(client_as: Callable[[str], Client], shop: Workspace) -> None:
    client, before = client_as("clerk"), Run.objects.count()
    client.post(f"{hand_over(client, ('paid.csv', PAID))}/take", {})
    assert Entry.objects.filter(payment_reference="P-1").count() == 1
    assert Run.objects.count() == before + 1


def test_the_day_of_the_bank_data_is_stated(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("paid.csv", PAID))
    client.post(f"{look}/take", {"bank_complete_through": "2026-11-20"})
    batch = ImportBatch.objects.latest("id")
    assert (batch.bank_complete_through, batch.is_bank_date_derived) == (date(2026, 11, 20), False)


def test_bank_data_of_a_day_to_come_is_refused(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("paid.csv", PAID))
    answer = client.post(f"{look}/take", {"bank_complete_through": "2027-01-01"}, follow=True)
    assert "a day that has not come" in answer.content.decode()
    assert Entry.objects.filter(payment_reference="P-1").count() == 0


def test_columns_are_pointed_at_and_remembered_for_the_layout(
    client_as: Callable[[str], Client], shop: Workspace
) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("odd.csv", UNKNOWN))
    assert "Not sure" in text(client, look)
    address = f"{look}/columns?file=0001/odd.csv&kind=invoices"
    assert "M-1" in text(client, address)
    names = ("account_number", "invoice_number", "issued_on", "due_on", "amount")
    columns = {f"column_{number}": name for number, name in enumerate(names)}
    chosen = {**columns, "decimal": ",", "date_order": "dmy", "currency": "eur"}
    assert client.post(address, chosen).headers["Location"] == look
    page = text(client, look)
    assert "As you said" in page
    assert "1,250.00" in page
    assert "2 Nov 2026" in page
    assert list((shop.path / "mappings").glob("*")) == []
    client.post(f"{look}/take", {})
    found = Invoice.objects.filter(invoice_number__in=("M-1", "M-2")).order_by("invoice_number")
    assert [(one.amount_minor, one.due_on) for one in found] == [
        (125_000, date(2026, 11, 2)),
        (200_000, date(2026, 11, 4)),
    ]
    again = hand_over(client, ("next-month.csv", UNKNOWN))
    assert "As you said" in text(client, again)


def test_what_is_missing_is_said_while_pointing(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("odd.csv", UNKNOWN))
    address = f"{look}/columns?file=0001/odd.csv&kind=invoices"
    said = client.post(address, {"column_0": "account_number", "column_1": "invoice_number"})
    page = client.get(address).content.decode()
    assert said.status_code == 200
    assert "Still missing" in page or "Still missing" in said.content.decode()


def test_two_columns_cannot_be_the_same_thing(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    address = f"{hand_over(client, ('odd.csv', UNKNOWN))}/columns?file=0001/odd.csv&kind=invoices"
    said = client.post(address, {"column_0": "amount", "column_1": "amount"})
    assert "Two columns are said to be the same thing" in said.content.decode() + client.get(address).content.decode()


def test_the_files_are_private_and_gone_after_the_import(client_as: Callable[[str], Client], shop: Workspace) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("open.csv", KNOWN))
    folder = folder_of(shop, look)
    kept = list(folder.rglob("*.csv"))
    assert [path.name for path in kept] == ["open.csv"]
    assert {oct(path.stat().st_mode & 0o777) for path in kept} == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in (folder, folder / "files")} == {"0o700"}
    client.post(f"{look}/take", {})
    assert list(folder.rglob("*.csv")) == []


def test_files_that_were_imported_are_not_imported_twice(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("paid.csv", PAID))
    client.post(f"{look}/take", {})
    before = ImportBatch.objects.count()
    said = client.post(f"{look}/take", {}, follow=True).content.decode()
    assert "These files were imported already." in said
    assert ImportBatch.objects.count() == before


def test_files_can_be_thrown_away(client_as: Callable[[str], Client], shop: Workspace) -> None:
    client = client_as("clerk")
    look = hand_over(client, ("open.csv", KNOWN))
    client.post(f"{look}/discard", {})
    assert not folder_of(shop, look).exists()
    assert client.get(look).status_code == 404


def test_an_archive_is_opened_and_each_file_looked_at(client_as: Callable[[str], Client]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ledger/open.csv", KNOWN)
        archive.writestr("odd.csv", UNKNOWN)
    client = client_as("clerk")
    look = hand_over(client, ("all.zip", packed.getvalue()))
    page = text(client, look)
    assert "all.zip/ledger/open.csv" in page
    assert "all.zip/odd.csv" in page
    assert "M-1" in text(client, f"{look}/columns?file=all.zip/odd.csv")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".htaccess", "htaccess"),
        ("a\x00b\n.csv", "ab.csv"),
        ("x" * 400 + ".xlsx", "x" * 111 + ".xlsx"),
        ("", "file"),
    ],
)
def test_a_file_name_cannot_lead_anywhere(name: str, kept: str) -> None:
    assert uploads.harmless(name) == kept


def test_too_much_is_refused_and_nothing_of_it_kept(
    client_as: Callable[[str], Client], shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dunwell.web.uploading.BYTES_MAX", 100)
    client = client_as("clerk")
    answer = client.post("/import/files", {"files": SimpleUploadedFile("open.csv", KNOWN)}, follow=True)
    assert "larger than" in answer.content.decode()
    assert list((shop.path / uploads.FOLDER).iterdir()) == []


def test_too_many_files_are_refused(
    client_as: Callable[[str], Client], shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dunwell.web.uploading.FILES_MAX", 1)
    handed = [SimpleUploadedFile(f"{number}.csv", KNOWN) for number in range(3)]
    said = client_as("clerk").post("/import/files", {"files": handed}, follow=True).content.decode()
    assert "Put them into one ZIP." in said
    assert list((shop.path / uploads.FOLDER).iterdir()) == []


def test_a_forged_form_writes_nothing(client_as: Callable[[str], Client], shop: Workspace) -> None:
    signed_in = client_as("clerk")
    strict = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    answer = strict.post("/import/files", {"files": SimpleUploadedFile("open.csv", KNOWN)})
    assert answer.status_code == 403
    folder = shop.path / uploads.FOLDER
    assert not folder.exists() or list(folder.iterdir()) == []


def test_an_upload_without_a_file_is_said(client_as: Callable[[str], Client]) -> None:
    assert "No file was chosen." in client_as("clerk").post("/import/files", {}, follow=True).content.decode()


def test_a_hostile_name_in_a_file_is_shown_as_it_is(client_as: Callable[[str], Client]) -> None:
    hostile = b'account_number,name\n7001,"<script>alert(1)</script>"\n'
    page = text(client_as("clerk"), hand_over(client_as("clerk"), ("<b>.csv", hostile)))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>.csv" not in page


def test_files_are_dropped_on_the_page_and_imported(page: Page, tmp_path: Path) -> None:
    ledger = tmp_path / "open.csv"
    ledger.write_bytes(KNOWN)
    sign_in(page, "clerk")
    page.goto("/import")
    dropped = page.evaluate_handle(
        "text => { const carried = new DataTransfer();"
        " carried.items.add(new File([text], 'dropped.csv')); return carried; }",
        KNOWN.decode(),
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    assert page.locator("[data-files] li").inner_text().startswith("dropped.csv")
    page.get_by_role("button", name="Look at the files").click()
    page.get_by_role("heading", name="Is this right?").wait_for()
    page.get_by_role("button", name="Import 1 file").click()
    page.get_by_role("heading", name="Imported").wait_for()
    assert queries.bank_complete_through() == date(2026, 11, 20)

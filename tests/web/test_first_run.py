"""The first run in a real browser: from an empty folder to an approved letter, and the way by the sample data.

A picture of every step is kept in ``artefacts/screens`` for looking at.
"""

import threading
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, FilePayload, Page, expect

from dunwell.config import web
from dunwell.config.listening import listening
from dunwell.config.serving import first_address
from dunwell.runs.demo import DEMO_ON
from dunwell.store import queries
from dunwell.store.models import Account, Invoice, Letter
from dunwell.store.workspace import init_workspace
from tests.web.conftest import EXAMPLES, PASSWORD, stop
from tests.web.keyboard import to
from tests.web.test_browser import picture, serious_faults

CUSTOMERS = """account_number,name,language,country,party_type,email,street,postcode,city,contact_name,currency
1001,Café am Hafen GmbH,de,DE,business,buero@hafen.example.com,Kai 4,24103,Kiel,Tjark Remmers,EUR
1002,Blue Heron Ltd,en,GB,business,office@heron.example.com,2 Quay Road,BS1 4DJ,Bristol,Ann Lee,EUR
1003,Maison Colbert SARL,fr,FR,business,compta@colbert.example.com,8 rue du Port,44000,Nantes,Luc Colbert,EUR
"""
ODD = """Kennz.;Nr.;Vom;Bis;Wert
1001;M-1;03.10.2026;02.11.2026;1.250,00
1002;M-2;05.10.2026;04.11.2026;980,50
1003;M-3;08.10.2026;07.11.2026;zehn
"""
"""Open items of a program that nobody knows; one amount in words."""
INVOICES = """invoice_number,account_number,issued_on,due_on,currency,amount
M-1,1001,2026-10-03,2026-11-02,EUR,1250.00
"""
PAYMENTS = """payment_reference,account_number,invoice_number,paid_on,currency,amount
P-1,1001,M-1,2026-11-05,EUR,250.00
"""
PLACES = {
    "Kennz.": "Account number",
    "Nr.": "Invoice number",
    "Vom": "Invoice date",
    "Bis": "Due date",
    "Wert": "Amount",
}
BUSINESS = {
    "Name of the business": "Glashaus Müller & Söhne GmbH",
    "Street and number": "Am Markt 3",
    "Postcode": "24103",
    "City": "Kiel",
    "Contact for customers": "Anna Müller",
    "Their phone": "+49 431 1234567",
    "Who signs": "Anna Müller",
    "IBAN": "de89370400440532013000",
}


@pytest.fixture
def first_page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A window on the address that ``dunwell serve`` names for a folder in which there is nothing yet."""
    path = tmp_path / "new"
    init_workspace(path)
    connections.close_all()
    web.set_up(path, fixed_on=DEMO_ON)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    server: Any = listening(web.application(), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.effective_port}"
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900}, locale="en-GB")
    window = context.new_page()
    window.set_default_timeout(20_000)
    wrong: list[str] = []
    window.on("pageerror", lambda error: wrong.append(str(error)))
    window.goto(first_address(address))
    yield window
    context.close()
    stop(server, thread)
    connections.close_all()
    assert wrong == []


def begin(page: Page) -> None:
    """Choose a password; the welcome comes by itself."""
    picture(page, "first_1_invitation")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Welcome to Dunwell")).to_be_visible()
    picture(page, "first_2_welcome")


def drop(page: Page, files: Mapping[str, str]) -> None:
    """Drop files onto the zone as a mouse does."""
    carried = page.evaluate_handle(
        "files => { const carried = new DataTransfer();"
        " for (const [name, text] of Object.entries(files)) carried.items.add(new File([text], name));"
        " return carried; }",
        dict(files),
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": carried})
    expect(page.locator("[data-files] li")).to_have_count(len(files))


def describe_the_business(page: Page) -> None:
    for label, value in BUSINESS.items():
        page.get_by_label(label, exact=True).first.fill(value)
    page.get_by_label("Country", exact=True).select_option("DE")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label("Language of your business").select_option("de")
    page.get_by_label("Logo", exact=True).set_input_files(EXAMPLES / "letterhead" / "logo.svg")
    currency = page.get_by_label("Currency", exact=True)
    currency.fill("EUR")
    picture(page, "first_3_business")
    page.get_by_role("button", name="Save and go on").click()


def bring_in_the_ledger(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your ledger")).to_be_visible()
    drop(page, {"customers.csv": CUSTOMERS, "offene_posten.csv": ODD, "payments.csv": PAYMENTS})
    picture(page, "first_4_dropped")
    page.get_by_role("button", name="Look at the files").click()
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    expect(page.get_by_text("Café am Hafen GmbH")).to_be_visible()
    picture(page, "first_5_preview")
    page.get_by_role("button", name="Point to its columns").click()
    page.get_by_role("link", name="an invoice").click()
    for header, place in PLACES.items():
        page.get_by_label(header, exact=True).select_option(label=place)
    picture(page, "first_6_columns")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("1 problem: this does not go in")).to_be_visible()
    expect(page.locator("body")).to_contain_text("zehn")
    picture(page, "first_7_problem")
    page.get_by_label("Bank data is complete through").fill("2026-11-20")
    page.get_by_role("button", name="Import 3 files").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    picture(page, "first_8_imported")


def correct_what_was_rejected(page: Page) -> None:
    """The file of rejected rows is corrected and handed over again; its columns are remembered."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="The rejected rows as a file").click()
    rejected = waiting.value.path().read_text(encoding="utf-8-sig")
    assert "zehn" in rejected
    page.get_by_role("link", name="Import more").click()
    drop(page, {"corrected.csv": rejected.replace("zehn", "640.00")})
    page.get_by_role("button", name="Look at the files").click()
    expect(page.get_by_text("M-3")).to_be_visible()
    picture(page, "first_9_corrected")
    page.get_by_role("button", name="Import 1 file").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    assert sorted(Invoice.objects.values_list("invoice_number", "amount_minor")) == [
        ("M-1", 125000),
        ("M-2", 98050),
        ("M-3", 64000),
    ]


def answer_the_questions(page: Page) -> None:
    page.get_by_role("button", name="On to your rules").click()
    clauses = page.locator("#clauses")
    expect(clauses).not_to_contain_text("7.50")
    expect(page.get_by_role("heading", name="What the law allows: Germany")).to_be_visible()
    page.get_by_label("Do you charge a late fee?").select_option("flat")
    page.get_by_label("Fee per invoice").fill("7,50")
    page.get_by_label("Do you charge interest on late payment?").select_option("statutory")
    expect(clauses).to_contain_text("7.50")  # while somebody types, before anything is kept
    page.get_by_label("After how many days past due?").fill("45")
    expect(clauses).to_contain_text("45 days")
    picture(page, "first_10_policy")
    page.get_by_role("button", name="Keep these rules").click()


def approve_the_first_letter(page: Page) -> Letter:
    page.get_by_role("button", name="Show me today's work").click()
    expect(page.get_by_text("What there is to do")).to_be_visible()
    picture(page, "first_11_worklist")
    expect(page.locator("#worklist tbody tr")).to_have_count(3)
    page.locator("#worklist tr", has_text="Café am Hafen").get_by_role("link", name="Reminder").click()
    expect(page.get_by_role("heading", name="Why", exact=True)).to_be_visible()
    page.locator("img.paper").first.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    picture(page, "first_12_letter")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status").get_by_text("is approved")).to_be_visible()
    picture(page, "first_13_approved")
    return Letter.objects.get(state="approved")


def test_from_an_empty_folder_to_an_approved_letter(first_page: Page) -> None:
    begin(first_page)
    first_page.get_by_role("button", name="Begin").click()
    describe_the_business(first_page)
    bring_in_the_ledger(first_page)
    correct_what_was_rejected(first_page)
    answer_the_questions(first_page)
    approved = approve_the_first_letter(first_page)
    assert queries.bank_complete_through() == date(2026, 11, 20)
    assert (approved.kind, approved.language, approved.account.account_number) == ("reminder", "de", "1001")
    # EUR 1,000.00 left, the fee of 7.50, and 10.52 % on 1,250.00 for 3 days and on 1,000.00 for 15: 5.40.
    assert approved.total_due_minor == 1_012_90
    written = str(approved.content)
    assert "Glashaus Müller & Söhne GmbH" in written
    assert "DE89370400440532013000" in written.replace(" ", "").replace("\\xa0", "")


def test_a_look_around_with_the_sample(first_page: Page) -> None:
    begin(first_page)
    assert serious_faults(first_page) == []
    first_page.get_by_role("button", name="Look around").click()
    expect(first_page.get_by_text("This is the sample business.")).to_be_visible(timeout=60_000)
    expect(first_page.get_by_text("What there is to do")).to_be_visible()
    picture(first_page, "sample_1_today")
    first_page.get_by_role("link", name="Credit hold", exact=True).first.click()
    expect(first_page.get_by_role("heading", name="Why", exact=True)).to_be_visible()
    first_page.get_by_role("button", name="Approve").click()
    expect(first_page.get_by_role("status").get_by_text("is approved")).to_be_visible()
    picture(first_page, "sample_2_approved")
    assert Account.objects.count() == 65


def put(page: Page, label: str, keys: str) -> None:
    """Go to a field and write into it, in the place of what stands there."""
    to(page, label)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(keys)


def press(page: Page, name: str) -> None:
    """Go to what leads to another page, and follow it."""
    to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_first_run_goes_with_the_keys_alone(first_page: Page) -> None:
    """All but the choice of files, which is the system's own window."""
    page = first_page
    for _ in page.locator("input[type=password]").all():
        to(page, "", "input")
        page.keyboard.type(PASSWORD)
    press(page, "Begin")
    expect(page.get_by_role("heading", name="Welcome to Dunwell")).to_be_visible()
    press(page, "Begin")
    for label, value in BUSINESS.items():
        put(page, label, value)
    press(page, "Save and go on")
    expect(page.get_by_role("heading", name="Your ledger")).to_be_visible()
    files = {"customers.csv": CUSTOMERS, "invoices.csv": INVOICES}
    chosen = [FilePayload(name=name, mimeType="text/csv", buffer=text.encode()) for name, text in files.items()]
    with page.expect_file_chooser() as waiting:
        to(page, "", "input")
        page.keyboard.press("Enter")
    waiting.value.set_files(chosen)
    press(page, "Look at the files")
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    press(page, "Import 2 files")
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    press(page, "On to your rules")
    put(page, "After how many days past due?", "45")
    press(page, "Keep these rules")
    press(page, "Show me today's work")
    expect(page.get_by_text("What there is to do")).to_be_visible()

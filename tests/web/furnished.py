"""The sample business with one of everything that has a page: every kind of case, a bank entry, files handed over.

What people wrote is hostile, so that a walk over all addresses meets it everywhere.
"""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from dunwell.config import web
from dunwell.runs.demo import DEMO_ON
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.store.models import (
    Application,
    BankEntry,
    Dispute,
    Exclusion,
    Offer,
    Order,
    Person,
    Plan,
    Promise,
    Referral,
)
from dunwell.web import place
from tests.runs.test_matching import entry, statement

HOSTILE = "<img src=x onerror=alert(1)>\"'=cmd|calc\u202e"
"""Markup, quotes, a formula, and a character that turns the rest of a line around."""
ON = "2026-11-19"
TOKEN = "x" * 22
"""The upload's: a test needs to know it."""

_NOTED = {"currency": "EUR", "note": HOSTILE, "evidence": HOSTILE}
_DEEDS = (
    ("/customer/1001/dispute", {**_NOTED, "invoice": "R26-0342"}),
    ("/customer/1002/promise", {**_NOTED, "amount": "10", "until_on": "2026-11-27"}),
    ("/customer/1007/exclude", {"currency": "EUR", "until_on": "2026-12-01", "reason": HOSTILE}),
    ("/plans/new/1004/offer", {"currency": "EUR", "instalments": "3"}),
    ("/customer/1005/offer", {**_NOTED, "kind": "longer_line"}),
    ("/customer/1001/order", {**_NOTED, "order_number": "<b>A2</b>", "amount": "9000"}),
    ("/customer/2001/application", {**_NOTED, "amount": "25000"}),
    ("/referrals/new/1026", {"currency": "USD", "option": "attorney", "note": HOSTILE}),
    ("/customer/1011/note", {"text": HOSTILE}),
    ("/customer/1011/call", {"currency": "EUR", "outcome": "no_answer", "spoke_with": HOSTILE, "note": HOSTILE}),
    ("/customer/1011/reply", {"currency": "EUR", "channel": "email", "note": HOSTILE}),
)
_ROWS = f"invoice_number,account_number,issued_on,due_on,currency,amount\n{HOSTILE},9999,2026-10-03,2026-11-02,EUR,1\n"


def furnish(path: Path) -> None:
    """Do one of everything in a workspace of the sample business."""
    with (path / "policy.toml").open("a", encoding="utf-8") as policy:
        policy.write("\n[policy.standard.longer_line]\noffered = true\n")
    connections.close_all()
    web.set_up(path, fixed_on=DEMO_ON)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Person.objects.get(user__username="administrator").user)
    for address, said in _DEEDS:
        answer = client.post(address, said)
        assert answer.status_code == 302, address
    bank = path / "bank.xml"
    payer = HOSTILE.replace("&", "&amp;").replace("<", "&lt;")
    bank.write_text(statement(entry("50.00", payer, payer, on=ON), on=ON), encoding="utf-8")
    import_files(place.workspace(), ImportRequest((bank,), by="<b>test</b>", bank_complete_through=DEMO_ON))
    handed = {"files": SimpleUploadedFile(f"{HOSTILE}.csv", _ROWS.encode())}
    made = client.post("/import/files", handed).headers["Location"].rsplit("/", 1)[1]
    client.post(f"/import/{made}/take", {})
    (path / "uploads" / made).rename(path / "uploads" / TOKEN)
    kinds = (Promise, Dispute, Exclusion, Plan, Offer, Order, Application, Referral, BankEntry)
    assert [kind.objects.values_list("pk", flat=True).first() for kind in kinds] == [1] * len(kinds)
    connections.close_all()

"""No value of the record can be changed unseen: every column of every table is changed, and verifying must find it.

Whoever changes them has taken away what the database itself refuses (checks, unique values, references, triggers).
What is not found is listed, with the reason.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from dunwell.casework import hold_states, letter_states
from dunwell.casework.cases import Act, begin
from dunwell.runs import matching
from dunwell.runs.answers import CallResult, Said, call, dispute, exclude, note, promise, uphold
from dunwell.runs.applying import grant, receive
from dunwell.runs.case_subject import Subject
from dunwell.runs.holding import place
from dunwell.runs.nightly import run_day
from dunwell.runs.planning import PlanWish, offer_plan
from dunwell.store import bulk, people
from dunwell.store.audit_columns import CASES
from dunwell.store.audit_rows import case_digest, digest_of, row_lines
from dunwell.store.audit_verify import verify
from dunwell.store.models import (
    Account,
    BankEntry,
    Hold,
    Invoice,
    Letter,
    Offer,
    Order,
    Promise,
    Referral,
    SignIn,
)
from dunwell.store.privacy import Erasure, erase
from dunwell.store.workspace import Workspace
from tests.runs.test_matching import NOBODYS, ON, SURE, UNSURE, bring, desk, statement
from tests.store.tables import customer, event, invoice, payment, put
from tests.store.tampering import other_value, without_refusals

LEDGER = "of accounts to which nothing has happened since the last run: tests/store/test_ledger_digests.py"
NOT_FOUND: Mapping[str, str] = {
    **dict.fromkeys(("account", "invoice", "entry", "event"), LEDGER),
    "ledgercolumns": "a copy, compared with its rows (tests/store/test_ledger_columns.py)",
    "bankproposal": "worked out anew with every import and every run",
    "signin": "wrong passwords of the last quarter of an hour",
    "person.language": "a preference of the person's own",
    "person.theme": "a preference of the person's own",
    "person.totp_secret": "that there is one is found; another one lets its owner in no more",
    "person.totp_last_at": "when a code was used last",
    "instalment.paid_on": "recognised anew by every run, and by nothing else relied on",
    "run.failure": "why a run did not finish; it decided nothing",
    "letter.language": "of a draft, which a person reads before it is approved; found from then on",
    "letter.channel": "of a draft, which a person reads before it is approved; found from then on",
    "letter.pay_by_on": "of a draft; worked out anew when it is approved, and found from then on",
    "letter.total_due_minor": "of a draft; worked out anew when it is approved, and found from then on",
    "letter.approved_by": "of a draft; empty until it is approved, and found from then on",
    "letter.approved_at": "of a draft; empty until it is approved, and found from then on",
    "letter.sent_on": "of a draft; empty until it is approved, and found from then on",
    "letter.content": "of a draft; written when it is approved, and found from then on",
    "hold.in_force_on": "of a proposal of a run that nobody has moved; set when it begins, and found from then on",
    "hold.cure_by_on": "of a proposal of a run that nobody has moved; set when it begins, and found from then on",
    "hold.released_on": "of a proposal of a run that nobody has moved; set when it ends, and found from then on",
    "bankentry.account_id": "of an entry that nobody has moved: its moves say to whom it was applied",
    "bankentry.is_by_hand": "of an entry that nobody has moved: its moves say so",
}
"""Tables and columns in which a change is not found, and why; of a table with a column, in some of its rows."""


@pytest.fixture
def lived_in(empty_workspace: Workspace) -> Workspace:
    """A workspace with a row or more in every table."""
    live(empty_workspace)
    return empty_workspace


def live(workspace: Workspace) -> None:
    names = {"C100": "Aurora Ltd", "C200": "Borealis GmbH", "C300": "Canis Major SARL", "C400": "Dorado"}
    put("customers", *(customer(number, name=name) for number, name in names.items()))
    begun = {"issued_on": date(2026, 8, 1), "due_on": date(2026, 9, 1)}
    amounts = {"0101": 25_000, "0201": 99_000, "0301": 40_000, "0401": 7_000}
    numbered = zip(names, amounts.items(), strict=True)
    put("invoices", *(invoice(f"RE-2026-{number}", owner, minor, **begun) for owner, (number, minor) in numbered))
    put("payments", payment("P1", "RE-2026-0201", 1_000, account_number="C200", paid_on=date(2026, 9, 9)))
    put("events", event("response", account_number="C300", on=date(2026, 9, 9), note="will pay"))
    bring(workspace, statement(SURE, UNSURE, NOBODYS))
    run_day(workspace, ON)
    by_people(workspace)
    people.add_person("bob", "clerk", "ann")
    SignIn.objects.create(name="eve", address="::1", at=timezone.now())


def by_people(workspace: Workspace) -> None:
    at_desk = desk(workspace)
    matching.set_aside(at_desk, BankEntry.objects.get(payer_name="Stranger SA"), "no customer of ours")
    hold = place(at_desk, account("C400"), "EUR", "a person's word")
    for letter in Letter.objects.filter(account__account_number__in=("C200", "C400"), state="draft"):
        letter_states.approve(letter, on=ON, by="ann", content={"text": "Bitte zahlen Sie."})
        letter_states.mark_sent(letter, on=ON, by="ann")
    for state in ("approved", "notified"):
        hold_states.advance(hold, state, on=ON, by="ann")
    hold_states.start(hold, on=ON, cure_by_on=date(2026, 10, 20), by="ann")
    about = Subject(account("C300"), "EUR", Invoice.objects.get(invoice_number="RE-2026-0301"))
    offer_plan(at_desk, Subject(account("C300"), "EUR"), PlanWish(2, None, "asked for it", against_policy=True))
    promise(at_desk, about, date(2026, 10, 9), 4_000, Said("on Friday"))
    dispute(at_desk, about, 2_000, Said("short delivery"))
    found = dispute(at_desk, about, 1_000, Said("wrong price"))
    uphold(at_desk, found, 500, Said("it was"))
    exclude(at_desk, about, date(2026, 10, 5), Said("our mistake"))
    call(at_desk, about, CallResult("answered", "Mrs Canis"), Said("she will look"))
    note(at_desk, account("C300"), "likes to be called in the morning")
    receive(at_desk, Subject(account("C400"), "EUR"), 90_000, Said("see the file"))
    grant(at_desk, account("C400").application_set.get(), 80_000, Said("good figures"))
    cases(account("C200"))


def cases(owner: Account) -> None:
    own: dict[str, Any] = {"account": owner, "currency": "EUR"}
    reasons = [{"key": "hold", "passed": True}]
    order = Order(**own, order_number="O1", ordered_on=ON, amount_minor=5_000, reasons=reasons)
    offer = Offer(**own, kind="discount", opened_on=ON, expires_on=ON, pay_by_on=ON, pay_minor=900, discount_minor=10)
    referral = Referral(**own, option="agency", opened_on=ON, amount_minor=98_000, proposed_by="ann", note="why not")
    for case, happened in ((order, "approve"), (offer, "offer"), (referral, "propose")):
        begin(case, happened, Act(ON, "ann", "because", "a letter"))


def account(number: str) -> Account:
    return Account.objects.get(account_number=number)


def tables() -> list[type[models.Model]]:
    return list(apps.get_app_config("store").get_models())


def name_of(model: type[models.Model]) -> str:
    return model.__name__.lower()


def not_found_in(row: models.Model) -> Iterator[Any]:
    """The columns of a row in which another value is not found."""
    table, key = row._meta.db_table, row._meta.pk.column
    for field in row._meta.local_concrete_fields:
        sql = f'UPDATE {table} SET "{field.column}" = {other_value(field)} WHERE {key} = {row.pk}'
        if not field.primary_key and not is_found(sql):
            yield field


def is_found(sql: str) -> bool:
    with transaction.atomic():
        changed = bulk.execute(sql)
        assert changed == 1, sql
        found = bool(verify().findings)
        transaction.set_rollback(True)
    return found


@pytest.fixture
def at_risk(lived_in: Workspace) -> Iterator[None]:
    """The workspace in the hands of somebody who owns the database, who takes back what they have tried."""
    assert verify().findings == []
    if bulk.is_sqlite():
        bulk.execute("PRAGMA foreign_keys = OFF")
    with transaction.atomic():
        without_refusals()
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("at_risk")
def test_every_column_of_every_table_is_covered_or_said_not_to_be() -> None:
    covered = [model._default_manager for model in tables() if name_of(model) not in NOT_FOUND]
    rows = [row for manager in covered for row in {manager.earliest("pk"), manager.latest("pk")}]
    missed = {f"{name_of(type(row))}.{field.column}" for row in rows for field in not_found_in(row)}
    assert missed <= set(NOT_FOUND), sorted(missed - set(NOT_FOUND))


@pytest.mark.usefixtures("at_risk")
def test_of_what_people_have_moved_every_column_is_covered() -> None:
    letter = Letter.objects.filter(state="sent").earliest("pk")
    moved = (letter, Hold.objects.get(state="in_force"), BankEntry.objects.get(is_by_hand=True))
    missed = {f"{name_of(type(row))}.{field.column}" for row in moved for field in not_found_in(row)}
    assert missed == set()


@pytest.mark.usefixtures("at_risk")
def test_a_row_that_is_taken_out_or_put_in_is_found() -> None:
    missed: set[str] = set()
    for model in tables():
        if name_of(model) in {*NOT_FOUND, "person"}:
            continue
        table, key = model._meta.db_table, model._meta.pk.column
        last = model._default_manager.latest("pk").pk
        columns = [f'"{each.column}"' for each in model._meta.local_concrete_fields if not each.primary_key]
        listed = ", ".join(columns)
        unlike = {'"reference"': "'R2'", '"entry_reference"': "'E2'", '"version"': "'v2'", '"order_number"': "'O2'",
                  '"number"': "99", '"letter_id"': "letter_id + 1000", '"attempt"': "99", '"currency"': "'XXX'",
                  '"first_account_id"': "0", '"part"': "99"}  # fmt: skip
        values = ", ".join(unlike.get(each, each) if each in listed else each for each in columns)
        one = f"FROM {table} WHERE {key} = {last}"
        copied = f"INSERT INTO {table} ({key}, {listed}) SELECT {last + 1000}, {values} {one}"
        for sql in (f"DELETE {one}", copied):
            if not is_found(sql):
                missed.add(f"{sql[:6]} {name_of(model)}")
    assert missed == set()


def test_every_table_has_a_row(lived_in: Workspace) -> None:
    del lived_in
    empty = [name_of(model) for model in tables() if not model._default_manager.exists()]
    assert empty == []
    assert Hold.objects.exists()


def test_what_is_missed_is_what_is_said(lived_in: Workspace) -> None:
    del lived_in
    known = {name_of(model): {each.column for each in model._meta.local_concrete_fields} for model in tables()}
    for told in NOT_FOUND:
        table, _, column = told.partition(".")
        assert not column or column in known[table]
        assert table in known


def test_one_case_has_the_line_that_many_have(lived_in: Workspace) -> None:
    del lived_in
    Promise.objects.update(note="he said \x1f \x1e \u0219, and\nmore")
    for kind, columns in CASES.items():
        for key, line in row_lines(kind, 1, 1_000, columns).iter_rows():
            assert case_digest(kind, key) == digest_of([line])


def test_an_erasure_leaves_everything_explained(lived_in: Workspace) -> None:
    del lived_in
    erase([Erasure(account(number)) for number in ("C200", "C300")], on=ON, by="ann", reason="asked")
    erase([Erasure(account("C100"))], on=ON, by="ann", reason="asked")
    assert verify().findings == []

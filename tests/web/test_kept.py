"""What pages keep between two requests: never longer than it is true."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from random import Random

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from polars.testing import assert_frame_equal

from dunwell.errors import DunwellError
from dunwell.runs import kept as kept_of
from dunwell.runs import standing as standing_of
from dunwell.runs.answers import Said, dispute, exclude, note, promise
from dunwell.runs.approving import approve, cancel, mark_sent
from dunwell.runs.called import accounts_called
from dunwell.runs.case_lists import cases_of, listed
from dunwell.runs.case_subject import subject
from dunwell.runs.customer_list import CHOICES, customer_list
from dunwell.runs.decided import decided_by
from dunwell.runs.demo import DEMO_ON
from dunwell.runs.desk import Desk
from dunwell.runs.figures import BUCKETS, debtors, figures
from dunwell.runs.hold_board import earlier_holds
from dunwell.runs.holding import place, release
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.runs.kept import kept, moment
from dunwell.runs.nightly import run_day
from dunwell.runs.ready import make_ready
from dunwell.runs.rules import read_rules
from dunwell.runs.standing import Standing, standing
from dunwell.runs.statements import draft_statement
from dunwell.runs.todo import Wanted, worklist_page
from dunwell.store import audit, privacy
from dunwell.store.cases import MODELS
from dunwell.store.models import Account, Invoice, Letter
from dunwell.store.queries import account_by_number
from dunwell.store.workspace import DATABASE_FILE, Workspace

Visit = Callable[[str], Client]


def desk(shop: Workspace, on: date = DEMO_ON) -> Desk:
    return Desk(shop, read_rules(shop, on), on, "test")


def now(shop: Workspace) -> Standing:
    found = standing(shop)
    assert found is not None
    return found


def account(number: str) -> Account:
    found = account_by_number(number)
    assert found is not None
    return found


def test_an_answer_is_made_once_until_something_is_done(shop: Workspace) -> None:
    given: list[int | None] = []

    def make(before: int | None) -> int:
        given.append(before)
        return len(given)

    assert [kept(moment(shop), "count", make) for _ in range(3)] == [1, 1, 1]
    audit.append(audit.Act("note", "test", DEMO_ON))
    assert [kept(moment(shop), "count", make) for _ in range(3)] == [2, 2, 2]
    assert given == [None, 1]


def test_what_is_restored_from_a_backup_is_not_gone_on_from(shop: Workspace) -> None:
    given: list[str | None] = []

    def make(before: str | None) -> str:
        given.append(before)
        return "of now"

    file = shop.path / DATABASE_FILE
    early = moment(shop)
    connections.close_all()
    backup = file.read_bytes()
    audit.append(audit.Act("note", "test", DEMO_ON))
    kept(moment(shop), "where", lambda _before: "of what came later")
    connections.close_all()
    file.write_bytes(backup)
    audit.append(audit.Act("call", "test", DEMO_ON))
    assert kept(moment(shop), "where", make) == "of now"
    assert (given, moment(shop).number) == ([None], early.number + 1)


def test_what_stands_after_a_run_of_the_same_day_is_what_a_reading_of_everything_gives(shop: Workspace) -> None:
    before = now(shop)
    exclude(desk(shop), subject(desk(shop), "1003"), DEMO_ON + timedelta(days=9), Said("asked"))
    promise(desk(shop), subject(desk(shop), "1008"), DEMO_ON + timedelta(days=3), None, Said("called"))
    run_day(shop, DEMO_ON)
    after = now(shop)
    assert after.run.pk > before.run.pk
    assert standing_of._taken_over(before, after.run, after.rules) is not None
    assert_frame_equal(after.accounts, decided_by(after.run, after.rules))
    own = after.accounts.filter(account_id=account("1003").pk)["action"].to_list()
    assert own == ["none"] * len(own)


def shown(shop: Workspace) -> tuple[object, ...]:
    """Everything that the lists and figures say now."""
    standing_now = now(shop)
    return (
        standing_now.accounts.rows(),
        [worklist_page(standing_now, Wanted(page=page)) for page in (1, 2)],
        worklist_page(standing_now, Wanted(words="gmbh")),
        [customer_list(shop, standing_now, choice, "", 1) for choice in ("", *CHOICES)],
        customer_list(shop, standing_now, "", "gmbh", 1),
        earlier_holds(standing_now, is_whole=True),
        figures(shop, standing_now, DEMO_ON),
        [debtors(shop, standing_now, (DEMO_ON, "EUR", bucket), 1) for bucket in BUCKETS],
    )


def payment(shop: Workspace, chance: Random) -> None:
    """Import a payment of somebody's invoice; now and then of a new customer."""
    invoice = chance.choice(list(Invoice.objects.select_related("account").order_by("pk")))
    number, reference = invoice.account.account_number, f"P{chance.randrange(10**9)}"
    rows = [
        number,
        invoice.invoice_number,
        reference,
        str(DEMO_ON),
        invoice.currency,
        str(chance.randint(1, 900)),
        "payment",
    ]
    head = "account_number,invoice_number,payment_reference,paid_on,currency,amount,kind"
    path = shop.path / f"{reference}.csv"
    path.write_text(f"{head}\n{','.join(rows)}\n", encoding="utf-8")
    import_files(shop, ImportRequest((path,), bank_complete_through=DEMO_ON, by="test"))


def newcomer(shop: Workspace, chance: Random) -> None:
    """Import a customer whom nobody knew."""
    path = shop.path / "customers.csv"
    path.write_text(f"account_number,name\nN{chance.randrange(10**6)},Newcomer GmbH\n", encoding="utf-8")
    import_files(shop, ImportRequest((path,), by="test"))


def deed_of(shop: Workspace, chance: Random) -> None:
    """Do one thing that people do all day, or that another program does; what the program refuses is no act."""
    own = desk(shop)
    number = chance.choice(list(Account.objects.order_by("pk").values_list("account_number", flat=True)))
    drafts, approved = (list(Letter.objects.filter(state=state).order_by("pk")) for state in ("draft", "approved"))
    until_on = DEMO_ON + timedelta(days=chance.randint(1, 30))
    deeds: list[Callable[[], object]] = [
        lambda: exclude(own, subject(own, number), until_on, Said("asked")),
        lambda: promise(own, subject(own, number), until_on, None, Said("called")),
        lambda: dispute(own, subject(own, number), None, Said("broken")),
        lambda: note(own, account(number), "a note"),
        lambda: place(own, account(number), subject(own, number).currency, "a reason"),
        lambda: release(own, account(number), subject(own, number).currency, "a reason"),
        lambda: draft_statement(own, subject(own, number)),
        lambda: cancel(own, chance.choice(drafts + approved), "a mistake"),
        *[partial(approve, own, one) for one in drafts[:5]],
        *[partial(mark_sent, own, one) for one in approved[:5]],
        lambda: payment(shop, chance),
        lambda: newcomer(shop, chance),
        lambda: privacy.erase([privacy.Erasure(account(number), ("contact",))], on=DEMO_ON, by="test", reason="asked"),
    ]
    with suppress(DunwellError):
        chance.choice(deeds)()
    if chance.random() < 0.5:
        run_day(shop, DEMO_ON)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_through_any_acts_is_what_is_made_anew(shop: Workspace, seed: int) -> None:
    chance = Random(seed)
    shown(shop)
    for __ in range(12):
        deed_of(shop, chance)
        after = shown(shop)
        kept_of._kept.clear()
        assert after == shown(shop)


def test_the_next_day_has_its_own_figures(shop: Workspace) -> None:
    before = now(shop)
    run_day(shop, DEMO_ON + timedelta(days=1))
    after = now(shop)
    days = [each.accounts.select("account_id", "currency", "oldest_days_past_due") for each in (before, after)]
    older = days[0].join(days[1], on=["account_id", "currency"]).drop_nulls()
    assert set(older["oldest_days_past_due_right"] - older["oldest_days_past_due"]) == {1}
    assert_frame_equal(after.accounts, decided_by(after.run, after.rules))


def test_an_act_of_another_program_is_seen_by_the_next_page(shop: Workspace, client_as: Visit) -> None:
    client = client_as("viewer")
    total = worklist_page(now(shop), Wanted()).total
    assert str(client.get("/?action=hold").content).count("1003-20261120-hold-EUR") > 0
    letter = Letter.objects.get(reference="1003-20261120-hold-EUR")
    client_as("clerk").post(f"/letter/{letter.reference}/cancel", {"reason": "a mistake"})
    assert str(client.get("/?action=hold").content).count(letter.reference) == 0
    assert worklist_page(now(shop), Wanted()).total == total - 1


def test_names_are_found_in_any_case_of_any_alphabet_until_they_are_erased(shop: Workspace) -> None:
    found = [accounts_called(moment(shop), words) for words in ("söhne", "SÖHNE", "1011", " söhne  gmbh ", "söhne x1")]
    one = account("1011").pk
    assert [one in each for each in found] == [True, True, True, True, False]
    assert customer_list(shop, now(shop), "", "SÖHNE", 1).total == 1
    erasure = privacy.Erasure(account("1011"), ("contact",))
    privacy.erase([erasure], on=DEMO_ON, by="test", reason="asked")
    assert one not in accounts_called(moment(shop), "söhne")
    assert one in accounts_called(moment(shop), "1011")


def test_the_cases_of_a_customer_are_told_at_once_as_one_by_one(shop: Workspace) -> None:
    about = subject(desk(shop), "1008")
    promise(desk(shop), about, DEMO_ON + timedelta(days=3), None, Said("called"))
    dispute(desk(shop), about, None, Said("broken bottles"))
    exclude(desk(shop), about, DEMO_ON + timedelta(days=9), Said("asked"))
    one_by_one = [
        listed(case) for model in MODELS.values() for case in model._default_manager.filter(account=about.account)
    ]
    assert len(one_by_one) == 3
    assert sorted(map(repr, cases_of(about.account))) == sorted(map(repr, one_by_one))


def questions(visitor: Client, path: str) -> int:
    """How often a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        assert visitor.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", ["/", "/customers", "/figures"])
def test_what_was_made_ready_after_a_run_is_there_for_the_first_who_comes(
    shop: Workspace, client_as: Visit, path: str
) -> None:
    visitor = client_as("clerk")
    run_day(shop, DEMO_ON + timedelta(days=1))
    asked_at_first = questions(visitor, path)
    asked_again = questions(visitor, path)
    run_day(shop, DEMO_ON + timedelta(days=2))
    ready = make_ready(shop, DEMO_ON)
    assert asked_at_first > asked_again == questions(visitor, path)
    assert ready == now(shop).run.pk == make_ready(shop, DEMO_ON, ready)

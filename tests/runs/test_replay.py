"""A replay says what was decided, and of a day without a run what would have been, or that it cannot be known."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connections
from polars.testing import assert_frame_equal

from dunwell.casework import hold_states, letter_states
from dunwell.errors import RefusedError
from dunwell.law import RateRow
from dunwell.runs.answers import Said, uphold
from dunwell.runs.answers import dispute as open_dispute
from dunwell.runs.applying import grant, receive
from dunwell.runs.case_subject import Subject
from dunwell.runs.decisions_out import decisions_csv
from dunwell.runs.desk import Desk
from dunwell.runs.hold_board import hold_board, hold_counts
from dunwell.runs.holding import place
from dunwell.runs.nightly import DayReport, assess_account, replay_day, run_day
from dunwell.runs.rules import add_rates, read_rules
from dunwell.store import bulk
from dunwell.store.audit_triggers import drop_triggers
from dunwell.store.claims import Move, move_letter, place_hold
from dunwell.store.models import Account, Application, Dispute, Hold, Invoice, Letter
from dunwell.store.workspace import Workspace, open_workspace
from tests.store.tables import customer, event, invoice, payment, put

BEGIN_ON = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    connections.close_all()


def day(ahead: int) -> date:
    return BEGIN_ON + timedelta(days=ahead)


@pytest.fixture
def business(fresh_workspace: Callable[..., Path], tmp_path: Path) -> Workspace:
    """Three customers who owe 100.00 EUR each, due on 1 March 2026, and a run of 10 March."""
    shutil.copytree(fresh_workspace(), tmp_path / "workspace")
    workspace = open_workspace(tmp_path / "workspace")
    put("customers", *(customer(number, credit_limit_minor=20_000) for number in ("C1", "C2", "C3")))
    begun = {"issued_on": date(2026, 1, 1), "due_on": date(2026, 3, 1)}
    put("invoices", *(invoice(f"I{place}", f"C{place}", 10_000, **begun) for place in (1, 2, 3)))
    run_day(workspace, BEGIN_ON)
    return workspace


def desk(workspace: Workspace, ahead: int) -> Desk:
    return Desk(workspace, read_rules(workspace, day(ahead)), day(ahead), "anna")


def account(number: str = "C1") -> Account:
    return Account.objects.get(account_number=number)


def told(report: DayReport) -> list[str]:
    return [problem.message for problem in report.problems]


def value(report: DayReport, name: str, number: str = "C1") -> Any:
    return report.accounts.filter(pl.col("account_id") == account(number).pk)[name].item()


CORRECTIONS: dict[str, Callable[[], Any]] = {
    "customer": lambda: put("customers", customer("C1", credit_limit_minor=90_000)),
    "invoice": lambda: put("invoices", invoice("I1", "C1", 9_000, issued_on=date(2026, 1, 1), due_on=date(2026, 3, 1))),
    "payment": lambda: put("payments", payment("P1", "I1", 5_000, account_number="C1", paid_on=day(-5))),
    "event": lambda: put("events", event("exclusion", account_number="C1", on=day(-2), until_on=day(9))),
}


@pytest.mark.parametrize("kind", CORRECTIONS)
def test_what_was_corrected_since_is_said_and_a_day_with_a_run_is_free_of_it(business: Workspace, kind: str) -> None:
    put("payments", payment("P1", "I1", 500, account_number="C1", paid_on=day(-5)))
    put("events", event("exclusion", account_number="C1", on=day(-2), until_on=day(1)))
    run_day(business, BEGIN_ON)
    recorded = run_day(business, day(4)).accounts
    assert told(replay_day(business, day(2))) == []
    CORRECTIONS[kind]()
    run_day(business, day(5))
    corrected = f"Of C1 something was corrected after the run of {day(4)}; what it said before is not kept."
    assert told(replay_day(business, day(2))) == [corrected]
    assert told(assess_account(business, account("C2").pk, day(2))) == []
    again = replay_day(business, day(4))
    assert told(again) == []
    assert_frame_equal(again.accounts, recorded)


def test_rows_that_an_import_took_out_leave_everybody_unsure(business: Workspace) -> None:
    put("payments", *(payment("P1", None, minor, account_number="C1", paid_on=day(-5)) for minor in (1, 2)))
    run_day(business, day(4))
    put("payments", payment("P1", None, 1, account_number="C1", paid_on=day(-5)))
    found = told(replay_day(business, day(2)))
    assert found == [
        f"Rows were taken out by an import after the run of {day(4)}; nothing tells any more whose they were."
    ]


def test_rates_that_were_added_since_are_said_and_change_nothing_of_a_day_with_a_run(business: Workspace) -> None:
    recorded = run_day(business, day(1)).accounts
    run_day(business, day(4))
    add_rates(business, [RateRow("bundesbank_base", date(2027, 1, 1), 12_700, "for this test", verified=False)])
    stands = ["account_id", "currency", "action", "step", "total_due_minor"]
    assert_frame_equal(replay_day(business, day(1)).accounts.select(stands), recorded.select(stands))
    found = told(replay_day(business, day(2)))
    assert found == [
        f"Rates were added, or the jurisdiction was changed, after the run of {day(4)}; those of today are used."
    ]


def test_a_letter_that_came_back_counts_until_the_day_on_which_it_did(business: Workspace) -> None:
    letter = Letter.objects.get(account=account())
    move_letter(letter.pk, Move("draft", "sent", BEGIN_ON, "anna"), {"sent_on": BEGIN_ON})
    run_day(business, BEGIN_ON)
    move_letter(letter.pk, Move("sent", "bounced", day(3), "anna"))
    assert value(run_day(business, day(1)), "requests_sent") == 1
    assert value(run_day(business, day(3)), "requests_sent") == 0
    assert value(replay_day(business, day(2)), "requests_sent") == 1
    assert value(assess_account(business, account().pk, day(2)), "requests_sent") == 1


def test_a_limit_counts_from_the_day_on_which_it_was_granted(business: Workspace) -> None:
    for number, ahead, minor in (("C1", 3, 70_000), ("C1", 6, 50_000), ("C2", 3, 60_000)):
        receive(desk(business, ahead), Subject(account(number), "EUR"), minor, Said())
        grant(desk(business, ahead), Application.objects.latest("id"), minor, Said("good figures"))
    limits = {ahead: value(run_day(business, day(ahead)), "credit_limit_minor") for ahead in (1, 3, 6)}
    assert limits == {1: 20_000, 3: 70_000, 6: 50_000}
    then = replay_day(business, day(2)).accounts.sort("account_id")["credit_limit_minor"].to_list()
    assert then == [20_000, 20_000, 20_000]
    assert value(assess_account(business, account().pk, day(5)), "credit_limit_minor") == 70_000
    assert told(replay_day(business, day(2))) == []


def test_what_an_earlier_dunwell_did_not_keep_is_said(business: Workspace) -> None:
    open_dispute(desk(business, 0), Subject(account(), "EUR", Invoice.objects.get(account=account())), 4_000, Said("x"))
    uphold(desk(business, 3), Dispute.objects.get(), 1_000, Said("x"))
    run_day(business, day(2))
    assert value(replay_day(business, day(1)), "chaseable_minor") == 6_000
    drop_triggers(connections["default"])
    bulk.execute("UPDATE store_auditentry SET summary = replace(summary, '\"was\"', '\"xwas\"')")
    assert value(replay_day(business, day(1)), "chaseable_minor") == 9_000
    corrected = f"Of C1 something was corrected after the run of {day(2)}; what it said before is not kept."
    assert told(replay_day(business, day(1))) == [corrected]


def test_decisions_of_an_earlier_run_are_written_under_its_own_policy(business: Workspace) -> None:
    before = decisions_csv(business, BEGIN_ON)
    (business.path / "policy.toml").write_text(
        'default = "other"\n[policy.other]\nlate_fee = { kind = "flat", amount = { EUR = "9.00" } }\n', encoding="utf-8"
    )
    run_day(business, day(1))
    assert decisions_csv(business, BEGIN_ON) == before


def test_a_run_leaves_alone_what_a_person_has_dated_ahead(business: Workspace) -> None:
    about = Subject(account(), "EUR", Invoice.objects.get(account=account()))
    open_dispute(desk(business, 0), about, 4_000, Said("short delivery"))
    uphold(desk(business, 5), Dispute.objects.get(), None, Said("ten bottles"))
    note = payment("CN1", "I1", 4_000, account_number="C1", paid_on=day(1), kind="credit_note")
    put("payments", note)
    states = []
    for ahead in (2, 5):
        run_day(business, day(ahead))
        states.append(Dispute.objects.get().state)
    assert states == ["upheld", "credited"]


def test_a_letter_and_a_hold_are_moved_in_the_order_of_their_days(business: Workspace) -> None:
    letter = Letter.objects.get(account=account())
    words = "was last moved on 2026-03-10; it cannot be moved on 2026-03-09."
    with pytest.raises(RefusedError, match=f"Letter {letter.reference} {words}"):
        letter_states.cancel(letter, on=day(-1), by="anna", reason="no")
    hold = place(desk(business, 0), account(), "EUR", "a person's word")
    with pytest.raises(RefusedError, match=f"The hold on C1 Customer C1 {words}"):
        hold_states.advance(hold, "withdrawn", on=day(-1), by="anna", reason="no")


def test_a_hold_that_is_to_be_lifted_later_is_in_force_on_the_board_until_then(business: Workspace) -> None:
    own = {"account": account(), "currency": "EUR", "letter": Letter.objects.get(account=account())}
    hold = Hold(**own, proposed_on=BEGIN_ON, in_force_on=BEGIN_ON, released_on=day(3), demanded_minor=10_000)
    place_hold(hold, Move("", "released", day(3), "anna", "paid by cheque"))
    counts = {ahead: hold_counts(day(ahead)) for ahead in (1, 3)}
    assert counts == {1: {"in_force": 1, "released": 0, "lately": 0}, 3: {"released": 1, "lately": 1}}
    boards = {ahead: [(each.state, each.total) for each in hold_board(day(ahead), counts[ahead])] for ahead in (1, 3)}
    assert boards == {1: [("in_force", 1)], 3: [("released", 1)]}

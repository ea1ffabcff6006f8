"""What a person gets wrong by hand: the day, the currency, the amount, the order of things. On both databases."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connections

from dunwell.errors import RefusedError, UsageError
from dunwell.runs import answers, approving, holding
from dunwell.runs.answers import CallResult, Said
from dunwell.runs.case_subject import Subject, required_situation, subject
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import run_day
from dunwell.runs.planning import PlanWish, offer_plan
from dunwell.runs.privacy import erase_person
from dunwell.runs.rendering import content_of, render_letters
from dunwell.runs.rules import read_rules
from dunwell.store import audit_verify
from dunwell.store.models import Account, Call, Dispute, Hold, Letter, Plan, Promise
from dunwell.store.workspace import Workspace, init_workspace
from dunwell.store.workspace_settings import Beginning
from tests.store.tables import customer, invoice, payment, put

ON = date(2026, 10, 2)
REMINDER = "C1-20261002-reminder-EUR"
HOLD = "C1-20261002-hold-EUR"


@pytest.fixture(params=["sqlite", "postgresql"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """C1 owes 500.00, a week past due, and the draft of its reminder waits; 200.00 of another invoice were paid."""
    database = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    made = init_workspace(tmp_path / "workspace", Beginning(database=database))
    put("customers", customer("C1", language="en"), customer("C2", language="en", currency=None))
    put(
        "invoices",
        invoice("I1", "C1", 50_000, issued_on=date(2026, 8, 1), due_on=date(2026, 9, 25)),
        invoice("I2", "C1", 20_000, issued_on=date(2026, 8, 1), due_on=date(2026, 9, 1)),
        invoice("I3", "C2", 30_000, issued_on=date(2026, 8, 1), due_on=date(2026, 9, 25)),
    )
    put("payments", payment("P2", "I2", 20_000, paid_on=date(2026, 8, 20)), bank_complete_through=ON)
    run_day(made, ON)
    yield made
    assert audit_verify.verify().findings == []
    connections.close_all()


def desk(workspace: Workspace, on: date = ON, by: str = "Ann") -> Desk:
    return Desk(workspace, read_rules(workspace, on), on, by)


def place(workspace: Workspace, reason: str = "bad cheque", number: str = "C1") -> Hold:
    own = desk(workspace)
    about = subject(own, number)
    return holding.place(own, about.account, about.currency, reason)


def letters() -> dict[str, str]:
    return dict(Letter.objects.filter(account__account_number="C1").values_list("reference", "state"))


def in_force(workspace: Workspace) -> Hold:
    hold = place(workspace)
    letter = Letter.objects.get(reference=HOLD)
    approving.approve(desk(workspace, by="Bob"), letter)
    approving.mark_sent(desk(workspace), letter)
    hold.refresh_from_db()
    assert hold.state == "in_force"
    return hold


def test_a_hold_is_not_released_on_a_day_before_it_began(workspace: Workspace) -> None:
    hold, early = in_force(workspace), desk(workspace, ON - timedelta(days=1))
    with pytest.raises(RefusedError, match="was last moved on 2026-10-02; it cannot be moved on 2026-10-01"):
        holding.release(early, hold.account, "EUR", "a day too early")
    hold.refresh_from_db()
    assert (hold.state, "C1-20261001-hold-release-EUR" in letters()) == ("in_force", False)


def test_what_was_released_is_not_placed_nor_released_again_on_an_earlier_day(workspace: Workspace) -> None:
    hold, later = in_force(workspace), desk(workspace, ON + timedelta(days=2))
    holding.release(later, hold.account, "EUR", "paid in cash")
    between = desk(workspace, ON + timedelta(days=1))
    with pytest.raises(RefusedError, match="was last moved on 2026-10-04; it cannot be moved on 2026-10-03"):
        holding.release(between, hold.account, "EUR", "once more")
    with pytest.raises(RefusedError, match="was last moved on 2026-10-04; it cannot be moved on 2026-10-03"):
        holding.place(between, hold.account, "EUR", "once more")
    assert Hold.objects.count() == 1


def test_a_letter_is_not_withdrawn_by_the_ledger_of_a_day_before_it_was_drafted(workspace: Workspace) -> None:
    letter = Letter.objects.get(reference=REMINDER)
    with pytest.raises(RefusedError, match="was last moved on 2026-10-02; it cannot be moved on 2026-09-20"):
        approving.approve(desk(workspace, date(2026, 9, 20)), letter)
    assert letters() == {REMINDER: "draft"}


def test_a_letter_is_not_sent_on_a_day_before_its_approval(workspace: Workspace) -> None:
    letter = Letter.objects.get(reference=REMINDER)
    approving.approve(desk(workspace, ON + timedelta(days=1)), letter)
    with pytest.raises(RefusedError, match="was last moved on 2026-10-03; it cannot be moved on 2026-10-02"):
        approving.mark_sent(desk(workspace), letter)
    assert letters() == {REMINDER: "approved"}


def test_the_letter_of_a_hold_placed_by_hand_takes_the_place_of_the_one_that_waits(workspace: Workspace) -> None:
    """Two letters to one customer on one day, a reminder and a hold, would contradict each other."""
    approving.approve(desk(workspace), Letter.objects.get(reference=REMINDER))
    place(workspace)
    assert letters() == {REMINDER: "cancelled", HOLD: "draft"}
    assert run_day(workspace, ON).drafted == 0
    assert run_day(workspace, ON + timedelta(days=1)).drafted == 0
    assert letters() == {REMINDER: "cancelled", HOLD: "draft"}


def test_a_hold_given_up_gives_the_step_back_and_can_be_placed_again_the_same_day(workspace: Workspace) -> None:
    hold = place(workspace)
    holding.release(desk(workspace), hold.account, "EUR", "the wrong customer")
    run_day(workspace, ON)
    assert letters() == {REMINDER: "cancelled", HOLD: "cancelled", f"{REMINDER}-2": "draft"}
    again = place(workspace, "the right one after all")
    assert (again.state, again.letter and again.letter.reference) == ("proposed", f"{HOLD}-2")
    assert letters()[f"{REMINDER}-2"] == "cancelled"


def test_a_hold_in_a_currency_in_which_nothing_is_owed_is_refused(workspace: Workspace) -> None:
    own = desk(workspace)
    with pytest.raises(RefusedError, match="C1 owes nothing in USD"):
        holding.place(own, subject(own, "C1").account, "USD", "mistyped")


def test_an_account_without_a_currency_is_held_in_the_business_s_own(workspace: Workspace) -> None:
    assert place(workspace, number="C2").currency == "EUR"


@pytest.mark.parametrize("name", ["Ann", "ann", " Ann "])
def test_a_capital_or_a_blank_does_not_make_four_eyes_of_two(workspace: Workspace, name: str) -> None:
    policy = workspace.path / "policy.toml"
    policy.write_text(policy.read_text("utf-8").replace("four_eyes = false", "four_eyes = true"), "utf-8")
    place(workspace)
    letter = Letter.objects.get(reference=HOLD)
    with pytest.raises(RefusedError, match="was drafted by Ann; the policy wants somebody else to approve it"):
        approving.approve(desk(workspace, by=name), letter)
    approving.approve(desk(workspace, by="Bob"), letter)
    assert letters()[HOLD] == "approved"


def about(workspace: Workspace, invoice_number: str = "", currency: str = "", on: date = ON) -> Subject:
    return subject(desk(workspace, on), "C1", currency, invoice_number)


def promised(
    workspace: Workspace, minor: int, until_on: date = date(2026, 10, 9), of: Subject | None = None
) -> Promise:
    return answers.promise(desk(workspace), of or about(workspace), until_on, minor, Said())


def test_a_promise_is_of_what_is_owed(workspace: Workspace) -> None:
    row = required_situation(desk(workspace), about(workspace)).row
    charges = sum(int(row[name] or 0) for name in ("late_fee_minor", "interest_minor", "compensation_minor"))
    most = 50_000 + charges
    with pytest.raises(UsageError, match=f"More is promised than is owed; the most is EUR {most / 100:.2f}"):
        promised(workspace, most + 1)
    with pytest.raises(RefusedError, match="C1 owes nothing in USD"):
        promised(workspace, 10_000, of=about(workspace, currency="USD"))
    with pytest.raises(RefusedError, match="Nothing is open of invoice I2"):
        promised(workspace, 10_000, of=about(workspace, "I2"))
    with pytest.raises(UsageError, match="2062-10-09 lies more than a year after 2026-10-02"):
        promised(workspace, 10_000, date(2062, 10, 9))
    assert Promise.objects.count() == 0
    assert promised(workspace, most).amount_minor == most


def test_a_call_with_a_promise_that_is_refused_leaves_nothing(workspace: Workspace) -> None:
    result = CallResult("promised", "Ms Ray", 5_000_000, date(2026, 10, 9))
    with pytest.raises(UsageError, match="More is promised than is owed"):
        answers.call(desk(workspace), about(workspace), result, Said())
    assert (Call.objects.count(), Promise.objects.count()) == (0, 0)


def disputed(workspace: Workspace, minor: int | None, invoice_number: str = "I1", note: str = "") -> Dispute:
    return answers.dispute(desk(workspace), about(workspace, invoice_number), minor, Said(note))


def test_parts_that_are_disputed_are_together_no_more_than_is_open(workspace: Workspace) -> None:
    disputed(workspace, 30_000, note="broken")
    with pytest.raises(UsageError, match="More is disputed than is open of the invoice"):
        disputed(workspace, 30_000, note="late")
    assert disputed(workspace, 30_000, note="broken").pk == Dispute.objects.get().pk
    disputed(workspace, 20_000, note="late")


def test_nothing_is_said_about_an_invoice_before_it_was_issued(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="Invoice I1 was issued on 2026-08-01, after 2026-07-31"):
        about(workspace, "I1", on=date(2026, 7, 31))


def test_nobody_is_left_alone_in_a_currency_in_which_nothing_is_owed(workspace: Workspace) -> None:
    with pytest.raises(RefusedError, match="C1 owes nothing in USD"):
        answers.exclude(desk(workspace), about(workspace, currency="USD"), None, Said("ours"))
    with pytest.raises(RefusedError, match="C1 owes nothing in USD"):
        answers.dispute(desk(workspace), about(workspace, currency="USD"), None, Said("ours"))


def chaseable(workspace: Workspace, on: date) -> int:
    account = Account.objects.get(account_number="C1")
    return int(required_situation(desk(workspace, on), Subject(account, "EUR")).row["chaseable_minor"])


@pytest.mark.parametrize("part_minor", [20_000, None])
def test_a_part_upheld_later_does_not_change_what_was_disputed_before(
    workspace: Workspace, part_minor: int | None
) -> None:
    found = disputed(workspace, part_minor)
    before = chaseable(workspace, ON)
    answers.uphold(desk(workspace, ON + timedelta(days=5)), found, 5_000, Said("five bottles were missing"))
    assert (found.state, found.amount_minor) == ("upheld", 5_000)
    assert chaseable(workspace, ON) == chaseable(workspace, ON + timedelta(days=4)) == before
    assert before == 50_000 - (part_minor or 50_000)
    assert chaseable(workspace, ON + timedelta(days=5)) == 45_000


def test_all_that_is_disputed_upheld_leaves_no_second_case(workspace: Workspace) -> None:
    found = disputed(workspace, 20_000)
    answers.uphold(desk(workspace), found, None, Said("agreed"))
    assert list(Dispute.objects.values_list("state", "amount_minor")) == [("upheld", 20_000)]


def test_a_credit_note_can_be_agreed_on_for_an_invoice_that_was_paid(workspace: Workspace) -> None:
    found = disputed(workspace, None, "I2")
    answers.uphold(desk(workspace), found, 5_000, Said("five bottles were missing"))
    assert (found.state, found.amount_minor) == ("upheld", 5_000)


def test_a_letter_whose_text_was_erased_is_not_written_anew(workspace: Workspace) -> None:
    """What would be written today is not what went out then."""
    letter = Letter.objects.get(reference=REMINDER)
    approving.approve(desk(workspace), letter)
    approving.mark_sent(desk(workspace), letter)
    put("payments", payment("P1", "I1", 50_000, paid_on=ON), bank_complete_through=ON)
    erase_person(desk(workspace), letter.account, "asked")
    letter = Letter.objects.get(reference=REMINDER)
    said = f"The text of letter {REMINDER} was erased; what it asked for and when it went out is kept."
    with pytest.raises(RefusedError, match=said):
        content_of(desk(workspace), letter)
    assert [one.failure for one in render_letters(desk(workspace), [letter], workspace.outbox)] == [said]
    assert list(workspace.outbox.iterdir()) == []


def test_a_draft_that_was_cancelled_is_not_typeset(workspace: Workspace) -> None:
    letter = Letter.objects.get(reference=REMINDER)
    approving.cancel(desk(workspace), letter, "our mistake")
    said = f"Letter {REMINDER} was cancelled; there is nothing to render."
    assert [one.failure for one in render_letters(desk(workspace), [letter], workspace.outbox)] == [said]
    assert list(workspace.outbox.iterdir()) == []


def test_more_instalments_than_the_policy_allows_need_a_reason(workspace: Workspace) -> None:
    def offered(wish: PlanWish) -> int:
        return offer_plan(desk(workspace), about(workspace), wish).instalments.count()

    with pytest.raises(RefusedError, match="The policy allows at most 6 instalments here"):
        offered(PlanWish(7))
    with pytest.raises(UsageError, match="Against the policy only with a reason"):
        offered(PlanWish(7, against_policy=True, reason="  "))
    with pytest.raises(UsageError, match="2126-10-20 lies more than a year after 2026-10-02"):
        offered(PlanWish(6, date(2126, 10, 20)))
    assert Plan.objects.count() == 0
    assert offered(PlanWish(7, against_policy=True, reason="an old friend")) == 7

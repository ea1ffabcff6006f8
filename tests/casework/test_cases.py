"""Cases over the store, on both databases: moves are rows, the past stays as it was, and of two who try one wins."""

from datetime import date, timedelta
from threading import Barrier, Thread

import polars as pl
import pytest
from django.db import IntegrityError, connections, transaction

from dunwell.casework.cases import Act, advance, begin, begin_once, close
from dunwell.errors import RefusedError
from dunwell.store.cases import net_open_minor, states_on
from dunwell.store.models import (
    Account,
    Call,
    CaseLetter,
    CaseTransition,
    Dispute,
    Exclusion,
    Letter,
    Order,
    Plan,
    Promise,
    Referral,
)
from dunwell.store.reading import read_ledger
from tests.store.tables import JAN, customer, invoice, payment, put

pytestmark = pytest.mark.usefixtures("database")


def account() -> Account:
    put("customers", customer())
    put("invoices", invoice())
    return Account.objects.get()


def promise(owner: Account, **more: object) -> Promise:
    base: dict[str, object] = {"currency": "EUR", "amount_minor": 5_000, "opened_on": JAN[9], "until_on": JAN[19]}
    return Promise(account=owner, **{**base, **more})


def events(as_of: date) -> list[tuple[str, date, date | None]]:
    rows = read_ledger(as_of).events.select("kind", "on", "until_on").sort("on", "kind").iter_rows()
    return [(str(kind), on, until_on) for kind, on, until_on in rows]


def test_a_case_begins_with_a_row_and_every_move_adds_one() -> None:
    made = promise(account())
    begin(made, "make", Act(JAN[9], "Ann", "on the telephone", "call 1"))
    advance(made, "keep", Act(JAN[15], "run", "paid", "P1"), closed_on=JAN[15], held_through_on=made.until_on)
    rows = CaseTransition.objects.order_by("id").values_list(
        "kind", "event", "from_state", "to_state", "by", "evidence"
    )
    assert list(rows) == [
        ("promise", "make", "", "made", "Ann", "call 1"),
        ("promise", "keep", "made", "kept", "run", "P1"),
    ]
    assert (made.state, made.closed_on) == ("kept", JAN[15])


def test_an_illegal_move_is_refused_with_what_is_possible_and_writes_nothing() -> None:
    found = Dispute(account=account(), opened_on=JAN[9])
    begin(found, "open", Act(JAN[9], "Ann"))
    with pytest.raises(RefusedError, match="Dispute 1 of C1 is opened, so 'credit' is not possible; possible: answer"):
        advance(found, "credit", Act(JAN[10], "Ann"))
    assert CaseTransition.objects.count() == 1


def test_a_guard_forbids_what_the_table_would_allow() -> None:
    found = Dispute(account=account(), opened_on=JAN[9])
    begin(found, "open", Act(JAN[9], "Ann"))
    with pytest.raises(RefusedError, match="A credit note belongs to an invoice"):
        advance(found, "uphold", Act(JAN[10], "Ann"))


def test_a_move_is_not_dated_before_the_last_one() -> None:
    made = promise(account())
    begin(made, "make", Act(JAN[9], "Ann"))
    with pytest.raises(RefusedError, match="was last moved on 2026-01-10; it cannot be moved on 2026-01-09"):
        close(made, "withdraw", Act(JAN[8], "Ann"))


def test_a_case_closed_later_is_still_open_on_the_earlier_day() -> None:
    found = Dispute(account=account(), opened_on=JAN[9])
    begin(found, "open", Act(JAN[9], "Ann"))
    close(found, "reject", Act(JAN[20], "Ann"))
    assert events(JAN[8]) == []
    assert events(JAN[19]) == [("dispute", JAN[9], None)]
    assert events(JAN[20]) == [("dispute", JAN[9], JAN[19])]
    assert states_on("dispute", JAN[15]) == {found.pk: "opened"}


def test_a_promise_withdrawn_holds_through_the_day_before() -> None:
    made = promise(account())
    begin(made, "make", Act(JAN[9], "Ann"))
    close(made, "withdraw", Act(JAN[12], "Ann"))
    assert events(JAN[11]) == [("promise", JAN[9], JAN[19])]
    assert events(JAN[12]) == [("promise", JAN[9], JAN[11])]


def test_an_exclusion_that_expired_ends_on_its_own_day() -> None:
    made = Exclusion(account=account(), opened_on=JAN[9], until_on=JAN[14])
    begin(made, "exclude", Act(JAN[9], "Ann"))
    close(made, "expire", Act(JAN[20], "run"))
    assert events(JAN[25]) == [("exclusion", JAN[9], JAN[14])]


def test_a_referral_handed_over_excludes_until_it_ends() -> None:
    made = Referral(account=account(), currency="EUR", option="attorney", opened_on=JAN[9], amount_minor=1)
    begin(made, "propose", Act(JAN[9], "Ann"))
    advance(made, "approve", Act(JAN[10], "Bob"))
    assert events(JAN[10]) == []
    advance(made, "hand over", Act(JAN[11], "Bob"), handed_over_on=JAN[11])
    assert events(JAN[20]) == [("exclusion", JAN[11], None)]
    close(made, "close", Act(JAN[21], "Bob"))
    assert events(JAN[21]) == [("exclusion", JAN[11], JAN[20])]


def test_only_calls_that_reached_somebody_are_requests_and_only_answers_are_responses() -> None:
    owner = account()
    for number, outcome in enumerate(("asked", "no_answer", "message_left", "wrong_number", "called_us", "answered")):
        Call.objects.create(account=owner, on=JAN[number], outcome=outcome, by="Ann")
    assert events(JAN[30]) == [
        ("call", JAN[0], None),
        ("response", JAN[4], None),
        ("call", JAN[5], None),
        ("response", JAN[5], None),
    ]


def ordered(as_of: date) -> int:
    return int(read_ledger(as_of).orders["amount_minor"].sum())


def test_an_order_counts_from_its_approval_until_it_is_held_or_invoiced_also_when_seen_later() -> None:
    made = Order(account=account(), order_number="O1", ordered_on=JAN[2], currency="EUR", amount_minor=700)
    begin(made, "approve", Act(JAN[2], "Ann"))
    advance(made, "hold", Act(JAN[5], "Ann"))
    advance(made, "release", Act(JAN[8], "Ann"))
    advance(made, "invoice", Act(JAN[11], "Ann"))
    assert [ordered(JAN[day]) for day in (1, 2, 4, 5, 7, 8, 10, 11)] == [0, 700, 700, 0, 0, 700, 700, 0]


def test_an_invoice_that_names_the_order_takes_its_place_at_once() -> None:
    made = Order(account=account(), order_number="O1", ordered_on=JAN[2], currency="EUR", amount_minor=700)
    begin(made, "approve", Act(JAN[2], "Ann"))
    put("invoices", invoice("I9", order_number="O1", issued_on=JAN[6]))
    assert (ordered(JAN[5]), ordered(JAN[6])) == (700, 0)


def test_of_many_who_accept_at_once_exactly_one_wins() -> None:
    plan = Plan(
        account=account(), currency="EUR", opened_on=JAN[9], expires_on=JAN[19], total_minor=1, covered_minor=1,
        grace_days=3,
    )  # fmt: skip
    begin(plan, "offer", Act(JAN[9], "Ann"))
    start, outcomes = Barrier(4), []

    def accept(name: str) -> None:
        mine = Plan.objects.select_related("account").get()
        start.wait()
        try:
            advance(mine, "accept", Act(JAN[10], name), agreed_on=JAN[10])
            outcomes.append("won")
        except RefusedError:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [Thread(target=accept, args=(f"clerk {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "refused", "refused", "won"]
    assert CaseTransition.objects.filter(to_state="accepted").count() == 1


def test_an_offer_is_not_accepted_after_its_last_day() -> None:
    plan = Plan(
        account=account(), currency="EUR", opened_on=JAN[9], expires_on=JAN[19], total_minor=1, covered_minor=1,
        grace_days=3,
    )  # fmt: skip
    begin(plan, "offer", Act(JAN[9], "Ann"))
    with pytest.raises(RefusedError, match="was open through 2026-01-20"):
        advance(plan, "accept", Act(JAN[20], "Ann"), agreed_on=JAN[20])
    advance(plan, "accept", Act(JAN[19], "Ann"), agreed_on=JAN[19])


def test_the_database_refuses_a_second_live_plan_and_a_promise_into_the_past() -> None:
    owner = account()
    more = {"currency": "EUR", "opened_on": JAN[9], "expires_on": JAN[19], "total_minor": 1, "covered_minor": 1}
    Plan.objects.create(account=owner, grace_days=3, **more)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(account=owner, grace_days=3, **more)
    with pytest.raises(IntegrityError), transaction.atomic():
        promise(owner, until_on=JAN[9] - timedelta(days=1)).save()


def test_what_is_owed_on_the_invoices_of_a_plan_leaves_out_later_invoices_and_their_payments() -> None:
    owner = account()
    put("invoices", invoice("I2", amount=3_000, issued_on=JAN[20], due_on=JAN[25]))
    put("payments", payment("P1", "I1", 4_000, paid_on=JAN[10]), payment("P2", "I2", 3_000, paid_on=JAN[22]))
    put("payments", payment("P3", None, 500, paid_on=JAN[23]), payment("P4", "I1", 100, paid_on=JAN[24], kind="refund"))
    owed = [net_open_minor(owner.pk, "EUR", JAN[9], JAN[day]) for day in (9, 10, 22, 23, 24)]
    assert owed == [10_000, 6_000, 6_000, 5_500, 5_600]


def test_a_letter_of_a_case_takes_no_step_of_the_ladder() -> None:

    owner = account()
    letter = Letter.objects.create(
        account=owner, currency="EUR", kind="plan_default", step="plan_default", language="de", reference="R1",
        episode_start_on=JAN[9], drafted_on=JAN[9], total_due_minor=1, state="sent", sent_on=JAN[9],
    )  # fmt: skip
    CaseLetter.objects.create(letter=letter, kind="plan", case_id=1)
    requests = read_ledger(JAN[20]).events.filter(pl.col("kind") == "request")
    assert requests["step"].to_list() == [None]


def test_the_same_said_twice_is_one_case_and_anything_else_is_another() -> None:
    owner = account()
    first = begin_once(promise(owner), "make", Act(JAN[9], "Ann"))
    assert begin_once(promise(owner), "make", Act(JAN[9], "Ann", evidence="call 2")).pk == first.pk
    others = [promise(owner, until_on=JAN[20]), promise(owner, amount_minor=4_000), promise(owner, note="half")]
    assert len({begin_once(each, "make", Act(JAN[9], "Ann")).pk for each in others} | {first.pk}) == 4
    assert begin_once(promise(owner), "make", Act(JAN[9], "Bob")).pk != first.pk
    advance(first, "keep", Act(JAN[15], "run"), closed_on=JAN[15], held_through_on=first.until_on)
    assert begin_once(promise(owner), "make", Act(JAN[15], "Ann")).state == "made"
    assert Promise.objects.count() == CaseTransition.objects.filter(from_state="").count() == 6

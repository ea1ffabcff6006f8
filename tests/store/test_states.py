from datetime import date
from threading import Barrier, Thread
from typing import TypedDict

import pytest
from django.db import IntegrityError, connections, transaction

from dunwell.casework import hold_states, letter_states
from dunwell.errors import RefusedError
from dunwell.store.claims import Move, place_hold
from dunwell.store.models import HOLD_STATES, LETTER_STATES, Account, Hold, HoldTransition, Letter, LetterTransition
from tests.store.tables import JAN, customer, put

pytestmark = pytest.mark.usefixtures("database")


class By(TypedDict):
    on: date
    by: str


BY: By = {"on": JAN[21], "by": "Ann"}


def account() -> Account:
    put("customers", customer())
    return Account.objects.get()


def letter(owner: Account, **more: object) -> Letter:
    base: dict[str, object] = {
        "account": owner, "currency": "EUR", "kind": "hold", "step": "hold", "language": "de", "reference": "R1",
        "episode_start_on": JAN[15], "drafted_on": JAN[20], "total_due_minor": 6_000,
    }  # fmt: skip
    return Letter.objects.create(**{**base, **more})


def hold(owner: Account, **more: object) -> Hold:
    base: dict[str, object] = {
        "account": owner, "currency": "EUR", "proposed_on": JAN[20], "demanded_minor": 6_000,
    }  # fmt: skip
    return Hold.objects.create(**{**base, **more})


def test_every_state_has_its_moves_and_every_move_leads_to_a_state() -> None:
    assert set(letter_states.LETTER_MOVES) == set(LETTER_STATES)
    assert {after for moves in letter_states.LETTER_MOVES.values() for after in moves} <= set(LETTER_STATES)
    assert set(hold_states.HOLD_MOVES) == set(HOLD_STATES)
    assert {after for moves in hold_states.HOLD_MOVES.values() for after in moves} <= set(HOLD_STATES)


def test_a_letter_goes_from_draft_to_delivered_and_every_move_is_a_row() -> None:
    it = letter(account())
    letter_states.approve(it, content={"subject": "Ihr Konto"}, reason="checked", **BY)
    for state in ("queued", "in_flight", "sent", "delivered"):
        letter_states.advance(it, state, **BY)
    assert (it.state, it.approved_by, it.sent_on, it.content) == ("delivered", "Ann", JAN[21], {"subject": "Ihr Konto"})
    assert it.approved_at is not None
    story = LetterTransition.objects.order_by("pk").values_list("from_state", "to_state", "by", "reason")
    assert list(story) == [
        ("draft", "approved", "Ann", "checked"),
        ("approved", "queued", "Ann", ""),
        ("queued", "in_flight", "Ann", ""),
        ("in_flight", "sent", "Ann", ""),
        ("sent", "delivered", "Ann", ""),
    ]


def test_an_illegal_move_is_refused_with_what_would_be_legal() -> None:
    it = letter(account())
    with pytest.raises(RefusedError, match="R1 is draft and cannot become sent; it can become: approved, cancelled"):
        letter_states.mark_sent(it, **BY)
    assert (Letter.objects.get().state, LetterTransition.objects.count()) == ("draft", 0)


def test_of_two_who_saw_the_same_draft_only_the_first_moves_it() -> None:
    it = letter(account())
    stale = Letter.objects.get()
    letter_states.cancel(it, reason="paid", **BY)
    with pytest.raises(RefusedError, match="no longer draft"):
        letter_states.approve(stale, content=None, **BY)
    assert (Letter.objects.get().state, LetterTransition.objects.count()) == ("cancelled", 1)


def test_of_many_who_approve_at_once_exactly_one_wins() -> None:
    letter(account())
    start, outcomes = Barrier(6), []

    def approve(name: str) -> None:
        mine = Letter.objects.get()
        start.wait()
        try:
            letter_states.approve(mine, on=JAN[21], by=name, content=None)
            outcomes.append(name)
        except RefusedError:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [Thread(target=approve, args=(f"clerk {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = (name for name in outcomes if name != "refused")
    assert (Letter.objects.get().approved_by, len(outcomes)) == (winner, 6)
    assert LetterTransition.objects.count() == 1


def test_a_hold_starts_only_when_its_letter_has_gone_out() -> None:
    owner = account()
    its_letter = letter(owner)
    it = hold(owner, letter=its_letter)
    hold_states.advance(it, "approved", **BY)
    with pytest.raises(RefusedError, match="has not gone out"):
        hold_states.advance(it, "notified", **BY)
    letter_states.approve(its_letter, content=None, **BY)
    letter_states.mark_sent(its_letter, **BY)
    hold_states.advance(Hold.objects.get(), "notified", **BY)
    hold_states.start(Hold.objects.get(), cure_by_on=JAN[30], **BY)
    now = Hold.objects.get()
    assert (now.state, now.in_force_on, now.cure_by_on) == ("in_force", JAN[21], JAN[30])
    hold_states.release(now, reason="paid", on=JAN[25], by="run")
    assert (now.state, now.released_on) == ("released", JAN[25])
    story = HoldTransition.objects.order_by("pk").values_list("to_state", flat=True)
    assert list(story) == ["approved", "notified", "in_force", "released"]


def test_a_hold_that_is_over_cannot_come_back() -> None:
    it = hold(account())
    hold_states.advance(it, "withdrawn", reason="customer called", **BY)
    with pytest.raises(RefusedError, match="cannot become approved; it can become: nothing else, it is over"):
        hold_states.advance(it, "approved", **BY)


def test_a_hold_by_hand_is_placed_with_its_first_row() -> None:
    owner = account()
    placed = place_hold(
        Hold(account=owner, currency="EUR", proposed_on=JAN[20], demanded_minor=1),
        Move("", "proposed", JAN[20], "Ann", "bounced cheque"),
    )
    assert list(placed.transitions.values_list("from_state", "to_state", "reason")) == [
        ("", "proposed", "bounced cheque")
    ]


def refused(make: object, *arguments: object, **more: object) -> None:
    """Assert that the database itself refuses the row."""
    assert callable(make)
    with pytest.raises(IntegrityError), transaction.atomic():
        make(*arguments, **more)


def test_an_account_has_one_live_hold_per_currency() -> None:
    owner = account()
    hold(owner)
    refused(hold, owner)
    hold(owner, currency="USD")
    hold(owner, state="withdrawn")


def test_a_hold_without_letter_or_first_day_cannot_be_in_force() -> None:
    owner = account()
    refused(hold, owner, state="in_force", in_force_on=JAN[21])
    refused(hold, owner, state="in_force", letter=letter(owner))
    refused(hold, owner, state="released", letter=Letter.objects.get(), in_force_on=JAN[21])
    refused(hold, owner, released_on=JAN[21])


def test_a_step_is_written_once_per_episode_unless_cancelled() -> None:
    owner = account()
    first = letter(owner)
    refused(letter, owner, reference="R2")
    refused(letter, owner, reference="R2", attempt=2)
    letter_states.cancel(first, reason="wrong address", **BY)
    letter(owner, reference="R2", attempt=2)


def test_a_reference_names_one_letter() -> None:
    owner = account()
    letter(owner)
    refused(letter, owner, step="other")


def test_a_letter_is_not_sent_without_its_day() -> None:
    refused(letter, account(), state="sent")


def test_unknown_states_and_bad_values_are_refused() -> None:
    owner = account()
    refused(letter, owner, state="lost")
    refused(hold, owner, state="perhaps")
    refused(letter, owner, currency="EU")
    refused(letter, owner, reference="")
    refused(Account.objects.create, account_number="C1", name="again")
    refused(Account.objects.create, account_number="C9", name="x", party_type="robot")

"""The reference against cases worked out by hand from product §2 and decisions/0002.

Ages count from the due date of the first invoice: EUR 100.00, default policy, letters on days 3, 12 and 21,
each payable within seven days, the third one warning of the hold.
"""

from dataclasses import replace
from datetime import date

import pytest

from dunwell.policy.model import (
    DEFAULT_STEPS,
    PolicySet,
    default_policy,
)

from .records import OracleAccount, OracleInvoice, OracleLedger
from .reference import assess_ledger
from .story import Story, day


@pytest.mark.parametrize(("age", "action"), [(28, "none"), (30, "none"), (31, "hold"), (32, "hold")])
def test_day_30_is_not_enough_for_a_hold_and_day_31_is(age: int, action: str) -> None:
    row = Story(age).asked().assessed()
    assert (row.action, row.is_over_hold_days) == (action, age >= 31)


@pytest.mark.parametrize(
    ("answered", "least", "age", "paused", "unanswered", "action"),
    [
        (1, 2, 31, False, 3, "hold"),  # before all letters
        (3, 2, 31, False, 2, "hold"),  # on the day of the first: that one is answered
        (12, 2, 31, False, 1, "none"),
        (12, 1, 31, False, 1, "hold"),
        (21, 1, 31, True, 0, "none"),  # the last day of the pause
        (21, 1, 32, False, 0, "none"),
        (20, 1, 31, False, 1, "hold"),
        (21, 0, 31, True, 0, "none"),
        (21, 0, 32, False, 0, "hold"),
    ],
)
def test_a_customer_who_answered_is_not_silent(
    answered: int, least: int, age: int, paused: bool, unanswered: int, action: str
) -> None:
    row = Story(age).asked().saw("response", answered).holding(min_unanswered_requests=least).assessed()
    assert (row.is_paused, row.unanswered_requests, row.action) == (paused, unanswered, action)


def test_a_response_before_the_episode_stops_nothing() -> None:
    row = Story(3).saw("response", 0).assessed()
    assert (row.is_paused, row.last_response_on, row.action) == (False, day(0), "letter")
    assert Story(3).saw("response", 1).assessed().action == "none"


def test_nobody_is_held_who_was_not_warned() -> None:
    unwarned = Story(31).asked("reminder", "second_request")
    row = unwarned.assessed()
    assert (row.is_warned, row.action, row.step) == (False, "letter", "third_request")
    row = unwarned.holding(warn_first=False).assessed()
    assert (row.is_warned, row.action, row.step) == (True, "hold", "hold")


@pytest.mark.parametrize(("pay_by", "warned"), [(30, True), (31, False)])
def test_the_deadline_of_the_warning_must_have_passed(pay_by: int, warned: bool) -> None:
    story = Story(31).asked("reminder", "second_request")
    assert story.saw("request", 21, until=pay_by, step="third_request").assessed().is_warned is warned


@pytest.mark.parametrize(
    ("credit", "action", "total"), [(9_999, "hold", 1), (10_000, "match_cash", 0), (10_001, "match_cash", 0)]
)
def test_cash_on_the_account_is_matched_and_not_written_about(credit: int, action: str, total: int) -> None:
    row = Story(31).asked().paid(-5, credit, invoice=None).assessed()
    assert (row.unapplied_minor, row.action, row.total_due_minor) == (credit, action, total)


@pytest.mark.parametrize(("minimum", "action"), [(10_000, "hold"), (10_001, "none")])
def test_a_total_below_the_minimum_is_left_alone(minimum: int, action: str) -> None:
    assert Story(31).asked().under(minimum_minor={"EUR": minimum}).assessed().action == action
    assert Story(31).asked().holding(minimum_minor={"EUR": minimum}).assessed().action == action
    assert Story(31).asked().under(minimum_minor={"USD": minimum}).assessed().action == "hold"


@pytest.mark.parametrize(
    ("age", "chaseable", "unanswered", "action"),
    [(30, 0, 0, "none"), (31, 10_000, 0, "none"), (33, 10_000, 1, "none"), (40, 10_000, 1, "hold")],
)
def test_a_broken_promise_makes_later_requests_unanswered_again(
    age: int, chaseable: int, unanswered: int, action: str
) -> None:
    story = Story(age).asked().saw("promise", 22, until=30).holding(min_unanswered_requests=1)
    row = story.saw("request", 32, until=39).assessed()
    assert (row.chaseable_minor, row.unanswered_requests, row.action) == (chaseable, unanswered, action)
    assert row.episode_start_on == day(1)


def test_a_promise_without_a_day_is_only_a_response() -> None:
    row = Story(31).asked().saw("promise", 30).assessed()
    assert (row.chaseable_minor, row.has_promise, row.is_paused) == (10_000, False, True)


@pytest.mark.parametrize(
    ("invoice", "amount", "chaseable", "fully"),
    [
        (None, None, 0, True),
        (1, None, 0, True),
        (1, 4_000, 6_000, False),
        (1, 10_000, 0, True),
        (None, 4_000, 0, True),
    ],
)
def test_a_dispute_takes_out_what_it_names(
    invoice: int | None, amount: int | None, chaseable: int, fully: bool
) -> None:
    row = Story(40).asked().saw("dispute", 2, invoice_id=invoice, amount_minor=amount).assessed()
    assert (row.overdue_minor, row.chaseable_minor, row.is_fully_disputed) == (10_000, chaseable, fully)
    assert row.action == ("none" if fully else "hold")


def test_a_dispute_touches_no_invoice_issued_after_it() -> None:
    row = Story(40).owing(700, due=10, issued=6).saw("dispute", 5).assessed()
    assert (row.chaseable_minor, row.is_fully_disputed, row.oldest_days_past_due) == (700, False, 30)


@pytest.mark.parametrize(("released", "action"), [(36, "none"), (35, "none"), (34, "hold"), (30, "hold")])
def test_after_a_release_five_days_protect_from_the_next_hold(released: int, action: str) -> None:
    row = Story(40).asked().saw("hold", 28).saw("release", released).assessed()
    assert (row.is_held, row.is_in_regrace, row.action) == (False, action == "none", action)


@pytest.mark.parametrize(("age", "overdue", "action"), [(3, 0, "none"), (4, 10_000, "letter")])
def test_on_the_last_grace_day_an_invoice_is_not_past_due(age: int, overdue: int, action: str) -> None:
    row = Story(age).under(grace_days=3).assessed()
    assert (row.overdue_minor, row.action, row.days_1_30_minor) == (overdue, action, 10_000)
    assert row.oldest_days_past_due == (4 if overdue else None)


@pytest.mark.parametrize(
    ("grace", "age", "action"), [(0, 18, "none"), (0, 19, "letter"), (2, 20, "none"), (2, 21, "letter")]
)
def test_a_letter_waits_for_the_deadline_of_the_last_one_and_its_grace(grace: int, age: int, action: str) -> None:
    story = Story(age).under(grace_days=grace).saw("request", 5, until=18, step="reminder")
    assert story.assessed().action == action


@pytest.mark.parametrize(("age", "action"), [(23, "none"), (24, "letter")])
def test_a_gap_of_fourteen_days_is_over_on_the_fourteenth(age: int, action: str) -> None:
    story = Story(age).stepping("second_request", min_gap_days=14).saw("request", 10, until=12, step="reminder")
    assert story.assessed().action == action


def test_calls_are_requests_but_not_letters() -> None:
    row = Story(12).saw("request", 3, until=10, step="reminder").saw("call", 11).assessed()
    assert (row.requests_sent, row.last_request_on, row.last_letter_on) == (2, day(11), day(3))
    assert (row.action, row.step) == ("letter", "second_request")


@pytest.mark.parametrize(
    ("country", "pay_by_on"),
    [("DE", date(2026, 12, 28)), ("US", date(2026, 12, 28)), ("VN", date(2026, 12, 25))],
)
def test_a_deadline_on_christmas_moves_where_christmas_is_kept(country: str, pay_by_on: date) -> None:
    invoice = OracleInvoice(1, 1, "EUR", None, date(2026, 12, 15), 100)
    ledger = OracleLedger((OracleAccount(1, country=country),), (invoice,))
    policies = PolicySet({"standard": default_policy()}, "standard")
    row = assess_ledger(ledger, policies, date(2026, 12, 18))[0][0]
    assert (row.action, row.step, row.pay_by_on) == ("letter", "reminder", pay_by_on)


def test_currencies_are_decided_apart() -> None:
    story = Story(31).asked().owing(500, due=28, currency="USD").paid(-3, 900, invoice=None, currency="VND")
    euro, dollar, dong = (story.assessed(currency) for currency in ("EUR", "USD", "VND"))
    assert (euro.action, euro.requests_sent, euro.unapplied_minor) == ("hold", 3, 0)
    assert (dollar.action, dollar.step, dollar.requests_sent) == ("letter", "reminder", 0)
    assert (dong.action, dong.open_minor, dong.unapplied_minor) == ("none", 0, 900)


def test_a_bounced_payment_opens_the_invoice_again_in_the_same_episode() -> None:
    row = Story(40).asked().paid(22).paid(30, kind="reversal").assessed()
    assert (row.open_minor, row.episode_start_on, row.requests_sent) == (10_000, day(1), 3)
    assert row.unanswered_requests == 0


@pytest.mark.parametrize(("paid", "start"), [(19, 21), (20, 21), (21, 1), (22, 1)])
def test_an_episode_ends_on_a_day_without_an_open_past_due_invoice(paid: int, start: int) -> None:
    row = Story(40).asked().paid(paid).owing(700, due=20).assessed()
    assert row.episode_start_on == day(start)
    assert row.requests_sent == (3 if start == 1 else 1)


@pytest.mark.parametrize(("restart", "requests", "step"), [(False, 4, "hold"), (True, 1, "reminder")])
def test_a_younger_invoice_keeps_the_steps_taken_unless_they_restart(restart: bool, requests: int, step: str) -> None:
    story = Story(53).asked().paid(25, kind="credit_note").owing(700, due=22)
    row = story.under(restart_on_cure=restart).saw("call", 30).assessed()
    assert (row.requests_sent, row.step) == (requests, step)
    assert row.episode_start_on == day(1)


@pytest.mark.parametrize(
    ("policy", "contract", "allowed"),
    [
        (True, None, True),
        (True, True, True),
        (True, False, False),
        (False, None, False),
        (False, True, False),
        (False, False, False),
    ],
)
def test_a_no_of_the_contract_or_of_the_policy_forbids_the_hold(
    policy: bool, contract: bool | None, allowed: bool
) -> None:
    row = Story(31).asked().holding(allowed=policy).of(contract_allows_hold=contract).assessed()
    assert (row.is_hold_allowed, row.action) == (allowed, "hold" if allowed else "review")


def test_without_a_hold_clause_the_final_demand_comes_when_it_is_ripe() -> None:
    row = Story(45).asked().of(contract_allows_hold=False).assessed()
    assert (row.action, row.step) == ("letter", "final_demand")


def test_a_customer_first_seen_late_still_gets_the_reminder_first() -> None:
    row = Story(200).assessed()
    assert (row.action, row.step, row.letter_kind, row.requests_sent) == ("letter", "reminder", "reminder", 0)


@pytest.mark.parametrize(
    ("last", "action", "step"),
    [("final_demand", "refer", "referral"), ("third_request", "letter", "final_demand")],
)
def test_the_hold_step_may_be_jumped_and_the_last_step_is_a_decision(last: str, action: str, step: str) -> None:
    story = Story(60).holding(min_unanswered_requests=9)
    row = story.asked("reminder", "second_request", "third_request", last).assessed()
    assert (row.action, row.step) == (action, step)


def test_a_jumped_hold_step_can_still_be_taken() -> None:
    row = Story(53).asked("reminder", "second_request", "third_request", "final_demand").assessed()
    assert (row.action, row.step) == ("hold", "hold")


@pytest.mark.parametrize(("age", "action"), [(28, "none"), (29, "refer")])
def test_past_the_last_step_nothing_repeats(age: int, action: str) -> None:
    row = Story(age).under(steps=DEFAULT_STEPS[:3]).asked().assessed()
    assert (row.action, row.step, row.pay_by_on) == (action, None, None)


@pytest.mark.parametrize(("age", "action"), [(29, "none"), (31, "hold")])
def test_the_ladder_is_not_at_its_end_while_its_hold_is_still_to_come(age: int, action: str) -> None:
    assert Story(age).under(steps=DEFAULT_STEPS[:4]).asked().assessed().action == action


@pytest.mark.parametrize(
    ("paid", "kind", "action"),
    [(9_999, "payment", "none"), (10_000, "payment", "release"), (10_000, "credit_note", "release")],
)
def test_a_hold_is_released_when_what_it_demanded_is_paid(paid: int, kind: str, action: str) -> None:
    held = Story(40).asked().saw("request", 31, until=41, step="hold").saw("hold", 31)
    row = held.owing(500, due=35).paid(39, paid, kind=kind).assessed()
    assert (row.hold, row.action, row.letter_kind) == (
        "in_force",
        action,
        "hold_release" if action == "release" else None,
    )


def test_an_active_plan_releases_a_hold() -> None:
    row = Story(40).asked().saw("hold", 31).saw("plan", 39).assessed()
    assert (row.is_cured, row.action, row.chaseable_minor) == (True, "release", 0)


def test_a_hold_in_force_is_not_proposed_again_and_the_ladder_goes_on() -> None:
    story = Story(40).asked().saw("hold", 31)
    assert (story.assessed().action, story.assessed().step) == ("none", "final_demand")
    assert replace(story, age=45).assessed().action == "letter"


def test_an_exclusion_of_the_account_holds_to_its_last_day() -> None:
    story = Story(31).asked().saw("exclusion", 5, until=31)
    assert (story.assessed().is_excluded, story.assessed().action) == (True, "none")
    assert replace(story, age=32).assessed().action == "hold"


@pytest.mark.parametrize(
    ("until", "age", "cure_by", "missed"),
    [
        (None, 41, date(2026, 4, 13), False),  # day 41 is a Sunday: the deadline moves to Monday, day 42
        (None, 42, date(2026, 4, 13), False),
        (None, 43, date(2026, 4, 13), True),
        (41, 41, date(2026, 4, 12), False),  # its own date stands, Sunday or not
        (41, 42, date(2026, 4, 12), True),
    ],
)
def test_a_hold_is_to_be_cured_by_its_own_date_or_within_the_cure_days(
    until: int | None, age: int, cure_by: date, missed: bool
) -> None:
    held = Story(age).asked().saw("hold", 31, until=until)
    row = held.assessed()
    assert (row.cure_by_on, row.is_cure_missed) == (cure_by, missed)
    assert not held.paid(age).assessed().is_cure_missed
    released = held.saw("release", age).assessed()
    assert (released.cure_by_on, released.is_cure_missed) == (None, False)


@pytest.mark.parametrize(
    ("ends", "until"), [((), None), ((40,), 40), ((40, 50), 50), ((40, None), None), ((30, 40), 40), ((30,), None)]
)
def test_an_exclusion_lasts_to_the_latest_of_its_ends(ends: tuple[int | None, ...], until: int | None) -> None:
    story = Story(31)
    for end in ends:
        story = story.saw("exclusion", 5, until=end)
    row = story.saw("exclusion", 5, until=60, invoice_id=1).assessed()
    assert row.excluded_until_on == (None if until is None else day(until))


def test_the_parts_of_ripe_are_said_of_the_next_step() -> None:
    row = Story(11).saw("request", 5, until=6, step="reminder").assessed()
    assert (row.step, row.is_step_due, row.is_gap_passed) == ("second_request", False, False)
    row = Story(12).saw("request", 5, until=6, step="reminder").assessed()
    assert (row.step, row.is_step_due, row.is_gap_passed) == ("second_request", True, True)
    row = Story(29).under(steps=DEFAULT_STEPS[:3]).asked().assessed()
    assert (row.step, row.is_step_due, row.is_gap_passed) == (None, None, None)


@pytest.mark.parametrize(
    ("age", "released", "action", "step"),
    [
        (43, 38, "none", "final_demand"),  # the last of five days of protection
        (44, 38, "hold", "hold"),
        (44, None, "none", "final_demand"),
        (44, 30, "none", "final_demand"),  # an earlier hold's release gives nothing of this one back
        (44, 31, "hold", "hold"),
    ],
)
def test_a_release_gives_the_hold_step_back(age: int, released: int | None, action: str, step: str) -> None:
    story = Story(age).asked().saw("request", 31, until=41, step="hold")
    if released is not None:
        story = story.saw("release", released)
    row = story.assessed()
    assert (row.action, row.step) == (action, step)


def test_a_ladder_that_ends_in_a_hold_waits_for_it_again_after_the_release() -> None:
    told = Story(60).under(steps=DEFAULT_STEPS[:4]).asked().saw("request", 31, until=41, step="hold")
    assert told.assessed().action == "refer"
    protected = told.saw("release", 58)
    assert (protected.assessed().action, protected.assessed().step) == ("none", None)
    assert replace(protected, age=64).assessed().action == "hold"


@pytest.mark.parametrize(
    ("due", "age", "is_due"),
    [(0, 28, False), (0, 29, True), (0, 40, True), (19, 29, True), (20, 29, False), (20, 58, False), (20, 59, True)],
)
def test_a_step_at_the_end_of_the_month_waits_for_it(due: int, age: int, is_due: bool) -> None:
    """Day 10 after Monday 2 March is the 12th, so 31 March (age 29); after 22 March it is 1 April, so 30 April."""
    story = replace(Story(age).stepping("reminder", day=10, at="month_end"), invoices=()).owing(10_000, due)
    row = story.assessed()
    assert (row.is_step_due, row.action) == (is_due, "letter" if is_due else "none")

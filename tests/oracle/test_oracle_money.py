"""The reference's sums against cases worked out by hand from product §2, decisions/0002 and 0003.

Ages count from the due date of the first invoice: EUR 100.00, default policy, letters on days 3, 12 and 21,
each payable within seven days, the third one warning of the hold.
"""

from dataclasses import replace
from datetime import date

import pytest

from dunwell.policy.model import (
    Fee,
    FeeBand,
    InterestTerms,
    LateFee,
    PolicySet,
    default_policy,
)

from .charges import fee_of
from .records import OracleAccount, OracleInvoice, OracleLedger, OracleOrder
from .reference import assess_ledger
from .story import Story, charged, day, one_debt


def test_an_overpaid_invoice_leaves_its_excess_on_the_account() -> None:
    row = Story(31).owing(5_000).paid(-5, 15_000).assessed()
    assert (row.open_minor, row.unapplied_minor, row.exposure_minor, row.action) == (
        5_000,
        5_000,
        0,
        "match_cash",
    )


def test_the_credit_limit_stands_on_the_accounts_own_currency_only() -> None:
    story = Story(0).of(currency="USD", credit_limit_minor=70_000)
    assert story.assessed("USD").credit_limit_minor == 70_000
    assert story.assessed("EUR").credit_limit_minor is None


def test_exposure_adds_approved_orders_and_takes_off_credits() -> None:
    story = replace(Story(0), orders=(OracleOrder(1, "EUR", 3_000),)).paid(-1, 1_200, invoice=None)
    assert story.assessed().exposure_minor == 10_000 + 3_000 - 1_200


def test_the_thousand_bottles_of_product_2_3() -> None:
    invoice = OracleInvoice(1, 1, "USD", date(2025, 10, 3), date(2025, 11, 3), 25_000)
    ledger = OracleLedger((OracleAccount(1, country="US", currency="USD"),), (invoice,))
    policy = replace(default_policy(), late_fee=LateFee(Fee("percent", percent_hundredths=1_000)))
    accounts, invoices = assess_ledger(ledger, PolicySet({"standard": policy}, "standard"), date(2025, 12, 3))
    assert (accounts[0].oldest_days_past_due, accounts[0].late_fee_minor) == (30, 2_500)
    assert (accounts[0].total_due_minor, invoices[0].total_minor) == (27_500, 27_500)


@pytest.mark.parametrize(
    ("age", "bucket"),
    [
        (-5, "current"),
        (0, "current"),
        (1, "1_30"),
        (30, "1_30"),
        (31, "31_60"),
        (60, "31_60"),
        (61, "61_90"),
        (90, "61_90"),
        (91, "over_90"),
    ],
)
def test_buckets_go_by_days_past_due(age: int, bucket: str) -> None:
    assert [row.bucket for row in Story(age).results()[1]] == [bucket]


def test_an_undated_invoice_is_current_and_never_past_due() -> None:
    story = replace(Story(200), invoices=(OracleInvoice(1, 1, "EUR", None, None, 500),))
    row = story.assessed()
    assert (row.current_minor, row.overdue_minor, row.episode_start_on, row.action) == (500, 0, None, "none")


def test_rows_of_the_future_do_not_count() -> None:
    row = Story(31).asked().paid(32).saw("response", 32).owing(900, issued=32, due=1).assessed()
    assert (row.open_minor, row.last_response_on, row.action) == (10_000, None, "hold")


@pytest.mark.parametrize(
    ("fee", "amount", "charged"),
    [
        (Fee("flat", amount_minor={"EUR": 500}), 10_000, 500),
        (Fee("flat", amount_minor={"USD": 500}), 10_000, 0),
        (Fee("percent", percent_hundredths=1_000), 25_000, 2_500),
        (Fee("percent", percent_hundredths=50), 100, 1),  # half a cent is rounded up
        (Fee("percent", percent_hundredths=49), 100, 0),
        (Fee("percent", percent_hundredths=1_000, min_minor={"EUR": 400}), 100, 400),
        (Fee("percent", percent_hundredths=1_000, max_minor={"EUR": 900}), 25_000, 900),
        (Fee("bands", bands={"EUR": (FeeBand(5_000, 0, 250), FeeBand(None, 100, 100))}), 5_000, 250),
        (Fee("bands", bands={"EUR": (FeeBand(5_000, 0, 250), FeeBand(None, 100, 100))}), 5_001, 150),
        (
            Fee("bands", bands={"EUR": (FeeBand(5_000, 1_000), FeeBand(None, 100, 7))}, accumulate=True),
            6_000,
            517,
        ),
        (Fee("bands", bands={"USD": (FeeBand(None, 1_000),)}), 6_000, 0),
    ],
)
def test_fees_by_hand(fee: Fee, amount: int, charged: int) -> None:
    assert fee_of(fee, amount, "EUR") == charged


@pytest.mark.parametrize(
    ("age", "times", "fees"),
    [(3, ("reminder",), 500), (12, ("reminder",), 1_000), (13, ("reminder", "reminder"), 1_000)],
)
def test_a_steps_fee_is_charged_once_and_with_the_step_proposed_today(
    age: int, times: tuple[str, ...], fees: int
) -> None:
    fee = Fee("flat", amount_minor={"EUR": 500})
    story = Story(age).stepping("reminder", fee=fee).stepping("second_request", fee=fee)
    for number, step in enumerate(times if age > 3 else ()):
        story = story.saw("request", 3 + number, until=10, step=step)
    row = story.assessed()
    assert (row.action, row.late_fee_minor) == ("letter", fees)


def test_a_steps_fee_spares_an_invoice_that_was_not_yet_past_due() -> None:
    fee = Fee("flat", amount_minor={"EUR": 500})
    story = Story(11).stepping("reminder", fee=fee).asked("reminder").owing(800, due=3).owing(800, due=2)
    assert [row.late_fee_minor for row in story.results()[1]] == [500, 0, 500]


@pytest.mark.parametrize(
    ("payments", "interest"),
    [
        ((), 740),  # 1000.00 x 9 % x 30/365 = 7.397
        (((10, 40_000),), 542),  # ten days on 1000.00, twenty on 600.00: 22000 x 9 % / 365 = 5.4246
        (((-3, 40_000),), 444),  # 600.00 x 9 % x 30/365 = 4.438
        (((30, 40_000),), 740),  # the day of the payment still bears interest
    ],
)
def test_contract_interest_by_hand(payments: tuple[tuple[int, int], ...], interest: int) -> None:
    story = replace(Story(30), invoices=(OracleInvoice(1, 1, "EUR", None, day(0), 100_000),))
    story = story.under(interest=InterestTerms("contract", 900))
    for age, amount in payments:
        story = story.paid(age, amount)
    assert story.assessed().interest_minor == interest


def pursued(settled: int, letter: int = 1) -> Story:
    """EUR 1000.00 of a German business, written to and paid some days late, looked at on day 33."""
    story = one_debt(100_000, day(0), day(33)).by_law("DE").under(pursue_charges_after_principal=True)
    return story.saw("request", letter, step="reminder", channel="post").paid(settled, 100_000)


def test_charges_are_pursued_after_the_principal_is_paid() -> None:
    accounts, invoices = pursued(3).results()
    assert [(row.open_minor, row.chaseable_minor, row.interest_minor) for row in invoices] == [(0, 0, 84)]
    row = accounts[0]
    assert (row.interest_minor, row.compensation_minor, row.total_due_minor) == (84, 4_000, 4_084)
    assert (row.open_minor, row.chaseable_minor, row.action, row.requests_sent) == (0, 0, "none", 0)
    assert pursued(3).paid(20, 4_000, invoice=None).assessed().total_due_minor == 84
    assert pursued(3).paid(20, 4_000).assessed().total_due_minor == 84


@pytest.mark.parametrize(
    "story",
    [
        pursued(3).under(pursue_charges_after_principal=False),
        pursued(0),
        pursued(3, letter=0),
        pursued(3, letter=3),  # after the payment of that day it was settled
        pursued(3, letter=4),
    ],
)
def test_nothing_is_pursued_that_was_paid_in_time_or_without_a_letter(story: Story) -> None:
    assert (story.results()[1], story.assessed().total_due_minor) == ([], 0)


def test_what_is_pursued_of_a_consumer_starts_with_the_letter() -> None:
    consumer = {"party_type": "consumer"}
    assert charged(pursued(4).of(**consumer)) == (0, 0)  # received on day 4, paid that day
    assert charged(pursued(6).of(**consumer)) == (34, 0)  # two days at 6.27


@pytest.mark.parametrize(("least", "fees"), [(3, 1_200), (4, 500)])
def test_the_fees_that_are_pursued(least: int, fees: int) -> None:
    step_fee, once = (Fee("flat", amount_minor={"EUR": amount}) for amount in (500, 700))
    story = pursued(3).stepping("reminder", fee=step_fee).stepping("second_request", fee=step_fee)
    assert story.under(late_fee=LateFee(once, from_days_past_due=least)).assessed().late_fee_minor == fees


@pytest.mark.parametrize(("left", "overdue", "action"), [(100, 0, "none"), (101, 101, "letter")])
def test_a_residue_within_the_tolerance_counts_as_settled(left: int, overdue: int, action: str) -> None:
    row = Story(31).under(tolerance_minor={"EUR": 100, "USD": 900}).paid(5, 10_000 - left).assessed()
    assert (row.open_minor, row.days_31_60_minor) == (left, left)
    assert (row.overdue_minor, row.chaseable_minor, row.action) == (overdue, overdue, action)
    assert row.episode_start_on == (day(1) if overdue else None)


def test_a_hold_is_cured_when_only_a_residue_remains() -> None:
    held = Story(40).asked().saw("hold", 31).under(tolerance_minor={"EUR": 100})
    assert held.paid(39, 9_900).assessed().action == "release"
    assert held.paid(39, 9_899).assessed().action == "none"


def test_a_policy_that_does_not_chase_excludes_its_customers() -> None:
    row = Story(31).asked().by_law("DE").under(chase=False).assessed()
    assert (row.overdue_minor, row.chaseable_minor, row.action) == (10_000, 0, "none")
    assert (row.is_excluded, row.is_unprotected, row.excluded_until_on) == (True, False, None)
    assert row.total_due_minor == 0

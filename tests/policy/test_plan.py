"""Payment plans, the longer line and the discount: to the cent and to the day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.calendar import is_business_day
from dunwell.errors import RefusedError
from dunwell.policy.model import DiscountTerms, LongerLineTerms, PlanTerms
from dunwell.policy.plan import (
    Debt,
    Discount,
    LongerLine,
    PlanRequest,
    discount,
    longer_line,
    longer_line_conditions,
    max_instalments,
    plan_conditions,
    plan_schedule,
)

AGREED = date(2026, 11, 23)


def schedule(request: PlanRequest) -> list[tuple[str, int, int]]:
    return [(one.due_on.isoformat(), one.principal_minor, one.interest_minor) for one in plan_schedule(request)]


def test_the_odd_cents_are_in_the_first_instalment() -> None:
    request = PlanRequest(100_000, 3, AGREED, date(2026, 12, 1), "month", "DE")
    expected = [("2026-12-01", 33_334, 0), ("2027-01-04", 33_333, 0), ("2027-02-01", 33_333, 0)]
    assert expected == schedule(request)


def test_the_last_day_of_the_month_stays_the_last_day() -> None:
    request = PlanRequest(40_000, 4, AGREED, date(2027, 12, 31), "month", "US")
    dates = [one.due_on.isoformat() for one in plan_schedule(request)]
    assert dates == ["2028-01-03", "2028-01-31", "2028-02-29", "2028-03-31"]


def test_fortnights_move_off_public_holidays() -> None:
    request = PlanRequest(30_000, 3, AGREED, date(2026, 12, 11), "fortnight", "DE")
    dates = [one.due_on.isoformat() for one in plan_schedule(request)]
    assert dates == ["2026-12-11", "2026-12-28", "2027-01-08"]


def test_interest_is_on_the_principal_still_open() -> None:
    # 1,000.00 x 6 % x 8/365 = 1.315; 666.66 x 6 % x 34/365 = 3.726; 333.33 x 6 % x 28/365 = 1.534
    request = PlanRequest(100_000, 3, AGREED, date(2026, 12, 1), "month", "DE", interest_hundredths=600)
    assert [one.interest_minor for one in plan_schedule(request)] == [132, 373, 153]


@given(
    total_minor=st.integers(1, 10**15),
    instalments=st.integers(1, 60),
    first_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    interval=st.sampled_from(["week", "fortnight", "month"]),
    rate=st.integers(0, 2500),
)
def test_a_plan_pays_exactly_the_debt(
    total_minor: int, instalments: int, first_on: date, interval: str, rate: int
) -> None:
    if total_minor < instalments:
        return
    request = PlanRequest(total_minor, instalments, first_on, first_on, interval, "RO", rate)  # type: ignore[arg-type]
    found = plan_schedule(request)
    assert total_minor == sum(one.principal_minor for one in found)
    assert found[-1].rest_minor == 0
    assert found[0].principal_minor >= found[-1].principal_minor > 0
    assert found[0].principal_minor - found[-1].principal_minor < instalments
    assert all(is_business_day(one.due_on, "RO") for one in found)
    assert sorted(one.due_on for one in found) == [one.due_on for one in found]
    assert all(one.amount_minor == one.principal_minor + one.interest_minor for one in found)


@pytest.mark.parametrize(
    "request_",
    [
        PlanRequest(100, 0, AGREED, AGREED),
        PlanRequest(2, 3, AGREED, AGREED),
        PlanRequest(100, 2, AGREED, date(2026, 11, 22)),
    ],
)
def test_an_impossible_plan_is_refused(request_: PlanRequest) -> None:
    with pytest.raises(RefusedError):
        plan_schedule(request_)


@pytest.mark.parametrize(
    ("terms", "debt", "missing"),
    [
        (PlanTerms(), Debt(10_000, "EUR", 40), []),
        (PlanTerms(offered=False), Debt(10_000, "EUR", 40), ["plans_offered"]),
        (PlanTerms(min_total_minor={"EUR": 10_000}), Debt(10_000, "EUR", 40), []),
        (PlanTerms(min_total_minor={"EUR": 10_000}), Debt(9_999, "EUR", 40), ["total_minor"]),
        (PlanTerms(), Debt(10_000, "EUR", 40, failed_plans=1), ["failed_plans"]),
        (PlanTerms(max_defaults=1), Debt(10_000, "EUR", 40, failed_plans=1), []),
        (PlanTerms(min_instalment_minor={"EUR": 5_000}), Debt(9_999, "EUR", 40), ["instalments"]),
    ],
)
def test_who_qualifies_for_a_plan(terms: PlanTerms, debt: Debt, missing: list[str]) -> None:
    assert missing == [one.key for one in plan_conditions(terms, debt) if not one.passed]


def test_no_instalment_is_below_the_smallest() -> None:
    terms = PlanTerms(max_instalments=6, min_instalment_minor={"EUR": 5_000})
    assert [
        max_instalments(terms, 30_000, "EUR"),
        max_instalments(terms, 29_999, "EUR"),
        max_instalments(terms, 9_999, "EUR"),
        max_instalments(terms, 9_999, "USD"),
    ] == [6, 5, 1, 6]


def test_the_longer_line_is_for_customers_not_too_late() -> None:
    terms = LongerLineTerms(offered=True)
    assert all(one.passed for one in longer_line_conditions(terms, Debt(1, "EUR", 45)))
    late = longer_line_conditions(terms, Debt(1, "EUR", 46))
    assert [one.key for one in late if not one.passed] == ["oldest_days_past_due"]
    expected = LongerLine(pay_by_on=date(2026, 12, 23), expires_on=date(2026, 12, 3))
    assert expected == longer_line(terms, AGREED, "DE")


def test_the_discount_rounds_half_up_and_leaves_the_rest() -> None:
    terms = DiscountTerms(offered=True, percent_hundredths=250)
    expected = Discount(26, 994, pay_by_on=date(2026, 11, 30), expires_on=date(2026, 11, 30))
    assert expected == discount(terms, 1_020, AGREED, "DE")

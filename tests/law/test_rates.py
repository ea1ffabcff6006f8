"""Which rate holds when, and the sums from which an engine computes interest by subtraction."""

from dataclasses import replace
from datetime import date

import pytest

from dunwell.errors import RateMissingError
from dunwell.law import (
    Claim,
    DayCount,
    Options,
    RateRow,
    agreed,
    covered,
    daily_rate_index,
    day_index,
    interest,
    load_law,
    parse_percent,
    rate_on,
    rate_periods,
    scale,
    start_rates,
)
from dunwell.money import divide_half_up

LAW = load_law()


@pytest.mark.parametrize(
    ("jurisdiction", "party_type", "on", "percent"),
    [
        # Statutory rates of the second half of 2026.
        ("DE", "business", date(2026, 11, 22), "10.52"),
        ("DE", "consumer", date(2026, 11, 22), "6.52"),
        ("AT", "business", date(2026, 11, 22), "10.73"),
        ("AT", "consumer", date(2026, 11, 22), "4.00"),
        ("FR", "business", date(2026, 11, 22), "12.40"),
        ("FR", "consumer", date(2026, 11, 22), "2.75"),
        ("ES", "business", date(2026, 11, 22), "10.40"),
        ("ES", "consumer", date(2026, 11, 22), "3.25"),
        ("IT", "business", date(2026, 11, 22), "10.40"),
        ("IT", "consumer", date(2026, 11, 22), "1.60"),
        ("NL", "business", date(2026, 11, 22), "10.40"),
        ("NL", "consumer", date(2026, 11, 22), "4.00"),
        ("BE", "business", date(2026, 11, 22), "10.50"),
        ("BE", "consumer", date(2026, 11, 22), "4.50"),
        ("PT", "business", date(2026, 11, 22), "10.40"),
        ("IE", "business", date(2026, 11, 22), "10.40"),
        ("RO", "business", date(2026, 11, 22), "14.50"),
        ("RO", "consumer", date(2026, 11, 22), "10.50"),
        ("GB", "business", date(2026, 11, 22), "11.75"),
        ("CH", "business", date(2026, 11, 22), "5.00"),
        ("PL", "business", date(2026, 11, 22), "13.75"),
        ("PL", "consumer", date(2025, 10, 9), "10.00"),
        ("VN", "consumer", date(2026, 11, 22), "10.00"),
        ("EU", "business", date(2026, 11, 22), "10.40"),
        # Published figures of earlier half-years.
        ("IT", "business", date(2024, 7, 1), "12.25"),
        ("IT", "business", date(2025, 1, 1), "11.15"),
        ("ES", "business", date(2026, 1, 1), "10.15"),
        ("ES", "business", date(2013, 2, 23), "7.75"),
        ("ES", "business", date(2013, 2, 24), "8.75"),
        ("NL", "business", date(2024, 1, 1), "12.50"),
        ("NL", "consumer", date(2024, 1, 1), "7.00"),
        # A negative base keeps its sign under the margin.
        ("DE", "business", date(2022, 12, 31), "8.12"),
        ("AT", "business", date(2022, 12, 31), "8.58"),
        # Rounded up to the next half point; what stands on one stays.
        ("BE", "business", date(2024, 7, 1), "12.50"),
        ("BE", "business", date(2026, 1, 1), "10.50"),
        ("BE", "business", date(2024, 1, 1), "12.50"),
        ("BE", "business", date(2022, 7, 1), "8.00"),
    ],
)
def test_the_rate_in_force(jurisdiction: str, party_type: str, on: date, percent: str) -> None:
    assert parse_percent(percent) == rate_on(LAW, LAW.rule(jurisdiction, party_type), on).rate_ppm


def test_rounding_to_the_nearest_step_rounds_halves_up() -> None:
    rule = replace(LAW.rule("BE", "business"), rounding="nearest")
    assert parse_percent("12.5") == rate_on(LAW, rule, date(2024, 7, 1)).rate_ppm
    assert parse_percent("10") == rate_on(LAW, rule, date(2026, 1, 1)).rate_ppm


def test_a_debt_across_new_year_bears_each_half_years_own_rate() -> None:
    periods = rate_periods(LAW, LAW.rule("DE", "business"), date(2022, 12, 30), date(2023, 1, 2))
    expected = [
        (date(2022, 12, 30), date(2022, 12, 31), 81_200),
        (date(2023, 1, 1), date(2023, 1, 2), 106_200),
    ]
    assert expected == [(period.from_on, period.to_on, period.rate_ppm) for period in periods]


def test_half_years_of_the_same_rate_are_one_period_that_names_both_sources() -> None:
    [period] = rate_periods(LAW, LAW.rule("DE", "business"), date(2025, 12, 1), date(2026, 2, 1))
    assert period.rate_ppm == 102_700
    assert period.source.count(" | ") == 1


def test_a_joint_period_is_verified_only_when_both_half_years_are() -> None:
    rule = LAW.rule("ES", "business")
    [joint] = rate_periods(LAW, rule, date(2015, 6, 30), date(2015, 7, 1))
    [first] = rate_periods(LAW, rule, date(2015, 6, 30), date(2015, 6, 30))
    assert (first.verified, joint.verified) == (True, False)


def test_a_rate_fixed_at_the_start_holds_for_the_whole_debt() -> None:
    [period] = rate_periods(LAW, LAW.rule("GB", "business"), date(2022, 6, 30), date(2026, 1, 1))
    assert period.rate_ppm == 82_500


@pytest.mark.parametrize("jurisdiction", ["DE", "AT", "FR", "ES", "IT", "NL", "BE", "PT", "RO", "PL"])
def test_the_last_half_year_ends_with_its_last_day(jurisdiction: str) -> None:
    rule = LAW.rule(jurisdiction, "business")
    assert rate_on(LAW, rule, date(2026, 12, 31)).to_on == date(2026, 12, 31)
    with pytest.raises(RateMissingError, match=rf"{rule.series}.*first half-year of 2027"):
        rate_on(LAW, rule, date(2027, 1, 1))


def test_a_day_before_the_first_row_is_missing_too() -> None:
    with pytest.raises(RateMissingError, match=r"bundesbank_base.*second half-year of 2012"):
        rate_on(LAW, LAW.rule("DE", "business"), date(2012, 12, 31))


def test_a_dated_series_ends_with_the_last_day_for_which_it_is_known() -> None:
    rule = LAW.rule("PL", "consumer")
    assert rate_on(LAW, rule, date(2026, 8, 19)).rate_ppm == 92_500
    with pytest.raises(RateMissingError, match=r"nbp_reference.*second half-year of 2026"):
        rate_on(LAW, rule, date(2026, 8, 20))


def test_a_yearly_series_ends_with_the_year() -> None:
    with pytest.raises(RateMissingError, match=r"it_legal_b2c.*first half-year of 2027"):
        rate_on(LAW, LAW.rule("IT", "consumer"), date(2027, 1, 1))


def test_an_added_half_year_holds_to_its_end_and_leaves_the_package_as_it_was() -> None:
    row = RateRow("bundesbank_base", date(2027, 1, 1), parse_percent("1.77"), "bundesbank.de", verified=True)
    law = load_law([row])
    rule = law.rule("DE", "business")
    assert parse_percent("10.77") == rate_on(law, rule, date(2027, 6, 30)).rate_ppm
    assert covered(law, rule) == (date(2013, 1, 1), date(2027, 6, 30))
    assert covered(load_law(), rule) == (date(2013, 1, 1), date(2026, 12, 31))


def test_a_verified_row_of_the_owner_replaces_an_unverified_one() -> None:
    row = RateRow("es_demora", date(2026, 7, 1), parse_percent("10.40"), "BOE", verified=True)
    law = load_law([row])
    assert not rate_on(LAW, LAW.rule("ES", "business"), date(2026, 8, 1)).verified
    assert rate_on(law, law.rule("ES", "business"), date(2026, 8, 1)).verified


def test_a_rate_is_verified_only_when_its_rule_is() -> None:
    assert LAW.series["nbp_half_year"].rows[-1].verified
    assert not rate_on(LAW, LAW.rule("PL", "business"), date(2026, 8, 1)).verified


@pytest.mark.parametrize(("jurisdiction", "party_type"), [("US", "business"), ("VN", "business"), ("GB", "consumer")])
def test_where_the_law_has_no_figure_one_must_be_entered(jurisdiction: str, party_type: str) -> None:
    rule = LAW.rule(jurisdiction, party_type)
    assert covered(LAW, rule) is None
    with pytest.raises(RateMissingError, match=r"enter the rate"):
        rate_on(LAW, rule, date(2026, 1, 1))
    assert rate_on(LAW, agreed(rule, 120_000), date(2060, 1, 1)).rate_ppm == 120_000


@pytest.mark.parametrize("day_count", ["act/365", "act/360", "30/360"])
def test_interest_is_a_difference_of_the_running_sums(day_count: DayCount) -> None:
    rule = LAW.rule("DE", "business")
    from_on, due_on, to_on = date(2013, 1, 1), date(2014, 12, 15), date(2023, 3, 3)
    index = daily_rate_index(LAW, rule, from_on, to_on, day_count)
    summed = index[(to_on - from_on).days] - index[(due_on - from_on).days]
    claim = Claim(10**15, "EUR", due_on)
    result = interest(LAW, rule, claim, to_on, Options(day_count=day_count))
    assert divide_half_up(10**15 * summed, scale(day_count)) == result.interest_minor


def test_interest_of_a_rate_fixed_at_the_start_is_its_rate_times_the_days() -> None:
    rule = LAW.rule("GB", "business")
    from_on, due_on, to_on = date(2020, 1, 1), date(2021, 12, 31), date(2026, 9, 9)
    rates = start_rates(LAW, rule, from_on, date(2026, 12, 31))
    days = day_index(from_on, to_on, "act/365")
    rate_ppm = rates[(due_on - from_on).days + 1]
    exact = 123_456_78 * rate_ppm * (days[(to_on - from_on).days] - days[(due_on - from_on).days])
    result = interest(LAW, rule, Claim(123_456_78, "GBP", due_on), to_on)
    assert divide_half_up(exact, scale("act/365")) == result.interest_minor


def test_a_month_of_30_days_counts_30_days_in_february_too() -> None:
    numbers = day_index(date(2026, 1, 31), date(2026, 3, 31), "30/360")
    assert numbers[-1] - numbers[0] == 60

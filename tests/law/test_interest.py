"""From when, on what, how rounded, and what must be said beside the figure (product §2.3)."""

import itertools
from datetime import date, timedelta

import pytest

from dunwell.errors import RateMissingError
from dunwell.law import (
    Claim,
    InterestResult,
    Options,
    RateRow,
    agreed,
    interest,
    load_law,
    parse_percent,
)

LAW = load_law()
DUE = date(2026, 3, 31)


def _interest(jurisdiction: str, party_type: str, claim: Claim, to_on: date) -> InterestResult:
    return interest(LAW, LAW.rule(jurisdiction, party_type), claim, to_on)


def _lines(result: InterestResult) -> list[tuple[str, str, int, int]]:
    return [(str(s.from_on), str(s.to_on), s.days, s.balance_minor) for s in result.segments]


def test_on_the_due_day_nothing_is_owed_and_the_day_after_one_day() -> None:
    claim = Claim(36_500_00, "EUR", DUE)
    assert _interest("DE", "business", claim, DUE).no_interest_reason == "not_due"
    assert _interest("DE", "business", claim, DUE).compensation_minor == 0
    first_day = _interest("DE", "business", claim, DUE + timedelta(days=1))
    assert (first_day.interest_minor, first_day.compensation_minor) == (10_27, 40_00)


@pytest.mark.parametrize("jurisdiction", ["DE", "FR", "ES", "NL", "BE", "RO", "IT", "CH", "PT"])
def test_a_consumer_owes_no_interest_until_default_is_stated(jurisdiction: str) -> None:
    result = _interest(jurisdiction, "consumer", Claim(100_00, "EUR", DUE), date(2026, 8, 1))
    assert (
        result.interest_minor,
        result.compensation_minor,
        result.no_interest_reason,
    ) == (0, 0, "default_missing")
    assert result.doubts[0].startswith("No interest: the law wants a day of default")


def test_interest_of_a_consumer_starts_the_day_after_default() -> None:
    claim = Claim(100_00, "EUR", DUE, default_since=date(2026, 4, 30))
    result = _interest("DE", "consumer", claim, date(2026, 5, 10))
    assert _lines(result) == [("2026-05-01", "2026-05-10", 10, 100_00)]


def test_default_before_the_due_date_changes_nothing() -> None:
    claim = Claim(100_00, "EUR", DUE, default_since=date(2026, 1, 1))
    assert _lines(_interest("DE", "consumer", claim, date(2026, 4, 10)))[0][0] == "2026-04-01"


@pytest.mark.parametrize(
    ("jurisdiction", "first_on"), [("DE", "2026-05-01"), ("CH", "2026-05-01"), ("FR", "2026-04-01")]
)
def test_a_stated_default_counts_for_a_business_where_the_law_leaves_room_for_it(
    jurisdiction: str, first_on: str
) -> None:
    claim = Claim(100_00, "EUR", DUE, default_since=date(2026, 4, 30))
    assert first_on == _lines(_interest(jurisdiction, "business", claim, date(2026, 6, 1)))[0][0]


def test_a_public_body_is_treated_as_a_business_where_the_directive_covers_it() -> None:
    claim = Claim(10_000_00, "EUR", DUE)
    business, public = (_interest("RO", party, claim, date(2026, 9, 1)) for party in ("business", "public"))
    assert business == public
    assert public.compensation_minor == 40_00


def test_a_payment_day_still_bears_interest_on_the_balance_before_it() -> None:
    claim = Claim(1_000_00, "EUR", DUE, payments=((date(2026, 4, 10), 400_00), (date(2026, 4, 20), 600_00)))
    result = _interest("DE", "business", claim, date(2026, 6, 30))
    assert _lines(result) == [
        ("2026-04-01", "2026-04-10", 10, 1_000_00),
        ("2026-04-11", "2026-04-20", 10, 600_00),
    ]


def test_a_payment_before_the_due_date_reduces_the_base_from_the_start() -> None:
    claim = Claim(1_000_00, "EUR", DUE, payments=((date(2026, 3, 1), 250_00), (DUE, 250_00)))
    assert _lines(_interest("DE", "business", claim, date(2026, 4, 5))) == [("2026-04-01", "2026-04-05", 5, 500_00)]


def test_a_payment_after_the_as_of_date_does_not_count_yet() -> None:
    claim = Claim(1_000_00, "EUR", DUE, payments=((date(2026, 5, 1), 1_000_00),))
    assert _lines(_interest("DE", "business", claim, date(2026, 4, 5))) == [("2026-04-01", "2026-04-05", 5, 1_000_00)]


def test_an_overpayment_gives_no_negative_interest_and_no_compensation() -> None:
    claim = Claim(1_000_00, "EUR", DUE, payments=((date(2026, 3, 1), 1_500_00),))
    result = _interest("DE", "business", claim, date(2026, 6, 1))
    assert (result.interest_minor, result.compensation_minor, result.segments) == (0, 0, ())


def test_a_bounced_payment_opens_the_debt_again_from_the_next_day() -> None:
    claim = Claim(1_000_00, "EUR", DUE, payments=((date(2026, 4, 10), 1_000_00), (date(2026, 4, 20), -1_000_00)))
    expected = [("2026-04-01", "2026-04-10", 10, 1_000_00), ("2026-04-21", "2026-04-25", 5, 1_000_00)]
    assert expected == _lines(_interest("DE", "business", claim, date(2026, 4, 25)))


def test_several_payments_on_one_day_are_one_change() -> None:
    claim = Claim(1_000_00, "EUR", DUE, payments=((date(2026, 4, 10), 100_00), (date(2026, 4, 10), 200_00)))
    assert _lines(_interest("DE", "business", claim, date(2026, 4, 15)))[1][3] == 700_00


def test_a_day_without_a_rate_stops_the_calculation_by_name() -> None:
    with pytest.raises(RateMissingError, match=r"bundesbank_base.*first half-year of 2027"):
        _interest("DE", "business", Claim(100_00, "EUR", DUE), date(2027, 1, 1))


def test_a_debt_that_was_paid_in_time_needs_no_rate_of_later_days() -> None:
    claim = Claim(100_00, "EUR", DUE, payments=((date(2026, 12, 31), 100_00),))
    assert _interest("DE", "business", claim, date(2030, 1, 1)).segments[-1].to_on == date(2026, 12, 31)


def test_a_leap_day_is_a_day_and_the_year_still_has_365() -> None:
    result = _interest("AT", "consumer", Claim(36_500_00, "EUR", date(2023, 12, 31)), date(2024, 12, 31))
    assert (result.segments[0].days, result.interest_minor) == (366, 366 * 4_00)


def test_the_lines_add_up_to_the_interest_that_was_rounded_once() -> None:
    payments = tuple((DUE + timedelta(days=10 * i), 1_01) for i in range(1, 9))
    result = _interest("DE", "business", Claim(33_33, "EUR", DUE, payments=payments), date(2026, 8, 1))
    exact = sum(s.balance_minor * s.rate_ppm * s.days for s in result.segments)
    assert (2 * exact + 365_000_000) // (2 * 365_000_000) == result.interest_minor
    assert result.interest_minor == sum(segment.amount_minor for segment in result.segments)


def test_rounding_each_line_can_give_another_total_than_rounding_once() -> None:
    payments = tuple((DUE + timedelta(days=i), 1) for i in range(1, 11))
    claim = Claim(18_00, "EUR", DUE, payments=payments)
    rule, to_on = LAW.rule("DE", "business"), DUE + timedelta(days=10)
    assert interest(LAW, rule, claim, to_on).interest_minor == 5
    assert interest(LAW, rule, claim, to_on, Options(rounding="segment")).interest_minor == 10


def test_dutch_interest_is_added_to_the_base_after_each_full_year() -> None:
    rule = agreed(LAW.rule("NL", "business"), parse_percent("10"))
    result = interest(LAW, rule, Claim(1_000_00, "EUR", date(2020, 12, 31)), date(2023, 12, 31))
    assert [segment.balance_minor for segment in result.segments] == [1_000_00, 1_100_00, 1_210_00]
    assert result.interest_minor == 331_00


def test_dutch_interest_of_the_second_year_runs_at_the_rates_of_that_year() -> None:
    # 366 days to 30 June 2024: 184 at 12.00 %, 182 at 12.50 %; then the base holds 122.8219 more.
    result = _interest("NL", "business", Claim(1_000_00, "EUR", date(2023, 6, 30)), date(2024, 7, 10))
    first_year_exact = 1_000_00 * (184 * 120_000 + 182 * 125_000)
    base = 1_000_00 * 365_000_000 + first_year_exact
    exact = first_year_exact * 365_000_000 + base * 10 * 122_500
    assert (2 * exact + 365_000_000**2) // (2 * 365_000_000**2) == result.interest_minor
    assert (base + 182_500_000) // 365_000_000 == result.segments[-1].balance_minor


def test_a_year_of_compounding_from_a_leap_day_starts_anew_on_1_march() -> None:
    rule = agreed(LAW.rule("NL", "business"), parse_percent("10"))
    result = interest(LAW, rule, Claim(100_00, "EUR", date(2024, 2, 28)), date(2028, 3, 1))
    starts = [str(segment.from_on) for segment in result.segments]
    assert starts == ["2024-02-29", "2025-03-01", "2026-03-01", "2027-03-01", "2028-02-29"]


def test_added_interest_bears_interest_only_while_principal_is_open() -> None:
    rule = agreed(LAW.rule("NL", "business"), parse_percent("10"))
    claim = Claim(1_000_00, "EUR", date(2020, 12, 31), payments=((date(2021, 12, 31), 1_000_00),))
    assert interest(LAW, rule, claim, date(2023, 12, 31)).interest_minor == 100_00


def test_a_debt_of_30_years_and_ten_thousand_billion_is_exact() -> None:
    result = _interest("CH", "business", Claim(10**15, "CHF", date(1996, 11, 22)), date(2026, 11, 22))
    days = (date(2026, 11, 22) - date(1996, 11, 22)).days
    assert (2 * 10**15 * 5 * days + 36_500) // (2 * 36_500) == result.interest_minor


def test_a_dutch_debt_of_30_years_compounds_exactly() -> None:
    rule = agreed(LAW.rule("NL", "business"), parse_percent("10"))
    result = interest(LAW, rule, Claim(10**15, "EUR", date(1996, 11, 22)), date(2026, 11, 22))
    years = [date(1996 + i, 11, 22) for i in range(31)]
    numerator, denominator = 10**15, 1
    for start, end in itertools.pairwise(years):
        numerator, denominator = numerator * (3650 + (end - start).days), denominator * 3650
    expected = (2 * (numerator - 10**15 * denominator) + denominator) // (2 * denominator)
    assert expected == result.interest_minor


@pytest.mark.parametrize(("jurisdiction", "party_type"), [("US", "business"), ("VN", "public"), ("IE", "consumer")])
def test_without_a_figure_in_law_or_contract_there_is_no_interest(jurisdiction: str, party_type: str) -> None:
    result = _interest(jurisdiction, party_type, Claim(100_00, "USD", DUE), date(2026, 6, 1))
    assert (result.interest_minor, result.no_interest_reason) == (0, "rate_not_entered")


@pytest.mark.parametrize(
    ("jurisdiction", "party_type", "percent", "words"),
    [
        ("FR", "business", "8.24", "below the floor of 8.25 %"),
        ("ES", "business", "3.11", "below the floor of 3.12 %"),
        ("BE", "consumer", "10.51", "above the ceiling of 10.50 %"),
        ("VN", "consumer", "20.01", "above the ceiling of 20.00 %"),
    ],
)
def test_an_agreed_rate_beyond_what_the_law_allows_is_named(
    jurisdiction: str, party_type: str, percent: str, words: str
) -> None:
    claim = Claim(100_00, "EUR", date(2026, 7, 1), default_since=date(2026, 7, 1))
    rule = agreed(LAW.rule(jurisdiction, party_type), parse_percent(percent))
    assert [doubt for doubt in interest(LAW, rule, claim, date(2026, 8, 1)).doubts if words in doubt] != []


@pytest.mark.parametrize(
    ("jurisdiction", "party_type", "percent"),
    [
        ("FR", "business", "8.25"),
        ("ES", "business", "3.12"),
        ("BE", "consumer", "10.5"),
        ("VN", "consumer", "20"),
    ],
)
def test_an_agreed_rate_on_the_bound_itself_is_allowed(jurisdiction: str, party_type: str, percent: str) -> None:
    claim = Claim(100_00, "EUR", date(2026, 7, 1), default_since=date(2026, 7, 1))
    rule = agreed(LAW.rule(jurisdiction, party_type), parse_percent(percent))
    assert [doubt for doubt in interest(LAW, rule, claim, date(2026, 8, 1)).doubts if "agreed rate of" in doubt] == []


def test_a_bound_that_cannot_be_computed_is_named() -> None:
    rule = agreed(LAW.rule("FR", "business"), parse_percent("8"))
    result = interest(LAW, rule, Claim(100_00, "EUR", date(2027, 7, 1)), date(2027, 8, 1))
    assert [doubt for doubt in result.doubts if "could not be checked" in doubt] != []


def test_an_unverified_rate_is_marked_on_its_line_and_among_the_doubts() -> None:
    result = _interest("ES", "business", Claim(1_000_00, "EUR", date(2026, 6, 15)), date(2026, 7, 15))
    assert [segment.verified for segment in result.segments] == [True, False]
    assert [doubt for doubt in result.doubts if "10.40 % from 2026-07-01 to 2026-07-15 is not verified" in doubt] != []


def test_an_unverified_rule_marks_every_rate_that_follows_from_it() -> None:
    result = _interest("PL", "business", Claim(1_000_00, "PLN", date(2026, 6, 15)), date(2026, 7, 15))
    assert [segment.verified for segment in result.segments] == [False, False]
    assert [doubt for doubt in result.doubts if "This rule is not verified" in doubt] != []


def test_a_verified_case_carries_no_mark() -> None:
    result = _interest("DE", "business", Claim(1_000_00, "EUR", date(2026, 6, 15)), date(2026, 7, 15))
    assert [doubt for doubt in result.doubts if "not verified" in doubt] == []


def test_a_debt_older_than_its_rule_says_so() -> None:
    old = _interest("DE", "business", Claim(1_000_00, "EUR", date(2014, 7, 27)), date(2014, 9, 1))
    new = _interest("DE", "business", Claim(1_000_00, "EUR", date(2014, 7, 28)), date(2014, 9, 1))
    assert [sum("in this form since 2014-07-29" in doubt for doubt in r.doubts) for r in (old, new)] == [1, 0]


def test_the_dutch_consumer_scale_is_owed_only_after_the_14_day_letter() -> None:
    day = date(2026, 5, 15)
    without = Claim(23_000_00, "EUR", DUE, default_since=DUE)
    within = Claim(23_000_00, "EUR", DUE, default_since=DUE, notice_expired_on=day)
    owed = [
        _interest("NL", "consumer", claim, to_on).compensation_minor
        for claim, to_on in [(without, day), (within, day), (within, day + timedelta(days=1))]
    ]
    assert owed == [0, 0, 1_005_00]


def test_compensation_goes_by_what_was_open_on_the_first_day_of_default() -> None:
    early = Claim(1_000_00, "GBP", DUE, payments=((date(2026, 3, 1), 1),))
    late = Claim(1_000_00, "GBP", DUE, payments=((date(2026, 4, 1), 1),))
    owed = [_interest("GB", "business", claim, date(2026, 5, 1)).compensation_minor for claim in (early, late)]
    assert owed == [40_00, 70_00]


def test_compensation_steps_in_another_currency_are_named() -> None:
    result = _interest("GB", "business", Claim(1_000_00, "EUR", DUE), date(2026, 5, 1))
    assert result.compensation_minor == 0
    assert [doubt for doubt in result.doubts if "another currency" in doubt] != []


def test_the_sources_name_the_rule_and_every_rate_used() -> None:
    result = _interest("ES", "business", Claim(1_000_00, "EUR", date(2026, 6, 15)), date(2026, 7, 15))
    assert result.sources[0] == LAW.rule("ES", "business").source
    assert len(result.sources) == 3


def test_a_currency_without_decimals_is_rounded_to_whole_units() -> None:
    rule = agreed(LAW.rule("VN", "business"), parse_percent("15"))
    result = interest(LAW, rule, Claim(100_000_000, "VND", DUE), DUE + timedelta(days=30))
    assert result.interest_minor == 1_232_877


def test_added_rates_are_used() -> None:
    law = load_law([RateRow("bundesbank_base", date(2027, 1, 1), 17_700, "bundesbank.de", verified=True)])
    result = interest(law, law.rule("DE", "business"), Claim(36_500_00, "EUR", date(2026, 12, 31)), date(2027, 1, 10))
    assert result.interest_minor == 107_70

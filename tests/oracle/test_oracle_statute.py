"""Interest and compensation by law against cases worked out by hand and published ones (decisions/0003).

The published figures are those of ``tests/law``, with their sources there. Ages count as in ``story``.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dunwell.law import load_law
from dunwell.policy.model import InterestTerms

from .records import OracleInvoice
from .statute import fixed_sum
from .story import charged, day, one_debt


@pytest.mark.parametrize(
    ("jurisdiction", "party", "amount", "currency", "due_on", "as_of", "expected"),
    [
        # 60 days at 8.25
        ("GB", "business", 100_000, "GBP", date(2017, 3, 1), date(2017, 4, 30), (1_356, 7_000)),
        ("GB", "public", 99_999, "GBP", date(2017, 3, 1), date(2017, 4, 30), (1_356, 4_000)),
        ("GB", "business", 1_000_000, "GBP", date(2017, 3, 1), date(2017, 4, 30), (13_562, 10_000)),
        ("GB", "business", 100_000, "EUR", date(2017, 3, 1), date(2017, 4, 30), (1_356, 0)),
        # 50 days at 8.50: 11.6438; the government's guide rounds the daily figure and gets 11.50
        ("GB", "business", 100_000, "GBP", date(2018, 3, 1), date(2018, 4, 20), (1_164, 7_000)),
        # 61 days at 12.15 = 203.0548 and 62 at 12.40 = 210.6301
        ("FR", "business", 1_000_000, "EUR", date(2026, 4, 30), date(2026, 8, 31), (41_368, 4_000)),
        # 15 days at 12.15 and 15 at 12.40
        ("FR", "business", 1_000_000, "EUR", date(2026, 6, 15), date(2026, 7, 15), (10_089, 4_000)),
        # 37 days at 10.15
        ("ES", "business", 125_000, "EUR", date(2026, 5, 1), date(2026, 6, 7), (1_286, 4_000)),
        # 30 days at 8.00; the divisor stays 365 in a leap year
        ("IT", "business", 300_000, "EUR", date(2016, 8, 1), date(2016, 8, 31), (1_973, 4_000)),
        # -0.62 + 9.2 all year; 4 % for consumers
        ("AT", "business", 10_000_000, "EUR", date(2021, 12, 31), date(2022, 12, 31), (858_000, 4_000)),
        ("AT", "consumer", 1_000_000, "EUR", date(2026, 5, 15), date(2026, 8, 31), (11_836, 0)),
        # 122 days at 15.00: the cuts of July and August 2024 count from January; EUR 40 is not lei
        ("RO", "business", 1_000_000, "RON", date(2024, 5, 31), date(2024, 9, 30), (50_137, 0)),
        # 46 days at 10.15
        ("IE", "business", 1_000_000, "EUR", date(2026, 5, 15), date(2026, 6, 30), (12_792, 7_000)),
        # 90 days at 5.00
        ("CH", "business", 1_000_000, "CHF", date(2026, 3, 31), date(2026, 6, 29), (12_329, 0)),
        # 30 days at 10.50: 10.15 rounded up to the next half point
        ("BE", "business", 1_000_000, "EUR", date(2026, 3, 31), date(2026, 4, 30), (8_630, 4_000)),
        # 30 days at 12.62, 31 days at 8.12
        ("DE", "business", 1_000_000, "EUR", date(2024, 3, 1), date(2024, 3, 31), (10_373, 4_000)),
        ("DE", "public", 42_000, "EUR", date(2016, 8, 2), date(2016, 9, 2), (290, 4_000)),
        # 180 days at 10.62 and one at 12.12
        ("DE", "business", 1_000_000, "EUR", date(2023, 1, 1), date(2023, 7, 1), (52_705, 4_000)),
        # 30 days at 10.15; 15 % of 2500, 10 % of 2500, 5 % of 5000, 1 % of 13000
        ("NL", "business", 2_300_000, "EUR", date(2026, 3, 31), date(2026, 4, 30), (19_188, 100_500)),
    ],
)
def test_published_cases(
    jurisdiction: str, party: str, amount: int, currency: str, due_on: date, as_of: date, expected: tuple[int, int]
) -> None:
    story = one_debt(amount, due_on, as_of, currency).of(party_type=party).by_law(jurisdiction)
    assert charged(story) == expected
    assert not story.assessed(currency).is_rate_missing


@pytest.mark.parametrize(
    ("jurisdiction", "due_on", "as_of", "interest"),
    [
        ("GB", date(2025, 6, 15), date(2025, 7, 15), 1_048),  # 30 days at 12.75; half-yearly it were 10.27
        ("GB", date(2025, 6, 29), date(2025, 7, 29), 1_048),  # the first day is 30 June
        ("GB", date(2025, 6, 30), date(2025, 7, 30), 1_007),  # the first day is 1 July: 12.25
        ("IE", date(2025, 6, 15), date(2025, 7, 15), 916),  # 30 days at 11.15
        ("DE", date(2025, 6, 15), date(2025, 7, 15), 885),  # 15 days at 11.27 = 4.6315, 15 at 10.27 = 4.2205
    ],
)
def test_a_rate_is_fixed_at_the_start_or_follows_the_half_year(
    jurisdiction: str, due_on: date, as_of: date, interest: int
) -> None:
    assert one_debt(100_000, due_on, as_of).by_law(jurisdiction).assessed().interest_minor == interest


@pytest.mark.parametrize(
    ("paid", "interest"),
    [
        (date(2025, 6, 29), 634),  # 9 days on 1000 and one on 600 at 11.27, 20 on 600 at 10.27
        (date(2025, 6, 30), 646),  # 3.0877 + 3.3764
        (date(2025, 7, 1), 658),  # 3.0877 + 0.2814 + 3.2076
    ],
)
def test_part_payments_around_a_rate_change(paid: date, interest: int) -> None:
    story = one_debt(100_000, date(2025, 6, 20), date(2025, 7, 20)).by_law("DE")
    assert story.paid((paid - day(0)).days, 40_000).assessed().interest_minor == interest


@pytest.mark.parametrize(
    ("due_on", "as_of", "interest"),
    [
        # 182 days at 12.50 and 184 at 12.25: 1240.82; the year has 366 days, the divisor 365
        (date(2023, 12, 31), date(2024, 12, 31), 124_082),
        (date(2023, 12, 31), date(2025, 1, 31), 134_727),  # then 31 days at 11.15 on 11240.82
        (date(2023, 12, 31), date(2026, 1, 1), 244_097),  # two years, and a day at 10.15 on 12437.51
        (date(2024, 2, 28), date(2025, 2, 28), 121_900),  # from a leap day: one year
        (date(2024, 2, 28), date(2025, 3, 1), 122_243),  # 1 March at 11.15 on 11219.00
    ],
)
def test_dutch_interest_joins_the_debt_after_each_full_year(due_on: date, as_of: date, interest: int) -> None:
    assert one_debt(1_000_000, due_on, as_of).by_law("NL").assessed().interest_minor == interest


@pytest.mark.parametrize(
    ("kind", "age", "other", "interest"),
    [
        ("request", 10, {"channel": "post"}, 515),  # received on day 13, 30 days at 6.27
        ("request", 10, {"channel": "email"}, 567),  # 33 days
        ("request", 10, {"channel": "pigeon"}, 567),
        ("request", 0, {}, 0),  # not yet past due
        ("request", 43, {}, 0),  # received today
        ("call", 10, {}, 0),
    ],
)
def test_a_german_consumer_is_in_default_after_the_first_letter(
    kind: str, age: int, other: dict[str, Any], interest: int
) -> None:
    story = one_debt(100_000, day(0), day(43)).of(party_type="consumer").by_law("DE").saw(kind, age, **other)
    assert charged(story) == (interest, 0)
    assert not story.assessed().is_rate_missing
    assert story.saw("request", 40).assessed().interest_minor == (interest or 52)  # a later one: three days


@pytest.mark.parametrize(
    ("day_count", "due_on", "as_of", "interest"),
    [
        ("act/365", date(2015, 12, 31), date(2016, 7, 30), 34_849),  # 212 days
        ("act/360", date(2015, 12, 31), date(2016, 7, 30), 35_333),
        ("30/360", date(2015, 12, 31), date(2016, 7, 30), 35_000),  # 210 days
        ("30/360", date(2026, 2, 15), date(2026, 3, 1), 2_667),  # 16 days: 1 March counts for the 29th and 30th
        ("30/360", date(2026, 1, 30), date(2026, 1, 31), 0),
    ],
)
def test_day_counts_of_a_contract_rate_of_six(day_count: str, due_on: date, as_of: date, interest: int) -> None:
    terms = InterestTerms("contract", 600, day_count=day_count)  # type: ignore[arg-type]
    assert one_debt(1_000_000, due_on, as_of).under(interest=terms).assessed().interest_minor == interest


@pytest.mark.parametrize(
    ("jurisdiction", "party", "terms", "due_on", "expected"),
    [
        ("DE", "business", {}, date(2026, 12, 20), (0, 4_000, True)),  # 2027 is not in the tables
        ("DE", "business", {}, date(2012, 12, 20), (0, 4_000, True)),
        ("GB", "business", {}, date(2026, 12, 20), (52, 4_000, False)),  # fixed in 2026: 16 days at 11.75
        ("GB", "business", {}, date(2026, 12, 31), (0, 4_000, True)),
        ("VN", "business", {"contract_rate_hundredths": 900}, date(2026, 12, 6), (74, 0, False)),
        ("VN", "business", {}, date(2026, 12, 6), (0, 0, True)),
        ("VN", "consumer", {}, date(2026, 12, 6), (82, 0, False)),
        ("VN", "consumer", {"refuse_unverified": True}, date(2026, 12, 6), (0, 0, True)),
        ("US", "business", {}, date(2026, 12, 6), (0, 0, True)),
        ("XX", "business", {}, date(2026, 12, 6), (0, 0, True)),
        ("FR", "public", {"refuse_unverified": True}, date(2026, 12, 6), (0, 0, True)),
    ],
)
def test_a_missing_rate_stops_the_interest_and_not_the_compensation(
    jurisdiction: str, party: str, terms: dict[str, int], due_on: date, expected: tuple[int, int, bool]
) -> None:
    """EUR 100.00 (GBP for the United Kingdom) on 5 January 2027."""
    currency = "GBP" if jurisdiction == "GB" else "EUR"
    story = one_debt(10_000, due_on, date(2027, 1, 5), currency).of(party_type=party).by_law(jurisdiction, **terms)
    assert (*charged(story), story.assessed(currency).is_rate_missing) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [(date(2026, 6, 30), (278, 4_000, False)), (date(2026, 7, 1), (0, 4_000, True))],
)
def test_an_unverified_rate_may_be_refused(as_of: date, expected: tuple[int, int, bool]) -> None:
    """The Spanish rate of the second half of 2026 is derived; ten days at 10.15 before it."""
    story = one_debt(100_000, date(2026, 6, 20), as_of).by_law("ES", refuse_unverified=True)
    assert (*charged(story), story.assessed().is_rate_missing) == expected


def test_a_missing_rate_stops_every_invoice_of_the_pair_unless_its_day_bears_nothing() -> None:
    old, young = one_debt(100_000, date(2012, 1, 1), day(30)).by_law("DE"), day(0)
    both = replace(old, invoices=(*old.invoices, OracleInvoice(2, 1, "EUR", None, young, 100_000)))
    assert [row.interest_minor for row in both.results()[1]] == [0, 0]
    disputed = both.saw("dispute", 10, invoice_id=1)
    assert [row.interest_minor for row in disputed.results()[1]] == [0, 844]  # 30 days at 10.27
    prepaid = both.paid(-9999, 100_000).paid(0, 100_000, kind="reversal")
    assert [row.interest_minor for row in prepaid.results()[1]] == [844, 844]


@pytest.mark.parametrize(
    ("jurisdiction", "currency", "amount", "expected"),
    [
        ("DE", "EUR", 1, (4_000, "EUR")),
        ("DE", "USD", 1, (4_000, "EUR")),
        ("DE", "EUR", 0, None),
        ("GB", "GBP", 99_999, (4_000, "GBP")),
        ("GB", "GBP", 100_000, (7_000, "GBP")),
        ("GB", "GBP", 999_999, (7_000, "GBP")),
        ("GB", "GBP", 1_000_000, (10_000, "GBP")),
        ("GB", "EUR", 1_000_000, None),
        ("IE", "EUR", 100_000, (4_000, "EUR")),
        ("IE", "EUR", 100_001, (7_000, "EUR")),
        ("IE", "EUR", 1_000_000, (7_000, "EUR")),
        ("IE", "EUR", 1_000_001, (10_000, "EUR")),
        ("PL", "PLN", 500_000, (4_000, "EUR")),
        ("PL", "PLN", 500_001, (7_000, "EUR")),
        ("PL", "PLN", 4_999_999, (7_000, "EUR")),
        ("PL", "PLN", 5_000_000, (10_000, "EUR")),
        ("NL", "EUR", 26_666, (4_000, "EUR")),
        ("NL", "EUR", 26_670, (4_001, "EUR")),  # 40.005, half a cent up
        ("NL", "EUR", 250_000, (37_500, "EUR")),
        ("NL", "EUR", 250_001, (37_500, "EUR")),
        ("NL", "EUR", 500_000, (62_500, "EUR")),
        ("NL", "EUR", 1_000_000, (87_500, "EUR")),
        ("NL", "EUR", 20_000_000, (277_500, "EUR")),
        ("NL", "EUR", 10**15, (677_500, "EUR")),
        ("CH", "CHF", 10_000, None),
    ],
)
def test_the_steps_of_the_fixed_compensation(
    jurisdiction: str, currency: str, amount: int, expected: tuple[int, str] | None
) -> None:
    law = load_law()
    assert fixed_sum(law.tiers.get(law.rule(jurisdiction, "business").scheme, ()), amount, currency) == expected


@pytest.mark.parametrize(
    ("age", "paid", "compensation"), [(0, 0, 0), (1, 0, 4_000), (9, 0, 4_000), (9, 1, 7_000), (1, 1, 7_000)]
)
def test_compensation_goes_by_what_is_open_when_interest_begins(age: int, paid: int, compensation: int) -> None:
    """EUR 1000.01 in Ireland; a cent is paid on the due date, or a day later."""
    story = one_debt(100_001, day(0), day(age)).by_law("IE").paid(paid, 1)
    assert story.assessed().compensation_minor == compensation


def test_what_needs_a_prescribed_notice_is_not_claimed_from_a_dutch_consumer() -> None:
    story = one_debt(100_000, day(0), day(40)).by_law("NL").saw("request", 5)
    assert story.assessed().compensation_minor == 15_000
    assert story.of(party_type="consumer").assessed().compensation_minor == 0

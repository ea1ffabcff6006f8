"""The calculator equals a loop over the days, written from product §2.3 and the tables alone."""

import csv
import itertools
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.law import Claim, Options, interest, load_law

# Jurisdiction: its table, and the points to add to the printed figure.
_TABLES = {
    "DE": ("bundesbank_base", "9"),
    "AT": ("at_base_half_year", "9.2"),
    "FR": ("fr_default_penalty", "0"),
    "ES": ("es_demora", "0"),
    "IT": ("ecb_mro_half_year", "8"),
    "GB": ("uk_statutory", "0"),
    "IE": ("ecb_mro_half_year", "8"),
    "NL": ("ecb_mro_half_year", "8"),
    "BE": ("ecb_mro_half_year", "8"),
}
_FIRST, _LAST = date(2013, 1, 1), date(2026, 12, 31)


def _table(name: str) -> list[tuple[date, Fraction]]:
    with (files("dunwell.law") / "rates" / f"{name}.csv").open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines)
        return [(date.fromisoformat(row["effective_from"]), Fraction(row["rate_percent"])) for row in rows]


_RATES = {place: _table(name) for place, (name, _) in _TABLES.items()}


@cache
def _percent(jurisdiction: str, on: date) -> Fraction:
    printed = [rate for day, rate in _RATES[jurisdiction] if day <= on][-1]
    percent = printed + Fraction(_TABLES[jurisdiction][1])
    return Fraction(-(-percent * 2 // 1), 2) if jurisdiction == "BE" else percent


def _balance(claim: Claim, on: date) -> int:
    return max(claim.principal_minor - sum(amount for day, amount in claim.payments if day < on), 0)


def _slow_interest(jurisdiction: str, claim: Claim, to_on: date) -> Fraction:
    """Add up day after day; Dutch interest joins the base on each anniversary of its first day."""
    start = claim.due_on + timedelta(days=1)
    day, total, this_year, added = start, Fraction(0), Fraction(0), Fraction(0)
    while day <= to_on:
        birthday = (day.month, day.day) == (start.month, start.day)
        leapling = (start.month, start.day) == (2, 29) and (day.month, day.day) == (3, 1)
        a_year = birthday or (leapling and (day - timedelta(days=1)).day == 28)
        if jurisdiction == "NL" and day > start and a_year:
            added, this_year = added + this_year, Fraction(0)
        base = _balance(claim, day)
        rate = _percent(jurisdiction, start if jurisdiction in ("GB", "IE") else day)
        if base:
            this_year += (base + added) * rate / 36_500
            total += (base + added) * rate / 36_500
        day += timedelta(days=1)
    return total


@st.composite
def _debts(draw: st.DrawFn) -> tuple[Claim, date]:
    edges = st.sampled_from([date(2016, 2, 28), date(2020, 2, 28), date(2022, 12, 31), date(2023, 6, 30)])
    due_on = draw(st.dates(_FIRST, date(2026, 6, 1)) | edges)
    to_on = draw(st.dates(due_on, min(_LAST, due_on + timedelta(days=900))))
    days = st.dates(due_on - timedelta(days=40), to_on)
    principal = draw(st.integers(1, 10**6) | st.integers(10**14, 10**15))
    amounts = st.integers(-principal // 2, principal)
    payments = draw(st.lists(st.tuples(days, amounts), max_size=4))
    return Claim(principal, "EUR", due_on, payments=tuple(payments)), to_on


@pytest.mark.parametrize("jurisdiction", sorted(_TABLES))
@settings(deadline=None, max_examples=30)
@given(debt=_debts())
def test_interest_equals_the_sum_over_the_days(jurisdiction: str, debt: tuple[Claim, date]) -> None:
    claim, to_on = debt
    law = load_law()
    result = interest(law, law.rule(jurisdiction, "business"), claim, to_on)
    assert int(_slow_interest(jurisdiction, claim, to_on) + Fraction(1, 2)) == result.interest_minor
    assert result.interest_minor == sum(segment.amount_minor for segment in result.segments)


@settings(deadline=None, max_examples=30)
@given(debt=_debts())
def test_rounding_per_line_stays_within_half_a_cent_a_line(debt: tuple[Claim, date]) -> None:
    claim, to_on = debt
    law = load_law()
    result = interest(law, law.rule("DE", "business"), claim, to_on, Options(rounding="segment"))
    exact = _slow_interest("DE", claim, to_on)
    assert abs(result.interest_minor - exact) * 2 <= len(result.segments)


@settings(deadline=None, max_examples=30)
@given(debt=_debts())
def test_the_lines_follow_each_other_and_none_is_of_nothing(debt: tuple[Claim, date]) -> None:
    claim, to_on = debt
    law = load_law()
    segments = interest(law, law.rule("DE", "business"), claim, to_on).segments
    assert [s for s in segments if s.balance_minor <= 0 or s.days < 1 or s.amount_minor < 0] == []
    assert [a for a, b in itertools.pairwise(segments) if a.to_on >= b.from_on] == []

"""The tables agree with each other and with what the law says about how one follows from another."""

import csv
import itertools
from datetime import date, timedelta
from importlib.resources import files
from typing import get_args

import pytest

from dunwell.errors import UsageError
from dunwell.law import PartyType, Series, format_percent, load_law, parse_percent, series_on

LAW = load_law()
LAST_DAY = timedelta(days=1)


def _points(text: str) -> int:
    return parse_percent(text)


def _rows_by_day(name: str) -> dict[date, int]:
    return {row.effective_from: row.rate_ppm for row in LAW.series[name].rows}


@pytest.mark.parametrize(
    ("derived", "reference", "points"),
    [
        ("bundesbank_base", "ecb_mro_half_year", "-0.88"),
        ("fr_default_penalty", "ecb_mro_half_year", "10"),
        ("fr_default_penalty", "bundesbank_base", "10.88"),
    ],
)
def test_a_half_year_series_keeps_its_distance_from_the_ecb_rate(derived: str, reference: str, points: str) -> None:
    expected = {day: rate + _points(points) for day, rate in _rows_by_day(reference).items()}
    assert expected == _rows_by_day(derived)


def test_the_spanish_rate_is_the_ecb_rate_plus_8_and_was_plus_7_until_23_february_2013() -> None:
    expected = {day: rate + _points("8") for day, rate in _rows_by_day("ecb_mro_half_year").items()}
    expected[date(2013, 1, 1)] -= _points("1")
    expected[date(2013, 2, 24)] = _points("8.75")
    assert expected == _rows_by_day("es_demora")


@pytest.mark.parametrize(
    ("half_year", "by_date", "days_before", "points"),
    [
        ("ecb_mro_half_year", "ecb_mro", 0, "0"),
        ("at_base_half_year", "at_base", 0, "0"),
        ("ro_b2b_half_year", "bnr_policy", 0, "8"),
        ("nbp_half_year", "nbp_reference", 0, "0"),
        ("uk_statutory", "boe_base", 1, "8"),
    ],
)
def test_a_half_year_row_is_the_rate_by_date_of_its_reference_day(
    half_year: str, by_date: str, days_before: int, points: str
) -> None:
    dated = LAW.series[by_date]
    bound = dated.covered_through or date.max
    rows = {day: rate for day, rate in _rows_by_day(half_year).items() if day <= bound}
    expected = {day: series_on(dated, day - timedelta(days=days_before)).rate_ppm + _points(points) for day in rows}
    assert expected == rows
    assert len(rows) >= 14


def test_the_austrian_base_moves_only_when_the_ecb_rate_has_moved_half_a_point() -> None:
    mro = LAW.series["ecb_mro"]
    base = [
        row.effective_from for row in LAW.series["at_base"].rows if row.effective_from >= mro.rows[0].effective_from
    ]
    moves = [
        abs(series_on(mro, after).rate_ppm - series_on(mro, before).rate_ppm)
        for before, after in itertools.pairwise(base)
    ]
    assert [move for move in moves if move < _points("0.5")] == []


@pytest.mark.parametrize("series", LAW.series.values(), ids=lambda series: series.name)
def test_every_series_covers_every_day_from_its_first_to_its_last(series: Series) -> None:
    day, last = series.rows[0].effective_from, series.rows[-1].effective_from
    while day <= last:
        period = series_on(series, day)
        assert period.from_on == day
        day = period.to_on + LAST_DAY


@pytest.mark.parametrize("series", LAW.series.values(), ids=lambda series: series.name)
def test_rows_of_a_series_stand_in_order_of_date_and_name_their_source(series: Series) -> None:
    days = [row.effective_from for row in series.rows]
    assert sorted(set(days)) == days
    assert [row for row in series.rows if not row.source] == []


@pytest.mark.parametrize("series", LAW.series.values(), ids=lambda series: series.name)
def test_only_dated_series_carry_the_last_day_for_which_they_are_known(series: Series) -> None:
    assert (series.kind == "dated") == (series.covered_through is not None)


def test_every_rates_file_is_a_series_and_every_series_has_one() -> None:
    names = {path.name.removesuffix(".csv") for path in (files("dunwell.law") / "rates").iterdir()}
    assert set(LAW.series) == names


def test_every_jurisdiction_has_a_rule_for_each_type_of_party() -> None:
    expected = {(jurisdiction, party) for jurisdiction in LAW.jurisdictions for party in get_args(PartyType)}
    assert expected == set(LAW.rules)
    assert len(LAW.jurisdictions) == 16


def test_every_name_that_a_rule_a_limit_or_a_bound_uses_exists() -> None:
    schemes = {rule.scheme for rule in LAW.rules.values()} | {limit.scheme for limit in LAW.limits}
    series = {rule.series for rule in LAW.rules.values()} | {bound.series for bound in LAW.bounds}
    assert schemes - {""} == set(LAW.tiers)
    assert series - {""} - set(LAW.series) == set()


def test_the_reset_of_a_rule_fits_its_series() -> None:
    kinds = {"half_year": {"half_year"}, "fixed_at_start": {"half_year"}, "floating": {"annual", "dated"}}
    wrong = [
        rule
        for rule in LAW.rules.values()
        if rule.series and LAW.series[rule.series].kind not in kinds.get(rule.reset, set())
    ]
    assert wrong == []


def test_a_rule_has_a_series_or_a_flat_rate_or_wants_one_entered() -> None:
    rules = LAW.rules.values()
    assert [r for r in rules if [bool(r.series), r.flat_ppm is not None, r.needs_entered_rate].count(True) != 1] == []


@pytest.mark.parametrize("scheme", ["nl_wik"])
def test_the_bands_of_an_accumulating_scale_meet(scheme: str) -> None:
    tiers = LAW.tiers[scheme]
    for below, above in itertools.pairwise(tiers):
        reached = below.fixed_minor + (above.over_minor - below.over_minor) * below.percent_ppm // 1_000_000
        assert above.fixed_minor == reached


def test_consumers_never_get_the_fixed_sum_of_commercial_debts() -> None:
    schemes = {rule.scheme for rule in LAW.rules.values() if rule.party_type == "consumer"}
    assert schemes == {"", "nl_wik"}


def test_vietnam_forbids_collection_agencies_for_every_party() -> None:
    forbidden = {
        limit.party_type
        for limit in LAW.limits
        if (limit.jurisdiction, limit.option, limit.effect) == ("VN", "collection_agency", "forbidden")
    }
    assert forbidden == set(get_args(PartyType))


def test_an_unknown_jurisdiction_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"SE.*AT, BE, CH"):
        LAW.rule("SE", "business")


def test_every_line_of_every_rates_file_is_read() -> None:
    lines = 0
    for path in (files("dunwell.law") / "rates").iterdir():
        with path.open(encoding="utf-8") as rows:
            lines += sum(1 for _ in csv.DictReader(rows))
    assert lines == sum(len(series.rows) for series in LAW.series.values())


@pytest.mark.parametrize(
    ("text", "ppm"), [("10.52", 105_200), ("-0.88", -8_800), ("0.0001", 1), ("8", 80_000), ("0", 0)]
)
def test_percent_and_ppm_translate_into_each_other(text: str, ppm: int) -> None:
    assert ppm == parse_percent(text)
    assert ppm == parse_percent(format_percent(ppm))


@pytest.mark.parametrize(("ppm", "text"), [(105_200, "10.52"), (-8_800, "-0.88"), (1, "0.0001"), (80_000, "8.00")])
def test_rates_are_shown_with_two_to_four_decimals(ppm: int, text: str) -> None:
    assert text == format_percent(ppm)


@pytest.mark.parametrize("text", ["", "ten", "0.00001", "NaN", "1e9"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a|more than four"):
        parse_percent(text)

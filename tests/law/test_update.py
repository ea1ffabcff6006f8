"""New published rates: what is accepted, what is refused, and in which words."""

from datetime import date

import pytest

from dunwell.errors import Problem
from dunwell.law import (
    RateRow,
    format_rates,
    load_law,
    merge_rates,
    parse_percent,
    rate_on,
    read_rates,
    reread_rates,
)

LAW = load_law()
HEADER = "effective_from,rate_percent,source,verified\n"


def _problems(text: str, source: str = "bundesbank_base.csv") -> list[Problem]:
    result = read_rates(text, source, LAW)
    assert result.rows == ()
    return list(result.problems)


def test_a_new_half_year_is_read_under_the_name_of_its_file() -> None:
    result = read_rates(HEADER + "2027-01-01,1.77,bundesbank.de,yes\n", "rates/bundesbank_base.csv", LAW)
    expected = RateRow("bundesbank_base", date(2027, 1, 1), parse_percent("1.77"), "bundesbank.de", verified=True)
    assert ((expected,), (), ()) == (result.rows, result.problems, result.warnings)
    assert (
        parse_percent("10.77") == rate_on(load_law(result.rows), LAW.rule("DE", "business"), date(2027, 3, 1)).rate_ppm
    )


def test_one_file_may_carry_several_series_in_any_order() -> None:
    text = (
        "series,effective_from,rate_percent,source,verified\n"
        "ecb_mro_half_year,2027-07-01,2.65,ecb.europa.eu,no\n"
        "ecb_mro_half_year,2027-01-01,2.65,ecb.europa.eu,yes\n"
        "it_legal_b2c,2027-01-01,1.60,GU,yes\n"
    )
    result = read_rates(text, "rates.csv", LAW)
    assert [(row.series, row.effective_from.year) for row in result.rows] == [
        ("ecb_mro_half_year", 2027),
        ("ecb_mro_half_year", 2027),
        ("it_legal_b2c", 2027),
    ]
    assert result.problems == ()


def test_a_byte_order_mark_and_further_columns_do_no_harm() -> None:
    text = "\ufeffnote,verified,source,rate_percent,effective_from\nseen,yes,ecb,1.77,2027-01-01\n"
    assert len(read_rates(text, "bundesbank_base.csv", LAW).rows) == 1


def test_every_mistake_of_a_file_is_reported_at_once_with_line_and_column() -> None:
    text = HEADER + "1.1.2027,one,,maybe\n2027-01-01,1.77,bundesbank.de,yes\n2027-07-02,1.77,bundesbank.de,yes\n"
    expected = [
        (2, "effective_from"),
        (2, "rate_percent"),
        (2, "source"),
        (2, "verified"),
        (4, "effective_from"),
    ]
    assert expected == [(problem.line, problem.column) for problem in _problems(text)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2027-02-01,1.77,x,yes", "not the first day of a half-year"),
        ("2027-07-01,1.77,x,yes", "gap: the next rate of bundesbank_base starts on 2027-01-01"),
        ("2026-07-01,1.77,x,yes", "already has a rate from 2026-07-01"),
        ("2012-07-01,1.77,x,yes", "before the last known rate"),
        ("2027-01-01,1.77,x,yes\n2027-01-01,1.77,x,yes", "already has a rate from 2027-01-01"),
    ],
)
def test_a_date_that_does_not_continue_the_table_is_refused(line: str, words: str) -> None:
    [problem] = _problems(HEADER + line + "\n")
    assert words in problem.message
    assert problem.column == "effective_from"


def test_a_yearly_series_wants_1_january() -> None:
    [problem] = _problems(HEADER + "2027-07-01,1.60,GU,yes\n", "it_legal_b2c.csv")
    assert "not the first day of a year" in problem.message


def test_a_dated_series_takes_any_later_day_and_is_known_through_it() -> None:
    result = read_rates(HEADER + "2026-11-05,3.75,nbp.pl,yes\n", "nbp_reference.csv", LAW)
    law = load_law(result.rows)
    assert law.series["nbp_reference"].covered_through == date(2026, 11, 5)
    assert rate_on(law, law.rule("PL", "consumer"), date(2026, 10, 1)).rate_ppm == 92_500


def test_an_unverified_rate_may_be_confirmed_but_a_verified_one_not_replaced() -> None:
    confirmed = read_rates(HEADER + "2026-07-01,10.40,BOE,yes\n", "es_demora.csv", LAW)
    assert (confirmed.problems, len(confirmed.rows)) == ((), 1)
    [problem] = _problems(HEADER + "2026-07-01,10.40,BOE,no\n", "es_demora.csv")
    assert "already has a rate" in problem.message


def test_a_large_jump_is_a_warning_not_a_refusal() -> None:
    result = read_rates(HEADER + "2027-01-01,17.7,bundesbank.de,yes\n", "bundesbank_base.csv", LAW)
    assert (result.problems, len(result.rows)) == ((), 1)
    [warning] = result.warnings
    assert (
        warning.line,
        warning.column,
        warning.message,
    ) == (2, "rate_percent", "bundesbank_base goes from 1.52 to 17.70 %.")


def test_a_jump_of_three_points_is_no_warning() -> None:
    assert read_rates(HEADER + "2027-01-01,4.52,x,yes\n", "bundesbank_base.csv", LAW).warnings == ()


def test_a_misspelt_series_brings_the_nearest_right_name() -> None:
    [problem] = _problems(HEADER + "2027-01-01,1.77,x,yes\n", "bundesbank_bsae.csv")
    assert (problem.column, problem.suggestion) == ("series", "Did you mean bundesbank_base?")


def test_missing_columns_are_named() -> None:
    [problem] = _problems("effective_from,rate_percent\n2027-01-01,1.77\n")
    assert problem.message == "The columns source, verified are missing."


@pytest.mark.parametrize("text", ["", HEADER])
def test_a_file_without_rates_is_a_problem(text: str) -> None:
    assert len(_problems(text)) == 1


def test_a_file_of_too_many_lines_is_cut_off_with_a_message() -> None:
    text = HEADER + "2027-01-01,1.77,x,yes\n" * 5_001
    assert "More than 5000 lines." in [problem.message for problem in _problems(text)]


def test_the_rates_of_a_workspace_are_written_and_read_back_unchanged() -> None:
    first = read_rates(HEADER + "2027-01-01,1.7725,bundesbank.de,no\n", "bundesbank_base.csv", LAW)
    second = read_rates(HEADER + '2026-07-01,10.40,"BOE, July",yes\n', "es_demora.csv", LAW)
    rows = merge_rates(first.rows, second.rows)
    assert rows == list(reread_rates(format_rates(rows), "rates.csv", LAW).rows)


def test_a_workspace_that_knew_a_rate_before_the_package_did_can_still_be_read() -> None:
    row = RateRow("bundesbank_base", date(2026, 7, 1), parse_percent("1.52"), "own", verified=True)
    assert (row,) == reread_rates(format_rates([row]), "rates.csv", LAW).rows


def test_a_damaged_file_of_a_workspace_is_reported_and_gives_no_rate() -> None:
    result = reread_rates("series,effective_from,rate_percent,source,verified\nx,y,z,,\n", "rates.csv", LAW)
    assert (result.rows, len(result.problems)) == ((), 5)


def test_a_later_row_replaces_its_older_self_in_the_workspace() -> None:
    old = RateRow("es_demora", date(2027, 1, 1), 1, "guess", verified=False)
    new = RateRow("es_demora", date(2027, 1, 1), 2, "BOE", verified=True)
    assert [new] == merge_rates([old], [new])

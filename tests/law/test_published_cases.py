"""The calculator against printed examples; ``not_interest`` is a wrong figure that others print."""

import pytest

from dunwell.law import Rule, agreed, interest, load_law, parse_percent
from tests.law.published_cases import Case, published_cases


def _rule(case: Case) -> Rule:
    rule = load_law().rule(case.jurisdiction, case.party_type)
    return agreed(rule, parse_percent(case.contract_rate)) if case.contract_rate else rule


@pytest.mark.parametrize("case", published_cases(), ids=lambda case: f"{case.jurisdiction}-{case.interest_minor}")
def test_the_calculator_gives_the_published_interest_and_compensation(case: Case) -> None:
    result = interest(load_law(), _rule(case), case.claim, case.to_on, case.options)
    expected = (case.interest_minor, case.compensation)
    assert expected == (result.interest_minor, (result.compensation_minor, result.compensation_currency))
    assert result.interest_minor == sum(segment.amount_minor for segment in result.segments)


@pytest.mark.parametrize(
    "case", [case for case in published_cases() if case.not_interest_minor], ids=lambda case: case.note[:30]
)
def test_the_calculator_does_not_repeat_the_wrong_figures_of_others(case: Case) -> None:
    result = interest(load_law(), _rule(case), case.claim, case.to_on, case.options)
    assert case.not_interest_minor != result.interest_minor

"""Letters cite the law in the words of its own country."""

import pytest

from dunwell.law import load_law


@pytest.mark.parametrize(
    ("jurisdiction", "party_type", "interest", "compensation"),
    [
        ("DE", "business", "§ 288 Abs. 2 BGB", "§ 288 Abs. 5 BGB"),
        ("DE", "consumer", "§ 288 Abs. 1 BGB", ""),
        ("FR", "business", "article L. 441-10 du code de commerce", "article D. 441-5 du code de commerce"),
        ("VN", "business", "Điều 306 Luật Thương mại 2005", ""),
    ],
)
def test_a_letter_can_cite_the_law(jurisdiction: str, party_type: str, interest: str, compensation: str) -> None:
    law = load_law()
    citation = law.citation_of(law.rule(jurisdiction, party_type))
    assert (interest, compensation) == (citation.interest, citation.compensation)


def test_wherever_the_law_gives_a_compensation_it_can_be_cited() -> None:
    law = load_law()
    rules = [rule for rule in law.rules.values() if rule.scheme]
    assert [rule for rule in rules if not law.citation_of(rule).compensation] == []


def test_wherever_the_law_gives_a_rate_it_can_be_cited() -> None:
    law = load_law()
    rules = [rule for rule in law.rules.values() if rule.reset != "contract"]
    assert [rule for rule in rules if not law.citation_of(rule).interest] == []

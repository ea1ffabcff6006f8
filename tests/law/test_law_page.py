"""``dunwell law show`` as a page to read: what it says, and that it leaves nothing of the tables out."""

from datetime import date

import pytest

from dunwell.cli.law_page import law_page
from dunwell.law import load_law, show_as_dict

ON = date(2026, 11, 22)
LAW = load_law()
COUNTRIES = LAW.jurisdictions


def page(country: str) -> str:
    return "\n".join(law_page(show_as_dict(LAW, country, ON)))


def test_a_country_reads_as_a_page() -> None:
    assert page("CH").splitlines()[:6] == [
        "Switzerland: late payment, on 2026-11-22",
        "Information, not legal advice.",
        "",
        "Between businesses: OR 102, 104, 105",
        "  Interest      5.00 % a year",
        "                from the day after the due date, or after a later day of default; one rate, whatever the day",
    ]


def test_a_scale_of_compensation_says_of_what_and_from_where() -> None:
    lines = [line.strip() for line in page("NL").splitlines()]

    assert "Compensation  15.00 % of the debt, at least 40.00 EUR" in lines
    assert "375.00 EUR and 10.00 % of the part above 2500.00 EUR, for a debt over 2500.00 EUR" in lines


def test_a_debtor_under_the_same_rule_is_not_told_it_twice() -> None:
    assert page("CH").splitlines()[-1] == "A public body that owes: as above (between businesses)"


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_limit_wording_source_and_doubt_stands_on_the_page(country: str) -> None:
    said = page(country)

    for rule in show_as_dict(LAW, country, ON)["rules"]:
        facts = [limit["note"] for limit in rule["limits"]] + [w["requirement"] for w in rule["wordings"]]
        facts += [rule["source"], rule["rate"]["source"], rule["rate"]["missing"], *rule["doubts"]]
        assert [fact for fact in facts if fact not in said] == []

"""How long data on a person is kept: the policy's years, the law's where they are more, to the end of a year."""

from datetime import date
from pathlib import Path

import pytest

from dunwell.law.model import KeepingRule
from dunwell.law.tables import load_law
from dunwell.policy.check import check_policy
from dunwell.policy.keeping import Keeping, keeping_years, over
from dunwell.policy.model import KeepingTimes

TIMES = KeepingTimes(contact_years=5, notes_years=0, letters_years=3)
GERMAN = load_law().keeping["DE"]


@pytest.mark.parametrize(
    ("as_of", "kinds"),
    [
        (date(2020, 12, 31), []),
        (date(2021, 1, 1), ["notes"]),
        (date(2025, 12, 31), ["notes"]),
        (date(2026, 1, 1), ["contact", "notes"]),
        (date(2026, 12, 31), ["contact", "notes"]),
        (date(2027, 1, 1), ["contact", "notes", "letters"]),
        (date(2099, 1, 1), ["contact", "notes", "letters"]),
    ],
)
def test_a_kind_is_due_on_the_first_of_january_after_its_years(as_of: date, kinds: list[str]) -> None:
    assert [one.kind for one in over(TIMES, GERMAN, date(2020, 1, 1), as_of)] == kinds
    assert [one.kind for one in over(TIMES, GERMAN, date(2020, 12, 31), as_of)] == kinds


def test_the_law_is_followed_where_it_wants_more_and_is_named() -> None:
    assert over(TIMES, GERMAN, date(2020, 5, 14), date(2030, 1, 1))[1:] == [
        Keeping("notes", 0, date(2020, 12, 31)),
        Keeping("letters", 6, date(2026, 12, 31), "§ 147(3) AO; § 257(4) HGB"),
    ]
    assert over(TIMES, None, date(2020, 5, 14), date(2030, 1, 1))[2] == Keeping("letters", 3, date(2023, 12, 31))


def test_without_a_line_nothing_is_ever_due() -> None:
    assert over(KeepingTimes(), GERMAN, date(1990, 1, 1), date(2099, 1, 1)) == []
    assert keeping_years(KeepingTimes(documents_years=30), GERMAN) == {"documents": 30}


def test_the_check_says_where_the_policy_asks_for_less_than_the_law() -> None:
    text = 'default = "a"\n[policy.a.keeping]\ncontact_years = 1\nletters_years = 5\ndocuments_years = 8\n'
    found = check_policy(text, "policy.toml", load_law(), "DE")[1]
    assert [(one.line, one.message) for one in found] == [
        (4, "keeping.letters_years is 5, but the law of DE wants 6 (§ 147(3) AO; § 257(4) HGB).")
    ]
    assert found[0].suggestion == "They are kept 6 years whatever is written here. This figure is not verified."
    assert check_policy(text, "policy.toml", load_law(), "")[1] == []


@pytest.mark.parametrize("rule", load_law().keeping.values(), ids=lambda rule: rule.jurisdiction)
def test_every_line_of_the_law_table_names_its_law_and_is_in_the_guide(rule: KeepingRule) -> None:
    assert rule.jurisdiction in load_law().jurisdictions
    assert rule.figures_years >= rule.documents_years >= rule.letters_years > 0
    assert rule.source or not rule.verified
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "law.md").read_text(encoding="utf-8")
    years = f"{rule.figures_years} | {rule.documents_years} | {rule.letters_years}"
    verified = "yes" if rule.verified else "no"
    assert f"| {rule.jurisdiction} | {years} | {rule.legal_basis} | {verified} |" in guide
    assert rule.note in guide

"""The law as plain data, and the guide that says the same in words."""

import json
from datetime import date
from pathlib import Path

import pytest

from dunwell.errors import UsageError
from dunwell.law import Claim, interest, interest_as_dict, load_law, show_as_dict

LAW = load_law()
GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "law.md").read_text(encoding="utf-8")


def test_the_law_of_germany_is_shown_with_rate_source_and_doubts() -> None:
    shown = show_as_dict(LAW, "DE", date(2026, 11, 22))
    business, consumer, _ = shown["rules"]
    assert (shown["jurisdiction"], shown["on"]) == ("DE", "2026-11-22")
    assert tuple(business["rate"][key] for key in ("percent", "verified", "table_ends_on")) == (
        "10.52",
        True,
        "2026-12-31",
    )
    assert business["rate"]["source"] != ""
    assert business["compensation"][0]["fixed_amount"] == "40.00"
    assert (
        consumer["rate"]["percent"],
        consumer["compensation"],
        consumer["reminder_needed"],
    ) == ("6.52", [], True)
    assert {"first_reminder_fee", "fixed_compensation", "late_fee"} == {limit["option"] for limit in consumer["limits"]}
    assert consumer["wordings"][0]["key"] == "de_30_day_notice"
    assert len(consumer["doubts"]) == 1


def test_a_missing_rate_is_shown_as_missing_with_its_reason() -> None:
    business = show_as_dict(LAW, "DE", date(2027, 1, 1))["rules"][0]
    assert business["rate"]["percent"] is None
    assert "first half-year of 2027" in business["rate"]["missing"]


def test_a_flat_rate_has_no_end() -> None:
    business = show_as_dict(LAW, "CH", date(2099, 1, 1))["rules"][0]
    assert (business["rate"]["percent"], business["rate"]["table_ends_on"]) == ("5.00", "")


@pytest.mark.parametrize("jurisdiction", LAW.jurisdictions)
def test_every_jurisdiction_can_be_shown_as_json(jurisdiction: str) -> None:
    shown = show_as_dict(LAW, jurisdiction.lower(), date(2026, 11, 22))
    assert json.loads(json.dumps(shown)) == shown
    assert [rule["party_type"] for rule in shown["rules"]] == ["business", "consumer", "public"]
    assert [rule for rule in shown["rules"] if not rule["verified"] and rule["rate"]["verified"]] == []


def test_a_jurisdiction_without_tables_is_refused() -> None:
    with pytest.raises(UsageError, match="No late-payment rule for XX"):
        show_as_dict(LAW, "XX", date(2026, 1, 1))


def test_the_answer_of_the_calculator_has_the_promised_shape() -> None:
    result = interest(LAW, LAW.rule("DE", "business"), Claim(510_00, "EUR", date(2023, 6, 20)), date(2023, 8, 31))
    shown = interest_as_dict(result)
    assert (
        shown["interest_minor"],
        shown["compensation_minor"],
        shown["compensation_currency"],
    ) == (11_98, 40_00, "EUR")
    first = {key: shown["segments"][0][key] for key in ("from_on", "to_on", "days", "rate_percent", "balance_minor")}
    assert first == {
        "from_on": "2023-06-21",
        "to_on": "2023-06-30",
        "days": 10,
        "rate_percent": "10.62",
        "balance_minor": 510_00,
    }
    assert [segment["amount_minor"] for segment in shown["segments"]] == [1_48, 10_50]
    assert json.loads(json.dumps(shown)) == shown


@pytest.mark.parametrize("jurisdiction", LAW.jurisdictions)
def test_the_guide_has_a_chapter_for_every_jurisdiction(jurisdiction: str) -> None:
    assert f"\n### {jurisdiction} " in GUIDE


@pytest.mark.parametrize("jurisdiction", LAW.jurisdictions)
def test_the_guide_names_rule_source_and_every_doubt_of_a_jurisdiction(jurisdiction: str) -> None:
    chapter = " ".join(GUIDE.split(f"\n### {jurisdiction} ")[1].split("\n### ")[0].split("\n## ")[0].split())
    rules = [rule for (place, _), rule in LAW.rules.items() if place == jurisdiction]
    wanted = {rule.legal_basis for rule in rules} | {rule.source for rule in rules}
    wanted |= {doubt for rule in rules for doubt in LAW.doubts_of(rule)}
    wanted |= {limit.legal_basis for limit in LAW.limits if limit.jurisdiction == jurisdiction}
    assert sorted(text for text in wanted if " ".join(text.split()) not in chapter) == []


def test_the_guide_names_every_series_and_its_last_day() -> None:
    rows = {series.name: series.rows[-1].effective_from.isoformat() for series in LAW.series.values()}
    assert [name for name, last in rows.items() if f"| `{name}` |" not in GUIDE or last not in GUIDE] == []


def test_the_guide_says_that_it_is_no_legal_advice() -> None:
    assert "not legal advice" in GUIDE

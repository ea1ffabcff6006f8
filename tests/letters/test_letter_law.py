"""What a letter may not claim, announce or threaten, by country and kind of customer; tone; and where a word stands."""

from dataclasses import replace
from typing import cast

import pytest

from dunwell.letters.compose import compose
from dunwell.letters.content import LetterContent, Paragraph, Run
from dunwell.letters.facts import CONSEQUENCES, LetterFacts, PartyType
from dunwell.letters.kinds import kinds
from dunwell.letters.lint_law import rules, unlawful_claims, unlawful_everywhere
from dunwell.letters.lint_letter import lint_letter
from dunwell.letters.lint_words import find_words, shouting, word_faults, words
from dunwell.letters.sample import RECIPIENTS, sample_facts
from dunwell.letters.texts import Texts, languages

TEXTS = Texts()
CHARGES = {"late_fee", "interest", "compensation"}


def said(content: LetterContent, text: str) -> LetterContent:
    """Return the letter with one more sentence in its part 'position'."""
    parts = [
        replace(p, blocks=(*p.blocks, Paragraph((Run(text),)))) if p.name == "position" else p for p in content.parts
    ]
    return replace(content, parts=tuple(parts))


def messages(facts: LetterFacts, text: str = "") -> list[str]:
    content = compose(facts, TEXTS)
    return [p.message for p in lint_letter(facts, said(content, text) if text else content, TEXTS)]


def to(facts: LetterFacts, party_type: str) -> LetterFacts:
    return replace(facts, recipient=replace(facts.recipient, party_type=cast("PartyType", party_type)))


THREATS = [
    ("GB", "You will be arrested.", "crime_report"),
    ("US", "We will contact your employer.", "third_parties"),
    ("DE", "Wir werden einen Gerichtsvollzieher beauftragen.", "seizure"),
    ("AT", "Wir werden Sie auf eine schwarze Liste setzen.", "publication"),
    ("CH", "Wir werden Sie persönlich aufsuchen.", "visit"),
    ("FR", "Nous allons porter plainte.", "crime_report"),
    ("ES", "Informaremos a sus clientes.", "third_parties"),
    ("RO", "Vom face public numele firmei.", "publication"),
    ("VN", "Chúng tôi sẽ cử người đến tận nhà.", "visit"),
]


@pytest.mark.parametrize(("country", "text", "threat"), THREATS)
@pytest.mark.parametrize("party_type", ["business", "consumer", "public"])
def test_a_threat_is_unlawful_towards_everybody(country: str, text: str, threat: str, party_type: str) -> None:
    found = messages(to(sample_facts("hold", country), party_type), text)
    reason = unlawful_everywhere()[threat].reason
    assert [message for message in found if message.endswith(f"threatens what the law forbids: {reason}")] != []


@pytest.mark.parametrize("language", languages(TEXTS))
def test_every_language_has_words_for_every_threat_consequence_and_tone(language: str) -> None:
    listed = words(language)
    claims = CHARGES | CONSEQUENCES | kinds().keys()
    threats = {rule.what for rule in rules()} - claims
    assert listed["threats"].keys() == threats
    assert all(len(named) >= 3 for named in listed["threats"].values())
    assert (len(listed["forbidden"]) >= 8, len(listed["too_firm"]) >= 5) == (True, True)


CLAIMS = [
    ("VN", "business", "collection_agency", True),
    ("VN", "business", "credit_report", True),
    ("DE", "consumer", "credit_report", True),
    ("DE", "business", "credit_report", False),
    ("FR", "consumer", "credit_report", True),
    ("RO", "consumer", "credit_report", True),
    ("GB", "consumer", "credit_report", False),
    ("GB", "public", "collection_agency", True),
    ("ES", "business", "legal_action", False),
    ("ES", "consumer", "legal_action", False),
]


@pytest.mark.parametrize(("country", "party_type", "consequence", "forbidden"), CLAIMS)
def test_a_consequence_may_be_announced_or_not(
    country: str, party_type: str, consequence: str, forbidden: bool
) -> None:
    facts = replace(to(sample_facts("hold", country), party_type), consequences=frozenset({consequence}))
    named = [rule.what for rule in unlawful_claims(facts) if rule.what == consequence]
    assert named == ([consequence] if forbidden else [])


def fee(country: str, kind: str, party_type: str) -> list[str]:
    facts = replace(to(sample_facts(kind, country), party_type), late_fee_minor=500, interest_minor=0)
    return [rule.what for rule in unlawful_claims(replace(facts, consequences=frozenset())) if rule.what == "late_fee"]


def test_a_consumers_first_reminder_is_free_in_germany_and_a_french_consumer_never_pays_for_one() -> None:
    assert [fee("DE", kind, "consumer") for kind in ("reminder", "hold")] == [["late_fee"], []]
    assert [fee("FR", kind, "consumer") for kind in ("reminder", "hold")] == [["late_fee"], ["late_fee"]]
    assert [fee(country, "reminder", "business") for country in ("DE", "FR")] == [[], []]


@pytest.mark.parametrize(("country", "forbidden"), [("US", True), ("GB", True), ("DE", False)])
def test_a_lawyers_demand_to_a_consumer_needs_forms_that_the_text_lacks(country: str, forbidden: bool) -> None:
    facts = to(sample_facts("attorney_demand", country), "consumer")
    assert [rule.what for rule in unlawful_claims(facts)].count("attorney_demand") == int(forbidden)


@pytest.mark.parametrize("country", sorted(RECIPIENTS))
def test_a_friendly_request_uses_no_firm_word_and_a_firm_one_may(country: str) -> None:
    facts = sample_facts("reminder", country)
    word = words(facts.language)["too_firm"][0]
    found = [m for m in messages(facts, f"… {word} …") if "too firm" in m]
    assert found == [f"{word!r} is too firm for a friendly letter."]
    assert [m for m in messages(replace(facts, tone="firm"), f"… {word} …") if "too firm" in m] == []


def test_shouting_is_heard_and_names_in_capitals_are_none() -> None:
    assert list(shouting("Pay now! THIS IS YOUR LAST chance.")) == ["!", "THIS IS YOUR LAST"]
    assert list(shouting("Invoice RG-2026, SEPA, IBAN and BIC of ACME GMBH")) == []


def test_words_are_whole_in_any_case_and_found_where_they_stand() -> None:
    assert list(find_words("Courtesy, a COURT, court order", ["court", "court order"])) == [
        ("court", 12), ("court order", 19),
    ]  # fmt: skip
    assert [start for start, _, _ in word_faults("We call the police.", "en")] == [12]

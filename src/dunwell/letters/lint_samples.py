"""The linter over texts as they read: every kind is written with sample facts and checked as before approval.

A text can be sound line by line and still leave out the deadline for a single invoice, or speak of an earlier request
where there was none. The samples cover the branches that letters take: one invoice and several, business, consumer and
public body, with and without a telephone, a clause of the policy, an answer by the customer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dunwell.errors import Problem, RenderError
from dunwell.letters.compose import compose
from dunwell.letters.facts import LetterFacts
from dunwell.letters.kinds import kinds
from dunwell.letters.lint_letter import lint_wording
from dunwell.letters.sample import RECIPIENTS, sample_facts
from dunwell.letters.texts import Texts, languages

STEPS = {"collection": ("second_request", "third_request")}
"""Kinds whose text serves several steps of the ladder."""


def shapes() -> list[tuple[str, str]]:
    """Return every kind with every step that its text serves."""
    return [(kind, step) for kind in kinds() for step in STEPS.get(kind, ("",))]


def countries_of(texts: Texts, language: str) -> list[str]:
    """Return the countries with sample firms that a language has a form for; the British where it has none."""
    regions = texts.common(language).regions
    fitting = [country for country in RECIPIENTS if country in regions]
    return fitting or ["GB"]


def lint_samples(texts: Texts, chosen: Iterable[str] | None = None) -> list[Problem]:
    """Write every kind with sample facts in the languages chosen (all by default); return each fault once."""
    found: set[Problem] = set()
    for language in languages(texts) if chosen is None else chosen:
        try:
            found.update(lint_language_samples(texts, language))
        except (RenderError, ValueError) as error:
            found.add(Problem(f"{language}/common.toml", 0, "", str(error), "Correct the file."))
    return sorted(found)


def lint_language_samples(texts: Texts, language: str) -> Iterator[Problem]:
    """Yield what is wrong with the sample letters of one language."""
    for kind in kinds():
        if texts.path_of(language, kind):
            yield from lint_kind_samples(texts, language, kind)


def lint_kind_samples(texts: Texts, language: str, kind: str) -> Iterator[Problem]:
    """Yield what is wrong with the sample letters of one kind in one language."""
    for country in countries_of(texts, language):
        for step in STEPS.get(kind, ("",)):
            for facts in _variants(kind, country, step):
                yield from _lint_one(replace(facts, language=language), texts)


def _variants(kind: str, country: str, step: str) -> Iterator[LetterFacts]:
    """Yield sample facts with one thing changed at a time."""
    facts = sample_facts(kind, country, step, 3)
    yield facts
    yield sample_facts(kind, country, step, 1)
    yield replace(facts, recipient=replace(facts.recipient, contact_name="", salutation=""))
    yield replace(facts, creditor=replace(facts.creditor, contact_phone="", phone="", contact_name=""))
    yield replace(facts, clause_text="", clause_reference="")
    yield replace(facts, answered_before=True, consequences=frozenset())
    yield replace(facts, recipient=replace(facts.recipient, party_type="consumer"))
    yield replace(facts, recipient=replace(facts.recipient, party_type="public"))


def _lint_one(facts: LetterFacts, texts: Texts) -> Iterator[Problem]:
    region = texts.region(facts.language, facts.recipient.country, facts.creditor.country)
    try:
        yield from lint_wording(facts, compose(facts, texts), texts)
    except RenderError as error:
        path = texts.path_of(facts.language, facts.kind, region)
        yield Problem(str(path), 0, "", str(error), "Correct the text.")

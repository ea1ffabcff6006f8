"""The linter over the facts of single kinds: plans, offers, statements, answers add up and lie ahead."""

from collections.abc import Iterator
from itertools import pairwise

from dunwell.letters.facts import LetterFacts

Finding = tuple[str, str, str]
"""What a fault is about, what is wrong, what to do."""

_CALLER = "This is a fault of the caller."


def kind_findings(facts: LetterFacts) -> Iterator[Finding]:
    """Yield the faults in the facts that only some kinds have."""
    yield from _plan(facts)
    yield from _offers(facts)
    yield from _statement(facts)
    if facts.reply_by_on and facts.reply_by_on <= facts.written_on:
        yield "reply_by_on", "The day for an answer is not after the date of the letter.", "Draft the letter anew."


def _plan(facts: LetterFacts) -> Iterator[Finding]:
    """Instalments follow each other in time; those still to come pay exactly what is owed and their interest."""
    plan = facts.plan
    if plan is None:
        return
    if any(after.due_on <= before.due_on for before, after in pairwise(plan.instalments)):
        yield "instalments", "The instalments are not in the order of their dates.", _CALLER
    if plan.missed is not None:
        return
    paid_minor = sum(instalment.amount_minor - instalment.interest_minor for instalment in plan.instalments)
    if paid_minor != facts.total_minor:
        yield "instalments", f"The instalments pay {paid_minor}, the letter's total is {facts.total_minor}.", _CALLER
    if plan.instalments and plan.instalments[0].due_on <= facts.written_on:
        yield "instalments", "The first instalment is not after the date of the letter.", "Draft the letter anew."


def _offers(facts: LetterFacts) -> Iterator[Finding]:
    for offer in facts.offers:
        if offer.open_until_on <= facts.written_on:
            yield "offers", f"The offer {offer.kind} is no longer open on the date of the letter.", "Draft it anew."
        if offer.kind == "early_discount" and offer.pay_minor + offer.discount_minor != facts.total_minor:
            added = offer.pay_minor + offer.discount_minor
            yield "offers", f"Discount and payment add up to {added}, the total is {facts.total_minor}.", _CALLER


def _statement(facts: LetterFacts) -> Iterator[Finding]:
    statement = facts.statement
    if statement is None:
        return
    added = statement.opening_minor + sum(line.amount_minor for line in statement.lines)
    if added != statement.closing_minor:
        yield "statement", f"The entries lead to {added}, the closing balance is {statement.closing_minor}.", _CALLER
    if any(not statement.from_on <= line.on <= statement.to_on for line in statement.lines):
        yield "statement", "An entry lies outside the days of the statement.", _CALLER

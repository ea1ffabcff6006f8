"""The linter of letters: a letter that lacks a required fact, or says what it may not, has a problem."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dunwell.letters.compose import compose, setting_for
from dunwell.letters.content import LetterContent, Paragraph, Run, Table
from dunwell.letters.facts import LetterFacts
from dunwell.letters.kinds import kinds
from dunwell.letters.lint import lint_letter
from dunwell.letters.required import ALWAYS, FACTS, invoice_wordings
from dunwell.letters.sample import CREDITORS, RECIPIENTS, sample_facts
from dunwell.letters.texts import Texts, languages

TEXTS = Texts()
SHAPES = [
    ("reminder", ""),
    ("collection", "second_request"),
    ("collection", "third_request"),
    ("hold", ""),
    ("hold_release", ""),
    *((kind, "") for kind in sorted(set(kinds()) - {"reminder", "collection", "hold", "hold_release"})),
]


def english(country: str) -> bool:
    return RECIPIENTS[country].language in languages(TEXTS)


def without(value: Any, text: str) -> Any:
    """Return content with every occurrence of a text taken out, wherever it stands."""
    if isinstance(value, str):
        return value.replace(text, "")
    if isinstance(value, tuple):
        return tuple(without(item, text) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        changed = {name: without(getattr(value, name), text) for name in value.__dataclass_fields__}
        kept = {
            name: getattr(value, name)
            for name in ("key", "name", "layout", "kind", "language", "region")
            if name in changed
        }
        return replace(value, **{**changed, **kept})
    return value


def required(facts: LetterFacts) -> list[tuple[str, tuple[str, ...]]]:
    """Return every wording that a letter of these facts must have."""
    setting = setting_for(facts, TEXTS)
    rules = kinds()[facts.kind]
    names = [*ALWAYS, *(n for n in rules["facts"] if n != "invoices"), *(["bank"] if rules["request"] else [])]
    wordings = [(name, wording) for name in names for wording in FACTS[name].wordings(setting)]
    for line in facts.invoices:
        wordings.append(("invoices", (line.invoice_number,)))
        wordings += [("invoices", (text,)) for text in invoice_wordings(setting, line).values()]
    return wordings


def rich_facts(kind: str, step: str) -> LetterFacts:
    """Return facts with everything a letter can have: charges, credit set off, orders waiting."""
    facts = sample_facts(kind, "GB", step)
    if not kinds()[kind]["request"]:
        return facts
    return replace(facts, unapplied_credit_minor=4_321, total_minor=facts.total_minor - 4_321)


CASES = [
    pytest.param(kind, step, name, wording, id=f"{step or kind}-{name}-{wording[0][:40]}")
    for kind, step in SHAPES
    for name, wording in dict.fromkeys(required(rich_facts(kind, step)))
]


@pytest.mark.parametrize("country", sorted(RECIPIENTS))
@pytest.mark.parametrize(("kind", "step"), SHAPES)
def test_every_sample_letter_passes(kind: str, step: str, country: str) -> None:
    for invoices in (1, 3):
        facts = sample_facts(kind, country, step, invoices)
        assert [str(p) for p in lint_letter(facts, compose(facts, TEXTS), TEXTS)] == []


@pytest.mark.parametrize(("kind", "step"), SHAPES)
def test_a_letter_with_every_kind_of_fact_passes(kind: str, step: str) -> None:
    facts = rich_facts(kind, step)
    assert [str(p) for p in lint_letter(facts, compose(facts, TEXTS), TEXTS)] == []


@pytest.mark.parametrize(("kind", "step", "name", "wording"), CASES)
def test_a_letter_from_which_a_required_fact_was_removed_fails(
    kind: str, step: str, name: str, wording: tuple[str, ...]
) -> None:
    facts = rich_facts(kind, step)
    content = compose(facts, TEXTS)
    for option in wording:
        content = without(content, option)
    problems = lint_letter(facts, content, TEXTS)
    assert name in {problem.column for problem in problems}
    assert all(problem.source.endswith(f"{kind}.md") for problem in problems)


@pytest.mark.parametrize("part", range(5))
def test_a_letter_that_lacks_a_part_or_has_it_elsewhere_fails(part: int) -> None:
    facts = sample_facts("hold")
    content = compose(facts, TEXTS)
    parts = list(content.parts)
    moved = replace(content, parts=(parts.pop(part), *parts) if part else (*parts, parts[0]))
    emptied = replace(
        content, parts=tuple(replace(p, blocks=()) if i == part else p for i, p in enumerate(content.parts))
    )
    assert "The parts are not in their order." in {p.message for p in lint_letter(facts, moved, TEXTS)}
    assert any("says nothing" in p.message for p in lint_letter(facts, emptied, TEXTS))


def said(content: LetterContent, text: str) -> LetterContent:
    """Return the letter with one more sentence at the end of its part 'position'."""
    parts = [
        replace(p, blocks=(*p.blocks, Paragraph((Run(text),)))) if p.name == "position" else p for p in content.parts
    ]
    return replace(content, parts=tuple(parts))


def messages(facts: LetterFacts, content: LetterContent | None = None) -> list[str]:
    return [p.message for p in lint_letter(facts, content or compose(facts, TEXTS), TEXTS)]


def test_words_that_blame_are_found() -> None:
    facts = sample_facts()
    assert messages(facts, said(compose(facts, TEXTS), "This is your failure.")) == [
        "'your failure' has no place in a letter."
    ]


def test_a_step_that_the_policy_has_not_switched_on_may_not_be_announced() -> None:
    facts = sample_facts("hold")
    content = said(compose(facts, TEXTS), "Our solicitors will write to you.")
    assert messages(facts, content) == ["'solicitors' announces lawyer, which the policy has not switched on."]
    allowed = replace(facts, consequences=facts.consequences | {"lawyer"})
    assert messages(allowed, said(compose(allowed, TEXTS), "Our solicitors will write to you.")) == []


def test_a_customer_whose_name_holds_such_a_word_is_no_problem() -> None:
    facts = sample_facts("hold")
    named = replace(facts, recipient=replace(facts.recipient, name="Solicitors & Police {{ Court }} Ltd"))
    assert messages(named) == []


def test_vietnam_bans_the_collection_agency() -> None:
    facts = replace(sample_facts("hold", "VN"), consequences=frozenset({"collection_agency"}))
    assert any("Investment Law 2020" in message for message in messages(facts))


def test_a_consumer_letter_carries_no_fixed_compensation() -> None:
    facts = sample_facts("hold", "GB", invoices=1)
    line = replace(facts.invoices[0], compensation_minor=4_000, total_minor=facts.invoices[0].total_minor + 4_000)
    charged = replace(facts, invoices=(line,), compensation_minor=4_000, total_minor=facts.total_minor + 4_000)
    assert messages(charged) == []
    consumer = replace(charged, recipient=replace(charged.recipient, party_type="consumer"))
    assert any("compensation" in message for message in messages(consumer))


@pytest.mark.parametrize(
    "name", ["principal_minor", "late_fee_minor", "interest_minor", "compensation_minor", "total_minor"]
)
def test_totals_that_do_not_add_up_are_found(name: str) -> None:
    facts = sample_facts("hold")
    wrong = replace(facts, **{name: getattr(facts, name) + 1})
    assert any("add up" in message for message in messages(wrong))


def test_a_line_or_a_segment_that_does_not_add_up_is_found() -> None:
    facts = sample_facts("hold")
    line = replace(facts.invoices[0], open_minor=facts.invoices[0].open_minor + 1)
    assert any("amounts add up" in m for m in messages(replace(facts, invoices=(line, *facts.invoices[1:]))))
    segment = replace(facts.interest_segments[0], amount_minor=1)
    assert any("segments add up" in m for m in messages(replace(facts, interest_segments=(segment,))))


def test_a_deadline_that_has_passed_is_found() -> None:
    facts = sample_facts()
    assert "The deadline is not after the date of the letter." in messages(replace(facts, pay_by_on=facts.written_on))


def test_dates_of_the_past_that_lie_ahead_are_found() -> None:
    facts = sample_facts("collection", step="second_request")
    later = replace(facts.past_requests[0], on=facts.written_on + timedelta(days=1))
    assert any("lies after" in message for message in messages(replace(facts, past_requests=(later,))))


def test_an_invoice_that_is_not_due_is_found() -> None:
    facts = sample_facts(invoices=1)
    line = replace(facts.invoices[0], due_on=date(2027, 1, 1))
    assert "Invoice 2026-1180 is not past due." in messages(replace(facts, invoices=(line,)))


def test_a_wrong_iban_and_a_missing_account_are_found() -> None:
    facts = sample_facts("reminder", "DE")
    account = replace(CREDITORS["DE"].bank_accounts[0], iban="DE89370400440532013001")
    wrong = replace(facts, creditor=replace(facts.creditor, bank_accounts=(account,)))
    none = replace(facts, creditor=replace(facts.creditor, bank_accounts=()))
    assert any("IBAN" in message for message in messages(wrong))
    assert "The creditor has no bank account to pay into." in messages(none)


def test_what_is_left_of_a_placeholder_is_found() -> None:
    facts = sample_facts()
    found = messages(facts, said(compose(facts, TEXTS), "Pay {{ total"))
    assert found == ["'{{' is left of a placeholder or block."]


def test_a_table_that_does_not_end_with_the_amount_demanded_is_found() -> None:
    facts = sample_facts()
    content = compose(facts, TEXTS)
    blocks = tuple(replace(b, totals=()) if isinstance(b, Table) else b for b in content.parts[0].blocks)
    cut = replace(content, parts=(replace(content.parts[0], blocks=blocks), *content.parts[1:]))
    assert any("does not end with the total" in message for message in messages(facts, cut))


def test_a_letter_without_a_telephone_gives_the_e_mail_address_and_without_either_it_is_not_approved() -> None:
    for country in ("GB", "DE", "FR", "ES", "RO", "VN"):
        facts = sample_facts("hold", country)
        no_phone = replace(facts.creditor, contact_phone="", phone="", contact_email="mai@firm.example")
        neither = replace(no_phone, contact_email="", email="", contact_name="")
        assert messages(replace(facts, creditor=no_phone)) == []
        assert any("whom to call" in m for m in messages(replace(facts, creditor=neither)))


def test_a_letter_without_a_contact_person_speaks_for_the_business() -> None:
    for country in ("GB", "DE", "FR", "ES", "RO", "VN"):
        facts = sample_facts("hold", country)
        assert messages(replace(facts, creditor=replace(facts.creditor, contact_name=""))) == []


def test_a_plan_that_does_not_pay_what_is_owed_is_found() -> None:
    facts = sample_facts("plan_offer")
    assert facts.plan is not None
    first, *rest = facts.plan.instalments
    short = replace(facts.plan, instalments=(replace(first, amount_minor=first.amount_minor - 1), *rest))
    assert any("instalments pay" in m for m in messages(replace(facts, plan=short)))


def test_a_statement_whose_entries_do_not_lead_to_its_balance_is_found() -> None:
    facts = sample_facts("statement")
    assert facts.statement is not None
    wrong = replace(facts.statement, opening_minor=facts.statement.opening_minor + 1)
    assert any("The entries lead to" in m for m in messages(replace(facts, statement=wrong)))


def test_a_discount_that_does_not_add_up_and_an_offer_that_has_lapsed_are_found() -> None:
    facts = sample_facts("alternatives")
    wrong = replace(facts.offers[0], pay_minor=1)
    lapsed = replace(facts.offers[1], open_until_on=facts.written_on)
    assert any("add up to" in m for m in messages(replace(facts, offers=(wrong,))))
    assert any("no longer open" in m for m in messages(replace(facts, offers=(lapsed,))))


def test_a_lawyers_letter_without_a_lawyer_is_not_approved() -> None:
    facts = replace(sample_facts("attorney_demand"), attorney=None)
    assert any("attorney" in m for m in messages(facts))

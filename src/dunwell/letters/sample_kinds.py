"""Sample facts of the kinds beside the requests: plans, offers, orders, refusals, problems, statements, terms.

Each shape takes the facts of an account with open invoices and returns those of its letter.
"""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dunwell import money
from dunwell.letters.facts import (
    BankAccount,
    CreditDecision,
    Creditor,
    Instalment,
    LetterFacts,
    Offer,
    OrderLine,
    PastRequest,
    PlanTerms,
    ProblemNote,
    QuotedClause,
    Statement,
    StatementLine,
)
from dunwell.letters.references import clause_reference
from dunwell.policy.clauses import clauses
from dunwell.policy.model import default_policy

_DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("sample.toml").read_text(encoding="utf-8"))
_WORDS: dict[str, dict[str, Any]] = _DATA["words"]
"""Per language: ``goods``, ``problem``, ``solution``, ``next_steps``, ``agreed_by``."""

_REPLY_BY_ON = date(2026, 12, 14)


def _words(facts: LetterFacts) -> dict[str, Any]:
    return _WORDS.get(facts.language, _WORDS["en"])


def attorney_demand(facts: LetterFacts) -> LetterFacts:
    """Return a demand on a law firm's letterhead, court among what may follow."""
    data = _DATA["attorney"].get(facts.creditor.country, _DATA["attorney"]["GB"])
    attorney = Creditor(**{**data, "bank_accounts": tuple(BankAccount(**a) for a in data.get("bank_accounts", ()))})
    return replace(
        facts, attorney=attorney, hold=None, tone="final", consequences=frozenset({"legal_action", "lawyer"})
    )


def _terms(facts: LetterFacts) -> LetterFacts:
    found = clauses(default_policy(), facts.language, facts.currency, facts.recipient.party_type)
    return replace(
        _without_invoices(facts),
        clauses=tuple(QuotedClause(clause.number, clause.title, clause.text) for clause in found),
        clause_reference="",
        payment_days=30,
        terms_from_on=date(2027, 1, 4),
        reply_by_on=date(2026, 12, 17),
        credit_limit_minor=10 * facts.total_minor,
    )


def _without_invoices(facts: LetterFacts) -> LetterFacts:
    return replace(facts, invoices=(), principal_minor=0, total_minor=0)


def _receipt_check(facts: LetterFacts) -> LetterFacts:
    requests = (PastRequest(date(2026, 11, 26), "letter", "reminder", "reminder"),)
    return replace(facts, past_requests=requests, pay_by_on=date(2026, 12, 7), reply_by_on=date(2026, 12, 10))


def _instalments(total_minor: int, scale: int) -> tuple[Instalment, ...]:
    """Return three instalments on first business days; the odd amount is in the first."""
    part_minor = total_minor // (3 * scale) * scale
    amounts = (total_minor - 2 * part_minor, part_minor, part_minor)
    dates = (date(2027, 1, 4), date(2027, 2, 1), date(2027, 3, 1))
    return tuple(
        Instalment(number, due_on, amount_minor)
        for number, (due_on, amount_minor) in enumerate(zip(dates, amounts, strict=True), 1)
    )


def _plan_terms(facts: LetterFacts) -> PlanTerms:
    return PlanTerms(_instalments(facts.total_minor, 10 ** (2 + money.exponent(facts.currency))), grace_days=5)


def _plan_offer(facts: LetterFacts) -> LetterFacts:
    return replace(
        facts,
        answered_before=True,
        plan=_plan_terms(facts),
        reply_by_on=_REPLY_BY_ON,
        clause_reference=clause_reference(facts.language, "6.1"),
    )


def _plan_confirmation(facts: LetterFacts) -> LetterFacts:
    plan = replace(
        _plan_terms(facts), agreed_on=date(2026, 12, 2), agreed_by=facts.recipient.contact_name, agreed_how="email"
    )
    first = plan.instalments[0]
    return replace(facts, answered_before=True, plan=plan, pay_minor=first.amount_minor, pay_by_on=first.due_on)


def _plan_default(facts: LetterFacts) -> LetterFacts:
    dates = (date(2026, 11, 23), date(2026, 12, 21), date(2027, 1, 18))
    agreed = zip(_plan_terms(facts).instalments, dates, strict=True)
    instalments = tuple(replace(instalment, due_on=on) for instalment, on in agreed)
    plan = PlanTerms(
        instalments,
        grace_days=5,
        agreed_on=date(2026, 11, 10),
        missed=instalments[0],
        ended_on=date(2026, 11, 30),
        resumes_by_on=date(2026, 12, 10),
    )
    return replace(facts, answered_before=True, plan=plan, pay_by_on=_REPLY_BY_ON, tone="firm")


def _alternatives(facts: LetterFacts) -> LetterFacts:
    discount_minor = money.divide_half_up(facts.total_minor * 2, 100)
    until_on = date(2026, 12, 17)
    offers = (
        Offer("early_discount", until_on, until_on, Decimal(2), discount_minor, facts.total_minor - discount_minor),
        Offer("longer_terms", until_on, date(2027, 1, 29), pay_minor=facts.total_minor),
        Offer("plan", until_on, instalment_count=3),
    )
    return replace(facts, offers=offers, reply_by_on=until_on)


def _orders(facts: LetterFacts, *, leaving: bool) -> tuple[OrderLine, ...]:
    goes_out_on = date(2026, 12, 15) if leaving else None
    scale = 10_000 if facts.currency == "VND" else 1
    return (OrderLine("PO-55301", 81_200 * scale, date(2026, 11, 30), _words(facts)["goods"], goes_out_on),)


def _credit_refusal(facts: LetterFacts) -> LetterFacts:
    orders = _orders(facts, leaving=False)
    decision = CreditDecision(
        requested_on=date(2026, 11, 30),
        requested_minor=orders[0].amount_minor,
        limit_minor=facts.total_minor,
        exposure_minor=facts.total_minor,
        deposit_minor=orders[0].amount_minor // 2,
        reasons=frozenset({"past_due", "over_limit"}),
        ways=frozenset({"prepay", "cash", "part_payment", "application"}),
    )
    return replace(
        _without_invoices(facts),
        orders=orders,
        credit_decision=decision,
        credit_limit_minor=decision.limit_minor,
        reply_by_on=_REPLY_BY_ON,
    )


def _order_on_hold(facts: LetterFacts) -> LetterFacts:
    return replace(facts, orders=_orders(facts, leaving=True), pay_by_on=_REPLY_BY_ON)


def _problem_apology(facts: LetterFacts) -> LetterFacts:
    words, scale = _words(facts), 10_000 if facts.currency == "VND" else 1
    note = ProblemNote(
        problem=words["problem"],
        solution=words["solution"],
        next_steps=tuple(words["next_steps"]),
        reported_on=date(2026, 12, 1),
        order_number="PO-55210",
        invoice_number="2026-1180",
        credit_note_number="CN-2026-31",
        credit_note_minor=4_940 * scale,
    )
    return replace(_without_invoices(facts), problem=note)


def _statement(facts: LetterFacts) -> LetterFacts:
    """Return a statement whose closing balance is what the invoices leave open, after one payment and a credit."""
    opening_minor = facts.principal_minor // 10
    invoices = tuple(
        StatementLine(line.issued_on or line.due_on, "invoice", line.invoice_number, line.amount_minor, line.due_on)
        for line in facts.invoices
    )
    paid_minor = opening_minor + sum(line.amount_minor for line in invoices) - facts.principal_minor
    payment = StatementLine(date(2026, 11, 2), "payment", "BK-7741", -paid_minor)
    statement = Statement(
        from_on=date(2026, 9, 1),
        to_on=date(2026, 11, 30),
        lines=tuple(sorted((*invoices, payment), key=lambda line: line.on)),
        opening_minor=opening_minor,
        closing_minor=facts.principal_minor,
        overdue_minor=facts.principal_minor,
    )
    return replace(
        _without_invoices(facts),
        statement=statement,
        pay_minor=statement.overdue_minor,
        pay_by_on=_REPLY_BY_ON,
        reply_by_on=date(2026, 12, 31),
    )


KIND_SHAPES: dict[str, Callable[[LetterFacts], LetterFacts]] = {
    "terms": _terms,
    "receipt_check": _receipt_check,
    "plan_offer": _plan_offer,
    "plan_confirmation": _plan_confirmation,
    "plan_default": _plan_default,
    "alternatives": _alternatives,
    "credit_refusal": _credit_refusal,
    "order_on_hold": _order_on_hold,
    "problem_apology": _problem_apology,
    "statement": _statement,
}
"""The shape of every kind that is no step of the usual ladder."""

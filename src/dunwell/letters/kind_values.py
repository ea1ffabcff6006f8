"""Placeholders that serve single kinds of letters: plans, offers, orders, refusals, problems, statements, terms.

Each is empty, 0 or no where the letter has nothing of the sort, so that any text may ask for it.
"""

from collections.abc import Mapping
from datetime import date

from dunwell.letters.facts import CreditDecision, LetterFacts, OrderLine, PlanTerms, ProblemNote, Statement
from dunwell.letters.formats import Formats
from dunwell.letters.payment import payable_minor
from dunwell.letters.sandbox import Value

KIND_PLACEHOLDERS: dict[str, str] = {
    "to_pay": "amount that pay_by_on asks for: the total, or an instalment or overdue part of it",
    "reply_by_on": "day until which an answer is hoped for or an offer is open; may be empty",
    "instalment_count": "number of instalments of the plan",
    "plan_total": "all instalments together",
    "plan_interest": "interest that the instalments include",
    "has_plan_interest": "yes/no: the plan bears interest",
    "plan_interest_percent": "its rate per year, such as 5 %; may be empty",
    "first_instalment": "amount of the first instalment",
    "first_instalment_on": "its date",
    "last_instalment_on": "date of the last instalment",
    "plan_grace_days": "days after which an unpaid instalment ends the plan, a whole number",
    "plan_agreed_on": "day the plan was agreed; may be empty",
    "plan_agreed_by": "who agreed to it for the customer; may be empty",
    "plan_agreed_how": "by which channel, as in [channels]: by letter, by e-mail …",
    "missed_instalment": "amount of the instalment that was not received; may be empty",
    "missed_number": "which instalment it is: 1, 2, 3 …, 0 for none",
    "missed_on": "day it was due",
    "plan_ended_on": "day the plan ended; may be empty",
    "plan_resumes_by_on": "day until which paying the missed instalment lets the plan go on; may be empty",
    "offer_count": "number of alternatives offered (::: alternatives lists them)",
    "order_count": "number of orders the letter speaks of (::: orders lists them)",
    "order_numbers": "their numbers as a list in words",
    "orders_total": "their amounts together",
    "goes_out_on": "day the last of them can leave once nothing holds it; may be empty",
    "credit_requested": "credit that was asked for; may be empty",
    "credit_requested_on": "day it was asked for; may be empty",
    "exposure": "what counts against the credit limit already",
    "deposit": "part payment that would let the order go out; may be empty",
    "has_application_form": "yes/no: a credit application form is enclosed",
    "problem": "what went wrong on our side, a whole sentence",
    "problem_reported_on": "day the customer told us; may be empty",
    "problem_order": "order it concerns; may be empty",
    "problem_invoice": "invoice it concerns; may be empty",
    "solution": "what we do about it, a whole sentence",
    "has_next_steps": "yes/no: there are further steps (::: next_steps lists them)",
    "credit_note": "amount we credit for it; may be empty",
    "credit_note_number": "number of the credit note; may be empty",
    "statement_from_on": "first day of the statement",
    "statement_to_on": "last day of the statement",
    "opening_balance": "balance before the first day",
    "closing_balance": "balance on the last day; without a sign where it is in the customer's favour",
    "in_credit": "yes/no: the closing balance is in the customer's favour",
    "has_overdue": "yes/no: a part of the closing balance is past due",
    "overdue": "that part",
    "payment_days": "days to pay an invoice, a whole number; 0 where invoices are payable at once",
    "terms_from_on": "first day of the terms; may be empty",
    "warns_of_court": "yes/no: the policy has legal action switched on",
    "attorney_name": "lawyer or firm that writes for the creditor; empty in all other letters",
}
"""Every placeholder of single kinds and what it means."""


def kind_values(facts: LetterFacts, formats: Formats, channels: Mapping[str, str]) -> dict[str, Value]:
    """Return the values of ``KIND_PLACEHOLDERS``; ``channels`` are the language's words for them."""
    write = _Writer(facts, formats)
    return {
        "to_pay": write.money(payable_minor(facts)),
        "reply_by_on": write.date(facts.reply_by_on),
        "offer_count": len(facts.offers),
        "payment_days": facts.payment_days,
        "terms_from_on": write.date(facts.terms_from_on),
        "warns_of_court": "legal_action" in facts.consequences,
        "attorney_name": facts.attorney.name if facts.attorney else "",
        **_plan(facts.plan or PlanTerms(()), write, channels),
        **_orders(facts.orders, write),
        **_credit(facts.credit_decision, write),
        **_problem(facts.problem or ProblemNote("", ""), write),
        **_statement(facts.statement, write),
    }


class _Writer:
    """Writes amounts and dates; what is not known becomes ""."""

    def __init__(self, facts: LetterFacts, formats: Formats) -> None:
        self.currency, self.formats = facts.currency, formats

    def money(self, amount_minor: int) -> str:
        return self.formats.money(amount_minor, self.currency)

    def known(self, amount_minor: int) -> str:
        return self.money(amount_minor) if amount_minor else ""

    def date(self, on: date | None) -> str:
        return self.formats.date_long(on) if on else ""


def _plan(plan: PlanTerms, write: _Writer, channels: Mapping[str, str]) -> dict[str, Value]:
    first, last = (plan.instalments[0], plan.instalments[-1]) if plan.instalments else (None, None)
    interest_minor = sum(instalment.interest_minor for instalment in plan.instalments)
    percent = plan.interest_percent
    return {
        "instalment_count": len(plan.instalments),
        "plan_total": write.money(sum(instalment.amount_minor for instalment in plan.instalments)),
        "plan_interest": write.money(interest_minor),
        "has_plan_interest": bool(interest_minor),
        "plan_interest_percent": write.formats.percent(percent) if percent is not None else "",
        "first_instalment": write.money(first.amount_minor) if first else "",
        "first_instalment_on": write.date(first.due_on if first else None),
        "last_instalment_on": write.date(last.due_on if last else None),
        "plan_grace_days": plan.grace_days,
        "plan_agreed_on": write.date(plan.agreed_on),
        "plan_agreed_by": plan.agreed_by,
        "plan_agreed_how": channels.get(plan.agreed_how, ""),
        **_missed(plan, write),
    }


def _missed(plan: PlanTerms, write: _Writer) -> dict[str, Value]:
    missed = plan.missed
    return {
        "missed_instalment": write.money(missed.amount_minor) if missed else "",
        "missed_number": missed.number if missed else 0,
        "missed_on": write.date(missed.due_on if missed else None),
        "plan_ended_on": write.date(plan.ended_on),
        "plan_resumes_by_on": write.date(plan.resumes_by_on),
    }


def _orders(orders: tuple[OrderLine, ...], write: _Writer) -> dict[str, Value]:
    leaving = [order.goes_out_on for order in orders if order.goes_out_on]
    return {
        "order_count": len(orders),
        "order_numbers": write.formats.listing([order.order_number for order in orders]),
        "orders_total": write.money(sum(order.amount_minor for order in orders)),
        "goes_out_on": write.date(max(leaving, default=None)),
    }


def _credit(decision: CreditDecision | None, write: _Writer) -> dict[str, Value]:
    return {
        "credit_requested": write.known(decision.requested_minor) if decision else "",
        "credit_requested_on": write.date(decision.requested_on if decision else None),
        "exposure": write.money(decision.exposure_minor if decision else 0),
        "deposit": write.known(decision.deposit_minor) if decision else "",
        "has_application_form": bool(decision and "application" in decision.ways),
    }


def _problem(note: ProblemNote, write: _Writer) -> dict[str, Value]:
    return {
        "problem": note.problem,
        "problem_reported_on": write.date(note.reported_on),
        "problem_order": note.order_number,
        "problem_invoice": note.invoice_number,
        "solution": note.solution,
        "has_next_steps": bool(note.next_steps),
        "credit_note": write.known(note.credit_note_minor),
        "credit_note_number": note.credit_note_number,
    }


def _statement(statement: Statement | None, write: _Writer) -> dict[str, Value]:
    closing_minor = statement.closing_minor if statement else 0
    overdue_minor = statement.overdue_minor if statement else 0
    return {
        "statement_from_on": write.date(statement.from_on if statement else None),
        "statement_to_on": write.date(statement.to_on if statement else None),
        "opening_balance": write.money(statement.opening_minor if statement else 0),
        "closing_balance": write.money(abs(closing_minor)),
        "in_credit": closing_minor < 0,
        "has_overdue": overdue_minor > 0,
        "overdue": write.money(overdue_minor),
    }

"""The placeholders of letter texts: one flat list of names, and the values a letter's facts give them.

Strings are localised and ready to print, "" when the fact is not known. Whole numbers are for ``plural`` and
comparisons; yes/no values are for ``if``.
"""

from dunwell.letters.facts import HoldTerms, LetterFacts
from dunwell.letters.formats import Formats
from dunwell.letters.kind_values import KIND_PLACEHOLDERS, kind_values
from dunwell.letters.sandbox import Value

PLACEHOLDERS: dict[str, str] = {
    "recipient_name": "name of the customer",
    "contact_person": "person at the customer, as recorded; may be empty",
    "surname": "that person's surname",
    "form": "form of address of that person: Ms, Mr or empty (for conditions)",
    "recipient_address": "street, place and, abroad, country of the customer on one line",
    "account_number": "the customer's account number",
    "reference": "our reference of this letter",
    "country": "customer's country, ISO code such as DE (for conditions)",
    "region": "country form of the letter's language, such as GB, US, CH (for conditions)",
    "jurisdiction": "law that governs the claim: the creditor's country, ISO code (for conditions)",
    "business": "yes/no: the customer is a business",
    "consumer": "yes/no: the customer is a consumer",
    "public": "yes/no: the customer is a public body",
    "creditor_name": "name of the business that writes",
    "contact_name": "our person to call",
    "contact_phone": "that person's telephone number; may be empty",
    "contact_email": "that person's e-mail address; may be empty",
    "written_on": "date of the letter, in words",
    "pay_by_on": "deadline for payment, in words; empty where nothing is demanded",
    "currency": "ISO code of the currency",
    "total": "amount demanded, with currency",
    "total_in_words": "the same in words; empty where the language has no word for the currency",
    "principal": "open amounts of the invoices together",
    "late_fees": "late fees together",
    "interest": "interest together",
    "compensation": "fixed compensation together",
    "unapplied_credit": "payments received that are not yet matched to an invoice",
    "has_charges": "yes/no: late fees, interest or compensation are claimed",
    "has_late_fees": "yes/no: late fees are claimed",
    "has_interest": "yes/no: interest is claimed",
    "has_compensation": "yes/no: fixed compensation is claimed",
    "has_unapplied_credit": "yes/no: unmatched payments are on the account",
    "legal_basis": "law or contract that interest rests on; may be empty",
    "compensation_basis": "law that the fixed compensation rests on; may be empty",
    "invoice_count": "number of invoices in the letter",
    "invoice_numbers": "their numbers as a list in words when there are at most three, else the first one",
    "first_invoice_number": "number of the oldest of them",
    "oldest_due_on": "due date of the oldest, in words",
    "oldest_days_past_due": "days past due of the oldest, a whole number",
    "request_number": "which request this letter is within the episode: 1, 2, 3 …",
    "request_count": "number of earlier requests",
    "request_dates": "their dates as a list in words",
    "last_request_on": "date of the latest of them",
    "answered_before": "yes/no: the customer has answered in this episode, and the amount is open all the same",
    "part_paid": "yes/no: an invoice of the letter is paid in part",
    "tone": "friendly, firm or final (for conditions)",
    "warns_of_hold": "yes/no: this letter must warn of the hold",
    "clause_reference": "where the policy or contract says it; may be empty",
    "clause_text": "the clause itself; may be empty (::: clause prints it)",
    "has_consequences": "yes/no: the policy has further steps switched on (::: consequences lists them)",
    "offers_plan": "yes/no: a payment plan may be offered",
    "hold_days": "days past due from which the policy allows a hold, a whole number",
    "cure_days": "days to cure the hold, a whole number",
    "warned_on": "date of the letter that warned of the hold",
    "hold_from": "first day of the hold",
    "released_on": "day the hold was lifted",
    "paid_on": "day the payment that lifted it arrived; may be empty",
    "paid": "that payment, with currency",
    "release_reason": "paid, plan or override (for conditions)",
    "orders_waiting_count": "number of orders kept back by the hold",
    "orders_waiting": "their numbers as a list in words",
    "credit_limit": "credit limit, with currency; may be empty",
    **KIND_PLACEHOLDERS,
}
"""Every placeholder of all kinds and what it means; the guide's table is made from this and the next."""

SENTENCES: dict[str, str] = {
    "contact_ways": "whom to call or write to, as far as name, telephone and e-mail are known; how it fits a sentence "
    "is up to the language",
    "sentence_crossing": "the sentence for those who have paid in the last few days; stands in every request",
    "sentence_lifting": "what lifts the hold; stands in every hold letter",
    "sentence_warning": "the warning that credit will be put on hold; stands where warns_of_hold is true",
}
"""Sentences of ``common.toml`` that the linter looks for; a text prints them by these names."""

_LISTED_MAX = 3


def placeholder_values(facts: LetterFacts, formats: Formats, region: str) -> dict[str, Value]:
    """Return the value of every placeholder but the sentences, which are made from these."""
    return {
        **_people(facts, region),
        **_amounts(facts, formats),
        **_invoices(facts, formats),
        **_requests(facts, formats),
        **_policy(facts),
        **_hold(facts.hold or HoldTerms(days_past_due=0), facts, formats),
        **kind_values(facts, formats, formats.common.table("channels")),
    }


def surname(facts: LetterFacts) -> str:
    """Return the recorded surname of the customer's person, else the last word of the name."""
    words = facts.recipient.contact_name.split()
    return facts.recipient.surname or (words[-1] if words else "")


def _people(facts: LetterFacts, region: str) -> dict[str, Value]:
    creditor, sender, recipient = facts.creditor, facts.sender, facts.recipient
    return {
        "recipient_name": recipient.name,
        "contact_person": recipient.contact_name,
        "surname": surname(facts),
        "account_number": recipient.account_number,
        "reference": facts.reference,
        "country": recipient.country,
        "region": region,
        "jurisdiction": creditor.jurisdiction or creditor.country,
        "business": recipient.party_type == "business",
        "consumer": recipient.party_type == "consumer",
        "public": recipient.party_type == "public",
        "creditor_name": creditor.name,
        "contact_name": sender.contact_name or sender.name,
        "contact_phone": _unbroken(sender.contact_phone or sender.phone),
        "contact_email": sender.contact_email or sender.email,
    }


def _unbroken(phone: str) -> str:
    """Keep a telephone number on one line."""
    return phone.replace(" ", "\u00a0").replace("-", "\u2011")


def _amounts(facts: LetterFacts, formats: Formats) -> dict[str, Value]:
    def write(minor: int) -> str:
        return formats.money(minor, facts.currency)

    return {
        "currency": facts.currency,
        "total": write(facts.total_minor),
        "principal": write(facts.principal_minor),
        "late_fees": write(facts.late_fee_minor),
        "interest": write(facts.interest_minor),
        "compensation": write(facts.compensation_minor),
        "unapplied_credit": write(facts.unapplied_credit_minor),
        "has_charges": bool(facts.late_fee_minor or facts.interest_minor or facts.compensation_minor),
        "has_late_fees": bool(facts.late_fee_minor),
        "has_interest": bool(facts.interest_minor),
        "has_compensation": bool(facts.compensation_minor),
        "has_unapplied_credit": bool(facts.unapplied_credit_minor),
        "legal_basis": facts.legal_basis,
        "compensation_basis": facts.compensation_basis,
    }


def _invoices(facts: LetterFacts, formats: Formats) -> dict[str, Value]:
    oldest = min(facts.invoices, key=lambda line: line.due_on, default=None)
    return {
        "written_on": formats.date_long(facts.written_on),
        "pay_by_on": formats.date_long(facts.pay_by_on) if facts.pay_by_on else "",
        "invoice_count": len(facts.invoices),
        "invoice_numbers": _listed([line.invoice_number for line in facts.invoices], formats),
        "first_invoice_number": oldest.invoice_number if oldest else "",
        "oldest_due_on": formats.date_long(oldest.due_on) if oldest else "",
        "oldest_days_past_due": oldest.days_past_due if oldest else 0,
    }


def _requests(facts: LetterFacts, formats: Formats) -> dict[str, Value]:
    dates = [formats.date_long(request.on) for request in facts.past_requests]
    return {
        "request_number": facts.request_number,
        "request_count": len(dates),
        "request_dates": formats.listing(dates),
        "last_request_on": dates[-1] if dates else "",
        "answered_before": facts.answered_before,
        "part_paid": any(line.open_minor < line.amount_minor for line in facts.invoices),
    }


def _policy(facts: LetterFacts) -> dict[str, Value]:
    return {
        "tone": facts.tone,
        "warns_of_hold": facts.warns_of_hold,
        "clause_reference": facts.clause_reference,
        "clause_text": facts.clause_text,
        "has_consequences": bool(facts.consequences),
        "offers_plan": facts.offers_plan,
    }


def _hold(hold: HoldTerms, facts: LetterFacts, formats: Formats) -> dict[str, Value]:
    limit = facts.credit_limit_minor
    return {
        "hold_days": hold.days_past_due,
        "cure_days": hold.cure_days,
        "warned_on": formats.date_long(hold.warned_on) if hold.warned_on else "",
        "hold_from": formats.date_long(hold.in_force_on) if hold.in_force_on else "",
        "released_on": formats.date_long(hold.released_on) if hold.released_on else "",
        "paid_on": formats.date_long(hold.paid_on) if hold.paid_on else "",
        "paid": formats.money(hold.paid_minor, facts.currency),
        "release_reason": hold.release_reason,
        "orders_waiting_count": len(hold.orders_waiting),
        "orders_waiting": formats.listing(list(hold.orders_waiting)),
        "credit_limit": formats.money(limit, facts.currency) if limit is not None else "",
    }


def _listed(numbers: list[str], formats: Formats) -> str:
    """List up to three numbers in words; of more, the first only, since the table has them all."""
    return formats.listing(numbers) if len(numbers) <= _LISTED_MAX else numbers[0]

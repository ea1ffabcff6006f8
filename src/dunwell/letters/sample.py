"""Sample facts for every kind, language and country: for the gallery, the tests, and whoever writes texts.

The people and firms are data, in ``sample.toml``.
"""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from dunwell import money
from dunwell.letters.facts import (
    BankAccount,
    Creditor,
    HoldTerms,
    InterestSegment,
    InvoiceLine,
    LetterFacts,
    PastRequest,
    Recipient,
)
from dunwell.letters.references import clause_reference
from dunwell.letters.sample_kinds import KIND_SHAPES, attorney_demand

WRITTEN_ON = date(2026, 12, 3)

_DATA = tomllib.loads(Path(__file__).with_name("sample.toml").read_text(encoding="utf-8"))


def _creditor(data: dict[str, Any]) -> Creditor:
    accounts = tuple(BankAccount(**account) for account in data["bank_accounts"])
    return Creditor(**{**data, "bank_accounts": accounts})


CREDITORS = {country: _creditor(data) for country, data in _DATA["creditor"].items()}
RECIPIENTS = {country: Recipient(**data) for country, data in _DATA["recipient"].items()}
FURTHER: dict[str, dict[str, Any]] = _DATA["further"]
"""Recipients whose letters take a country form that no sample of ``RECIPIENTS`` shows, by form: fr-BE, fr-CH."""

CLAUSES: dict[str, dict[str, str]] = _DATA["clause"]
"""Per language: the ``text`` of the clause that letters quote."""

INTEREST: dict[str, dict[str, str]] = _DATA["interest"]
"""Per country: ``legal_basis`` of the interest and its ``rate`` in per cent a year."""

_CHARGED = frozenset({"collection", "hold", "final_demand", "attorney_demand"})
"""Kinds whose sample carries late fees and interest."""

CURRENCIES = {"GB": "GBP", "US": "USD", "CH": "CHF", "RO": "RON", "VN": "VND"}
"""Currency of a country's sample; all others use EUR."""


def sample_facts(kind: str = "reminder", country: str = "GB", step: str = "", invoices: int = 3) -> LetterFacts:
    """Return facts of a letter of ``kind`` between two businesses of one ``country``, or to one of ``FURTHER``.

    ``step`` chooses between ``second_request`` and ``third_request`` (with the hold warning) for a collection
    letter.
    """
    further = FURTHER.get(country)
    recipient = Recipient(**further["recipient"]) if further else RECIPIENTS[country]
    home = further["creditor"] if further else country
    currency = CURRENCIES.get(home, "EUR")
    rate = Decimal(INTEREST[home]["rate"]) if kind in _CHARGED else None
    lines = tuple(sample_invoice(i, currency, rate) for i in range(invoices))
    facts = LetterFacts(
        kind=kind,
        language=recipient.language,
        written_on=WRITTEN_ON,
        currency=currency,
        reference="2026-0412",
        creditor=CREDITORS[home],
        recipient=recipient,
        invoices=lines,
        clause_reference=clause_reference(recipient.language, "4.2"),
    )
    shaped = _SHAPES[step or kind](with_totals(facts))
    named = further.get("legal_basis") if further else None
    return replace(shaped, legal_basis=named) if named and shaped.legal_basis else shaped


def sample_invoice(index: int, currency: str, rate: Decimal | None) -> InvoiceLine:
    """Return the n-th sample invoice, with fee and interest at ``rate``; the first is part-paid, oldest first."""
    scale = 10_000 if currency == "VND" else 1
    due_on = date(2026, 10, 23) + timedelta(days=4 * (index % 9))
    amount_minor = (123_456 + 7_919 * index) * scale
    open_minor = amount_minor - (23_456 * scale if index == 0 else 0)
    days = (WRITTEN_ON - due_on).days
    late_fee_minor = 1_500 * scale if rate else 0
    interest_minor = money.round_half_up(open_minor * days * rate / 36_500) if rate else 0
    return InvoiceLine(
        invoice_number=f"2026-{1180 + index}",
        order_number=f"PO-{55_210 + 7 * index}",
        issued_on=due_on - timedelta(days=31),
        delivered_on=due_on - timedelta(days=33),
        due_on=due_on,
        days_past_due=days,
        amount_minor=amount_minor,
        open_minor=open_minor,
        late_fee_minor=late_fee_minor,
        interest_minor=interest_minor,
        total_minor=open_minor + late_fee_minor + interest_minor,
    )


def with_totals(facts: LetterFacts) -> LetterFacts:
    """Return the facts with totals that add up over their invoices."""

    def total(name: str) -> int:
        return sum(int(getattr(line, name)) for line in facts.invoices)

    return replace(
        facts,
        principal_minor=total("open_minor"),
        late_fee_minor=total("late_fee_minor"),
        interest_minor=total("interest_minor"),
        compensation_minor=total("compensation_minor"),
        total_minor=total("total_minor") - facts.unapplied_credit_minor,
    )


def _reminder(facts: LetterFacts) -> LetterFacts:
    return replace(facts, pay_by_on=date(2026, 12, 10))


def _second_request(facts: LetterFacts) -> LetterFacts:
    requests = (PastRequest(date(2026, 11, 12), "letter", "reminder", "reminder"),)
    return replace(facts, tone="firm", request_number=2, past_requests=requests, pay_by_on=date(2026, 12, 10))


def _third_request(facts: LetterFacts) -> LetterFacts:
    requests = (
        PastRequest(date(2026, 11, 2), "letter", "reminder", "reminder"),
        PastRequest(date(2026, 11, 16), "email", "collection", "second_request"),
    )
    return replace(
        facts,
        tone="final",
        warns_of_hold=True,
        request_number=3,
        past_requests=requests,
        hold=HoldTerms(days_past_due=30),
        clause_text=CLAUSES[facts.language]["text"],
        legal_basis=INTEREST[facts.creditor.country]["legal_basis"],
        interest_segments=_segments(facts),
        pay_by_on=date(2026, 12, 10),
    )


def _hold(facts: LetterFacts) -> LetterFacts:
    warned = _third_request(facts)
    warning = PastRequest(date(2026, 11, 23), "letter", "collection", "third_request")
    return replace(
        warned,
        warns_of_hold=False,
        request_number=4,
        past_requests=(*warned.past_requests, warning),
        hold=HoldTerms(
            days_past_due=30,
            cure_days=10,
            warned_on=warning.on,
            in_force_on=facts.written_on,
            orders_waiting=("PO-55301", "PO-55317"),
        ),
        consequences=frozenset({"credit_limit", "account_closure"}),
        pay_by_on=date(2026, 12, 14),
    )


def _release(facts: LetterFacts) -> LetterFacts:
    paid_minor = sum(line.total_minor for line in facts.invoices)
    return replace(
        facts,
        hold=HoldTerms(
            in_force_on=date(2026, 11, 24),
            released_on=WRITTEN_ON,
            paid_on=date(2026, 12, 2),
            paid_minor=paid_minor,
            orders_waiting=("PO-55301",),
        ),
        credit_limit_minor=10 * paid_minor,
    )


def _segments(facts: LetterFacts) -> tuple[InterestSegment, ...]:
    return tuple(
        InterestSegment(
            line.invoice_number,
            line.due_on + timedelta(days=1),
            WRITTEN_ON,
            line.days_past_due,
            Decimal(INTEREST[facts.creditor.country]["rate"]),
            line.open_minor,
            line.interest_minor,
        )
        for line in facts.invoices
        if line.interest_minor
    )


_SHAPES = {
    "reminder": _reminder,
    "collection": _third_request,
    "second_request": _second_request,
    "third_request": _third_request,
    "hold": _hold,
    "hold_release": _release,
    "final_demand": lambda facts: replace(_hold(facts), tone="final", request_number=5, hold=None),
    "attorney_demand": lambda facts: attorney_demand(_hold(facts)),
    **KIND_SHAPES,
}

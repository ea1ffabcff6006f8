"""What a letter must say: one function per fact; each yields wordings of which one must be in the letter.

A fact the ledger does not have is not required; a fact it has may not be left out (product §3).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dunwell.letters.blocks import Setting
from dunwell.letters.facts import InvoiceLine
from dunwell.letters.payment import chosen_accounts, grouped_iban, payment_reference

Wording = tuple[str, ...]
"""Alternatives that all say the same fact."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A required fact: its name in ``kinds.toml``, the part it belongs in ("" anywhere), its wordings."""

    name: str
    part: str
    called: str
    wordings: Callable[[Setting], Iterator[Wording]]


def _account_number(setting: Setting) -> Iterator[Wording]:
    yield (setting.facts.recipient.account_number,)


def _recipient(setting: Setting) -> Iterator[Wording]:
    yield (setting.facts.recipient.name,)


def _contact(setting: Setting) -> Iterator[Wording]:
    """The person's name when we have one, and the telephone number, else the e-mail address: one must be known."""
    if setting.facts.sender.contact_name:
        yield (str(setting.values["contact_name"]),)
    yield (str(setting.values["contact_phone"] or setting.values["contact_email"]),)


def _total(setting: Setting) -> Iterator[Wording]:
    yield (str(setting.values["total"]),)


def _deadline(setting: Setting) -> Iterator[Wording]:
    pay_by_on = setting.facts.pay_by_on
    if pay_by_on:
        yield setting.formats.date_long(pay_by_on), setting.formats.date_short(pay_by_on)


def _bank(setting: Setting) -> Iterator[Wording]:
    """Every account of the letter's currency and the reference to quote."""
    for account in chosen_accounts(setting.facts):
        wording = tuple(text for text in (grouped_iban(account.iban), account.account_number) if text)
        if wording:
            yield wording
    yield (payment_reference(setting.facts),)


def _past_requests(setting: Setting) -> Iterator[Wording]:
    for request in setting.facts.past_requests:
        yield setting.formats.date_long(request.on), setting.formats.date_short(request.on)


def _crossing(setting: Setting) -> Iterator[Wording]:
    yield (str(setting.values["sentence_crossing"]),)


def _lifting(setting: Setting) -> Iterator[Wording]:
    yield (str(setting.values["sentence_lifting"]),)


def _warning(setting: Setting) -> Iterator[Wording]:
    if setting.facts.warns_of_hold:
        yield (str(setting.values["sentence_warning"]),)


def _clause(setting: Setting) -> Iterator[Wording]:
    """The clause word for word when it is given, and where it stands."""
    for text in (str(setting.values["clause_text"]), str(setting.values["clause_reference"])):
        if text:
            yield (text,)


def _hold_from(setting: Setting) -> Iterator[Wording]:
    yield (str(setting.values["hold_from"]),)


def _released_on(setting: Setting) -> Iterator[Wording]:
    yield (str(setting.values["released_on"]),)


def _legal_basis(setting: Setting) -> Iterator[Wording]:
    if setting.facts.interest_minor and setting.facts.legal_basis:
        yield (str(setting.values["legal_basis"]),)


def _compensation_basis(setting: Setting) -> Iterator[Wording]:
    if setting.facts.compensation_minor and setting.facts.compensation_basis:
        yield (str(setting.values["compensation_basis"]),)


def _credit(setting: Setting) -> Iterator[Wording]:
    if setting.facts.unapplied_credit_minor:
        yield (str(setting.values["unapplied_credit"]),)


def _waiting_orders(setting: Setting) -> Iterator[Wording]:
    for number in setting.facts.hold.orders_waiting if setting.facts.hold else ():
        yield (number,)


FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("account_number", "", "the account number", _account_number),
        Fact("recipient", "", "the customer's name", _recipient),
        Fact("contact", "position", "whom to call or write to", _contact),
        Fact("total", "remedy", "the total amount", _total),
        Fact("deadline", "remedy", "the deadline as a date", _deadline),
        Fact("bank", "remedy", "the bank account and the reference to quote", _bank),
        Fact("past_requests", "reference", "the date of an earlier request", _past_requests),
        Fact("crossing", "", "the sentence for those who have just paid", _crossing),
        Fact("lifting", "remedy", "what lifts the hold", _lifting),
        Fact("warning", "notice", "the warning of the hold", _warning),
        Fact("clause", "", "the clause of the policy relied on", _clause),
        Fact("hold_from", "notice", "the day the hold starts", _hold_from),
        Fact("released_on", "notice", "the day the hold was lifted", _released_on),
        Fact("legal_basis", "", "the legal basis of the interest", _legal_basis),
        Fact("compensation_basis", "", "the legal basis of the fixed compensation", _compensation_basis),
        Fact("unapplied_credit", "reference", "payments not yet matched", _credit),
        Fact("orders_waiting", "", "an order that the hold keeps back", _waiting_orders),
    )
}
"""Every required fact by its name in ``texts/kinds.toml``."""

ALWAYS = (
    "account_number",
    "recipient",
    "contact",
    "legal_basis",
    "compensation_basis",
    "unapplied_credit",
    "orders_waiting",
)
"""Facts that every letter says when the ledger has them."""


def invoice_wordings(setting: Setting, line: InvoiceLine) -> dict[str, str]:
    """Return what the table row of an invoice must show, by what it is.

    Amounts claimed only when there are any.
    """
    formats, currency = setting.formats, setting.facts.currency
    demanded = setting.facts.pay_by_on is not None
    shown = {
        "order number": line.order_number,
        "service date": formats.date_short(line.delivered_on) if line.delivered_on else "",
        "due date": formats.date_short(line.due_on),
        "days past due": formats.number(line.days_past_due) if demanded else "",
        "open amount": formats.amount(line.open_minor, currency),
    }
    if demanded:
        charges = {
            "late fee": line.late_fee_minor,
            "interest": line.interest_minor,
            "compensation": line.compensation_minor,
        }
        shown |= {name: formats.amount(minor, currency) for name, minor in charges.items() if minor}
    return {name: text for name, text in shown.items() if text}

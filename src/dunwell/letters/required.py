"""What a letter must say: one function per fact; each yields wordings of which one must be in the letter.

A fact the ledger does not have is not required; a fact it has may not be left out (product §3).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dunwell.letters.facts import InvoiceLine
from dunwell.letters.kinds import is_settled
from dunwell.letters.payment import chosen_accounts, grouped_iban, payment_reference
from dunwell.letters.setting import Setting
from dunwell.letters.texts import typeset

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


def _known(name: str) -> Callable[[Setting], Iterator[Wording]]:
    """Return a rule for a placeholder that the letter prints when its fact is known."""

    def wording(setting: Setting) -> Iterator[Wording]:
        if setting.values[name]:
            yield (str(setting.values[name]),)

    return wording


def _instalments(setting: Setting) -> Iterator[Wording]:
    for instalment in setting.facts.plan.instalments if setting.facts.plan else ():
        yield setting.formats.date_long(instalment.due_on), setting.formats.date_short(instalment.due_on)
        yield (setting.amount(instalment.amount_minor),)


def _offers(setting: Setting) -> Iterator[Wording]:
    for offer in setting.facts.offers:
        yield (setting.formats.date_long(offer.open_until_on),)
        if offer.pay_minor:
            yield (setting.money(offer.pay_minor),)


def _orders(setting: Setting) -> Iterator[Wording]:
    for order in setting.facts.orders:
        yield (order.order_number,)


def _listed_words(table: str, field: str) -> Callable[[Setting], Iterator[Wording]]:
    def wording(setting: Setting) -> Iterator[Wording]:
        for word in sorted(getattr(setting.facts.credit_decision, field, ())):
            yield (setting.sentence(table, word),)

    return wording


def _next_steps(setting: Setting) -> Iterator[Wording]:
    for step in setting.facts.problem.next_steps if setting.facts.problem else ():
        yield (step,)


def _clauses(setting: Setting) -> Iterator[Wording]:
    for clause in setting.facts.clauses:
        yield (typeset(clause.text or clause.title, setting.common),)


def _statement(setting: Setting) -> Iterator[Wording]:
    for line in setting.facts.statement.lines if setting.facts.statement else ():
        yield (line.document_number,)
        yield (setting.amount(line.amount_minor),)


def _overdue(setting: Setting) -> Iterator[Wording]:
    if setting.values["has_overdue"]:
        yield (str(setting.values["overdue"]),)


def _creditor(setting: Setting) -> Iterator[Wording]:
    yield (setting.facts.creditor.name,)


def _attorney(setting: Setting) -> Iterator[Wording]:
    """The letter bears a lawyer's name: without one it is not theirs."""
    yield (setting.facts.attorney.name if setting.facts.attorney else "",)


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
        Fact("to_pay", "remedy", "the amount to pay first", _known("to_pay")),
        Fact("reply_by", "remedy", "the day until which an answer is hoped for", _known("reply_by_on")),
        Fact("instalments", "notice", "an instalment of the plan", _instalments),
        Fact("missed_instalment", "reference", "the instalment that was not received", _known("missed_instalment")),
        Fact("plan_ended", "notice", "the day the plan ended", _known("plan_ended_on")),
        Fact("offers", "notice", "an alternative with its day", _offers),
        Fact("orders", "reference", "an order", _orders),
        Fact("goes_out", "remedy", "the day the order can go out", _known("goes_out_on")),
        Fact("refusal_reasons", "notice", "a reason of the refusal", _listed_words("refusal_reasons", "reasons")),
        Fact("ways_to_buy", "remedy", "a way to buy without credit", _listed_words("ways_to_buy", "ways")),
        Fact("problem", "reference", "the problem", _known("problem")),
        Fact("solution", "notice", "the solution", _known("solution")),
        Fact("credit_note", "notice", "the credit note", _known("credit_note")),
        Fact("next_steps", "remedy", "a next step", _next_steps),
        Fact("statement", "reference", "an entry of the statement", _statement),
        Fact("closing_balance", "notice", "the closing balance", _known("closing_balance")),
        Fact("overdue", "notice", "the part that is past due", _overdue),
        Fact("clauses", "notice", "a clause of the policy", _clauses),
        Fact("creditor", "reference", "the creditor whom the attorney acts for", _creditor),
        Fact("attorney", "", "the attorney's name", _attorney),
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
    demanded = not is_settled(setting.facts.kind)
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

"""On which invoices charges are claimed, through which day, and from which day interest runs (decisions/0003)."""

from datetime import date, timedelta

from dunwell.law import Rule

from .balances import chaseable, is_overdue_on, is_settled_on
from .history import ONE_DAY, settled_on
from .records import OracleEvent, OracleInvoice, Pair


def letters_about(pair: Pair, invoice: OracleInvoice) -> list[OracleEvent]:
    """The letters sent while the invoice was issued, past due and open."""
    return [event for event in pair.events_of("request") if is_overdue_on(pair, invoice, event.on)]


def is_pursued(pair: Pair, invoice: OracleInvoice) -> bool:
    """Settled late, after a letter; the policy claims the charges even so."""
    if not pair.policy.pursue_charges_after_principal or not is_settled_on(pair, invoice, pair.as_of):
        return False
    return bool(letters_about(pair, invoice))


def claimed_through(pair: Pair, invoice: OracleInvoice) -> date | None:
    """The last day that counts: today for a chaseable invoice, for a pursued one the day it was settled."""
    if chaseable(pair, invoice) > 0:
        return pair.as_of
    return settled_on(pair, invoice) if is_pursued(pair, invoice) else None


def received_on(pair: Pair, letter: OracleEvent) -> date:
    return letter.on + timedelta(days=pair.policy.delivery_days.get(letter.channel or "", 0))


def first_interest_day(pair: Pair, invoice: OracleInvoice, rule: Rule | None) -> date | None:
    """The day after the due date or, where the law needs default, after the first letter was received."""
    if invoice.due_on is None:
        return None
    if rule is None or not rule.needs_default:
        return invoice.due_on + ONE_DAY
    letters = letters_about(pair, invoice)
    if not letters:
        return None
    _, received = min((letter.on, received_on(pair, letter)) for letter in letters)
    return received + ONE_DAY

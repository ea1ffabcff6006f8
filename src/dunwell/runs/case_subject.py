"""What a case is about: an account, a currency, perhaps one invoice; and how much is open of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from dunwell.assess.engine import assess
from dunwell.errors import RefusedError, UsageError
from dunwell.ledger.frames import CURRENCY
from dunwell.money import AMOUNT_MINOR_MAX, exponent, is_currency, parse_minor
from dunwell.runs.desk import Desk
from dunwell.runs.letter_facts import Situation
from dunwell.runs.versions import ledger_on
from dunwell.store import queries
from dunwell.store.cases import instalments_of, invoice_of
from dunwell.store.models import Account, Invoice


@dataclass(frozen=True, slots=True)
class Subject:
    """An account in one currency, or one of its invoices.

    ``named_currency`` is empty when neither a currency nor an invoice was named: every currency may be meant.
    """

    account: Account
    currency: str
    invoice: Invoice | None = None
    named_currency: str = ""


def account_named(number: str) -> Account:
    """Return an account by its number; raises ``UsageError`` when there is none."""
    found = queries.account_by_number(number)
    if found is None:
        raise UsageError(f"There is no account {number}.")
    return found


def subject(desk: Desk, account_number: str, currency: str = "", invoice_number: str = "") -> Subject:
    """Find what a case is about: the invoice's currency, the one given, the account's, or the workspace's.

    Raises ``UsageError`` for what is not there, on the day: nobody disputes an invoice before it was issued.
    """
    account = account_named(account_number)
    invoice = invoice_of(account, invoice_number) if invoice_number else None
    chosen = currency.upper() or (invoice.currency if invoice else account.currency or desk.workspace.currency)
    if not is_currency(chosen):
        raise UsageError(f"{chosen!r} is no currency; write it like EUR.")
    if invoice and chosen != invoice.currency:
        raise UsageError(f"Invoice {invoice_number} is in {invoice.currency}, not in {chosen}.")
    if invoice and invoice.issued_on is not None and invoice.issued_on > desk.as_of:
        raise UsageError(f"Invoice {invoice_number} was issued on {invoice.issued_on}, after {desk.as_of}.")
    return Subject(account, chosen, invoice, chosen if invoice or currency else "")


def amount_minor(text: str, currency: str) -> int:
    """Read an amount that a person wrote; raises ``UsageError`` when it is none, or not above zero."""
    try:
        minor = parse_minor(plain_amount(text, currency), currency)
    except ValueError as error:
        raise UsageError(f"{error}; write an amount like 1234.50.") from error
    if minor <= 0:
        raise UsageError(f"{text} is no amount to work with; it must be above zero.")
    if minor > AMOUNT_MINOR_MAX:
        raise UsageError(f"The amount {text} is out of range.")
    return minor


_SPACES = re.compile(r"[\s'’]")
_GROUPED = re.compile(r"(\d{1,3})((?:,\d{3})+|(?:\.\d{3})+)([.,]\d+)?")


def plain_amount(text: str, currency: str) -> str:
    """Return an amount with a point before its decimals: 1,234.50 and 1.234,50 are the same, as are 25.00 and 25,00.

    Raises ``ValueError`` for what can be read in two ways: 1.000 is a thousand to some and one to others.
    """
    compact = _SPACES.sub("", text)
    if not compact or not set(compact) <= set("-0123456789.,"):
        raise ValueError(f"{text!r} is no amount")
    grouped = _GROUPED.fullmatch(compact)
    if grouped is None:
        return compact.replace(",", ".")
    first, groups, rest = grouped.groups()
    if rest and rest[0] == groups[0]:
        raise ValueError(f"{text!r} is no amount")
    if not rest and len(groups) == len(",000") and exponent(currency) > 0:
        raise ValueError(f"{text!r} can be read in two ways")
    return first + groups.replace(groups[0], "") + (rest or "").replace(",", ".")


def situation_of(desk: Desk, about: Subject) -> Situation | None:
    """Assess an account as of the day, in its currency; ``None`` when it has nothing in that currency."""
    ledger = ledger_on(desk.as_of, [about.account.pk])
    assessment = assess(ledger, desk.rules.policies, desk.rules.legal, desk.as_of)
    own = assessment.accounts.filter(pl.col("currency") == pl.lit(about.currency, dtype=CURRENCY))
    return Situation(ledger, assessment, own.row(0, named=True), desk.as_of) if own.height else None


def required_situation(desk: Desk, about: Subject) -> Situation:
    """Assess an account; raises ``RefusedError`` when it has nothing in that currency."""
    now = situation_of(desk, about)
    if now is None:
        raise RefusedError(f"{about.account.account_number} owes nothing in {about.currency}.")
    return now


def row_of(desk: Desk, about: Subject) -> Mapping[str, Any]:
    """Return the assessed row of an account and currency."""
    return required_situation(desk, about).row


def open_minor(desk: Desk, about: Subject) -> int:
    """Return what is open of the invoice, or past due on the account; raises ``RefusedError`` when it is nothing."""
    return owed(desk, about).due_minor


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed of a subject: what is open (past due, of an account where anything is), and that with charges."""

    due_minor: int
    most_minor: int


_CHARGES = ("late_fee_minor", "interest_minor", "compensation_minor")


def owed(desk: Desk, about: Subject) -> Owed:
    """Return what is owed of the invoice or the account; raises ``RefusedError`` when nothing is open."""
    now = required_situation(desk, about)
    row, open_minor = now.row, int(now.row["open_minor"])
    if about.invoice is not None:
        own = now.assessment.invoices.filter(pl.col("invoice_id").is_in(instalments_of(about.invoice)))
        open_minor = int(own["open_minor"].sum())
    if open_minor <= 0:
        what = f"invoice {about.invoice}" if about.invoice else f"{about.account.account_number} in {about.currency}"
        raise RefusedError(f"Nothing is open of {what}.")
    due_minor = open_minor if about.invoice else int(row["overdue_minor"] or open_minor)
    return Owed(due_minor, open_minor + sum(int(row[name] or 0) for name in _CHARGES))

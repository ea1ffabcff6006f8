"""``dunwell dispute``: what customers say is wrong."""

import click

from dunwell.casework.cases import advance
from dunwell.cli.cases import (
    acting,
    currency_option,
    evidence_option,
    invoice_option,
    listing,
    note_option,
    reason_option,
    showing,
    tell,
)
from dunwell.cli.common import amount
from dunwell.runs import answers
from dunwell.runs.case_subject import amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.store.cases import case_by


@click.group()
def dispute() -> None:
    """Disputes: what customers say is wrong with an invoice, or with a part of it."""


dispute.add_command(listing("dispute", ("opened", "answered", "upheld"), "those credited, rejected and withdrawn"))
dispute.add_command(showing("dispute"))


@dispute.command()
@click.argument("account")
@click.option("--amount", "part", default="", help="The part of the invoice that is disputed; else the whole.")
@invoice_option
@currency_option
@note_option
@evidence_option
@acting
def add(
    desk: Desk, account: str, part: str, invoice: str, currency: str, note: str, evidence: str, as_json: bool
) -> None:
    """Record that ACCOUNT disputes an invoice, a part of it, or (without one) everything issued so far."""
    about = subject(desk, account, currency, invoice)
    minor = amount_minor(part, about.currency) if part else None
    opened = answers.dispute(desk, about, minor, answers.Said(note, evidence))
    what = f"{amount(minor, about.currency)} of " if minor else ""
    whom = f"invoice {invoice}" if invoice else account
    tell(opened, as_json=as_json, sentence=f"Dispute {opened.pk}: {what}{whom} is not chased until it is settled.")


@dispute.command()
@click.argument("number", type=int)
@note_option
@evidence_option
@acting
def answer(desk: Desk, number: int, note: str, evidence: str, as_json: bool) -> None:
    """Record that dispute NUMBER was answered; it stays open until it is upheld or rejected."""
    found = case_by("dispute", number)
    advance(found, "answer", answers.act(desk, answers.Said(note, evidence)))
    tell(found, as_json=as_json, sentence=f"Dispute {number} answered.")


@dispute.command()
@click.argument("number", type=int)
@click.option("--amount", "credited", default="", help="What will be credited; else all that is disputed.")
@reason_option
@evidence_option
@acting
def uphold(desk: Desk, number: int, credited: str, reason: str, evidence: str, as_json: bool) -> None:
    """Agree with dispute NUMBER: a credit note is expected, and the run sees when it has come."""
    found = case_by("dispute", number)
    minor = amount_minor(credited, found.currency) if credited else None
    answers.uphold(desk, found, minor, answers.Said(reason, evidence))
    expected = amount(found.amount_minor, found.currency)
    tell(found, as_json=as_json, sentence=f"Dispute {number} upheld: a credit note of {expected} is expected.")


@dispute.command()
@click.argument("number", type=int)
@reason_option
@evidence_option
@acting
def reject(desk: Desk, number: int, reason: str, evidence: str, as_json: bool) -> None:
    """Reject dispute NUMBER; what it covered is chased again."""
    found = case_by("dispute", number)
    answers.end(desk, found, "reject", answers.Said(reason, evidence))
    tell(found, as_json=as_json, sentence=f"Dispute {number} rejected.")


@dispute.command()
@click.argument("number", type=int)
@reason_option
@evidence_option
@acting
def withdraw(desk: Desk, number: int, reason: str, evidence: str, as_json: bool) -> None:
    """Record that the customer no longer disputes NUMBER; what it covered is chased again."""
    found = case_by("dispute", number)
    answers.end(desk, found, "withdraw", answers.Said(reason, evidence))
    tell(found, as_json=as_json, sentence=f"Dispute {number} withdrawn.")

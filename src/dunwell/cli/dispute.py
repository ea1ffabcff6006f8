"""``dunwell dispute``: what customers say is wrong."""

import click

from dunwell.casework.cases import advance
from dunwell.cli.cases import (
    currency_option,
    invoice_option,
    listing,
    note_option,
    on_case,
    reason_option,
    saying,
    showing,
    tell,
)
from dunwell.cli.common import amount
from dunwell.runs import answers
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.store.models import Dispute


@click.group()
def dispute() -> None:
    """Disputes: what customers say is wrong with an invoice, or with a part of it."""


dispute.add_command(listing("dispute", ("opened", "answered", "upheld"), "those credited, rejected and withdrawn"))
dispute.add_command(showing("dispute"))


@dispute.command()
@click.argument("account")
@click.option("--amount", "part", help="The part of the invoice that is disputed; else the whole.")
@invoice_option
@currency_option
@saying(note_option)
def add(desk: Desk, account: str, part: str | None, invoice: str, currency: str, said: Said, as_json: bool) -> None:
    """Record that ACCOUNT disputes an invoice, a part of it, or (without one) everything issued so far."""
    about = subject(desk, account, currency, invoice)
    minor = amount_minor(part, about.currency) if part is not None else None
    opened = answers.dispute(desk, about, minor, said)
    what = f"{amount(minor, about.currency)} of " if minor else ""
    whom = f"invoice {invoice}" if invoice else account
    tell(opened, as_json=as_json, sentence=f"Dispute {opened.pk}: {what}{whom} is not chased until it is settled.")


@dispute.command()
@on_case("dispute", note_option)
def answer(desk: Desk, found: Dispute, said: Said, as_json: bool) -> None:
    """Record that dispute NUMBER was answered; it stays open until it is upheld or rejected."""
    advance(found, "answer", answers.act(desk, said))
    tell(found, as_json=as_json, sentence=f"Dispute {found.pk} answered.")


@dispute.command()
@click.option("--amount", "credited", help="What will be credited; else all that is disputed.")
@on_case("dispute", reason_option)
def uphold(desk: Desk, found: Dispute, credited: str | None, said: Said, as_json: bool) -> None:
    """Agree with dispute NUMBER: a credit note is expected, and the run sees when it has come."""
    minor = amount_minor(credited, found.currency) if credited is not None else None
    answers.uphold(desk, found, minor, said)
    expected = amount(found.amount_minor or 0, found.currency)
    tell(found, as_json=as_json, sentence=f"Dispute {found.pk} upheld: a credit note of {expected} is expected.")


@dispute.command()
@on_case("dispute", reason_option)
def reject(desk: Desk, found: Dispute, said: Said, as_json: bool) -> None:
    """Reject dispute NUMBER; what it covered is chased again."""
    answers.end(desk, found, "reject", said)
    tell(found, as_json=as_json, sentence=f"Dispute {found.pk} rejected.")


@dispute.command()
@on_case("dispute", reason_option)
def withdraw(desk: Desk, found: Dispute, said: Said, as_json: bool) -> None:
    """Record that the customer no longer disputes NUMBER; what it covered is chased again."""
    answers.end(desk, found, "withdraw", said)
    tell(found, as_json=as_json, sentence=f"Dispute {found.pk} withdrawn.")

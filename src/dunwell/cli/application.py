"""``dunwell application``: who applied for credit, and what was decided."""

import click

from dunwell.cli.cases import (
    acting,
    currency_option,
    evidence_option,
    listing,
    note_option,
    reason_option,
    showing,
    tell,
)
from dunwell.cli.common import amount
from dunwell.runs import applying
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.store.cases import case_by
from dunwell.store.models import Application


@click.group()
def application() -> None:
    """Credit applications and what was decided."""


application.add_command(listing("application", ("received",), "those granted and refused"))
application.add_command(showing("application"))


@application.command()
@click.argument("account")
@click.argument("sum_", metavar="AMOUNT")
@currency_option
@note_option
@evidence_option
@acting
def add(desk: Desk, account: str, sum_: str, currency: str, note: str, evidence: str, as_json: bool) -> None:
    """Record that ACCOUNT applied for a credit limit of AMOUNT."""
    about = subject(desk, account, currency)
    made = applying.receive(desk, about, amount_minor(sum_, about.currency), Said(note, evidence))
    tell(made, as_json=as_json, sentence=f"Application {made.pk} waits for a decision.")


@application.command()
@click.argument("number", type=int)
@click.option("--amount", "sum_", help="The limit that is granted; what was applied for by default.")
@reason_option
@evidence_option
@acting
def grant(desk: Desk, number: int, sum_: str | None, reason: str, evidence: str, as_json: bool) -> None:
    """Grant application NUMBER: the amount becomes the account's credit limit."""
    found: Application = case_by("application", number)
    minor = amount_minor(sum_, found.currency) if sum_ is not None else found.requested_minor
    applying.grant(desk, found, minor, Said(reason, evidence))
    tell(found, as_json=as_json, sentence=f"Granted: a credit limit of {amount(minor, found.currency)}.")


@application.command()
@click.argument("number", type=int)
@reason_option
@evidence_option
@acting
def refuse(desk: Desk, number: int, reason: str, evidence: str, as_json: bool) -> None:
    """Refuse application NUMBER; the limit stays as it was."""
    found: Application = case_by("application", number)
    applying.refuse(desk, found, Said(reason, evidence))
    tell(found, as_json=as_json, sentence=f"Application {number} refused.")

"""``dunwell exclude``: accounts and invoices that are left alone."""

from datetime import date

import click

from dunwell.cli.cases import (
    acting,
    currency_option,
    evidence_option,
    invoice_option,
    listing,
    reason_option,
    showing,
    tell,
)
from dunwell.cli.common import DATE
from dunwell.runs import answers
from dunwell.runs.case_subject import subject
from dunwell.runs.desk import Desk
from dunwell.store.cases import case_by


@click.group()
def exclude() -> None:
    """Exclusions: accounts and invoices that are left alone, with the reason."""


exclude.add_command(listing("exclusion", ("in_force",), "those ended and expired"))
exclude.add_command(showing("exclusion"))


@exclude.command()
@click.argument("account")
@click.option("--until", type=DATE, help="The last day; without it, until somebody ends it.")
@invoice_option
@currency_option
@reason_option
@evidence_option
@acting
def add(
    desk: Desk,
    account: str,
    until: date | None,
    invoice: str,
    currency: str,
    reason: str,
    evidence: str,
    as_json: bool,
) -> None:
    """Leave ACCOUNT, or one of its invoices, alone."""
    made = answers.exclude(desk, subject(desk, account, currency, invoice), until, answers.Said(reason, evidence))
    how_long = f"through {until}" if until else "until further notice"
    tell(made, as_json=as_json, sentence=f"Exclusion {made.pk}: not chased {how_long}.")


@exclude.command()
@click.argument("number", type=int)
@reason_option
@evidence_option
@acting
def end(desk: Desk, number: int, reason: str, evidence: str, as_json: bool) -> None:
    """End exclusion NUMBER; chased again from today."""
    found = case_by("exclusion", number)
    answers.end(desk, found, "end", answers.Said(reason, evidence))
    tell(found, as_json=as_json, sentence=f"Exclusion {number} ended.")

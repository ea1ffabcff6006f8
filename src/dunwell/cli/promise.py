"""``dunwell promise``: what customers promised to pay."""

from datetime import date

import click

from dunwell.cli.cases import (
    ask,
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
from dunwell.cli.common import DATE, amount
from dunwell.runs import answers
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.store.models import Promise


@click.group()
def promise() -> None:
    """Promises to pay: they suspend chasing; the run sees whether they were kept."""


promise.add_command(listing("promise", ("made",), "those kept, broken and withdrawn"))
promise.add_command(showing("promise"))


@promise.command()
@click.argument("account")
@click.argument("sum_", metavar="[AMOUNT]", required=False)
@click.option("--until", type=DATE, help="The promised day.")
@invoice_option
@currency_option
@saying(note_option)
def add(
    desk: Desk,
    account: str,
    sum_: str | None,
    until: date | None,
    invoice: str,
    currency: str,
    said: Said,
    as_json: bool,
) -> None:
    """Record that ACCOUNT promised to pay AMOUNT (else all that is past due) by a day."""
    about = subject(desk, account, currency, invoice)
    until_on = ask(until, "--until DATE, the promised day", "Promised for which day", as_json=as_json, kind=DATE)
    minor = amount_minor(sum_, about.currency) if sum_ is not None else None
    made = answers.promise(desk, about, until_on, minor, said)
    what = amount(made.amount_minor, made.currency)
    tell(made, as_json=as_json, sentence=f"Promise {made.pk}: {what} by {made.until_on}. Not chased until then.")


@promise.command()
@on_case("promise", reason_option)
def withdraw(desk: Desk, found: Promise, said: Said, as_json: bool) -> None:
    """Take promise NUMBER back; what it covered is chased again."""
    answers.end(desk, found, "withdraw", said)
    tell(found, as_json=as_json, sentence=f"Promise {found.pk} withdrawn.")

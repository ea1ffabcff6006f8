"""``dunwell offer``: a longer credit line, a discount for paying soon."""

import click

from dunwell.cli.cases import acting, currency_option, evidence_option, listing, note_option, showing, tell
from dunwell.cli.common import amount
from dunwell.runs import planning
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import subject
from dunwell.runs.desk import Desk
from dunwell.store.cases import case_by
from dunwell.store.models import OFFER_KINDS, Offer


@click.group()
def offer() -> None:
    """Offers beside a plan: a longer credit line, a discount for paying soon."""


offer.add_command(listing("offer", ("offered",), "those accepted, declined and lapsed"))
offer.add_command(showing("offer"))


@offer.command()
@click.argument("account")
@click.argument("kind", type=click.Choice(OFFER_KINDS))
@currency_option
@note_option
@evidence_option
@acting
def make(desk: Desk, account: str, kind: str, currency: str, note: str, evidence: str, as_json: bool) -> None:
    """Offer ACCOUNT a longer credit line or a discount, as the policy has it, and draft the letter."""
    made = planning.make_offer(desk, subject(desk, account, currency), kind, Said(note, evidence))
    what = f"{amount(made.pay_minor, made.currency)} by {made.pay_by_on}"
    tell(made, as_json=as_json, sentence=f"Offer {made.pk}: {what}, open through {made.expires_on}.")


@offer.command()
@click.argument("number", type=int)
@note_option
@evidence_option
@acting
def accept(desk: Desk, number: int, note: str, evidence: str, as_json: bool) -> None:
    """Accept offer NUMBER: a promise to pay by its day is recorded."""
    found: Offer = case_by("offer", number)
    promise = planning.accept_offer(desk, found, Said(note, evidence))
    what = f"promise {promise.pk}: {amount(promise.amount_minor, promise.currency)} by {promise.until_on}"
    tell(found, as_json=as_json, sentence=f"Offer {number} accepted; {what}.")


@offer.command()
@click.argument("number", type=int)
@note_option
@evidence_option
@acting
def decline(desk: Desk, number: int, note: str, evidence: str, as_json: bool) -> None:
    """Record that the customer declined offer NUMBER."""
    found: Offer = case_by("offer", number)
    planning.decline_offer(desk, found, Said(note, evidence))
    tell(found, as_json=as_json, sentence=f"Offer {number} declined.")

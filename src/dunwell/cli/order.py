"""``dunwell order``: orders on credit, and those that wait."""

import click

from dunwell.casework.cases import advance
from dunwell.cli.cases import acting, evidence_option, listing, note_option, reason_option, showing, tell
from dunwell.errors import UsageError
from dunwell.runs import answers, ordering
from dunwell.runs.case_subject import account_named, amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.store.models import Order


@click.group()
def order() -> None:
    """Orders on credit: approved ones count into the exposure, held ones wait."""


order.add_command(listing("order", ("approved", "held", "released"), "those refused and invoiced"))
order.add_command(showing("order"))


@order.command()
@click.argument("account")
@click.argument("order_number")
@click.argument("sum_", metavar="AMOUNT")
@click.argument("currency", required=False, default="")
@note_option
@evidence_option
@acting
def add(
    desk: Desk, account: str, order_number: str, sum_: str, currency: str, note: str, evidence: str, as_json: bool
) -> None:
    """Register ORDER_NUMBER of ACCOUNT and check it: approved, or held with the reasons."""
    about = subject(desk, account, currency)
    minor = amount_minor(sum_, about.currency)
    made = ordering.add(desk, about, order_number, minor, answers.Said(note, evidence))
    why = "".join(f"\n  {reason['text']}" for reason in made.reasons or ())
    tell(made, as_json=as_json, sentence=f"Order {order_number} {made.state}.{why}")


@order.command()
@click.argument("account")
@click.argument("order_number")
@reason_option
@evidence_option
@acting
def hold(desk: Desk, account: str, order_number: str, reason: str, evidence: str, as_json: bool) -> None:
    """Hold ORDER_NUMBER of ACCOUNT until a person releases it."""
    found = _order(account, order_number)
    ordering.hold(desk, found, answers.Said(reason, evidence))
    tell(found, as_json=as_json, sentence=f"Order {order_number} held.")


@order.command()
@click.argument("account")
@click.argument("order_number")
@reason_option
@evidence_option
@acting
def release(desk: Desk, account: str, order_number: str, reason: str, evidence: str, as_json: bool) -> None:
    """Release ORDER_NUMBER of ACCOUNT: it can go out and counts into the exposure."""
    found = _order(account, order_number)
    ordering.release(desk, found, answers.Said(reason, evidence))
    tell(found, as_json=as_json, sentence=f"Order {order_number} released.")


@order.command()
@click.argument("account")
@click.argument("order_number")
@reason_option
@evidence_option
@acting
def refuse(desk: Desk, account: str, order_number: str, reason: str, evidence: str, as_json: bool) -> None:
    """Refuse ORDER_NUMBER of ACCOUNT and draft the letter that says so."""
    found = _order(account, order_number)
    letter = ordering.refuse(desk, found, answers.Said(reason, evidence))
    waits = f" Its letter {letter.reference} waits for approval." if letter else ""
    tell(found, as_json=as_json, sentence=f"Order {order_number} refused.{waits}")


@order.command()
@click.argument("account")
@click.argument("order_number")
@note_option
@evidence_option
@acting
def invoiced(desk: Desk, account: str, order_number: str, note: str, evidence: str, as_json: bool) -> None:
    """Say that ORDER_NUMBER of ACCOUNT was invoiced, where no imported invoice names it."""
    found = _order(account, order_number)
    advance(found, "invoice", answers.act(desk, answers.Said(note, evidence)))
    tell(found, as_json=as_json, sentence=f"Order {order_number} invoiced.")


def _order(account: str, order_number: str) -> Order:
    found = Order.objects.select_related("account").filter(account=account_named(account), order_number=order_number)
    if not found:
        raise UsageError(f"{account} has no order {order_number}.")
    return found[0]

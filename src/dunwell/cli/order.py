"""``dunwell order``: orders on credit, and those that wait."""

from functools import wraps
from typing import Any

import click

from dunwell.casework.cases import advance
from dunwell.cli.cases import Command, Decorator, listing, note_option, reason_option, saying, showing, tell
from dunwell.errors import UsageError
from dunwell.runs import answers, ordering
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import account_named, amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.store.models import Order
from dunwell.store.models.fields import KEY_LENGTH_MAX


class KeyType(click.ParamType[str]):
    """A number by which people find something, such as an order's: no blanks around it, never empty."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take the blanks off, or fail with what is wrong."""
        key = str(value).strip()
        if not key or len(key) > KEY_LENGTH_MAX:
            self.fail(f"write a number of 1 to {KEY_LENGTH_MAX} characters.", param, ctx)
        return key


_NUMBER = click.argument("order_number", type=KeyType(), metavar="ORDER_NUMBER")


@click.group()
def order() -> None:
    """Orders on credit: approved ones count into the exposure, held ones wait."""


order.add_command(listing("order", ("approved", "held", "released"), "those refused and invoiced"))
order.add_command(showing("order"))


def _order(account: str, order_number: str) -> Order:
    found = Order.objects.select_related("account").filter(account=account_named(account), order_number=order_number)
    if not found:
        raise UsageError(f"{account} has no order {order_number}.")
    return found[0]


def _on_order(why: Decorator) -> Decorator:
    """Give a command about ORDER_NUMBER of ACCOUNT its desk, the order as ``found`` and what was ``said``."""

    def decorated(function: Command) -> Command:
        @wraps(function)
        def with_order(desk: Desk, *, account: str, order_number: str, **own: Any) -> int | None:
            status: int | None = function(desk, found=_order(account, order_number), **own)
            return status

        return click.argument("account")(_NUMBER(saying(why)(with_order)))

    return decorated


@order.command()
@click.argument("account")
@_NUMBER
@click.argument("sum_", metavar="AMOUNT")
@click.argument("currency", required=False, default="")
@saying(note_option)
def add(desk: Desk, account: str, order_number: str, sum_: str, currency: str, said: Said, as_json: bool) -> None:
    """Register ORDER_NUMBER of ACCOUNT and check it: approved, or held with the reasons."""
    about = subject(desk, account, currency)
    minor = amount_minor(sum_, about.currency)
    made = ordering.add(desk, about, order_number, minor, said)
    why = "".join(f"\n  {reason['text']}" for reason in made.reasons or ())
    tell(made, as_json=as_json, sentence=f"Order {order_number} {made.state}.{why}")


@order.command()
@_on_order(reason_option)
def hold(desk: Desk, found: Order, said: Said, as_json: bool) -> None:
    """Hold ORDER_NUMBER of ACCOUNT until a person releases it."""
    ordering.hold(desk, found, said)
    tell(found, as_json=as_json, sentence=f"Order {found.order_number} held.")


@order.command()
@_on_order(reason_option)
def release(desk: Desk, found: Order, said: Said, as_json: bool) -> None:
    """Release ORDER_NUMBER of ACCOUNT: it can go out and counts into the exposure."""
    ordering.release(desk, found, said)
    tell(found, as_json=as_json, sentence=f"Order {found.order_number} released.")


@order.command()
@_on_order(reason_option)
def refuse(desk: Desk, found: Order, said: Said, as_json: bool) -> None:
    """Refuse ORDER_NUMBER of ACCOUNT and draft the letter that says so."""
    letter = ordering.refuse(desk, found, said)
    waits = f" Its letter {letter.reference} waits for approval." if letter else ""
    tell(found, as_json=as_json, sentence=f"Order {found.order_number} refused.{waits}")


@order.command()
@_on_order(note_option)
def invoiced(desk: Desk, found: Order, said: Said, as_json: bool) -> None:
    """Say that ORDER_NUMBER of ACCOUNT was invoiced, where no imported invoice names it."""
    advance(found, "invoice", answers.act(desk, said))
    tell(found, as_json=as_json, sentence=f"Order {found.order_number} invoiced.")

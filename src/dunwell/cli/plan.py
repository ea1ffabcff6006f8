"""``dunwell plan``: payment plans."""

from datetime import date

import click

from dunwell.cli.cases import (
    acting,
    ask,
    currency_option,
    evidence_option,
    listing,
    note_option,
    on_case,
    reason_option,
    showing,
    tell,
)
from dunwell.cli.common import DATE, amount, console
from dunwell.runs import planning
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import subject
from dunwell.runs.desk import Desk
from dunwell.store.cases import case_by
from dunwell.store.models import Plan

HOW = click.Choice(planning.HOWS)


@click.group()
def plan() -> None:
    """Payment plans: offered, accepted, and kept or not."""


plan.add_command(listing("plan", ("offered", "accepted", "active"), "those completed, defaulted, declined, lapsed"))
plan.add_command(showing("plan"))


@plan.command()
@click.argument("account")
@click.option("--instalments", type=click.IntRange(1, 120), help="How many; as many as the policy allows by default.")
@click.option("--first", type=DATE, help="The day of the first one; 14 days from today by default.")
@click.option("--against-policy", is_flag=True, help="Offer it although the policy would not; --reason says why.")
@click.option("--reason", default="", help="Why; it is kept with the plan.")
@currency_option
@acting
def offer(
    desk: Desk,
    account: str,
    instalments: int | None,
    first: date | None,
    against_policy: bool,
    reason: str,
    currency: str,
    as_json: bool,
) -> None:
    """Offer ACCOUNT a payment plan for what is demanded today, and draft its letter."""
    wish = planning.PlanWish(instalments, first, reason, against_policy)
    made = planning.offer_plan(desk, subject(desk, account, currency), wish)
    tell(made, as_json=as_json, sentence=f"Plan {made.pk} offered, open through {made.expires_on}:")
    if not as_json:
        _print_instalments(made)


@plan.command()
@click.argument("number", type=int)
@click.option("--accepted-by", help="Who accepted, on the customer's side.")
@click.option("--how", type=HOW, help="By which channel.")
@evidence_option
@acting
def accept(desk: Desk, number: int, accepted_by: str | None, how: str | None, evidence: str, as_json: bool) -> None:
    """Accept plan NUMBER: nothing it covers is chased, a hold is released, its letter is drafted."""
    found: Plan = case_by("plan", number)
    who = ask(accepted_by, "--accepted-by, who accepted", "Who accepted", as_json=as_json, kind=str)
    way = ask(how, "--how, by which channel", "How", as_json=as_json, kind=HOW)
    planning.accept_plan(desk, found, planning.Acceptance(who, way, evidence))
    tell(found, as_json=as_json, sentence=f"Plan {number} is active; its letter waits for approval.")


@plan.command()
@on_case("plan", note_option)
def decline(desk: Desk, found: Plan, said: Said, as_json: bool) -> None:
    """Record that the customer declined plan NUMBER."""
    planning.decline_plan(desk, found, said)
    tell(found, as_json=as_json, sentence=f"Plan {found.pk} declined.")


@plan.command()
@on_case("plan", reason_option)
def cancel(desk: Desk, found: Plan, said: Said, as_json: bool) -> None:
    """Cancel plan NUMBER, offered or active; what it covered is chased again."""
    planning.cancel_plan(desk, found, said)
    tell(found, as_json=as_json, sentence=f"Plan {found.pk} cancelled.")


def _print_instalments(made: Plan) -> None:
    for one in made.instalments.order_by("number"):
        console.print(f"  {one.number}. {one.due_on}  {amount(one.amount_minor, made.currency):>16}", markup=False)

"""``dunwell hold``: the credit holds, placing and lifting one by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from dunwell.cli.common import (
    amount,
    as_of_option,
    because,
    by_option,
    command_errors,
    console,
    desk_at,
    json_option,
    plural,
    print_json,
    workspace_at,
    workspace_option,
)
from dunwell.runs import holding
from dunwell.runs.case_subject import subject
from dunwell.runs.hold_board import EarlierHold, earlier_holds
from dunwell.runs.standing import standing
from dunwell.store import queries
from dunwell.store.models import Hold


@click.group()
def hold() -> None:
    """Credit holds: who may not buy on credit, and since when."""


@hold.command("list")
@click.option("--all", "all_states", is_flag=True, help="Released and withdrawn ones too.")
@workspace_option
@json_option
@command_errors
def list_holds(all_states: bool, workspace: Path | None, as_json: bool) -> None:
    """List the holds that are proposed, approved or in force, those from before Dunwell too."""
    opened = workspace_at(workspace)
    states = holding.ALL_STATES if all_states else holding.LIVE_STATES
    found = list(queries.holds(states=states))
    earlier = earlier_holds(standing(opened), is_whole=True).rows
    if as_json:
        print_json({"holds": [*map(hold_json, found), *map(_earlier_json, earlier)]})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("account", "customer", "state", "since", "cure by"):
        table.add_column(name)
    table.add_column("demanded", justify="right", no_wrap=True)
    for each in found:
        since = str(each.in_force_on or each.proposed_on)
        due = amount(each.demanded_minor, each.currency)
        table.add_row(
            each.account.account_number, each.account.name, each.state, since, str(each.cure_by_on or ""), due
        )
    for one in earlier:
        until = str(one.cure_by_on or "")
        table.add_row(one.account_number, one.name, "in_force", str(one.held_on), until, "")
    console.print(table)
    console.print(f"{plural(len(found) + len(earlier), 'hold')}.")
    if earlier:
        console.print(
            f"{len(earlier)} of them from before Dunwell: there is no letter of ours, and release lifts them."
        )


def hold_json(found: Hold) -> dict[str, Any]:
    """Return a hold as plain values."""
    return {
        "account_number": found.account.account_number,
        "name": found.account.name,
        "currency": found.currency,
        "state": found.state,
        "proposed_on": found.proposed_on.isoformat(),
        "in_force_on": found.in_force_on.isoformat() if found.in_force_on else None,
        "cure_by_on": found.cure_by_on.isoformat() if found.cure_by_on else None,
        "released_on": found.released_on.isoformat() if found.released_on else None,
        "demanded_minor": found.demanded_minor,
        "letter": found.letter.reference if found.letter else None,
    }


def _earlier_json(found: EarlierHold) -> dict[str, Any]:
    """A hold of which only the imported history tells: no case, no letter of ours, and what it demanded is unknown."""
    held_on = found.held_on.isoformat() if found.held_on else None
    return {
        "account_number": found.account_number,
        "name": found.name,
        "currency": found.currency,
        "state": "in_force",
        "proposed_on": held_on,
        "in_force_on": held_on,
        "cure_by_on": found.cure_by_on.isoformat() if found.cure_by_on else None,
        "released_on": None,
        "demanded_minor": None,
        "letter": None,
    }


@hold.command()
@click.argument("account")
@click.option("--currency", help="The currency of the debt; the account's own by default.")
@because("Why you hold against or ahead of the rule; it is kept.")
@as_of_option
@by_option
@workspace_option
@json_option
@command_errors
def place(
    account: str,
    currency: str | None,
    reason: str,
    as_of: date | None,
    by: str | None,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Propose a hold on ACCOUNT by hand and draft its letter; it comes into force when the letter is sent."""
    desk = desk_at(workspace, as_of, by)
    about = subject(desk, account, currency or "")
    placed = holding.place(desk, about.account, about.currency, reason)
    if as_json:
        print_json(hold_json(placed))
    else:
        reference = placed.letter.reference if placed.letter else ""
        console.print(f"Hold on {account} proposed; its letter {reference} waits for approval.")


@hold.command()
@click.argument("account")
@click.option("--currency", help="The currency of the hold; the account's own by default.")
@because("Why; it is kept with the hold.")
@as_of_option
@by_option
@workspace_option
@json_option
@command_errors
def release(
    account: str,
    currency: str | None,
    reason: str,
    as_of: date | None,
    by: str | None,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Lift the hold on ACCOUNT by hand and draft the release letter."""
    desk = desk_at(workspace, as_of, by)
    about = subject(desk, account, currency or "")
    released = holding.release(desk, about.account, about.currency, reason)
    if as_json:
        print_json(hold_json(released))
    elif released.state == "withdrawn":
        console.print(f"Hold on {account} withdrawn before it came into force; its letter is cancelled.")
    else:
        console.print(f"Hold on {account} released; the release letter waits for approval.")

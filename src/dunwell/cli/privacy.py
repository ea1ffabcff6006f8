"""``dunwell privacy``: what is held on a customer, and forgetting them."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from dunwell.cli.cases import acting
from dunwell.cli.common import (
    as_of_option,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    reading_desk,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.policy.keeping import Keeping
from dunwell.runs.desk import Desk
from dunwell.runs.privacy import Forgotten, erasable, erase_due, erase_person, export_person, files_of
from dunwell.runs.privacy_due import Due
from dunwell.runs.privacy_due import due as find_due
from dunwell.store.models import Account
from dunwell.store.queries import account_by_number


@click.group()
def privacy() -> None:
    """What is held on a customer, and removing the person behind the numbers."""


@privacy.command("export")
@click.argument("account")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; ACCOUNT.zip by default.")
@acting
def export_account(desk: Desk, account: str, out: Path | None, as_json: bool) -> None:
    """Write everything held on ACCOUNT into a ZIP: data.json, documents, rendered letters."""
    found = _account(account)
    done = export_person(desk, found, out or Path(f"{found.pk}.zip" if "/" in account else f"{account}.zip"))
    if as_json:
        print_json({"file": str(done.path), "rows": done.rows, "files": list(done.files)})
    else:
        console.print(f"{done.path}: {plural(done.rows, 'row')} and {plural(len(done.files), 'file')}.")


@privacy.command()
@as_of_option
@workspace_option
@json_option
@command_errors
def due(as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """List whose data has been kept as long as the policy and the law say, and why. Nothing is erased."""
    desk = reading_desk(workspace, as_of)
    found = find_due(desk.rules, desk.as_of)
    if as_json:
        print_json({"as_of": desk.as_of.isoformat(), "due": [_due_json(desk, one) for one in found]})
        return
    _print_due(found)
    console.print(
        f"{plural(len(found), 'customer')} due; dunwell privacy erase --due erases those that wait for nothing."
    )


@privacy.command()
@click.argument("account", required=False, default="")
@click.option("--due", "all_due", is_flag=True, help="What dunwell privacy due lists, instead of one ACCOUNT.")
@click.option("--reason", default="", help="Why, such as the customer's request of a day; kept, so write no name.")
@click.option("--yes", is_flag=True, help="With --due: do not ask for confirmation.")
@acting
def erase(desk: Desk, account: str, all_due: bool, reason: str, yes: bool, as_json: bool) -> None:
    """Remove the person behind ACCOUNT: names, addresses, notes, letter texts. Numbers, amounts and dates stay.

    With --due, remove of every customer what has been kept long enough, after you have confirmed the list.
    """
    if bool(account) == all_due:
        raise UsageError("Name an account, or say --due.")
    if all_due:
        _erase_due(desk, reason, yes=yes, as_json=as_json)
        return
    done = erase_person(desk, _account(account), reason)
    if as_json:
        _print_forgotten(done)
        return
    console.print(f"The person behind {account} is erased; {plural(len(done.removed), 'rendered file')} removed.")
    for path in done.documents:
        console.print(f"Keep as long as the law of accounts wants it, then delete: {path}", markup=False)


def _erase_due(desk: Desk, reason: str, *, yes: bool, as_json: bool) -> None:
    chosen = erasable(find_due(desk.rules, desk.as_of))
    if chosen and not yes:
        _confirm(desk, chosen, as_json=as_json)
    done = erase_due(desk, chosen, reason)
    if as_json:
        _print_forgotten(done, [one.account.account_number for one in chosen])
    else:
        console.print(f"{plural(len(chosen), 'customer')} erased, {plural(len(done.removed), 'file')} removed.")


def _confirm(desk: Desk, chosen: Sequence[Due], *, as_json: bool) -> None:
    """Have the person at the terminal confirm; a script says ``--yes``."""
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("Say --yes to erase without being asked; dunwell privacy due lists whom it concerns.")
    _print_due(chosen)
    for one in chosen:
        for path in files_of(desk, one):
            console.print(f"To be deleted: {path}", markup=False)
    if not click.confirm(f"Erase this of {plural(len(chosen), 'customer')}? It cannot be undone."):
        raise UsageError("Nothing was erased.")


def _print_due(found: Sequence[Due]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("account", "customer", "last business", "policy", "due", "waits for"):
        table.add_column(name)
    for one in found:
        kinds = "\n".join(_sentence(kept) for kept in one.kinds)
        number, last_on = one.account.account_number, one.last_business_on.isoformat()
        table.add_row(number, one.account.name, last_on, one.policy, kinds, "\n".join(one.waits_for))
    console.print(table)


def _sentence(kept: Keeping) -> str:
    law = f" ({kept.legal_basis})" if kept.legal_basis else ""
    return f"{kept.kind}: {plural(kept.years, 'year')}{law}, kept through {kept.kept_through_on}"


def _due_json(desk: Desk, one: Due) -> dict[str, Any]:
    return {
        "account_number": one.account.account_number,
        "name": one.account.name,
        "last_business_on": one.last_business_on.isoformat(),
        "policy": one.policy,
        "kinds": [
            {
                "kind": kept.kind,
                "years": kept.years,
                "kept_through_on": kept.kept_through_on.isoformat(),
                "legal_basis": kept.legal_basis,
            }
            for kept in one.kinds
        ],
        "waits_for": list(one.waits_for),
        "files": [str(path) for path in files_of(desk, one)],
    }


def _print_forgotten(done: Forgotten, erased: Sequence[str] | None = None) -> None:
    names = {} if erased is None else {"erased": list(erased)}
    print_json(
        {**names, "removed": [str(path) for path in done.removed], "documents": [str(path) for path in done.documents]}
    )


def _account(number: str) -> Account:
    found = account_by_number(number)
    if found is None:
        raise UsageError(f"There is no account {number}.")
    return found

"""``dunwell privacy``: what is held on a customer, and forgetting them."""

from datetime import date
from pathlib import Path

import click

from dunwell.cli.common import (
    as_of_option,
    by_option,
    command_errors,
    console,
    desk_at,
    json_option,
    plural,
    print_json,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.runs.privacy import erase_person, export_person
from dunwell.store.models import Account
from dunwell.store.queries import account_by_number


@click.group()
def privacy() -> None:
    """What is held on a customer, and removing the person behind the numbers."""


@privacy.command("export")
@click.argument("account")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; ACCOUNT.zip by default.")
@as_of_option
@by_option
@workspace_option
@json_option
@command_errors
def export_account(
    account: str, out: Path | None, as_of: date | None, by: str | None, workspace: Path | None, as_json: bool
) -> None:
    """Write everything held on ACCOUNT into a ZIP: data.json, documents, rendered letters."""
    desk = desk_at(workspace, as_of, by)
    found = _account(account)
    done = export_person(desk, found, out or Path(f"{found.pk}.zip" if "/" in account else f"{account}.zip"))
    if as_json:
        print_json({"file": str(done.path), "rows": done.rows, "files": list(done.files)})
    else:
        console.print(f"{done.path}: {plural(done.rows, 'row')} and {plural(len(done.files), 'file')}.")


@privacy.command()
@click.argument("account")
@click.option("--reason", required=True, help="Why, such as the customer's request of a day; kept, so write no name.")
@as_of_option
@by_option
@workspace_option
@json_option
@command_errors
def erase(account: str, reason: str, as_of: date | None, by: str | None, workspace: Path | None, as_json: bool) -> None:
    """Remove the person behind ACCOUNT: names, addresses, notes, letter texts. Numbers, amounts and dates stay."""
    desk = desk_at(workspace, as_of, by)
    done = erase_person(desk, _account(account), reason)
    if as_json:
        print_json({"removed": [str(path) for path in done.removed], "documents": [str(p) for p in done.documents]})
        return
    console.print(f"The person behind {account} is erased; {plural(len(done.removed), 'rendered file')} removed.")
    for path in done.documents:
        console.print(f"Keep as long as the law of accounts wants it, then delete: {path}", markup=False)


def _account(number: str) -> Account:
    found = account_by_number(number)
    if found is None:
        raise UsageError(f"There is no account {number}.")
    return found

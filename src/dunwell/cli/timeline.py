"""``dunwell timeline``: the whole story of an account."""

from datetime import date
from pathlib import Path

import click

from dunwell.cli.common import (
    as_of_option,
    command_errors,
    console,
    json_option,
    print_json,
    workspace_at,
    workspace_option,
)
from dunwell.runs import timeline as story
from dunwell.runs.case_subject import account_named


@click.command()
@click.argument("account")
@as_of_option
@workspace_option
@json_option
@command_errors
def timeline(account: str, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """Tell everything that happened with ACCOUNT, in order, with who and why; with --as-of, through that day."""
    workspace_at(workspace)
    found = account_named(account)
    happenings = story.timeline(found, as_of)
    if as_json:
        told = story.timeline_json(happenings)
        print_json({"account_number": found.account_number, "name": found.name, "timeline": told})
        return
    console.print(f"{found.account_number} {found.name}", markup=False)
    for one in happenings:
        console.print(story.line(one), markup=False)

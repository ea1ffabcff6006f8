"""``dunwell letters statement``: draft the statement of account, as a letter like all others."""

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
    print_json,
    workspace_option,
)
from dunwell.runs.case_subject import subject
from dunwell.runs.statements import draft_statement


@click.command("statement")
@click.argument("account")
@click.option("--currency", default="", help="The currency of the account; its own by default.")
@as_of_option
@by_option
@workspace_option
@json_option
@command_errors
def draft(
    account: str, currency: str, as_of: date | None, by: str | None, workspace: Path | None, as_json: bool
) -> None:
    """Draft a statement of account to ACCOUNT; it asks for nothing new and waits for approval."""
    desk = desk_at(workspace, as_of, by)
    letter = draft_statement(desk, subject(desk, account, currency))
    if as_json:
        print_json({"reference": letter.reference, "kind": letter.kind, "state": letter.state})
        return
    console.print(f"Statement {letter.reference} drafted; it waits for approval.")

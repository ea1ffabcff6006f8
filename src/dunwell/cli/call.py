"""``dunwell call`` and ``dunwell note``: what was said on the telephone, and what is worth remembering."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from dunwell.cli.cases import acting, ask, currency_option, evidence_option, invoice_option, note_option
from dunwell.cli.common import (
    DATE,
    command_errors,
    console,
    json_option,
    print_json,
    workspace_at,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.runs import answers
from dunwell.runs.case_json import case_json
from dunwell.runs.case_subject import account_named, amount_minor, subject
from dunwell.runs.desk import Desk
from dunwell.store.models import CALL_OUTCOMES, Call, Note

OUTCOME = click.Choice(CALL_OUTCOMES)


@click.group()
def call() -> None:
    """Calls and what came of them."""


@call.command("add")
@click.argument("account")
@click.option("--outcome", type=OUTCOME, help="What came of it.")
@click.option("--spoke-with", default="", help="Who was spoken with.")
@click.option("--amount", "sum_", help="What was promised or is disputed; else all.")
@click.option("--until", type=DATE, help="The promised day.")
@invoice_option
@currency_option
@note_option
@evidence_option
@acting
def add_call(
    desk: Desk,
    account: str,
    outcome: str | None,
    spoke_with: str,
    sum_: str | None,
    until: date | None,
    invoice: str,
    currency: str,
    note: str,
    evidence: str,
    as_json: bool,
) -> None:
    """Record a call with ACCOUNT: a promise or a dispute that came of it is recorded with it."""
    about = subject(desk, account, currency, invoice)
    chosen = ask(outcome, "--outcome", "What came of the call", as_json=as_json, kind=OUTCOME)
    if chosen == "promised":
        until = ask(until, "--until DATE, the promised day", "Promised for which day", as_json=as_json, kind=DATE)
    if chosen not in ("promised", "disputed") and (sum_ is not None or until is not None):
        raise UsageError(f"--amount and --until are of a promise or a dispute; the outcome is {chosen}.")
    minor = amount_minor(sum_, about.currency) if sum_ is not None else None
    result = answers.CallResult(chosen, spoke_with, minor, until)
    made, case = answers.call(desk, about, result, answers.Said(note, evidence))
    if as_json:
        print_json({**call_json(made), "case": case_json(case) if case else None})
    else:
        follows = f" {type(case).__name__} {case.pk} recorded." if case else ""
        console.print(f"Call {made.pk} recorded: {chosen}.{follows}")


@call.command("list")
@click.option("--account", default="", help="Only those with this account.")
@click.option("--as-of", type=DATE, help="Those through that day.")
@workspace_option
@json_option
@command_errors
def list_calls(account: str, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """List calls, oldest first."""
    workspace_at(workspace)
    if account:
        account_named(account)
    found = Call.objects.select_related("account").order_by("on", "id").filter(on__lte=as_of or date.max)
    calls = [call_json(one) for one in (found.filter(account__account_number=account) if account else found)]
    if as_json:
        print_json({"calls": calls})
    for one in [] if as_json else calls:
        console.print(
            f"{one['on']} {one['account_number']} {one['outcome']} by {one['by']} {one['note']}", markup=False
        )


def call_json(made: Call) -> dict[str, Any]:
    """Return a call as plain values."""
    names = ("id", "currency", "outcome", "spoke_with", "note", "by")
    found = {name: getattr(made, name) for name in names}
    return {"account_number": made.account.account_number, "on": made.on.isoformat(), **found}


@click.group()
def note() -> None:
    """Notes: what is worth remembering of an account."""


@note.command("add")
@click.argument("account")
@click.argument("text", required=False)
@acting
def add_note(desk: Desk, account: str, text: str | None, as_json: bool) -> None:
    """Write TEXT down about ACCOUNT."""
    written = ask(text, "the TEXT of the note", "Note", as_json=as_json, kind=str)
    made = answers.note(desk, account_named(account), written)
    if as_json:
        print_json(note_json(made))
    else:
        console.print(f"Note {made.pk} written.")


@note.command("list")
@click.argument("account")
@click.option("--as-of", type=DATE, help="Those through that day.")
@workspace_option
@json_option
@command_errors
def list_notes(account: str, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """List the notes about ACCOUNT, oldest first."""
    workspace_at(workspace)
    found = Note.objects.filter(account=account_named(account), on__lte=as_of or date.max).order_by("on", "id")
    notes = [note_json(one) for one in found.select_related("account")]
    if as_json:
        print_json({"notes": notes})
    for one in [] if as_json else notes:
        console.print(f"{one['on']} {one['by']}: {one['text']}", markup=False)


def note_json(made: Note) -> dict[str, Any]:
    """Return a note as plain values."""
    return {
        "id": made.pk,
        "account_number": made.account.account_number,
        "on": made.on.isoformat(),
        "by": made.by,
        "text": made.text,
    }

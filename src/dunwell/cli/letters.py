"""``dunwell letters``: list, show, approve, cancel, mark as sent, render."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.progress import track
from rich.table import Table

from dunwell.cli.common import (
    EXIT_NOTHING_DONE,
    EXIT_PROBLEMS,
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
    reading_desk,
    workspace_at,
    workspace_option,
)
from dunwell.cli.letters_calls import call_sheet
from dunwell.cli.letters_gallery import gallery
from dunwell.cli.letters_lint import lint
from dunwell.cli.letters_statement import draft as draft_statement
from dunwell.errors import RefusedError, RenderError, UsageError
from dunwell.letters.content import LetterContent
from dunwell.letters.kinds import kinds
from dunwell.runs import approving
from dunwell.runs.case_subject import account_named
from dunwell.runs.desk import Desk
from dunwell.runs.plain_text import as_text
from dunwell.runs.rendering import Forms, content_of, render_letters
from dunwell.store import queries
from dunwell.store.models import LETTER_STATES, Letter

WAITING = ("draft", "approved")


@click.group()
def letters() -> None:
    """Letters: what was drafted, approved, sent."""


letters.add_command(lint)
letters.add_command(gallery)
letters.add_command(call_sheet)
letters.add_command(draft_statement)


@letters.command("list")
@click.option("--state", type=click.Choice(LETTER_STATES), help="Only letters in this state.")
@click.option("--account", help="Only letters to this account.")
@click.option("--kind", help="Only letters of this kind, such as hold.")
@workspace_option
@json_option
@command_errors
def list_letters(
    state: str | None,
    account: str | None,
    kind: str | None,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """List letters, oldest first."""
    workspace_at(workspace)
    if account:
        account_named(account)
    found = list(queries.letters(states=(state,) if state else (), account_number=account or "", kind=_kind(kind)))
    if as_json:
        print_json({"letters": [letter_json(letter) for letter in found]})
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("reference", no_wrap=True, min_width=max((len(letter.reference) for letter in found), default=0))
    for name in ("state", "kind", "lang", "customer", "pay by"):
        table.add_column(name, no_wrap=name != "customer")  # a long name goes over several lines, nothing is cut off
    table.add_column("amount", justify="right", no_wrap=True)
    for letter in found:
        due = amount(letter.total_due_minor, letter.currency) if letter.is_request else ""
        pay_by = str(letter.pay_by_on or "")
        table.add_row(letter.reference, letter.state, letter.kind, letter.language, letter.account.name, pay_by, due)
    console.print(table)
    console.print(f"{plural(len(found), 'letter')}.")


def letter_json(letter: Letter) -> dict[str, Any]:
    """Return a letter as plain values."""
    return {
        "reference": letter.reference,
        "account_number": letter.account.account_number,
        "name": letter.account.name,
        "currency": letter.currency,
        "kind": letter.kind,
        "step": letter.step,
        "state": letter.state,
        "language": letter.language,
        "channel": letter.channel,
        "drafted_on": letter.drafted_on.isoformat(),
        "pay_by_on": letter.pay_by_on.isoformat() if letter.pay_by_on else None,
        "sent_on": letter.sent_on.isoformat() if letter.sent_on else None,
        "total_due_minor": letter.total_due_minor,
    }


@letters.command()
@click.argument("reference")
@as_of_option
@workspace_option
@json_option
@command_errors
def show(reference: str, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """Show what letter REFERENCE says, and its history."""
    letter, desk = _letter(reference, workspace, as_of)
    content, missing = _what_it_says(desk, letter)
    history = [
        {"on": str(t.on), "from": t.from_state, "to": t.to_state, "by": t.by, "reason": t.reason}
        for t in letter.transitions.order_by("id")
    ]
    if as_json:
        print_json({**letter_json(letter), "content": asdict(content) if content else None, "history": history})
        return
    console.print(as_text(content) if content else missing, markup=False)
    for entry in history:
        console.print(_history_line(entry), markup=False)


def _what_it_says(desk: Desk, letter: Letter) -> tuple[LetterContent | None, str]:
    """Return what a letter says, or why it says nothing (any more)."""
    try:
        return content_of(desk, letter), ""
    except RefusedError as error:
        return None, str(error)


def _history_line(entry: dict[str, str]) -> str:
    return f"{entry['on']} {entry['to']} by {entry['by']}" + (f": {entry['reason']}" if entry["reason"] else "")


@letters.command()
@click.argument("references", nargs=-1)
@click.option("--all", "all_drafts", is_flag=True, help="All drafts.")
@click.option("--kind", help="With --all: only drafts of this kind.")
@as_of_option
@by_option
@workspace_option
@json_option
@command_errors
def approve(
    references: tuple[str, ...],
    all_drafts: bool,
    kind: str | None,
    as_of: date | None,
    by: str | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Approve drafts. Each is checked again; one that is no longer asked for is withdrawn."""
    desk = desk_at(workspace, as_of, by)
    chosen = _chosen(references, "draft" if all_drafts else None, kind)
    return _each(chosen, lambda letter: approving.approve(desk, letter), "approved", as_json=as_json)


@letters.command("sent")
@click.argument("references", nargs=-1)
@click.option("--all", "all_approved", is_flag=True, help="All approved letters.")
@as_of_option
@by_option
@workspace_option
@json_option
@command_errors
def mark_sent(
    references: tuple[str, ...],
    all_approved: bool,
    as_of: date | None,
    by: str | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Record that approved letters have gone out on the as-of date; from now on they count as requests."""
    desk = desk_at(workspace, as_of, by)
    chosen = _chosen(references, "approved" if all_approved else None, None)
    return _each(chosen, lambda letter: approving.mark_sent(desk, letter), "sent", as_json=as_json)


@letters.command()
@click.argument("references", nargs=-1, required=True)
@because("Why; it is kept with the letter.")
@as_of_option
@by_option
@workspace_option
@json_option
@command_errors
def cancel(
    references: tuple[str, ...],
    reason: str,
    as_of: date | None,
    by: str | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Cancel letters that have not gone out; their steps can be taken again."""
    desk = desk_at(workspace, as_of, by)
    chosen = _chosen(references, None, None)
    return _each(chosen, lambda letter: approving.cancel(desk, letter, reason), "cancelled", as_json=as_json)


@letters.command()
@click.argument("references", nargs=-1)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder; the workspace's outbox by default."
)
@click.option("--print", "printed", is_flag=True, help="Also a print version: the letter and every annex in one PDF.")
@click.option("--email", is_flag=True, help="Also the letter as an e-mail message (.eml), its annexes attached.")
@as_of_option
@workspace_option
@json_option
@command_errors
def render(
    references: tuple[str, ...],
    out: Path | None,
    printed: bool,
    email: bool,
    as_of: date | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Write letters as archival PDF, annexed files inside it: the named ones, or all that wait (drafts, approved)."""
    desk = reading_desk(workspace, as_of)
    chosen = _chosen(references, None, None) if references else list(queries.letters(states=WAITING))
    if as_of is None and chosen:
        desk = Desk(desk.workspace, desk.rules, max(letter.drafted_on for letter in chosen), desk.by)
    folder = out or desk.workspace.outbox
    done = render_letters(desk, chosen, folder, Forms(printed=printed, email=email))
    results = list(done if as_json else track(done, "Typesetting", total=len(chosen), console=console))
    files = [str(path) for result in results for path in result.files]
    failed = {result.letter.reference: result.failure for result in results if result.failure}
    problems = [(result.letter.reference, problem) for result in results for problem in result.problems]
    if as_json:
        listed = [{"reference": reference, **asdict(problem)} for reference, problem in problems]
        print_json({"files": files, "failed": failed, "problems": listed})
    else:
        console.print(f"{plural(sum(1 for result in results if result.path), 'letter')} in {folder}")
        for reference, failure in [*failed.items(), *problems]:
            click.echo(f"{reference}: {failure}", err=True)
    return EXIT_PROBLEMS if failed or problems else 0


def _letter(reference: str, workspace: Path | None, as_of: date | None) -> tuple[Letter, Desk]:
    """Open the workspace and find a letter; without a date, drafts are seen as of the day they were drafted."""
    desk = reading_desk(workspace, as_of)
    letter = _named(reference)
    if as_of is None:
        desk = Desk(desk.workspace, desk.rules, letter.drafted_on, desk.by)
    return letter, desk


def _named(reference: str) -> Letter:
    letter = queries.letter_by(reference)
    if letter is None:
        raise UsageError(f"There is no letter {reference}; dunwell letters list names them all.")
    return letter


def _chosen(references: Sequence[str], state: str | None, kind: str | None) -> list[Letter]:
    if references:
        return [_named(reference) for reference in references]
    if state is None:
        raise UsageError("Name the letters, or say --all.")
    return list(queries.letters(states=(state,), kind=_kind(kind)))


def _kind(name: str | None) -> str:
    if name and name not in kinds():
        raise UsageError(f"{name!r} is no kind of letter; one of {', '.join(kinds())}.")
    return name or ""


def _each(chosen: list[Letter], act: "Any", done_word: str, *, as_json: bool) -> int:
    """Do something to each letter; one that is refused does not stop the others."""
    done, refused = [], []
    for letter in chosen:
        try:
            act(letter)
            done.append(letter.reference)
        except (RefusedError, RenderError) as error:
            refused.append({"reference": letter.reference, "reason": str(error)})
    if as_json:
        print_json({done_word: done, "refused": refused})
    else:
        console.print(f"{plural(len(done), 'letter')} {done_word}.")
        for entry in refused:
            click.echo(f"{entry['reference']}: {entry['reason']}", err=True)
    if refused:
        return EXIT_PROBLEMS if done else EXIT_NOTHING_DONE
    return 0

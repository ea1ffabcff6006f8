"""What the commands about cases share: their options, questions to a person, lists."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.table import Table

from dunwell.cli.common import (
    DATE,
    amount,
    as_of_option,
    because,
    by_option,
    command_errors,
    console,
    desk_at,
    json_option,
    may_ask,
    plural,
    print_json,
    workspace_at,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.runs.answers import Said
from dunwell.runs.case_json import case_json, listed_json, moves_json
from dunwell.runs.case_subject import account_named
from dunwell.runs.desk import Desk
from dunwell.store.cases import case_by, cases
from dunwell.store.claims import Case

T = TypeVar("T")
Command = Callable[..., Any]
Decorator = Callable[[Command], Command]

currency_option = click.option("--currency", default="", help="The currency; the account's own by default.")
invoice_option = click.option("--invoice", default="", help="The invoice it is about; else the whole account.")
note_option = click.option("--note", default="", help="What was said, or why; it is kept.")
evidence_option = click.option(
    "--evidence", default="", help="What proves it: a letter's reference, an e-mail, a call."
)
reason_option = because("Why; it is kept with the case.")


def acting(function: Command) -> Command:
    """Give a command that decides its desk (workspace, day, person) and ``as_json``."""

    @wraps(function)
    def with_desk(
        *, workspace: Path | None, as_of: date | None, by: str | None, as_json: bool, **own: Any
    ) -> int | None:
        status: int | None = function(desk_at(workspace, as_of, by), as_json=as_json, **own)
        return status

    return as_of_option(by_option(workspace_option(json_option(command_errors(with_desk)))))


def saying(why: Decorator) -> Decorator:
    """Give a command that decides its desk, and as ``said`` what was said (``why``: the note or the reason for it)."""

    def decorated(function: Command) -> Command:
        @wraps(function)
        def with_said(desk: Desk, *, evidence: str, note: str = "", reason: str = "", **own: Any) -> int | None:
            status: int | None = function(desk, said=Said((note or reason).strip(), evidence.strip()), **own)
            return status

        return why(evidence_option(acting(with_said)))

    return decorated


def on_case(kind: str, why: Decorator) -> Decorator:
    """Give a command about case NUMBER of a kind its desk, the case as ``found`` and what was ``said``."""

    def decorated(function: Command) -> Command:
        @wraps(function)
        def with_case(desk: Desk, *, number: int, **own: Any) -> int | None:
            status: int | None = function(desk, found=case_by(kind, number), **own)
            return status

        return click.argument("number", type=int)(saying(why)(with_case))

    return decorated


def ask(value: T | None, option: str, question: str, *, as_json: bool, kind: Any = None) -> T:
    """Return what was given, or ask the person at the terminal for it; a script is told which option is missing."""
    if value is not None and str(value).strip():
        return value
    if not may_ask(as_json=as_json):
        raise UsageError(f"Say {option}.")
    answer: T = click.prompt(question, type=kind)
    return answer


def tell(case: Case, *, as_json: bool, sentence: str) -> None:
    """Print a case after a move: a sentence for a person, or the case with its moves."""
    if as_json:
        print_json({**case_json(case), "history": moves_json(case)})
    else:
        console.print(sentence, markup=False)


def listing(kind: str, live: Sequence[str], more: str) -> click.Command:
    """Return ``dunwell KIND list``: the cases of a kind that are still open, or all."""

    @click.command("list", help=f"List the {kind}s that are {', '.join(live)}; with --all, {more} too.")
    @click.option("--account", default="", help="Only those of this account.")
    @click.option("--all", "all_states", is_flag=True, help="Those that are over, too.")
    @click.option("--as-of", type=DATE, help="As they stood on that day.")
    @workspace_option
    @json_option
    @command_errors
    def list_cases(account: str, all_states: bool, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
        workspace_at(workspace)
        if account:
            account_named(account)
        found = listed_json(kind, cases(kind, account_number=account), as_of)
        shown = [case for case in found if all_states or case["state"] in live]
        if as_json:
            print_json({f"{kind}s": shown})
            return
        _print_table(shown)
        console.print(f"{plural(len(shown), kind)}.")

    return list_cases


def showing(kind: str) -> click.Command:
    """Return ``dunwell KIND show``: one case with every move."""

    @click.command("show", help=f"Show {kind} NUMBER and every move it made.")
    @click.argument("number", type=int)
    @workspace_option
    @json_option
    @command_errors
    def show_case(number: int, workspace: Path | None, as_json: bool) -> None:
        workspace_at(workspace)
        case = case_by(kind, number)
        tell(case, as_json=as_json, sentence="")
        if not as_json:
            _print_table([case_json(case)])
            for move in moves_json(case):
                console.print(move_line(move), markup=False)

    return show_case


def move_line(move: Mapping[str, Any]) -> str:
    """Write one move of a case for a person."""
    why = f": {move['reason']}" if move["reason"] else ""
    proof = f" ({move['evidence']})" if move["evidence"] else ""
    return f"{move['on']} {move['to']} by {move['by']}{why}{proof}"


def _print_table(found: Sequence[Mapping[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("no.", "account", "customer", "state", "since", "until", "about"):
        table.add_column(name, no_wrap=name != "customer")
    table.add_column("amount", justify="right", no_wrap=True)
    for case in found:
        table.add_row(*_cells(case))
    console.print(table)


_AMOUNTS = ("amount_minor", "total_minor", "pay_minor", "granted_minor", "requested_minor")
_ABOUT = ("invoice_number", "order_number", "offer", "option")
_UNTIL = ("until_on", "pay_by_on", "expires_on")


def _cells(case: Mapping[str, Any]) -> list[str]:
    minor = next((case[name] for name in _AMOUNTS if case.get(name)), None)
    about = next((str(case[name]) for name in _ABOUT if case.get(name)), "")
    until = next((str(case[name]) for name in _UNTIL if case.get(name)), "")
    money = amount(minor, case["currency"]) if minor is not None else ""
    since = str(case.get("opened_on") or case.get("ordered_on") or "")
    return [str(case["id"]), case["account_number"], case["name"], case["state"], since, until, about, money]

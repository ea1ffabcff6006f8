"""``dunwell match``: whose money came in, where that is not sure, and what a person says about it."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from dunwell.cli.cases import acting, reason_option
from dunwell.cli.common import (
    amount,
    as_of_option,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    workspace_at,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.runs import matching
from dunwell.runs.case_subject import amount_minor
from dunwell.runs.desk import Desk
from dunwell.runs.matching import Wanted, Wish

_TEXT_CHARS = 40


@click.group()
def match() -> None:
    """Bank entries: what is not surely whose waits here for a decision."""


@match.command("list")
@click.option("--account", default="", help="Only those proposed for this account, or applied to it.")
@click.option("--state", "states", multiple=True, type=click.Choice(matching.ALL_STATES), help="Those in this state.")
@click.option("--all", "all_states", is_flag=True, help="Those that are decided, too.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@as_of_option
@workspace_option
@json_option
@command_errors
def list_entries(
    account: str,
    states: tuple[str, ...],
    all_states: bool,
    limit: int | None,
    as_of: date | None,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """List the bank entries that wait, oldest first, each with its best proposal."""
    workspace_at(workspace)
    chosen = matching.ALL_STATES if all_states else states or matching.WAITING
    wanted = Wanted(chosen, account, as_of, limit=limit)
    found = matching.entries(wanted)
    if as_json:
        print_json({"entries": found, "counts": matching.counts()})
        return
    console.print(_table(found))
    console.print(f"{plural(matching.count(wanted), 'bank entry', 'bank entries')}.")


@match.command()
@click.argument("number", type=int)
@workspace_option
@json_option
@command_errors
def show(number: int, workspace: Path | None, as_json: bool) -> None:
    """Show bank entry NUMBER: what the bank says, every proposal with its reasons, every move."""
    workspace_at(workspace)
    entry = matching.entry_named(number)
    found = matching.entry_json(entry) | {"moves": matching.moves_json(entry)}
    if as_json:
        print_json(found)
        return
    for line in _lines(found):
        console.print(line, markup=False)


@match.command()
@click.argument("number", type=int)
@click.option("--proposal", type=click.IntRange(min=1), help="As the proposal of this rank says.")
@click.option("--account", default="", help="Whose it is; what the invoices leave stands on this account.")
@click.option("--invoice", "invoices", multiple=True, metavar="NUMBER[=AMOUNT]", help="An invoice it pays; repeatable.")
@click.option("--reason", default="", help="Why; it is kept with the entry.")
@acting
def apply(
    desk: Desk,
    number: int,
    proposal: int | None,
    account: str,
    invoices: tuple[str, ...],
    reason: str,
    as_json: bool,
) -> None:
    """Apply bank entry NUMBER: as --proposal 1 says, or for --account C1, to --invoice R7 --invoice R8=50.00."""
    entry = matching.entry_named(number)
    if (proposal is None) == (not account):
        raise UsageError("Say either --proposal RANK or --account ACCOUNT, with --invoice NUMBER where it pays one.")
    if proposal is not None:
        parts = matching.apply_proposal(desk, entry, proposal, reason)
    else:
        wishes = [_wish(account, text, entry.currency) for text in invoices] or [Wish(account)]
        parts = matching.apply(desk, entry, wishes, reason)
    _tell(number, f"Applied: {_parts(parts, entry.currency)}.", as_json=as_json)


@match.command()
@click.argument("number", type=int)
@reason_option
@acting
def undo(desk: Desk, number: int, reason: str, as_json: bool) -> None:
    """Take back what was decided about bank entry NUMBER, by a person or by itself; its payments leave the ledger."""
    entry = matching.entry_named(number)
    matching.undo(desk, entry, reason)
    _tell(number, f"Bank entry {number} waits again ({entry.state}); it does not go in by itself.", as_json=as_json)


@match.command("set-aside")
@click.argument("number", type=int)
@reason_option
@acting
def set_aside(desk: Desk, number: int, reason: str, as_json: bool) -> None:
    """Record that bank entry NUMBER is no customer's payment, or is booked otherwise."""
    matching.set_aside(desk, matching.entry_named(number), reason)
    _tell(number, f"Bank entry {number} is set aside.", as_json=as_json)


def _wish(account: str, text: str, currency: str) -> Wish:
    """Read ``NUMBER`` or ``NUMBER=AMOUNT``."""
    number, _, sum_ = text.partition("=")
    return Wish(account, number, amount_minor(sum_, currency) if sum_ else None)


def _tell(number: int, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(matching.entry_json(matching.entry_named(number)))
    else:
        console.print(sentence, markup=False)


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("no.", "booked", "state"):
        table.add_column(name, no_wrap=True)
    table.add_column("amount", justify="right", no_wrap=True)
    for name in ("from", "text", "for"):
        table.add_column(name)
    for entry in found:
        text = entry["structured_reference"] or entry["remittance"]
        table.add_row(
            str(entry["id"]),
            entry["booked_on"],
            entry["state"],
            _signed(entry),
            entry["payer_name"][:_TEXT_CHARS],
            text[:_TEXT_CHARS],
            _for_whom(entry),
        )
    return table


def _signed(entry: Mapping[str, Any]) -> str:
    minor = entry["amount_minor"] if entry["direction"] == "in" else -entry["amount_minor"]
    return amount(minor, entry["currency"])


def _for_whom(entry: Mapping[str, Any]) -> str:
    if entry["applied"]:
        return _parts(entry["applied"], entry["currency"])
    if not entry["proposals"]:
        return ""
    best = entry["proposals"][0]
    return f"{_parts(best['parts'], entry['currency'])}? {best['sureness']}, {best['score']} of 100"


def _parts(parts: list[dict[str, Any]], currency: str) -> str:
    return ", ".join(
        f"{part['account_number']} {part['invoice_number'] or 'on account'} {amount(part['amount_minor'], currency)}"
        for part in parts
    )


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"Bank entry {found['id']} of {found['booked_on']}: {_signed(found)}, {found['state'].replace('_', ' ')}"
    texts = {
        "from": f"{found['payer_name']} {found['payer_account']}".strip(),
        "reference": found["structured_reference"],
        "text": found["remittance"],
        "our account": found["bank_account"],
        "known as": found["entry_reference"],
    }
    yield from (f"  {name}: {text}" for name, text in texts.items() if text)
    for part in found["applied"]:
        yield f"  applied: {_parts([part], found['currency'])}"
    for one in found["proposals"]:
        yield f"  proposal {one['rank']}: {_parts(one['parts'], found['currency'])} ({one['score']} of 100)"
        yield from (f"      {reason}" for reason in one["reasons"])
    for move in found["moves"]:
        why = f": {move['reason']}" if move["reason"] else ""
        what = f" {_parts(move['parts'], found['currency'])}" if move["parts"] else ""
        yield f"  {move['on']} {move['to'].replace('_', ' ')} by {move['by']}{what}{why}"

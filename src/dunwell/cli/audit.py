"""``dunwell audit``: the trail of everything that was done, and whether anybody has tampered with it."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from dunwell.cli.common import (
    DATE,
    EXIT_PROBLEMS,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    workspace_at,
    workspace_option,
)
from dunwell.store.audit_list import Wanted, listed
from dunwell.store.audit_verify import Verified
from dunwell.store.audit_verify import verify as verify_trail


@click.group()
def audit() -> None:
    """The audit trail: everything that was done, chained so that nothing can be changed unseen."""


@audit.command("list")
@click.option("--account", help="Only what concerns this account.")
@click.option("--what", help="Only acts of this kind, such as import, run, letter, hold, export.")
@click.option("--since", type=DATE, help="Only business dates from this day on.")
@click.option("--last", type=click.IntRange(1), default=50, show_default=True, help="So many, the newest.")
@workspace_option
@json_option
@command_errors
def list_entries(
    account: str | None,
    what: str | None,
    since: date | None,
    last: int,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """List the newest entries, oldest first."""
    workspace_at(workspace)
    entries = listed(Wanted(account or "", what or "", since, last))
    if as_json:
        print_json({"entries": entries})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("entry", "at", "date", "by", "what", "which", "account", "how"):
        table.add_column(name, no_wrap=name != "how")
    for entry in entries:
        table.add_row(*_cells(entry))
    console.print(table)
    console.print(f"{plural(len(entries), 'entry', 'entries')}.")


def _cells(entry: dict[str, Any]) -> list[str]:
    summary = entry["summary"]
    moved = f"{summary['from'] or 'new'} → {summary['to']}" if "from" in summary else ""
    plain = (f"{key} {value}" for key, value in summary.items() if isinstance(value, str | int) and "sha256" not in key)
    how = moved or ", ".join(plain)
    names = ("number", "at", "on", "by", "what", "subject_id", "account_number")
    return [*(str(entry[name] if entry[name] is not None else "") for name in names), how]


@audit.command()
@click.option("--noted", default="", help="A digest that you noted earlier: it must still be in the trail.")
@workspace_option
@json_option
@command_errors
def verify(noted: str, workspace: Path | None, as_json: bool) -> int:
    """Check the whole trail and every row it covers; name the first entry that does not fit."""
    workspace_at(workspace)
    done = verify_trail(noted)
    if as_json:
        print_json(
            {
                "is_intact": not done.findings,
                "entries": done.entries,
                "rows": done.rows,
                "head_sha256": done.head_sha256,
                "customers_left_out": done.customers_left_out,
                "findings": [{"entry": each.entry or None, "message": each.message} for each in done.findings],
            }
        )
        return EXIT_PROBLEMS if done.findings else 0
    counted = f"{plural(done.entries, 'entry', 'entries')} covering {plural(done.rows, 'row')}"
    if not done.findings:
        console.print(f"The trail is intact: {counted}. {_of_ledger(done)}Its last digest, to be noted elsewhere:")
        console.print(done.head_sha256)
        return 0
    click.echo(f"The trail does not fit ({counted}):", err=True)
    for finding in done.findings:
        click.echo(f"  {f'entry {finding.entry}: ' if finding.entry else ''}{finding.message}", err=True)
    click.echo("Find out who changed the database, and restore a backup from before.", err=True)
    return EXIT_PROBLEMS


def _of_ledger(done: Verified) -> str:
    """Say what of the ledger was compared with the digests of the last run."""
    if done.customers_left_out is None:
        return ""
    left = plural(done.customers_left_out, "customer")
    rest = f", except of {left} to whom something happened since" if done.customers_left_out else ""
    return f"Every row of the ledger is as it was at the last run{rest}. "

"""``dunwell worklist``: what to do today."""

from datetime import date
from pathlib import Path

import click
from rich.table import Table

from dunwell.cli.common import (
    amount,
    as_of_option,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    today,
    workspace_at,
    workspace_option,
)
from dunwell.runs.matching import Wanted, count
from dunwell.runs.nightly import run_day
from dunwell.runs.reporting import worklist as list_work
from dunwell.store.queries import latest_run


@click.command()
@as_of_option
@workspace_option
@json_option
@command_errors
def worklist(as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """Show what there is to do, most urgent first: who, what, why, how much."""
    opened = workspace_at(workspace)
    latest = latest_run()
    day = as_of or (latest.as_of if latest else today(opened))
    report = run_day(opened, day, dry_run=True)
    items = list_work(report)
    if as_json:
        print_json({"as_of": day.isoformat(), "items": items, "bank_entries_waiting": count(Wanted())})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("account", "customer", "action", "days"):
        table.add_column(name)
    table.add_column("to pay", justify="right", no_wrap=True)
    table.add_column("why")
    for item in items:
        table.add_row(
            item["account_number"],
            item["name"],
            item["action"],
            str(item["oldest_days_past_due"] or ""),
            amount(item["total_due_minor"], item["currency"]),
            " ".join(filter(None, (item["why"], item["held_back"]))),
        )
    console.print(table)
    console.print(f"{plural(len(items), 'thing')} to do as of {day}.")
    waiting = count(Wanted())
    if waiting:
        console.print(f"{plural(waiting, 'bank entry waits', 'bank entries wait')} for a decision: dunwell match list")

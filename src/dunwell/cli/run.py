"""``dunwell run``: assess, decide, draft."""

from datetime import date
from pathlib import Path

import click
from rich.table import Table

from dunwell.cli.common import (
    EXIT_PROBLEMS,
    as_of_option,
    business_day,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    print_problems,
    workspace_at,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.runs.gate import stale_data_reason
from dunwell.runs.nightly import DayReport, replay_day, run_day
from dunwell.runs.privacy_due import kept_too_long
from dunwell.runs.reporting import day_json
from dunwell.store.queries import latest_run
from dunwell.store.workspace import Workspace

_ACTION_TEXT = {
    "letter": "write a letter",
    "hold": "propose a credit hold",
    "release": "release a hold",
    "match_cash": "match cash first",
    "refer": "decide on a referral",
    "review": "offer alternatives",
    "none": "nothing to do",
}


@click.command()
@click.option("--dry-run", is_flag=True, help="Assess and print, write nothing.")
@click.option("--replay", is_flag=True, help="Print what was decided on a day that has been; write nothing.")
@as_of_option
@workspace_option
@json_option
@command_errors
def run(dry_run: bool, replay: bool, as_of: date | None, workspace: Path | None, as_json: bool) -> int:
    """Assess whom something may have changed, record the decisions, draft letters and propose holds.

    Of everybody else the last decision stands; the first run, and every --dry-run, looks at all accounts. A second run
    on the same day changes nothing; a run for a day before the latest one only reads, as with --replay. Customers whose
    data has been kept as long as the policy says are counted: dunwell privacy due names them.
    """
    opened = workspace_at(workspace)
    day = _day(opened, as_of, is_read_only=dry_run or replay)
    report = _replayed(opened, day) if replay else run_day(opened, day, dry_run=dry_run)
    erasures_due = 0 if report.is_replay else len(kept_too_long(report.rules, report.as_of))
    if as_json:
        print_json({**day_json(report), "erasures_due": erasures_due})
    else:
        _print_report(report)
        _print_due(erasures_due)
    return EXIT_PROBLEMS if report.problems else 0


def _day(workspace: Workspace, as_of: date | None, *, is_read_only: bool) -> date:
    """What only reads may look as far ahead as anybody likes."""
    return as_of if is_read_only and as_of else business_day(workspace, as_of)


def _replayed(opened: Workspace, day: date) -> DayReport:
    """Replay a day; raises ``UsageError`` for one of which nothing can have been decided yet."""
    latest = latest_run()
    if latest is None or day > latest.as_of:
        last = f"the latest run is of {latest.as_of}" if latest else "there is no run yet"
        raise UsageError(f"There is nothing to replay as of {day}: {last}. --dry-run says what would be decided.")
    return replay_day(opened, day)


def _print_due(erasures_due: int) -> None:
    if erasures_due:
        console.print(f"{plural(erasures_due, 'customer')} due for erasure: dunwell privacy due names them.")


def _print_report(report: DayReport) -> None:
    kind = "replay, nothing written" if report.is_replay else "recorded" if report.is_recorded else "dry run"
    console.print(f"Run as of {report.as_of} ({kind}), policy {report.rules.policies.version}")
    table = Table(box=None, pad_edge=False)
    table.add_column("accounts", justify="right")
    table.add_column("action")
    for action, text in _ACTION_TEXT.items():
        if report.actions.get(action):
            table.add_row(f"{report.actions[action]:,}", text)
    console.print(table)
    done = [
        plural(report.drafted, "letter") + " drafted",
        plural(report.proposed, "hold") + " proposed",
        plural(report.withdrawn, "draft") + " withdrawn",
        plural(report.released, "hold") + " released",
    ]
    console.print(", ".join(done) + ".")
    default = report.rules.policies.policies[report.rules.policies.default]
    stale = stale_data_reason(default, report.as_of)
    if stale and not report.is_replay:
        console.print(f"Nothing can be approved or sent: {stale}")
    print_problems(report.problems, "Problems in the ledger")

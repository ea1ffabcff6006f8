"""``dunwell demo``: a sample business, imported, assessed, with its letters as PDFs."""

from collections import Counter
from datetime import date
from pathlib import Path

import click
from rich.progress import track

from dunwell.cli.common import command_errors, console, plural, user_name
from dunwell.errors import UsageError
from dunwell.runs.demo import DEMO_ON, prepare_demo
from dunwell.runs.desk import Desk
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.runs.nightly import run_day
from dunwell.runs.rendering import render_letters
from dunwell.runs.reporting import worklist
from dunwell.runs.rules import read_rules
from dunwell.store import queries
from dunwell.store.people import add_person
from dunwell.store.workspace import Workspace

_EXAMPLES = Path("examples") / "wholesaler"
_PASSWORD = "demo-demo"  # noqa: S105 - everybody may look at the sample business


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("demo"), help="Where the demo workspace goes.")
@click.option("--examples", type=click.Path(path_type=Path), default=_EXAMPLES, help="The sample business.")
@command_errors
def demo(folder: Path, examples: Path) -> None:
    """Import a sample business into a workspace, run its day, and typeset its letters."""
    if not (examples / "customers.csv").is_file():
        raise UsageError(
            f"There is no sample business in {examples}; say --examples, or start from the project's folder."
        )
    workspace = prepare_demo(folder, examples)
    console.print(f"Sample business: {workspace.creditor.name}, as of {DEMO_ON}")
    _import(workspace, examples)
    report = run_day(workspace, DEMO_ON)
    console.print("\nToday's decisions:")
    for action, count in sorted(Counter(report.accounts["action"].to_list()).items()):
        console.print(f"  {count:4} {action}")
    files = _render(workspace, DEMO_ON)
    add_person("demo", "administrator", "demo", password=_PASSWORD)
    _print_summary(folder, report, files)


def _import(workspace: Workspace, examples: Path) -> None:
    names = ("customers.csv", "invoices.csv", "payments.csv", "events.csv")
    files = tuple(examples / name for name in names)
    reports = import_files(workspace, ImportRequest(files, bank_complete_through=DEMO_ON, by=user_name()))
    for report in reports:
        for table in report.imported:
            console.print(f"  {table.kind}: {table.inserted + table.updated + table.unchanged:,} rows")


def _render(workspace: Workspace, as_of: date) -> list[Path]:
    desk = Desk(workspace, read_rules(workspace, as_of), as_of, user_name())
    waiting = list(queries.letters(states=("draft", "approved")))
    done = render_letters(desk, waiting, workspace.outbox)
    results = list(track(done, "Typesetting letters", total=len(waiting), console=console))
    for result in results:
        if result.failure:
            click.echo(f"{result.letter.reference}: {result.failure}", err=True)
    return [result.path for result in results if result.path]


def _print_summary(folder: Path, report: object, files: list[Path]) -> None:
    items = worklist(report)  # type: ignore[arg-type]
    holds = [item for item in items if item["action"] == "hold"]
    done = f"{plural(len(items), 'thing')} to do; {plural(len(files), 'letter')} as PDF in {folder}/outbox"
    console.print(f"\nReady. {done}", markup=False)
    if holds:
        example = holds[0]
        console.print(f"See why:   dunwell why --workspace {folder} {example['account_number']}", markup=False)
        console.print(f"Read it:   {folder}/outbox/{example['letter']}.pdf", markup=False)
    console.print(f"Worklist:  dunwell worklist --workspace {folder}", markup=False)
    shown = f"dunwell serve --workspace {folder} --as-of {DEMO_ON}   (as demo, {_PASSWORD})"
    console.print(f"On screen: {shown}", markup=False)

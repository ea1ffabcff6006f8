"""``dunwell export``: the ledger, the decisions, or the charges to be booked, for other programs."""

from datetime import date, datetime
from pathlib import Path

import click

from dunwell.cli.common import (
    DATE,
    EXIT_PROBLEMS,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    print_problems,
    today,
    user_name,
    workspace_at,
    workspace_option,
)
from dunwell.runs.exporting import FORMS, WHATS, ExportRequest
from dunwell.runs.exporting import export as write_export
from dunwell.runs.reporting import problem_json


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--what", type=click.Choice(WHATS), default=WHATS[0], show_default=True, help="What to write.")
@click.option("--format", "form", type=click.Choice(FORMS), default=FORMS[0], show_default=True, help="In which form.")
@click.option("--as-of", type=DATE, help="Decisions: those of the run for this day; by default of the last run.")
@click.option("--from", "from_on", type=DATE, help="Charges: only those of letters sent on this day or later.")
@click.option("--until", "until_on", type=DATE, help="Charges: only those of letters sent on this day or earlier.")
@workspace_option
@json_option
@command_errors
def export(
    folder: Path,
    what: str,
    form: str,
    as_of: date | None,
    from_on: date | None,
    until_on: date | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Write the ledger, decisions or charges into FOLDER. Importing what was written changes nothing."""
    opened = workspace_at(workspace)
    request = ExportRequest(
        folder=folder,
        what=what,
        form=form,
        by=user_name(),
        on=today(opened),
        made_at=datetime.now(opened.time_zone),
        as_of=as_of,
        from_on=from_on,
        until_on=until_on,
    )
    done = write_export(opened, request)
    if as_json:
        files = {str(path): rows for path, rows in done.files.items()}
        print_json({"files": files, "problems": [problem_json(problem) for problem in done.problems]})
    else:
        for path, rows in done.files.items():
            console.print(f"{path}: {plural(rows, 'row')}")
        if not done.files:
            console.print("There is nothing to write.")
        print_problems(done.problems, "To be looked at")
    return EXIT_PROBLEMS if done.problems else 0

"""``dunwell import``: ledger files in."""

from datetime import date
from pathlib import Path
from typing import Any, cast

import click

from dunwell.cli.common import (
    DATE,
    EXIT_NOTHING_DONE,
    EXIT_PROBLEMS,
    command_errors,
    json_option,
    print_json,
    print_problems,
    user_name,
    workspace_at,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.runs.importing import FileReport, ImportRequest, import_files
from dunwell.runs.reporting import problem_json
from dunwell.sources.mapping import Mapping, read_mapping
from dunwell.sources.rows import KINDS, Kind


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "map_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A mapping file.")
@click.option("--kind", type=click.Choice(KINDS), help="What the file holds, when its header does not tell.")
@click.option("--bank-complete-through", type=DATE, help="Through which day the payments are complete.")
@workspace_option
@json_option
@command_errors
def import_(
    files: tuple[Path, ...],
    map_file: Path | None,
    kind: str | None,
    bank_complete_through: date | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Import FILES: customers, invoices, payments, events. Importing twice changes nothing; corrected rows update."""
    request = ImportRequest(
        files=files,
        mapping=_mapping(map_file),
        kind=cast("Kind | None", kind),
        bank_complete_through=bank_complete_through,
        by=user_name(),
    )
    reports = import_files(workspace_at(workspace), request)
    if as_json:
        print_json({"files": [_report_json(report) for report in reports]})
    else:
        for report in reports:
            _print_report(report)
    return _status(reports)


def _mapping(path: Path | None) -> Mapping | None:
    if path is None:
        return None
    mapping, problems = read_mapping(path)
    if mapping is None:
        raise UsageError("The mapping has mistakes:\n" + "\n".join(str(problem) for problem in problems))
    return mapping


def _status(reports: list[FileReport]) -> int:
    if not any(report.imported for report in reports):
        return EXIT_NOTHING_DONE
    return EXIT_PROBLEMS if any(report.problems for report in reports) else 0


def _print_report(report: FileReport) -> None:
    click.echo(f"{report.source}: {report.recognised}")
    for table in report.imported:
        done = f"{table.inserted:,} new, {table.updated:,} updated, {table.unchanged:,} unchanged"
        removed = f", {table.removed:,} removed" if table.removed else ""
        click.echo(f"  {table.kind}: {done}{removed}")
    _print_bank_date(report)
    print_problems(report.notices, f"{report.source}: for your information")
    print_problems(report.problems, f"{report.source}: not imported, to be corrected")
    if report.rejects:
        click.echo(f"  The rejected rows are in {report.rejects}: correct them there and import that file.")


def _print_bank_date(report: FileReport) -> None:
    """Say through which day the bank is complete, where the file or the command says so."""
    dated = [table for table in report.imported if table.bank_complete_through]
    if not dated or (dated[-1].kind != "payments" and len(report.imported) == 1):
        return
    derived = " (the latest payment in the file; say --bank-complete-through if later)"
    suffix = derived if dated[-1].is_bank_date_derived else ""
    click.echo(f"  bank data complete through {dated[-1].bank_complete_through}{suffix}")


def _report_json(report: FileReport) -> dict[str, Any]:
    return {
        "source": report.source,
        "recognised": report.recognised,
        "rows": report.rows,
        "tables": [
            {
                "kind": table.kind,
                "inserted": table.inserted,
                "updated": table.updated,
                "removed": table.removed,
                "unchanged": table.unchanged,
                "bank_complete_through": table.bank_complete_through,
                "is_bank_date_derived": table.is_bank_date_derived,
            }
            for table in report.imported
        ],
        "problems": [problem_json(problem) for problem in report.problems],
        "notices": [problem_json(problem) for problem in report.notices],
        "rejects": str(report.rejects) if report.rejects else None,
    }

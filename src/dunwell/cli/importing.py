"""``dunwell import``: files in, whatever they are; what is in doubt is asked or said, never guessed."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

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
from dunwell.cli.import_asking import ask
from dunwell.cli.import_progress import progress
from dunwell.cli.import_report import as_html, as_json_text, as_text, report_json
from dunwell.errors import UsageError
from dunwell.runs.importing import FileReport, ImportRequest, import_files
from dunwell.sources.mapping import Mapping, read_mapping
from dunwell.sources.rows import KINDS, Kind

_STATEMENT = "statement"
_WRITERS = {".html": as_html, ".json": as_json_text, ".txt": as_text}


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--map", "map_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A mapping file.")
@click.option(
    "--kind", type=click.Choice((*KINDS, _STATEMENT)), help="What the file holds, when its header does not tell."
)
@click.option("--preview", is_flag=True, help="Show what each file is taken for and its first rows; write nothing.")
@click.option("--bank-complete-through", type=DATE, help="Through which day the payments are complete.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to a file: .txt, .json or .html.",
)
@workspace_option
@json_option
@command_errors
def import_(
    files: tuple[Path, ...],
    map_file: Path | None,
    kind: str | None,
    preview: bool,
    bank_complete_through: date | None,
    report_file: Path | None,
    workspace: Path | None,
    as_json: bool,
) -> int:
    """Import FILES, folders and ZIP archives. Importing twice changes nothing; corrected rows update."""
    _check_report(report_file)
    is_seen = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
    request = ImportRequest(
        files=files,
        mapping=_mapping(map_file),
        kind=None if kind == _STATEMENT else cast("Kind | None", kind),
        is_statement=kind == _STATEMENT,
        bank_complete_through=bank_complete_through,
        by=user_name(),
        mapping_file=map_file,
        is_preview=preview,
        ask=ask if is_seen else None,
    )
    with progress() as watch:
        reports = import_files(workspace_at(workspace), replace(request, watch=watch))
    if report_file is not None:
        report_file.write_text(_WRITERS[report_file.suffix](reports), encoding="utf-8")
    if as_json:
        print_json(report_json(reports))
    else:
        for report in reports:
            _print_report(report, is_preview=preview)
    return _status(reports, is_preview=preview)


def _check_report(path: Path | None) -> None:
    if path is not None and path.suffix not in _WRITERS:
        raise UsageError(f"A report is a file ending in {', '.join(_WRITERS)}.")


def _mapping(path: Path | None) -> Mapping | None:
    if path is None:
        return None
    mapping, problems = read_mapping(path)
    if mapping is None:
        raise UsageError("The mapping has mistakes:\n" + "\n".join(str(problem) for problem in problems))
    return mapping


def _status(reports: list[FileReport], *, is_preview: bool) -> int:
    if not any(report.preview or report.foreseen if is_preview else report.imported for report in reports):
        return EXIT_NOTHING_DONE
    return EXIT_PROBLEMS if any(report.problems for report in reports) else 0


def _print_report(report: FileReport, *, is_preview: bool) -> None:
    sure = f" ({report.sureness})" if report.sureness else ""
    click.echo(f"{report.source}: {report.recognised}{sure}")
    if is_preview:
        click.echo(as_text([report], body_only=True), nl=False)
    for table in report.imported:
        done = f"{table.inserted:,} new, {table.updated:,} updated, {table.unchanged:,} unchanged"
        removed = f", {table.removed:,} removed" if table.removed else ""
        click.echo(f"  {table.kind}: {done}{removed}")
    if report.documents:
        click.echo(f"  invoice copies kept: {report.documents:,}")
    _print_bank_date(report)
    print_problems(report.notices, f"{report.source}: for your information")
    print_problems(report.problems, f"{report.source}: not imported, to be corrected")
    if report.draft:
        click.echo(f"  A draft of the mapping, to complete and to give with --map:\n\n{report.draft}", err=True)
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

"""``dunwell export``: the ledger out again, in the canonical files."""

from pathlib import Path

import click

from dunwell.cli.common import (
    command_errors,
    console,
    json_option,
    print_json,
    today,
    user_name,
    workspace_at,
    workspace_option,
)
from dunwell.runs.exporting import export_ledger


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@workspace_option
@json_option
@command_errors
def export(folder: Path, workspace: Path | None, as_json: bool) -> None:
    """Write customers, invoices, payments and events into FOLDER, in the form that `dunwell import` reads."""
    opened = workspace_at(workspace)
    written = export_ledger(folder, user_name(), today(opened))
    if as_json:
        print_json({"files": {str(path): rows for path, rows in written.items()}})
        return
    for path, rows in written.items():
        console.print(f"{path}: {rows:,} rows")

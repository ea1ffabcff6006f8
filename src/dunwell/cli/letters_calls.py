"""``dunwell letters call-sheet``: what to say on the telephone about a letter."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from dunwell.cli.common import (
    as_of_option,
    command_errors,
    console,
    json_option,
    print_json,
    reading_desk,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.letters.call_page import render_call_sheet
from dunwell.letters.calls import sheet_as_text
from dunwell.runs.calling import call_sheet_of
from dunwell.store import queries


@click.command("call-sheet")
@click.argument("reference")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write it as a page with boxes to tick.")
@as_of_option
@workspace_option
@json_option
@command_errors
def call_sheet(reference: str, pdf: Path | None, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """Show what to say on the telephone about letter REFERENCE, in the customer's language, with today's figures."""
    desk = reading_desk(workspace, as_of)
    letter = queries.letter_by(reference)
    if letter is None:
        raise UsageError(f"There is no letter {reference}; dunwell letters list names them all.")
    sheet = call_sheet_of(desk, letter)
    if pdf is not None:
        _write(pdf, render_call_sheet(sheet, desk.as_of))
    if as_json:
        print_json({"reference": letter.reference, "kind": letter.kind, **asdict(sheet)})
        return
    if pdf is not None:
        console.print(f"Wrote {pdf}.", markup=False, soft_wrap=True)
        return
    console.print(sheet_as_text(sheet), markup=False)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error

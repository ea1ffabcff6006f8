"""``dunwell letters gallery``: every letter on one page, made from sample facts."""

import os
from pathlib import Path

import click
from rich.progress import track

from dunwell.cli.common import (
    EXIT_PROBLEMS,
    WORKSPACE_VARIABLE,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    workspace_option,
)
from dunwell.letters.gallery import can_picture, cases, make_gallery
from dunwell.letters.texts import Texts
from dunwell.store.workspace import read_workspace
from dunwell.store.workspace_settings import SETTINGS_FILE


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@workspace_option
@json_option
@command_errors
def gallery(folder: Path, workspace: Path | None, as_json: bool) -> int:
    """Write every kind of letter in every language and country form into FOLDER, with a page to look at them.

    The letters are made from sample facts and the workspace's texts; without a workspace, from the shipped ones.
    """
    texts = _texts(workspace)
    made = make_gallery(texts, folder)
    pictures = list(made if as_json else track(made, "Typesetting", total=len(cases(texts)), console=console))
    faults = [f"{picture.title} {picture.country}: {picture.fault}" for picture in pictures if picture.fault]
    page = folder / "index.html"
    if as_json:
        files = [str(folder / picture.pdf) for picture in pictures if picture.pdf]
        print_json({"page": str(page), "files": files, "pictures": can_picture(), "faults": faults})
        return EXIT_PROBLEMS if faults else 0
    console.print(f"{plural(len(pictures) - len(faults), 'letter')}; look at {page}")
    if not can_picture():
        click.echo("There are no pictures: install pdftoppm (Debian: poppler-utils), then try again.", err=True)
    for fault in faults:
        click.echo(fault, err=True)
    return EXIT_PROBLEMS if faults else 0


def _texts(workspace: Path | None) -> Texts:
    path = workspace or Path(os.environ.get(WORKSPACE_VARIABLE) or ".")
    if workspace is None and not (path / SETTINGS_FILE).is_file():
        return Texts()
    return Texts(read_workspace(path).texts)

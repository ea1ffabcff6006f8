"""``dunwell letters lint``: are the letter texts sound, and the letters that come of them."""

import os
from dataclasses import asdict
from pathlib import Path

import click

from dunwell.cli.common import (
    EXIT_PROBLEMS,
    WORKSPACE_VARIABLE,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    print_problems,
    workspace_option,
)
from dunwell.letters.lint import lint_all, owners_languages
from dunwell.letters.texts import Texts
from dunwell.store.workspace import read_workspace


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also the languages in which you have changed nothing.")
@workspace_option
@json_option
@command_errors
def lint(everything: bool, workspace: Path | None, as_json: bool) -> int:
    """Check the letter texts of the workspace, with sample letters of every kind.

    A letter whose text has a problem cannot be approved.
    """
    settings = read_workspace(workspace or Path(os.environ.get(WORKSPACE_VARIABLE) or "."))
    texts = Texts(settings.texts)
    problems = lint_all(texts, everything=everything)
    own = owners_languages(texts)
    if as_json:
        print_json({"languages": own, "problems": [asdict(problem) for problem in problems]})
    else:
        print_problems(problems, "Problems")
        console.print(_summary(own, len(problems), everything=everything))
    return EXIT_PROBLEMS if problems else 0


def _summary(own: list[str], count: int, *, everything: bool) -> str:
    if not own and not everything:
        return "You have no letter texts of your own; --all checks the shipped ones."
    checked = "every language" if everything else ", ".join(own)
    return f"Checked {checked}: {plural(count, 'problem') if count else 'no problem'}."

"""Every command and option of the command line occurs in the documents of the owner or the installer."""

from pathlib import Path

import click

from dunwell.cli import main
from tests.house.commands_page import commands
from tests.support.command_line import CommandLine

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = [REPOSITORY / "README.md", *sorted(REPOSITORY.glob("docs/**/*.md"))]


def _long_options(command: click.Command) -> set[str]:
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    return {name for option in options for name in option.opts if name.startswith("--")}


def _documents() -> str:
    """Return all documents as one text with every run of blanks as one, so that line ends do not matter."""
    return " ".join(" ".join(path.read_text(encoding="utf-8") for path in DOCUMENTS).split())


def test_every_command_occurs_in_the_docs() -> None:
    text = _documents()
    names = [path for path, command in commands(main, "dunwell") if not command.hidden]
    assert len(names) > 1
    assert [name for name in names if name not in text] == []


def test_every_option_occurs_in_the_docs() -> None:
    text = _documents()
    options = {option for _, command in commands(main, "dunwell") for option in _long_options(command)}
    assert sorted(option for option in options if option not in text) == []


def test_every_command_says_what_it_does() -> None:
    assert [path for path, command in commands(main, "dunwell") if not command.get_short_help_str()] == []


def test_help_lists_every_command_and_needs_no_workspace(cli: CommandLine) -> None:
    said = cli("--help").ok().stdout
    names = [path.split()[1] for path, _ in commands(main, "dunwell") if path.count(" ") == 1]
    assert len(names) > 1
    assert [name for name in names if name not in said] == []


def test_a_command_that_does_not_exist_is_wrong_use(cli: CommandLine) -> None:
    result = cli("no-such-command")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no-such-command" in result.stderr

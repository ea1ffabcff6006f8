"""A person at a terminal is asked for what is missing; a script is told which option it lacks."""

import os
import pty
import subprocess
import sys

ASK = """
import datetime
from dunwell.cli.cases import ask
from dunwell.cli.common import DATE
from dunwell.errors import UsageError
try:
    print(repr(ask(None, "--until DATE", "Promised for which day", as_json={as_json}, kind=DATE)))
except UsageError as error:
    print(error)
"""


def at_a_terminal(program: str, typed: bytes) -> str:
    """Run a program on a terminal of its own, type something, and return what stood on the screen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", program], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, typed)
    process.wait(timeout=300)
    screen = os.read(ours, 10_000).decode()
    os.close(ours)
    return screen


def test_a_person_is_asked() -> None:
    screen = at_a_terminal(ASK.format(as_json=False), b"2026-03-10\n")
    assert "Promised for which day" in screen
    assert "datetime.date(2026, 3, 10)" in screen


def test_nobody_is_asked_when_json_is_wanted() -> None:
    assert "Say --until DATE." in at_a_terminal(ASK.format(as_json=True), b"")


def test_a_script_is_told() -> None:

    program = ASK.format(as_json=False)
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.stdout == "Say --until DATE.\n"


WHY = """
import click
from dunwell.cli.common import because, json_option
@click.command()
@because("Why.")
@json_option
def act(reason, as_json):
    print(repr(reason))
act({words!r})
"""


def test_a_person_is_asked_for_a_reason_and_blanks_are_none() -> None:
    assert "'bad cheque'" in at_a_terminal(WHY.format(words=[]), b"bad cheque\n")
    assert "it is empty; say why." in at_a_terminal(WHY.format(words=[]), b"   \n")


def test_nobody_is_asked_for_a_reason_when_json_is_wanted() -> None:
    assert "Missing option '--reason'." in at_a_terminal(WHY.format(words=["--json"]), b"")

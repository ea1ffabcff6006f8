"""``docs/guide/commands.md`` says what the command line says, and names every field of its JSON.

After a change of a command: ``DUNWELL_UPDATE=1 pytest tests/house -k commands``, then read the difference.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from dunwell.cli import main
from tests.house.commands_page import BEGIN, END, commands, reference, with_reference
from tests.support.command_line import CommandLine

PAGE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "commands.md"

_EVENTS = (
    "{0},2026-02-05,request,email,reminder,2026-02-12\n{0},2026-02-16,request,email,second_request,2026-02-23\n"
    "{0},2026-02-25,request,email,third_request,2026-03-04\n"
)
LEDGER = {
    "customers.csv": (
        "account_number,name,country,party_type,contract_allows_hold\n"
        "C1,Aurora Ltd,GB,business,\nC2,Boreas Ltd,GB,business,no\n"
    ),
    "invoices.csv": (
        "invoice_number,account_number,issued_on,due_on,currency,amount\nR1,C1,2026-01-02,2026-02-01,EUR,250.00\n"
        "R2,C1,2026-01-02,,EUR,90.00\nR3,C2,2026-01-02,2026-02-01,EUR,250.00\n"
    ),
    "events.csv": ("account_number,on,kind,channel,step,until_on\n" + _EVENTS.format("C1") + _EVENTS.format("C2")),
}
"""A customer due for a hold, with an undated invoice that is a problem, and one whose contract forbids holds."""

CLAIM = (
    "--jurisdiction", "DE", "--party", "business", "--amount", "1000.00", "--currency", "EUR",
    "--due", "2026-02-01", "--to", "2026-03-10",
)  # fmt: skip
AS_OF = "2026-03-10"
ANSWERS = (
    ("run", "--as-of", AS_OF),
    ("worklist",),
    ("why", "C1", "--referral"),
    ("why", "C2"),
    ("letters", "list"),
    ("check", "C1", "10.00"),
    ("promise", "add", "C1", "10.00", "--until", AS_OF, "--as-of", AS_OF),
    ("plan", "offer", "C2", "--as-of", AS_OF),
    ("timeline", "C1"),
    ("hold", "list"),
    ("law", "interest", *CLAIM),
)


@pytest.fixture
def workspace(cli: CommandLine, tmp_path: Path) -> Path:
    """A workspace with the ledger above, on a day on which nothing was decided yet."""
    folder = tmp_path / "workspace"
    cli("init", folder, "--country", "GB", "--time-zone", "Europe/London").ok()
    for name, text in LEDGER.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    cli("import", *(tmp_path / name for name in LEDGER), workspace=folder)
    return folder


def test_the_reference_of_commands_is_what_the_program_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    expected = with_reference(page, reference(main))
    if os.environ.get("DUNWELL_UPDATE"):
        PAGE.write_text(expected, encoding="utf-8")
        page = expected
    assert (page.count(BEGIN), page.count(END)) == (1, 1)
    assert page == expected, "DUNWELL_UPDATE=1 pytest tests/house -k commands renews docs/guide/commands.md"


def test_every_json_field_of_the_contract_commands_stands_on_the_page(cli: CommandLine, workspace: Path) -> None:
    named = set(re.findall(r"`([^`]+)`", PAGE.read_text(encoding="utf-8")))
    answers = [cli(*words, "--json", workspace=workspace).json() for words in ANSWERS]
    assert [item["action"] for item in answers[1]["items"]] == ["hold", "review"]
    fields = {field for answer in answers for field in _fields(answer)}
    assert sorted(fields - named) == []


def test_the_walk_reaches_commands_of_a_group_that_loads_them_late() -> None:
    inner = click.Command("inner", params=[click.Option(["--here"], help="A | B.")], help="Does it.")
    outer = click.Group("outer", commands={"group": click.Group("group", commands={"inner": inner})})
    assert [path for path, _ in commands(outer, "dunwell")] == ["dunwell", "dunwell group", "dunwell group inner"]
    assert "| `--here TEXT` | A \\| B. |" in reference(outer)


def _fields(value: Any) -> Iterator[str]:
    """Yield the name of every field in an answer, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(inner)

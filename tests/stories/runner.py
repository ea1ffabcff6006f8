"""Tells a story to the real command line, day by day, and holds what comes against what is expected.

After every run the runner runs again and looks whether anything changed; before it, it runs dry and looks whether
anything was written. Both must leave the database as it was, and say the same as the run.
"""

import re
import shlex
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from tests.stories.checks import Outcome, differences, expected_exit, reasons
from tests.stories.facts import Facts, policy_text
from tests.stories.language import Act, Line, Story, StoryError
from tests.support.command_line import CliResult

Dunwell = Callable[..., CliResult]
"""Runs a command: ``dunwell("run", "--json", workspace=path, as_of=day)``."""

_CREDITOR = ("DE", "EUR", "Europe/Berlin")
_BY_HAND = re.compile(r'(?P<verb>cancel|place|release) (?P<what>\w+)(?: of (?P<of>\S+))? because "(?P<reason>.+)"')

_EVERYTHING = """
SELECT string_agg(query_to_xml(format('SELECT * FROM %I', tablename), true, false, '')::text, '' ORDER BY tablename)
FROM pg_tables WHERE schemaname = 'public'
"""


@dataclass
class Stage:
    """Where a story plays: the commands, the workspace, the facts, and through which day bank data is complete."""

    dunwell: Dunwell
    workspace: Path
    facts: Facts
    givens: list[Line]
    bank_through: date | None = None
    is_bank_told: bool = False
    imported_through: date | None = None
    database: str = ""

    def call(self, *words: object, as_of: date | None = None) -> CliResult:
        """Run one command in the story's workspace."""
        return self.dunwell(*words, workspace=self.workspace, as_of=as_of)


def tell(story: Story, dunwell: Dunwell, workspace: Path, database: str = "") -> None:
    """Tell a story in a workspace that was just made. Raises ``StoryError`` where it goes otherwise.

    ``database`` is the workspace's address on PostgreSQL; without it, it has its own file.
    """
    __tracebackhide__ = True
    stage = Stage(dunwell, workspace, Facts(creditor_of(story)[1]), list(story.givens), database=database)
    for line in story.givens:
        if line.text.startswith("customer "):
            stage.facts.customer(line.text.removeprefix("customer "))
        elif not line.text.startswith(("creditor ", "policy ", "step ", "select ")):
            raise StoryError(f"{story.path}:{line.number}: nobody knows how to give {line.text!r}")
    _write_policy(stage)
    for act in story.acts:
        try:
            _play(stage, story, act)
        except StoryError as error:
            raise StoryError(f"{story.path}:{act.number}: {act.on} {act.text}\n{error}") from error


def creditor_of(story: Story) -> tuple[str, str, str]:
    """Return the creditor's country, currency and time zone."""
    told = [line.text.split()[1:] for line in story.givens if line.text.startswith("creditor ")]
    country, currency, zone = told[0] if told else _CREDITOR
    return country, currency, zone


def beginning(creditor: tuple[str, str, str]) -> list[str]:
    """Return the options of ``dunwell init`` for a creditor."""
    country, currency, zone = creditor
    return ["--name", "Dunwell Stories Ltd", "--country", country, "--currency", currency, "--time-zone", zone]


def _write_policy(stage: Stage) -> None:
    (stage.workspace / "policy.toml").write_text(policy_text(stage.givens), encoding="utf-8")


def _play(stage: Stage, story: Story, act: Act) -> None:
    """Let one thing happen; facts wait for the next command, as they wait in the business's own books."""
    if stage.facts.take(act.text, act.on):
        return
    if act.text.startswith("policy "):
        stage.givens.append(Line(act.number, act.text))
        _write_policy(stage)
        return
    if act.text.startswith("bank through "):
        stage.bank_through, stage.is_bank_told = date.fromisoformat(act.text.split()[-1]), True
        stage.imported_through = None
        return
    _import(stage, act.on)
    result = _command(stage, act)
    only = stage.facts.customers[0] if len(stage.facts.customers) == 1 else ""
    _check(Outcome(result, only), act)


def _import(stage: Stage, on: date) -> None:
    """Import what has become known; bank data is complete through the day, unless the story says otherwise."""
    through = stage.bank_through if stage.is_bank_told else on
    is_known = stage.imported_through is not None and (through is None or through <= stage.imported_through)
    if is_known and not stage.facts.waiting:
        return
    files = stage.facts.write(stage.workspace)
    if not stage.is_bank_told or through is not None:
        stage.call("import", *files, "--bank-complete-through", through).ok()
    stage.imported_through = through


def _check(outcome: Outcome, act: Act) -> None:
    texts = [line.text for line in act.expectations]
    if outcome.result.exit_code != expected_exit(texts):
        raise StoryError(f"exit status {outcome.result.exit_code} was not expected\n{outcome.result}")
    for line in act.expectations:
        found = differences(line.text, outcome)
        if found:
            told = "\n".join([f"line {line.number}: {line.text}", *found])
            raise StoryError(f"{told}\nreasons\n{reasons(outcome)}\n{_said(outcome.result)}")


def _said(result: CliResult) -> str:
    return f"$ dunwell {' '.join(result.command)}\n{result.stderr}(exit status {result.exit_code})"


_COMMANDS = {
    "dry run": "run --dry-run --json",
    "approve": "letters approve --all --json",
    "sent": "letters sent --all --json",
    "why": "why --json",
    "worklist": "worklist",
}
"""Commands on the day; what follows the verb is added."""

_LISTS = {"letters": "letters list --json", "holds": "hold list --all --json", "dunwell": ""}
"""Commands without a day."""


def _command(stage: Stage, act: Act) -> CliResult:
    """Give the command that a line means."""
    if act.text == "run":
        return _run(stage, act.on)
    if act.text == "dry run":
        return _unchanged(stage, "dry run", *_COMMANDS["dry run"].split(), as_of=act.on)
    for verb in _COMMANDS.keys() | _LISTS.keys():
        if act.text == verb or act.text.startswith(f"{verb} "):
            more = shlex.split(act.text.removeprefix(verb))
            if verb == "letters" and more:
                more = ["--account", *more]
            words = (_COMMANDS | _LISTS)[verb].split()
            return stage.call(*words, *more, as_of=act.on if verb in _COMMANDS else None)
    if found := _BY_HAND.fullmatch(act.text):
        return _by_hand(stage, found, act.on)
    if act.text == "send":
        approved = stage.call(*_COMMANDS["approve"].split(), as_of=act.on)
        return stage.call(*_COMMANDS["sent"].split(), as_of=act.on) if approved.exit_code == 0 else approved
    if act.text.startswith("show "):
        return stage.call("letters", "show", _reference(stage, act.text.split()[1]))
    raise StoryError(f"nobody knows how to {act.text!r}")


def _by_hand(stage: Stage, found: re.Match[str], on: date) -> CliResult:
    """``cancel reminder of ACME because …`` cancels the latest letter of that step; ``place``, ``release`` a hold."""
    reason = ["--reason", found["reason"], "--json"]
    if found["verb"] != "cancel":
        return stage.call("hold", found["verb"], found["what"], *reason, as_of=on)
    return stage.call("letters", "cancel", _reference(stage, found["of"], found["what"]), *reason, as_of=on)


def _reference(stage: Stage, account: str, step: str = "") -> str:
    """Return the reference of an account's latest letter, or of its latest one of a step."""
    letters = stage.call(*_LISTS["letters"].split(), "--account", account).json()["letters"]
    references: list[str] = [letter["reference"] for letter in letters if step in ("", letter["step"])]
    if not references:
        raise StoryError(f"{account} has no letter {step}")
    return references[-1]


def _run(stage: Stage, on: date) -> CliResult:
    """Run dry, run, and run again: the first and the last write nothing, and all three decide the same."""
    dry = _unchanged(stage, "dry run", *_COMMANDS["dry run"].split(), as_of=on)
    result = stage.call("run", "--json", as_of=on)
    again = _unchanged(stage, "second run", "run", "--json", as_of=on)
    if result.exit_code != 2:
        _require_same("dry run", _decisions(dry), _decisions(result))
        _require_same("second run", _decisions(again), _decisions(result))
    return result


def _decisions(result: CliResult) -> dict[tuple[str, str], Any]:
    """What a run says of each account that it has anything to say about; a dry run knows of no proposed hold yet."""
    rows = {(row["account_number"], row["currency"]): row for row in result.json()["accounts"]}
    return {key: row for key, row in rows.items() if row["open_minor"] or row["action"] != "none"}


def _require_same(which: str, other: dict[tuple[str, str], Any], run: dict[tuple[str, str], Any]) -> None:
    for key in sorted(other.keys() | run.keys()):
        theirs, ours = other.get(key, {}), run.get(key, {})
        differing = sorted(name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name))
        if differing:
            told = [f"{name}: {theirs.get(name)} instead of {ours.get(name)}" for name in differing]
            raise StoryError(f"the {which} says otherwise than the run of {key[0]} {key[1]}: {'; '.join(told)}")


def _unchanged(stage: Stage, which: str, *words: object, as_of: date) -> CliResult:
    """Run a command that must not write."""
    before = _state(stage)
    result = stage.call(*words, as_of=as_of)
    if _state(stage) != before:
        raise StoryError(f"the {which} wrote to the database\n{_said(result)}")
    return result


def _state(stage: Stage) -> str:
    """Return everything in the database as a digest."""
    if stage.database:
        with psycopg.connect(stage.database) as server:
            content = str(server.execute(_EVERYTHING).fetchall())
    else:
        file = sqlite3.connect(stage.workspace / "dunwell.sqlite3")
        content = "\n".join(file.iterdump())
        file.close()
    return sha256(content.encode()).hexdigest()

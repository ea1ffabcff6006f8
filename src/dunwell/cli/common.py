"""What the commands share: the workspace, the as-of date, output as text or JSON, errors and exit status."""

import getpass
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click
from rich.console import Console

from dunwell.errors import (
    DunwellError,
    Problem,
    RateMissingError,
    RefusedError,
    RenderError,
    UsageError,
    WorkspaceError,
)
from dunwell.money import format_plain
from dunwell.runs.desk import Desk
from dunwell.runs.rules import read_rules
from dunwell.store.workspace import Workspace, open_workspace

P = ParamSpec("P")

EXIT_DONE = 0
EXIT_PROBLEMS = 1
EXIT_NOTHING_DONE = 2
PROBLEMS_SHOWN_MAX = 50
DAYS_AHEAD_MAX = 366
"""So many days ahead of today a business date may lie, to look at or to practise."""
WORKSPACE_VARIABLE = "DUNWELL_WORKSPACE"

_ERROR_KINDS: Mapping[type[DunwellError], str] = {
    UsageError: "usage",
    WorkspaceError: "workspace",
    RefusedError: "refused",
    RateMissingError: "rate_missing",
    RenderError: "render",
}
"""What an error is called in JSON."""

console = Console(soft_wrap=True, highlight=False)


_ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Python itself also reads weeks, and days without hyphens."""


class DateType(click.ParamType[date]):
    """A date written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the date, or fail with an example."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value if _ISO_DAY.fullmatch(value) else "")
        except ValueError:
            self.fail(f"{value!r} is no date; write it like 2026-11-22.", param, ctx)


DATE = DateType()

workspace_option = click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    help=f"The workspace folder; else ${WORKSPACE_VARIABLE}, else the current folder.",
)
as_of_option = click.option("--as-of", type=DATE, help="The business date; today in the creditor's time zone.")
json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    is_eager=True,  # so that an option that asks knows it
    help="Print one JSON object.",
)
by_option = click.option("--by", help="Who decides; your user name by default.")


def because(help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option of a reason that must be given: one of blanks is none, and a person is asked for it."""
    return click.option("--reason", callback=_reason, help=f"{help_text} Required; asked for at a terminal.")


def _reason(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    if value is None:
        if not may_ask(as_json=bool(ctx.params.get("as_json"))):
            raise click.MissingParameter(ctx=ctx, param=param)
        value = str(click.prompt("Why", type=str))
    if not value.strip():
        raise click.BadParameter("it is empty; say why.")
    return value.strip()


def may_ask(*, as_json: bool) -> bool:
    """Tell whether a person sits at the terminal who can be asked; a script is told what it lacks."""
    return not as_json and sys.stdin.isatty() and sys.stdout.isatty()


def command_errors(function: Callable[P, int | None]) -> Callable[P, None]:
    """Turn the program's own errors into a message and exit status 2, and a returned status into the exit status.

    With ``--json`` the error is an object on standard output as well, so that a script reads one in every case.
    """

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = function(*args, **kwargs)
        except DunwellError as error:
            if kwargs.get("as_json"):
                print_error(_ERROR_KINDS.get(type(error), "error"), str(error))
            click.echo(f"dunwell: {error}", err=True)
            sys.exit(EXIT_NOTHING_DONE)
        sys.exit(status or EXIT_DONE)

    return guarded


def workspace_at(path: Path | None) -> Workspace:
    """Open the workspace that was asked for."""
    return open_workspace(path or Path(os.environ.get(WORKSPACE_VARIABLE) or "."))


def today(workspace: Workspace) -> date:
    """Return the business date of now, in the creditor's time zone."""
    return datetime.now(workspace.time_zone).date()


def business_day(workspace: Workspace, as_of: date | None) -> date:
    """Return the day that was asked for, or today.

    Raises ``UsageError`` for one far ahead: what is recorded for a mistyped year would stand in the way of every day
    before it, since nothing is moved on a day before its last move and no run is recorded before the latest one.
    """
    now = today(workspace)
    if as_of is not None and as_of > now + timedelta(days=DAYS_AHEAD_MAX):
        raise UsageError(f"{as_of} lies more than a year after today, {now}; write the day you mean.")
    return as_of or now


def reading_desk(path: Path | None, as_of: date | None) -> Desk:
    """Open a workspace for somebody who only looks, as far ahead as they like."""
    workspace = workspace_at(path)
    day = as_of or today(workspace)
    return Desk(workspace, read_rules(workspace, day), day, user_name())


def desk_at(path: Path | None, as_of: date | None, by: str | None) -> Desk:
    """Open a workspace for somebody who decides."""
    workspace = workspace_at(path)
    day = business_day(workspace, as_of)
    return Desk(workspace, read_rules(workspace, day), day, named(by))


def named(by: str | None) -> str:
    """Return who decides: the name given, without blanks around it, else who sits at the keyboard."""
    return (by or "").strip() or user_name()


def user_name() -> str:
    """Return who sits at the keyboard, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object; amounts are minor units, dates ISO."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def print_error(kind: str, message: str) -> None:
    """Print why nothing was done as a JSON object: ``kind`` is for programs, ``message`` for people."""
    print_json({"error": {"kind": kind, "message": message}})


def print_problems(problems: Iterable[Problem], title: str) -> None:
    """List problems on standard error, all of them up to a limit that is named."""
    listed = list(problems)
    if not listed:
        return
    click.echo(f"{title} ({len(listed)}):", err=True)
    for problem in listed[:PROBLEMS_SHOWN_MAX]:
        click.echo(f"  {problem}", err=True)
    if len(listed) > PROBLEMS_SHOWN_MAX:
        click.echo(f"  … and {len(listed) - PROBLEMS_SHOWN_MAX} more; --json lists all.", err=True)


def amount(minor: int, currency: str) -> str:
    """Write an amount for a person: grouped thousands, the currency's decimals."""
    whole, _, decimals = format_plain(abs(minor), currency).partition(".")
    grouped = f"{int(whole):,}" + (f".{decimals}" if decimals else "")
    return f"{'-' if minor < 0 else ''}{grouped} {currency}"


def plural(number: int, noun: str, many: str = "") -> str:
    """Count something in English."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"

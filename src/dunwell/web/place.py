"""Which workspace this server shows, and what day it is there."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dunwell.errors import DunwellError
from dunwell.runs.desk import Desk
from dunwell.runs.rules import read_rules
from dunwell.store.workspace import Workspace, read_workspace
from dunwell.web.languages import manner

SETTINGS_FILE = "dunwell.toml"


class NoWorkspaceError(DunwellError):
    """The server was asked for a screen before it was told which workspace to show."""


@dataclass(slots=True)
class _Place:
    """A process serves one workspace. ``fixed_on`` is the business date of a demo; ``None``: the clock's."""

    path: Path | None = None
    fixed_on: date | None = None
    workspace: Workspace | None = None
    read_at_ns: int = 0


_here = _Place()


def serve_workspace(path: Path, fixed_on: date | None = None) -> None:
    """Show this workspace from now on; with ``fixed_on`` always on that business date (demo, training)."""
    _here.path, _here.fixed_on, _here.workspace, _here.read_at_ns = path.resolve(), fixed_on, None, 0


def workspace() -> Workspace:
    """Return the workspace with its settings as they are in the file now."""
    if _here.path is None:
        raise NoWorkspaceError("No workspace is being served.")
    changed_at_ns = (_here.path / SETTINGS_FILE).stat().st_mtime_ns
    if _here.workspace is None or changed_at_ns != _here.read_at_ns:
        _here.workspace, _here.read_at_ns = read_workspace(_here.path), changed_at_ns
    return _here.workspace


def today() -> date:
    """Return the business date: the fixed one, else today in the creditor's time zone (product §1)."""
    return _here.fixed_on or datetime.now(workspace().time_zone).date()


def is_fixed() -> bool:
    """Tell whether the business date stands still."""
    return _here.fixed_on is not None


def desk_for(name: str) -> Desk:
    """Return the desk of a signed-in person. Raises ``WorkspaceError`` when the policy cannot be read."""
    opened, on = workspace(), today()
    return Desk(opened, read_rules(opened, on), on, name, manner())

"""The real command line, as a person or a script runs it, for tests."""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.support.warm import Job, Warm

SECONDS_MAX = 300
IS_COLD = bool(os.environ.get("DUNWELL_COLD"))
"""Whether every command starts anew by the installed script; otherwise from a process that has read the program."""
FORKS = sys.platform == "linux"

_forking, _staying = Warm(), Warm("stay")
atexit.register(_forking.close)
atexit.register(_staying.close)


@dataclass(frozen=True)
class CliResult:
    """What one run of ``dunwell`` gave."""

    command: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        """Return what ``--json`` printed; a test that asks for JSON and gets none shows the whole output."""
        try:
            return json.loads(self.stdout)
        except json.JSONDecodeError as error:
            raise AssertionError(f"no JSON was printed\n{self}") from error

    def ok(self) -> "CliResult":
        """Return itself when the command ended with 0, else fail with all that it printed."""
        assert self.exit_code == 0, str(self)
        return self

    def __str__(self) -> str:
        """Show the call as in a terminal, so that a failed test explains itself."""
        return f"$ dunwell {' '.join(self.command)}\n{self.stdout}{self.stderr}(exit status {self.exit_code})"


@dataclass(frozen=True)
class CommandLine:
    """Runs ``dunwell`` from a folder, in a process of its own; with ``stays`` one process runs all commands."""

    folder: Path
    stays: bool = False

    def __call__(
        self,
        *arguments: object,
        workspace: Path | None = None,
        as_of: date | str | None = None,
        environment: dict[str, str] | None = None,
    ) -> CliResult:
        """Run one command and return what it printed and its exit status.

        ``workspace`` is passed as ``DUNWELL_WORKSPACE`` and ``as_of`` as ``--as-of``; the command starts in
        an empty folder, never in the checkout.
        """
        words = [str(argument) for argument in arguments]
        if as_of is not None:
            words += ["--as-of", str(as_of)]
        place = _environment(workspace)
        if environment or IS_COLD or not (FORKS or self.stays):
            return _cold(words, self.folder, place | (environment or {}))
        return _warm(_staying if self.stays else _forking, words, self.folder, place)


def _warm(process: Warm, words: list[str], folder: Path, environment: dict[str, str]) -> CliResult:
    """Run one command by a process that has read the program."""
    with tempfile.TemporaryDirectory() as kept:
        stdout, stderr = Path(kept, "stdout"), Path(kept, "stderr")
        exit_code = process.run(Job(words, str(folder), environment, str(stdout), str(stderr)))
        return CliResult(tuple(words), exit_code, stdout.read_text("utf-8"), stderr.read_text("utf-8"))


def _cold(words: list[str], folder: Path, environment: dict[str, str]) -> CliResult:
    """Run one command by the installed script."""
    done = subprocess.run(
        [str(executable()), *words],
        check=False,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=SECONDS_MAX,
        cwd=folder,
        env=environment,
    )
    return CliResult(tuple(words), done.returncode, done.stdout, done.stderr)


def executable() -> Path:
    """Return the installed console script that belongs to the running interpreter."""
    return Path(sys.executable).parent / "dunwell"


def _environment(workspace: Path | None) -> dict[str, str]:
    """Return the caller's environment without its Dunwell settings; UTF-8, 100 columns, no colours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DUNWELL_")}
    fixed = {"PYTHONUTF8": "1", "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    place = {"DUNWELL_WORKSPACE": str(workspace)} if workspace else {}
    return kept | fixed | place

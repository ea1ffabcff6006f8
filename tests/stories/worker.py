"""The command line of a story: one process that runs one command after another.

Starting Python costs more than most commands. So a process is started once, and each command goes through the same
``dunwell.cli.main`` as the installed script, with its own arguments, output and exit status.
"""

import json
import os
import subprocess
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from dunwell.cli import main
from tests.support.command_line import CliResult, _environment

_REPOSITORY = Path(__file__).resolve().parents[2]


class Worker:
    """Called like ``tests.support.command_line.CommandLine``; started by the first command."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def __call__(self, *arguments: object, workspace: Path | None = None, as_of: date | str | None = None) -> CliResult:
        """Run one command and return what it printed and its exit status."""
        words = [str(argument) for argument in arguments]
        if as_of is not None:
            words += ["--as-of", str(as_of)]
        answer = self._ask({"words": words, "workspace": str(workspace) if workspace else None})
        return CliResult(tuple(words), answer["exit_code"], answer["stdout"], answer["stderr"])

    def _ask(self, call: dict[str, Any]) -> dict[str, Any]:
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(call) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, "the worker ended; what it said is above"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.stories.worker"],
            cwd=self._folder,
            env=_environment(None) | {"PYTHONPATH": f"{_REPOSITORY}{os.pathsep}{_REPOSITORY / 'src'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()


def _serve() -> None:
    runner, answers = CliRunner(), sys.stdout
    for line in sys.stdin:
        call = json.loads(line)
        done = runner.invoke(main, call["words"], env={"DUNWELL_WORKSPACE": call["workspace"]}, prog_name="dunwell")
        failure = _traceback(done.exception)
        answer = {"exit_code": done.exit_code, "stdout": done.stdout, "stderr": done.stderr + failure}
        print(json.dumps(answer), file=answers, flush=True)


def _traceback(exception: BaseException | None) -> str:
    """Return what a mistake in the program would have printed; leaving with a status is none."""
    is_mistake = exception is not None and not isinstance(exception, SystemExit)
    return "".join(traceback.format_exception(exception)) if is_mistake and exception else ""


if __name__ == "__main__":
    _serve()

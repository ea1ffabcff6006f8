"""Commands in processes of their own that are there at once: the server of ``tests.store.killing``, from outside."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.support.command_line import CliResult


@dataclass(frozen=True)
class Processes:
    """Does jobs; called like ``tests.support.command_line.CommandLine``, it runs a command."""

    server: subprocess.Popen[str]

    def ask(self, workspace: Path, **job: Any) -> dict[str, Any]:
        """Have a job done in a process of its own."""
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(json.dumps({"workspace": str(workspace), **job}) + "\n")
        self.server.stdin.flush()
        answer: dict[str, Any] = json.loads(self.server.stdout.readline())
        assert "failure" not in answer, answer["failure"]
        return answer

    def __call__(self, *arguments: object, workspace: Path, as_of: date | str | None = None) -> CliResult:
        """Run one command and return what it printed and its exit status."""
        words = [*(str(argument) for argument in arguments), *(["--as-of", str(as_of)] if as_of else [])]
        done = self.ask(workspace, command=words)
        return CliResult(tuple(words), done["status"], done["said"], done["errors"])


@contextmanager
def running_processes() -> Iterator[Processes]:
    """Start the server, and end it by closing its input."""
    command = [sys.executable, "-m", "tests.store.killing"]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as server:
        yield Processes(server)
        assert server.stdin is not None
        server.stdin.close()
        server.wait(30)

"""Starts ``dunwell`` from a process that has read the libraries already: most of a short command is reading them.

Run as a program it is that process: it takes one job a line on standard input, forks, and the child runs the same
``dunwell.cli:main`` as the installed script, with its own environment, folder, arguments and files for its output.
Nothing of Dunwell's state is shared: Django is not configured, no engine has started, no database is open before
the fork, and each child ends like any other process.
"""

import json
import os
import pkgutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PURE_ROOMS = ("law", "policy", "ledger", "assess", "letters")
LIBRARIES = (
    "django.contrib.auth.hashers",
    "django.core.management",
    "django.core.serializers.json",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.db.models",
    "django.urls",
    "lxml.etree",
    "polars",
    "psycopg",
    "rapidfuzz",
    "rich.progress",
    "rich.table",
)


@dataclass(frozen=True)
class Job:
    """One command to run: the words after ``dunwell``, where, with which environment, and where its output goes."""

    words: list[str]
    folder: str
    environment: dict[str, str]
    stdout: str
    stderr: str


class Warm:
    """The forking process, started when it is first asked for, ended with the test run."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen[str] | None = None

    def run(self, job: Job) -> int:
        """Run one command to its end and return its exit status, negative for the signal that ended it."""
        process = self._started(job.environment)
        requests, answers = _pipes(process)
        requests.write(json.dumps(asdict(job)) + "\n")
        requests.flush()
        answer = answers.readline()
        assert answer, "the process that starts the commands has died"
        return int(answer)

    def close(self) -> None:
        """End the forking process: it ends when there is nothing more to read."""
        if self._process is not None:
            self._process.communicate()

    def _started(self, environment: dict[str, str]) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.warm"],
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def main() -> None:
    """Read the libraries, then fork for each job and answer with its exit status."""
    _read_libraries()
    for line in sys.stdin:
        job = Job(**json.loads(line))
        child = os.fork()
        if child == 0:
            _become(job)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _read_libraries() -> None:
    """Import what a command needs and may be imported before Django is configured."""
    for name in LIBRARIES:
        import_module(name)
    for room in PURE_ROOMS:
        package = import_module(f"dunwell.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(found.name)


def _become(job: Job) -> NoReturn:
    """Turn the child into the command: folder, environment, files, arguments; then run it and end as it ends."""
    os.chdir(job.folder)
    os.environ.clear()
    os.environ.update(job.environment)
    for path, descriptor in ((os.devnull, 0), (job.stdout, 1), (job.stderr, 2)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = ["dunwell", *job.words]
    command = import_module("dunwell.cli").main
    sys.exit(command())


if __name__ == "__main__":
    main()

"""Runs ``dunwell`` in a process that has read the program already: most of a short command is reading it.

Run as a program it is that process: it takes one job a line on standard input and runs the same ``dunwell.cli:main``
as the installed script, with the job's environment, folder, arguments and files for its output.

For each job it forks. Nothing of Dunwell's state is shared: no workspace is open, no engine has started, no database
is connected before the fork. What was read stays out of the child's garbage collection, and the child ends without
taking it apart: either would copy most of the memory that it shares with its parent.

With ``stay`` it forks nothing and runs one command after another itself, for the many commands of a story.
"""

import gc
import json
import multiprocessing
import os
import pkgutil
import subprocess
import sys
import traceback
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

REPOSITORY = Path(__file__).resolve().parent.parent.parent
ROOMS = ("law", "policy", "ledger", "assess", "letters", "store", "casework", "sources", "delivery", "runs", "cli")
"""All but the screens, which a command reads when it serves them."""
LIBRARIES = ("psycopg", "django.db.backends.postgresql.base", "django.db.migrations.executor", "rich.progress")
"""What the rooms read only when it is needed."""
_FORKING = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Job:
    """One command to run: the words after ``dunwell``, where, with which environment, and where its output goes."""

    words: list[str]
    folder: str
    environment: dict[str, str]
    stdout: str
    stderr: str


class Warm:
    """The process, started when it is first asked for, ended with the test run."""

    def __init__(self, *options: str) -> None:
        """Start nothing yet; ``Warm("stay")`` will run its commands itself."""
        self._options = options
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
        """End the process: it ends when there is nothing more to read."""
        if self._process is not None:
            self._process.communicate()

    def _started(self, environment: dict[str, str]) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.warm", *self._options],
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
    """Read the program, then run each job and answer with its exit status; a job gets neither jobs nor answers."""
    with os.fdopen(os.dup(0), encoding="utf-8") as jobs, os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        _redirect({os.devnull: 0})
        _read_program()
        run = _run_here if "stay" in sys.argv[1:] else _run_in_child
        for line in jobs:
            print(run(Job(**json.loads(line))), file=answers, flush=True)


def _read_program() -> None:
    """Import every room that a command may need, and what the rooms import late."""
    for name in LIBRARIES:
        import_module(name)
    for room in ROOMS:
        package = import_module(f"dunwell.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations." not in found.name:
                import_module(found.name)
    gc.collect()
    gc.freeze()


def _run_in_child(job: Job) -> int | None:
    child = _FORKING.Process(target=_become, args=(job,))
    child.start()
    child.join()
    return child.exitcode


def _run_here(job: Job) -> int:
    """Run a job as a process of its own would end: leaving with a status, or with what went wrong."""
    status = 1
    try:
        _become(job)
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return status


def _become(job: Job) -> NoReturn:
    """Turn this process into the command: folder, environment, files, arguments; then run it."""
    os.chdir(job.folder)
    os.environ.clear()
    os.environ.update(job.environment)
    _redirect({job.stdout: 1, job.stderr: 2})
    sys.argv = ["dunwell", *job.words]
    sys.exit(import_module("dunwell.cli").main())


def _redirect(files: dict[str, int]) -> None:
    for path, descriptor in files.items():
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)


if __name__ == "__main__":
    main()

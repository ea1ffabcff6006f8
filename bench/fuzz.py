"""Fuzz the parsers: damaged files by the thousand, each with a limit on time and memory; every failure can be replayed.

    python -m bench.fuzz                                   every parser, 1,000 files each
    python -m bench.fuzz bank.camt bank.mt940 --files 100000 --seed 7
    python -m bench.fuzz bank.camt --seed 7 --only 4711    one file again, with its traceback
    python -m bench.fuzz bank.mt940 bank.coda --engine atheris --seconds-total 90    guided (bench.fuzz_guided)

A file fails when it raises, takes more than ``--seconds`` of CPU time, raises the process's memory by more than
``--megabytes``, or gives an answer that cannot be right (``fuzz_parsers.outcome_of``). Workers run apart, so that a
parser that hangs or dies costs one file. Failing files are kept in the folder named at the end.
"""

import argparse
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from bench.fuzz_mutations import damaged
from bench.fuzz_parsers import Outcome, Parser, parsers
from bench.measure import print_table, say

_WATCH_SECONDS = 1.0
_HANG_FACTOR = 30
"""A worker whose file takes this many times the limit in wall time is stopped: the machine may be shared."""
_ADDRESS_BYTES = 16 << 30
_REPORT_FILES = 100
_SAID_FILES = 10_000
_WARM_FILES = 200
"""Memory is counted from here on: caches and libraries are loaded then."""


class TooSlowError(Exception):
    """A file took more CPU time than it may."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one file may take."""

    seconds: float
    megabytes: int


@dataclass(slots=True)
class Tally:
    """What came of the files of one parser so far."""

    parser: str
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[int]] = field(default_factory=dict)
    slowest: float = 0.0
    peak_megabytes: int = 0
    cpu_seconds: float = 0.0

    def failed(self, what: str, number: int) -> None:
        """Count a failure by what it is."""
        self.failures.setdefault(what, []).append(number)

    @property
    def files(self) -> int:
        """How many files were tried."""
        return sum(self.outcomes.values())


def file_number(parser: Parser, seed: int, number: int) -> bytes:
    """Return the file of a number: the same for the same parser, seed and seed files."""
    return damaged(random.Random(f"{parser.name}:{seed}:{number}"), parser.seeds, parser.cumulative)


def tried(parser: Parser, data: bytes, bounds: Bounds) -> tuple[Outcome, float]:
    """Read one file within its bounds; return what came of it and the CPU seconds it took."""
    signal.signal(signal.SIGVTALRM, _too_slow)
    signal.setitimer(signal.ITIMER_VIRTUAL, bounds.seconds)
    before, began = _peak_megabytes(), time.process_time()
    try:
        outcome = parser.call(data)
    except Exception as error:
        outcome = Outcome("crashed", (_brief(error),))
    except BaseException as error:
        outcome = Outcome("crashed", (f"panic {_brief(error)}",))
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    took, grew = time.process_time() - began, _peak_megabytes() - before
    faults = [*outcome.faults]
    if took > bounds.seconds and outcome.kind != "crashed":
        faults.append(f"more than {bounds.seconds:g} s of CPU time")
    if grew > bounds.megabytes:
        faults.append(f"more than {bounds.megabytes} MB of memory")
    return Outcome(outcome.kind, tuple(faults)), took


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def _brief(error: BaseException) -> str:
    """Name an error by its kind and the lines of ours it came from, so that one mistake counts as one."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "dunwell" in f.filename or "bench" in f.filename]
    places = " < ".join(f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}" for frame in frames[:-4:-1])
    return f"{type(error).__name__} at {places}: {str(error)[:120]}"


def _peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@dataclass(frozen=True, slots=True)
class _Task:
    name: str
    seed: int
    first: int
    last: int
    bounds: Bounds


def _work(task: _Task, at: Any, tell: Connection) -> None:
    """Try the files of a task, in a process of its own; tell of the outcomes in groups and of failures at once."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_BYTES, _ADDRESS_BYTES))
    parser = parsers()[task.name]()
    counts: Counter[str] = Counter()
    slowest = 0.0
    for number in range(task.first, task.last):
        at.value = number
        outcome, took = tried(parser, file_number(parser, task.seed, number), _warm(task, number))
        counts[outcome.kind] += 1
        slowest = max(slowest, took)
        for fault in outcome.faults:
            tell.send(("failed", fault, number))
        if number % _REPORT_FILES == 0:
            tell.send(("counts", counts, (slowest, _peak_megabytes(), _cpu_seconds())))
            counts = Counter()
    tell.send(("counts", counts, (slowest, _peak_megabytes(), _cpu_seconds())))


def _cpu_seconds() -> float:
    """Return the CPU time of this process and of the children it has waited for."""
    return sum(os.times()[:4])


def _warm(task: _Task, number: int) -> Bounds:
    return (
        task.bounds
        if number - task.first >= _WARM_FILES
        else Bounds(task.bounds.seconds * 3, task.bounds.megabytes * 3)
    )


def fuzzed(name: str, files: int, seed: int, bounds: Bounds, seconds_total: float) -> Tally:
    """Try ``files`` files, or as many as ``seconds_total`` of wall time allow (0: all); restart what hangs or dies."""
    tally, first, began = Tally(name), 0, time.monotonic()
    while first < files and not _is_over(began, seconds_total):
        first = _one_worker(tally, _Task(name, seed, first, files, bounds), began, seconds_total)
    return tally


def _is_over(began: float, seconds_total: float) -> bool:
    return bool(seconds_total) and time.monotonic() - began > seconds_total


def _one_worker(tally: Tally, task: _Task, began: float, seconds_total: float) -> int:
    """Watch one worker until it is done, hangs, dies or time is over; return the number of the file to go on with."""
    spawn = multiprocessing.get_context("spawn")
    at = spawn.Value("q", task.first)
    listen, tell = spawn.Pipe(duplex=False)
    worker = spawn.Process(target=_work, args=(task, at, tell), daemon=True)
    worker.start()
    tell.close()
    seen, since, cpu_before = -1, time.monotonic(), tally.cpu_seconds
    while _listen(tally, listen, cpu_before):
        if at.value != seen:
            seen, since = at.value, time.monotonic()
        elif time.monotonic() - since > task.bounds.seconds * _HANG_FACTOR and worker.is_alive():
            worker.kill()
            tally.failed("hangs", at.value)
            tally.outcomes["crashed"] += 1
            worker.join()
            return int(at.value) + 1
        if _is_over(began, seconds_total):
            worker.terminate()
            worker.join()
            return task.last
    worker.join()
    if worker.exitcode:
        tally.failed(f"the process died ({worker.exitcode})", at.value)
        tally.outcomes["crashed"] += 1
        return int(at.value) + 1
    return task.last


def _listen(tally: Tally, listen: Connection, cpu_before: float) -> bool:
    """Take what a worker tells for a while; ``False``: it has ended and will tell no more."""
    try:
        if listen.poll(_WATCH_SECONDS):
            what, said, more = listen.recv()
            if what == "failed":
                if said not in tally.failures:
                    say(f"{tally.parser} file {more}: {said}")
                tally.failed(said, more)
                return True
            before = tally.files
            tally.outcomes.update(said)
            if tally.files // _SAID_FILES > before // _SAID_FILES:
                say(f"{tally.parser} {tally.files:,} files")
            tally.slowest, tally.peak_megabytes = max(tally.slowest, more[0]), max(tally.peak_megabytes, more[1])
            tally.cpu_seconds = cpu_before + more[2]
    except EOFError:
        return False
    return True


def _replay(name: str, seed: int, number: int) -> int:
    parser = parsers()[name]()
    data = file_number(parser, seed, number)
    path = Path(tempfile.gettempdir()) / f"{name}-{seed}-{number}"
    path.write_bytes(data)
    say(f"{len(data):,} bytes, kept as {path}")
    print(parser.call(data))
    return 0


def _guided(names: list[str], seconds_total: float, seed: int, bounds: Bounds) -> int:
    """Let atheris choose the damage by the code it reaches, a process for each parser (``bench.fuzz_guided``)."""
    status = 0
    for name in names:
        say(f"{name}, guided")
        options = ["--seed", str(seed), "--seconds-total", str(int(seconds_total) or 60)]
        limits = ["--seconds", str(int(bounds.seconds)), "--megabytes", str(bounds.megabytes * 8)]
        done = subprocess.run([sys.executable, "-m", "bench.fuzz_guided", name, *options, *limits], check=False)
        status = status or done.returncode
    return status


def _failing(tallies: list[Tally], seed: int) -> Iterator[str]:
    for tally in tallies:
        for what, numbers in sorted(tally.failures.items(), key=lambda item: item[1][0]):
            replay = f"python -m bench.fuzz {tally.parser} --seed {seed} --only {numbers[0]}"
            yield f"{tally.parser}: {what} ({len(numbers)} files). Again: `{replay}`"


def _row(tally: Tally) -> list[str]:
    counts = [f"{tally.outcomes[kind]:,}" for kind in ("read", "partly", "refused", "crashed")]
    per_second = tally.files / tally.cpu_seconds if tally.cpu_seconds else 0
    peak = f"{tally.peak_megabytes:,}"
    failed = sum(len(numbers) for numbers in tally.failures.values())
    return [tally.parser, f"{tally.files:,}", *counts, f"{failed:,}", f"{tally.slowest:.2f}", peak, f"{per_second:.0f}"]


def main() -> int:
    """Read the command line and fuzz."""
    known = parsers()
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("parsers", nargs="*", metavar="PARSER", help=f"any of {', '.join(known)}; all by default")
    command.add_argument("--files", type=int, default=1_000, help="files for each parser")
    command.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    command.add_argument("--seconds", type=float, default=5.0, help="CPU time that one file may take")
    command.add_argument("--megabytes", type=int, default=256, help="by how much one file may raise the peak of memory")
    command.add_argument("--seconds-total", type=float, default=0, help="wall time for each parser; 0: no limit")
    command.add_argument("--only", type=int, help="read this file alone and show what it does")
    command.add_argument("--engine", choices=("random", "atheris"), default="random")
    given = command.parse_args()
    chosen = given.parsers or list(known)
    if unknown := [name for name in chosen if name not in known]:
        command.error(f"there is no parser {unknown[0]}; there are {', '.join(known)}")
    say(f"seed {given.seed}")
    bounds = Bounds(given.seconds, given.megabytes)
    if given.only is not None:
        return _replay(chosen[0], given.seed, given.only)
    if given.engine == "atheris":
        return _guided(chosen, given.seconds_total, given.seed, bounds)
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    tallies = []
    for name in chosen:
        tallies.append(fuzzed(name, given.files, given.seed, bounds, given.seconds_total))
        say(" ".join(_row(tallies[-1])))
    head = [
        "parser",
        "files",
        "read",
        "partly",
        "refused",
        "crashed",
        "failed",
        "slowest s",
        "peak MB",
        "files per CPU s",
    ]
    notes = [*_failing(tallies, given.seed)] or ["No file failed."]
    print_table(f"Damaged files, seed {given.seed}", head, [_row(tally) for tally in tallies], notes)
    return 1 if any(tally.failures for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())

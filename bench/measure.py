"""What all benchmarks share: CPU and wall time, memory, a fresh process per measurement, and the table at the end.

The figure to trust is CPU time (user + system, of the process and of the children it waited for): a machine that
is shared makes wall time longer at once and CPU time only a little. Ratios of one run are worth more than seconds.
"""

import gc
import multiprocessing
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
"""Written to ``clear_refs``, it makes the peak of memory start anew (Linux, proc(5))."""


@dataclass(slots=True)
class Usage:
    """What a block took; filled when the block ends."""

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0


def cpu_seconds() -> float:
    """User and system time of this process and of the children it has waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


@contextmanager
def measured() -> Iterator[Usage]:
    """Measure a block."""
    usage = Usage()
    cpu, wall = cpu_seconds(), time.perf_counter()
    yield usage
    usage.cpu_seconds, usage.wall_seconds = cpu_seconds() - cpu, time.perf_counter() - wall


def median_of(usages: Sequence[Usage]) -> Usage:
    """The median of CPU and of wall time, each for itself."""
    return Usage(median(one.cpu_seconds for one in usages), median(one.wall_seconds for one in usages))


@contextmanager
def peak_bytes() -> Iterator[list[int]]:
    """Measure by how much the memory in use rises above its state before the block, at the highest (bytes).

    Without Linux's counters the list stays empty: a peak that cannot be set back says nothing of a block.
    """
    gc.collect()
    found: list[int] = []
    before = _resident("VmRSS")
    if before is not None:
        _CLEAR_REFS.write_text(_RESET_PEAK)
    yield found
    peak = _resident("VmHWM")
    if before is not None and peak is not None:
        found.append(peak - before)


def resident_bytes() -> int | None:
    """Memory in use now."""
    return _resident("VmRSS")


def _resident(field: str) -> int | None:
    if not _STATUS.is_file() or not os.access(_CLEAR_REFS, os.W_OK):
        return None
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024


def in_fresh_process(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function of a module in a new interpreter, so that nothing is warm, shared or left over."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, args, kwargs)


def say(text: str) -> None:
    """Print progress on standard error, so that standard output is the table alone."""
    print(f"... {text}", file=sys.stderr, flush=True)


def machine() -> str:
    """Day, machine and load, for the line above a table."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    day = datetime.now(UTC).date().isoformat()
    return (
        f"{day}; {platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python "
        f"{platform.python_version()}; load of the last 1, 5, 15 minutes: {load}"
    )


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> None:
    """Print a Markdown table with its title above and its notes below; the first column is text, the rest numbers."""
    widths = [max(len(row[index]) for row in (head, *rows)) for index in range(len(head))]
    print(f"\n### {title}\n\n{machine()}\n")
    print(_line(head, widths))
    print("|" + "|".join("-" * (width + 1) + (":" if index else "-") for index, width in enumerate(widths)) + "|")
    for row in rows:
        print(_line(row, widths))
    for note in notes:
        print(f"\n- {note}" if note is notes[0] else f"- {note}")
    sys.stdout.flush()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if index else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "| " + " | ".join(padded) + " |"

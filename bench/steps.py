"""Where the CPU time of a call goes: by named function, and by line.

Both use the CPU clock of the whole process instead of the wall clock: while the caller waits, the time of Polars'
threads is counted where it was asked for. A lazy frame costs where it is collected; of a chain over several lines,
the line that began it or its last one is named.
"""

import cProfile
import pstats
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import PurePath
from types import FrameType
from typing import Any

ROWS_MAX = 20
_ROOM = "dunwell"

Steps = list[tuple[str, float, float]]
"""Name, CPU seconds, share of the whole; costliest first."""


def cpu_by_function(work: Callable[[], object]) -> Steps:
    """CPU time of our own functions with what they call."""
    profile = cProfile.Profile(time.process_time)
    profile.runcall(work)
    stats: dict[tuple[str, int, str], Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    own = {_function(file, name): value[3] for (file, _, name), value in stats.items() if _is_ours(file)}
    return _ranked(own)


def cpu_by_line(work: Callable[[], object]) -> Steps:
    """CPU time of our own lines, each without the lines of ours that it calls."""
    clock = _LineClock()
    sys.settrace(clock.on_event)
    try:
        work()
    finally:
        sys.settrace(None)
    return _ranked(clock.seconds)


class _LineClock:
    """Gives the time since the last event to the line of ours that was running."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._line = "elsewhere"
        self._since = time.process_time()

    def on_event(self, frame: FrameType, event: str, _arg: object) -> Any:
        if not _is_ours(frame.f_code.co_filename):
            return None
        now = time.process_time()
        self.seconds[self._line] += now - self._since
        self._line = _line_of_ours(frame.f_back if event == "return" else frame)
        self._since = time.process_time()
        return self.on_event


def _line_of_ours(frame: FrameType | None) -> str:
    while frame is not None and not _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return "elsewhere"
    return f"{_function(frame.f_code.co_filename, frame.f_code.co_name)}:{frame.f_lineno}"


def _function(file: str, name: str) -> str:
    return f"{PurePath(file).stem}.{name}"


def _is_ours(file: str) -> bool:
    return _ROOM in PurePath(file).parts


def _ranked(seconds: dict[str, float]) -> Steps:
    whole = sum(seconds.values()) if "engine.assess" not in seconds else seconds["engine.assess"]
    return [(name, value, value / whole) for name, value in sorted(seconds.items(), key=lambda row: -row[1])][:ROWS_MAX]

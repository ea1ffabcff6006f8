"""The reader of workbooks for the fuzzer: in a process of its own, as in Dunwell, but one for many files.

Dunwell starts an interpreter for every workbook, because its reader gives up the process on some damaged files. Here
the process is a fork that goes on to the next file, under the same limit of memory, until a file ends it.
"""

import io
import json
import os
import struct
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from dunwell.sources import spreadsheets

_SIZE = struct.Struct("<Q")
_ENDED = 2
_FILES_MAX = 1_000
"""After so many files a process is ended, so that its CPU time counts as that of a child."""


@dataclass(slots=True)
class _Child:
    """A process that reads workbooks, and the pipes to it."""

    pid: int
    ask: BinaryIO
    answer: BinaryIO
    files: int = 0


def reader(sheet_bytes_max: int) -> Callable[[bytes], dict[str, Any] | None]:
    """Return a function that reads a workbook as ``spreadsheets.answer_of`` does; ``None``: it is damaged."""
    kept: list[_Child] = []

    def read(data: bytes) -> dict[str, Any] | None:
        child = kept.pop() if kept else _forked(sheet_bytes_max)
        told = _asked(child, data)
        child.files += 1
        kept.append(child)
        if told is None or child.files == _FILES_MAX:
            _end(kept)
        return told if told is not None and told["is_read"] else None

    weakref.finalize(read, _end, kept)
    return read


def _end(kept: list[_Child]) -> None:
    """Let the process go, if there is one."""
    while kept:
        child = kept.pop()
        with suppress(BrokenPipeError):
            child.ask.close()
        child.answer.close()
        os.waitpid(child.pid, 0)


def _asked(child: _Child, data: bytes) -> dict[str, Any] | None:
    """Hand a file over and take the answer; ``None``: the process ended over it."""
    try:
        child.ask.write(_SIZE.pack(len(data)) + data)
        child.ask.flush()
        size = child.answer.read(_SIZE.size)
        if len(size) < _SIZE.size:
            return None
        told: dict[str, Any] = json.loads(child.answer.read(_SIZE.unpack(size)[0]))
    except (BrokenPipeError, ValueError):
        return None
    return told


def _forked(sheet_bytes_max: int) -> _Child:
    asked, ask = os.pipe()
    answer, answered = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ask)
        os.close(answer)
        with suppress(BaseException):
            _serve(os.fdopen(asked, "rb"), os.fdopen(answered, "wb"), sheet_bytes_max)
        os._exit(_ENDED)
    os.close(asked)
    os.close(answered)
    return _Child(pid, os.fdopen(ask, "wb"), os.fdopen(answer, "rb"))


def _serve(asked: BinaryIO, answered: BinaryIO, sheet_bytes_max: int) -> None:
    """Read one workbook after the other until nobody asks any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    while len(size := asked.read(_SIZE.size)) == _SIZE.size:
        told = json.dumps(_read(asked.read(_SIZE.unpack(size)[0]), sheet_bytes_max)).encode()
        answered.write(_SIZE.pack(len(told)) + told)
        answered.flush()


def _read(data: bytes, sheet_bytes_max: int) -> dict[str, Any]:
    try:
        return {"is_read": True, **spreadsheets.answer_of(io.BytesIO(data), sheet_bytes_max)}
    except BaseException:
        return {"is_read": False}

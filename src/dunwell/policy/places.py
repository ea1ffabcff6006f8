"""Where each key and each array element of a TOML text stands, so that a problem can name its line.

``tomllib`` gives values without positions, and no maintained TOML library for Python gives both. The scanner
here reads only text that ``tomllib`` has already accepted, so it never judges syntax: it walks over keys and
values and remembers where they begin. A test holds its paths against those of ``tomllib``.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""A key's way from the top of the file: names of tables and keys, indexes of array elements."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_PART = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[A-Za-z0-9_-]+")
_STRING = re.compile(
    r"\"\"\"(?:[^\\]|\\.)*?\"{3,5}|'''.*?'{3,5}|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a text; line and column count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class _Scan:
    """The text, how far it was read, and what was found; offsets count characters from 0."""

    text: str
    position: int = 0
    found: dict[Path, int] = field(default_factory=dict)
    elements: dict[Path, int] = field(default_factory=dict)


def locate(text: str) -> Mapping[Path, Place]:
    """Return the place of every key and array element of ``text``, which must be valid TOML.

    Raises ``ValueError`` for a text that is not TOML after all; it never loops for ever.
    """
    scan = _Scan(text)
    table: Path = ()
    _skip(scan, _BLANK)
    while scan.position < len(text):
        if text[scan.position] == "[":
            table = _header(scan)
        else:
            _pair(scan, table)
        _skip(scan, _BLANK)
    starts = _line_starts(text)
    return {path: _place(offset, starts) for path, offset in scan.found.items()}


def _line_starts(text: str) -> list[int]:
    """Return the offset at which each line begins; only a line feed ends a line of TOML."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _place(offset: int, starts: list[int]) -> Place:
    line = bisect_right(starts, offset)
    return Place(line, offset - starts[line - 1] + 1)


def _skip(scan: _Scan, pattern: re.Pattern[str]) -> None:
    match = pattern.match(scan.text, scan.position)
    if match is None:
        raise ValueError(f"unexpected text at offset {scan.position}")
    scan.position = match.end()


def _take(scan: _Scan, literal: str) -> bool:
    """Step over ``literal`` if it comes next, and tell whether it did."""
    if not scan.text.startswith(literal, scan.position):
        return False
    scan.position += len(literal)
    return True


def _header(scan: _Scan) -> Path:
    """Read ``[a.b]`` or ``[[a.b]]`` and return the path of the table it opens."""
    start = scan.position
    is_array = _take(scan, "[[")
    if not is_array:
        _take(scan, "[")
    parts = _dotted(scan)
    path: Path = ()
    for part in parts[:-1]:
        path = _inside((*path, part), scan)
        scan.found.setdefault(path, start)
    path = (*path, parts[-1])
    scan.found.setdefault(path, start)
    if is_array:
        scan.elements[path] = scan.elements.get(path, -1) + 1
        path = (*path, scan.elements[path])
        scan.found[path] = start
    _take(scan, "]]" if is_array else "]")
    return path


def _inside(path: Path, scan: _Scan) -> Path:
    """Return the path itself, or that of its newest element when it is an array of tables."""
    return (*path, scan.elements[path]) if path in scan.elements else path


def _dotted(scan: _Scan) -> list[str]:
    """Read a key such as ``a."b c".d`` and return its parts."""
    parts = []
    while True:
        _skip(scan, _SPACE)
        match = _PART.match(scan.text, scan.position)
        if match is None:
            raise ValueError(f"no key at offset {scan.position}")
        scan.position = match.end()
        parts.append(_plain(match.group()))
        _skip(scan, _SPACE)
        if not _take(scan, "."):
            return parts


def _plain(part: str) -> str:
    """Return a key part without its quotes and escapes."""
    return next(iter(tomllib.loads(f"{part} = 0"))) if part[0] in "\"'" else part


def _pair(scan: _Scan, table: Path) -> None:
    """Read ``key = value`` and remember where the key and everything in the value stand."""
    _skip(scan, _SPACE)
    start = scan.position
    path = table
    for part in _dotted(scan):
        path = (*path, part)
        scan.found.setdefault(path, start)
    _take(scan, "=")
    _skip(scan, _SPACE)
    _value(scan, path)


def _value(scan: _Scan, path: Path) -> None:
    if scan.text.startswith("[", scan.position):
        _array(scan, path)
    elif scan.text.startswith("{", scan.position):
        _inline_table(scan, path)
    else:
        _skip(scan, _STRING if scan.text[scan.position] in "\"'" else _SCALAR)


def _array(scan: _Scan, path: Path) -> None:
    _take(scan, "[")
    index = 0
    _skip(scan, _BLANK)
    while not _take(scan, "]"):
        scan.found[(*path, index)] = scan.position
        _value(scan, (*path, index))
        index += 1
        _skip(scan, _BLANK)
        _take(scan, ",")
        _skip(scan, _BLANK)


def _inline_table(scan: _Scan, path: Path) -> None:
    _take(scan, "{")
    _skip(scan, _BLANK)
    while not _take(scan, "}"):
        _pair(scan, path)
        _skip(scan, _BLANK)
        _take(scan, ",")
        _skip(scan, _BLANK)

"""Which row is the header: below titles and blank rows, perhaps of two lines, whatever the delimiter.

The text that comes out has one header row with unique names, on the line on which the header ends; lines keep their
numbers, so that messages point into the file as it is.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dunwell.sources.delimited import DELIMITERS
from dunwell.sources.tabular.words import folded, without_unit

_LOOKED_AT = 60
_SAMPLE_CHARS = 400_000
_HEADER_WORDS_MIN = 2


@dataclass(frozen=True, slots=True)
class Located:
    """The header found: ``skip`` lines stand above it, ``titles`` are the texts in them."""

    text: str
    delimiter: str
    skip: int
    titles: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The first rows under one delimiter; ``ends`` are the lines on which they end, from 1."""

    delimiter: str
    cells: list[list[str]]
    ends: list[int]


def locate(text: str, is_known: Callable[[str], bool]) -> Located | None:
    """Find the header of ``text``; ``is_known`` tells whether a folded header is a word of any layout."""
    sample = text[:_SAMPLE_CHARS]
    tried = [_rows(sample, delimiter) for delimiter in DELIMITERS]
    found = [(rows, *_header_row(rows, is_known)) for rows in tried if rows.cells]
    if not found:
        return None
    rows, index, _ = max(found, key=lambda item: (item[2], _regularity(item[0])))
    return _located(text, rows, index)


def _rows(sample: str, delimiter: str) -> _Rows:
    rows = _Rows(delimiter, [], [])
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            rows.cells.append([cell.strip() for cell in cells])
            rows.ends.append(reader.line_num)
            if len(rows.cells) == _LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows


def _header_row(rows: _Rows, is_known: Callable[[str], bool]) -> tuple[int, int]:
    """Return the row with most known words and their number; the first full row when there are none."""
    scores = [_score(cells, is_known) for cells in rows.cells]
    best = max(range(len(scores)), key=lambda i: (scores[i], -i))
    if scores[best] >= _HEADER_WORDS_MIN:
        return best, scores[best]
    return next((i for i, cells in enumerate(rows.cells) if any(cells)), 0), 0


def _score(cells: Sequence[str], is_known: Callable[[str], bool]) -> int:
    return len({folded(cell) for cell in cells if cell and _is_known(cell, is_known)})


def _is_known(cell: str, is_known: Callable[[str], bool]) -> bool:
    return is_known(folded(cell)) or is_known(folded(without_unit(cell)[0]))


def _regularity(rows: _Rows) -> int:
    """Count the rows of the most frequent width above one, weighted by it: what the right delimiter gives."""
    widths = Counter(len(cells) for cells in rows.cells if len(cells) > 1)
    return max((width * count for width, count in widths.items()), default=0)


def _located(text: str, rows: _Rows, index: int) -> Located:
    first, last = index, index
    names = list(rows.cells[index])
    if index and _completes(rows.cells[index - 1], names):
        first, names = index - 1, _joined(rows.cells[index - 1], names)
    elif index + 1 < len(rows.cells) and _is_lower_half(names, rows.cells[index + 1]):
        last, names = index + 1, _joined(names, rows.cells[index + 1])
    start = rows.ends[first - 1] if first else 0
    end = rows.ends[last]
    titles = tuple(cell for cells in rows.cells[:first] for cell in cells if cell)
    unique = _unique(names)
    if first == last and unique == rows.cells[index]:
        return Located(text, rows.delimiter, start, titles, tuple(unique))
    return Located(
        _with_header(text, (start, end), unique, rows.delimiter), rows.delimiter, start, titles, tuple(unique)
    )


def _completes(upper: list[str], lower: list[str]) -> bool:
    """Tell whether ``upper`` names columns that ``lower`` leaves empty or names twice."""
    if len(upper) != len(lower) or sum(map(bool, upper)) < _HEADER_WORDS_MIN or any(map(_has_digits, upper)):
        return False
    repeated = {name for name, times in Counter(filter(None, lower)).items() if times > 1}
    return any(above and (not below or below in repeated) for above, below in zip(upper, lower, strict=True))


def _is_lower_half(upper: list[str], lower: list[str]) -> bool:
    if len(upper) != len(lower) or any(map(_has_digits, lower)) or not any(lower):
        return False
    if lower[0] and not any(lower[1:]):
        return False  # it names the group of the rows below it
    repeated = {name for name, times in Counter(filter(None, upper)).items() if times > 1}
    return any(below and (not above or above in repeated) for above, below in zip(upper, lower, strict=True))


def _has_digits(cell: str) -> bool:
    return sum(c.isdigit() for c in cell) > 2


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Join two header lines: the lower name, with the upper one before it where that tells columns apart."""
    repeated = {name for name, times in Counter(lower).items() if times > 1}
    return [
        below if below and below not in repeated else " ".join(dict.fromkeys(filter(None, (above, below))))
        for above, below in zip(upper, lower, strict=True)
    ]


def _unique(names: Sequence[str]) -> list[str]:
    """Number names that occur again: ``Name``, ``Name (2)``."""
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        flat = " ".join(name.split())
        seen[flat.casefold()] += 1
        unique.append(f"{flat} ({seen[flat.casefold()]})" if flat and seen[flat.casefold()] > 1 else flat)
    return unique


def _with_header(text: str, lines: tuple[int, int], names: list[str], delimiter: str) -> str:
    """Replace the header's lines by blank ones and one row of ``names``."""
    start, end = lines
    parts = text.split("\n", end)
    row = io.StringIO()
    csv.writer(row, delimiter=delimiter, lineterminator="").writerow(names)
    return "\n".join([*parts[:start], *[""] * (end - start - 1), row.getvalue(), *parts[end:]])

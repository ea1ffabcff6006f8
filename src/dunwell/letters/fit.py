"""How wide a text is in the letters' font, and the largest size at which it fits its place.

Measured here once per text from the font's own table of widths, because measuring inside the typesetter makes it
set the same text several times.
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from dunwell.letters.faces import widths_of

MM_PER_POINT = 25.4 / 72
_FONT = "Inter-SemiBold.otf"
_UNKNOWN_EM = 0.75
"""Width of a character that the font lacks; another font prints it."""

_FIGURE_EM, _POINT_EM = 0.671, 0.291
"""Widths of tabular figures and of the point and comma among them (the font's feature tnum)."""

_CAP_HEIGHT_EM, _LEADING_EM = 0.73, 0.5
_SAFETY = 1.02


@cache
def _advances() -> dict[str, float]:
    """Return the width of every character in em; the semi-bold face's, the widest, with tabular figures."""
    figures = {**dict.fromkeys("0123456789", _FIGURE_EM), **dict.fromkeys(".,", _POINT_EM)}
    return {**widths_of(_FONT), **figures}


@lru_cache(maxsize=16_384)
def width_em(text: str) -> float:
    """Return the width of a text on one line, in units of its type size."""
    get = _advances().get
    return _SAFETY * sum([get(char, _UNKNOWN_EM) for char in text])


def one_line_size(text: str, width_mm: float, sizes: Sequence[float]) -> float:
    """Return the first of ``sizes`` (points, falling) at which a text fits a line; the last where none does."""
    needed = width_em(text) * MM_PER_POINT
    return next((size for size in sizes if needed * size <= width_mm), sizes[-1])


def lines_size(lines: Iterable[str], width_mm: float, height_mm: float, sizes: Sequence[float]) -> float:
    """Return the first of ``sizes`` at which lines, wrapped between words, fit a box; the last where none does."""
    written = list(lines)

    def fits(size: float) -> bool:
        count = sum(_wrapped(line, width_mm / (size * MM_PER_POINT)) for line in written)
        return (count * _CAP_HEIGHT_EM + (count - 1) * _LEADING_EM) * size * MM_PER_POINT <= height_mm

    return next((size for size in sizes if fits(size)), sizes[-1])


def _wrapped(line: str, width: float) -> int:
    """Return on how many lines of ``width`` em a text stands; a word that is too long is broken."""
    count, used = 1, 0.0
    for word in line.split(" "):
        needed = width_em(word)
        if used and used + width_em(" ") + needed > width:
            count, used = count + 1, 0.0
        used += needed + (width_em(" ") if used else 0.0)
        count, used = count + int(used // width), used % width
    return count

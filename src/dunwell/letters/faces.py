"""What the shipped fonts know of characters: which they have, and how wide each is."""

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FONTS = Path(__file__).parent / "fonts"


@cache
def characters_of(name: str) -> frozenset[int]:
    """Return the code points that a font has."""
    with _opened(name) as font:
        return frozenset(font.getBestCmap())


@cache
def widths_of(name: str) -> dict[str, float]:
    """Return the width of every character of a font, in em."""
    with _opened(name) as font:
        widths, em = font["hmtx"], font["head"].unitsPerEm
        return {chr(code): widths[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def _opened(name: str) -> TTFont:
    """Open a font with its glyphs called by number: to find their names would take a third of a first letter."""
    font = TTFont(FONTS / name, lazy=True)
    font.setGlyphOrder([f"glyph{number}" for number in range(font["maxp"].numGlyphs)])
    return font

"""Make any text printable: whatever a ledger holds in a name, the letter shows it and does not break.

Control and invisible steering characters are dropped, line breaks become blanks, characters that no shipped
font has become □, and a long unbroken word gets invisible places to break.
"""

import re
import unicodedata
from collections.abc import Container
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

TEXT_CHARS_MAX = 4000
"""The longest single text a letter prints; a clause of a policy is far shorter."""

UNPRINTABLE = "\u25a1"
_WORD_CHARS_MAX = 40
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_LONG_WORD = re.compile(rf"\S{{{_WORD_CHARS_MAX}}}(?=\S)")
_SIGNS = " -~\u00a0-\u00ac\u00ae-\u024f\u1e00-\u1eff\u2010-\u2015\u2018-\u201e\u2026\u202f\u20ac\u20ab\u2212"
_PLAIN = re.compile(f"[{_SIGNS}]*")
_COMPOSED = re.compile(f"[{_SIGNS}\u200b]*")
_CEDILLAS = re.compile("[şţŞŢ]")
_KEPT_FORMAT = frozenset("\u00ad\u200b\u200c\u200d\u2060")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_COMMA_BELOW = str.maketrans("şţŞŢ", "șțȘȚ")


def clean_text(text: str, language: str = "", printable: Container[int] | None = None) -> str:
    """Return ``text`` fit for typesetting; Romanian gets its comma-below letters.

    ``printable`` are the code points that a font has; without it every assigned character passes.
    """
    if text.isascii() and text.isprintable() and len(text) <= _WORD_CHARS_MAX:
        return text
    if printable is None and _is_plain(text) and not (language == "ro" and _CEDILLAS.search(text)):
        return text
    normal = unicodedata.normalize("NFC", _BREAKS.sub(" ", text[:TEXT_CHARS_MAX]))
    if language == "ro":
        normal = normal.translate(_COMMA_BELOW)
    kept = "".join(_printed(c, printable) for c in normal)
    return _LONG_WORD.sub("\\g<0>\u200b", kept)


def _is_plain(text: str) -> bool:
    """Tell whether a text needs no cleaning: letters and signs of European and Vietnamese texts, no long word."""
    return (
        len(text) <= TEXT_CHARS_MAX
        and _PLAIN.fullmatch(text) is not None
        and unicodedata.is_normalized("NFC", text)
        and _LONG_WORD.search(text) is None
    )


def is_composed(text: str) -> bool:
    """Tell whether every sign of a text is one of the font's own, so that none is put together from several."""
    return _COMPOSED.fullmatch(text) is not None


def _printed(char: str, printable: Container[int] | None) -> str:
    if char in _KEPT_FORMAT:
        return char
    if unicodedata.category(char) in _DROPPED or 0xFE00 <= ord(char) <= 0xFE0F:
        return ""
    return char if printable is None or ord(char) in printable else UNPRINTABLE


def cleaned(value: Any, language: str, printable: Container[int] | None) -> Any:
    """Turn content into plain JSON data, every string in it cleaned."""
    if isinstance(value, str):
        return clean_text(value, language, printable)
    if isinstance(value, dict):
        return {name: cleaned(item, language, printable) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [cleaned(item, language, printable) for item in value]
    kind: Any = type(value)
    names = _field_names(kind)
    return {name: cleaned(getattr(value, name), language, printable) for name in names} if names else value


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()

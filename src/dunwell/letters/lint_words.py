"""The linter over words: which ones a letter may not use, and where they stand.

The lists are data, in ``texts/words.toml``.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from dunwell.letters.lint_law import unlawful_everywhere
from dunwell.letters.texts import SHIPPED

_SHOUTED = re.compile(r"!|(?<!\w)(?:[^\W\d_a-zß-öø-ÿ]{2,} +){2,}[^\W\d_a-zß-öø-ÿ]{2,}(?!\w)")
"""An exclamation mark, or three words and more in capitals."""


@cache
def words(language: str) -> dict[str, Any]:
    """Return the word lists of a language, empty when there are none."""
    table = tomllib.loads((SHIPPED / "words.toml").read_text(encoding="utf-8"))
    found: dict[str, Any] = table.get(language, {})
    return found


def find_words(text: str, wanted: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Find whole words in any case; yields the word as it is listed and where it starts."""
    listed = tuple(wanted)
    for match in _pattern(listed).finditer(text) if listed else ():
        yield next(word for word in listed if word.casefold() == match.group().casefold()), match.start()


@cache
def _pattern(wanted: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(wanted, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def position(text: str, start: int) -> tuple[int, int]:
    """Return line and column, from 1, of a place in a text."""
    before = text[:start]
    return before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1


def word_faults(text: str, language: str) -> Iterator[tuple[int, str, str]]:
    """Yield place, message and suggestion for each word that no letter to anybody may use."""
    listed = words(language)
    for word, start in find_words(text, listed.get("forbidden", ())):
        message = f"{word!r} has no place in a letter: it blames, threatens or is the wrong term."
        yield start, message, "Say it as a fact, without blame."
    for threat, named in listed.get("threats", {}).items():
        rule = unlawful_everywhere().get(threat)
        for word, start in find_words(text, named) if rule else ():
            yield start, f"{word!r} threatens what the law forbids: {rule.reason if rule else ''}", "Take it out."


def shouting(text: str) -> Iterator[str]:
    """Yield what a text shouts: exclamation marks, runs of words in capitals."""
    return (match.group() for match in _SHOUTED.finditer(text))

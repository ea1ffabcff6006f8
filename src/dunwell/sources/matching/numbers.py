"""Finding invoice and account numbers in what a payer wrote: exact, wrapped, joined, shortened.

A number stands alone when no other digit touches its digits, so that 1001 is not found in 51001 but is in "INV1001".
Banks wrap and payers space out numbers, so runs of up to five words are tried as one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dunwell.sources.matching.structured import plain

Grade = Literal["exact", "joined", "short"]
"""``exact``: written as it is, signs between apart. ``joined``: glued to other text or across words that the number
does not have. ``short``: its last digits only."""

TEXT_CHARS_MAX = 2_000
"""So much of a payer's text is searched; nobody writes more, but a batch may hold more."""
_TOKEN = re.compile(r"\S+")
_ENDS = re.compile(r"^[^\W\d_]+|[^\W\d_]+$")
_WORD = re.compile(r"[^\W_]+")
_RUN_WORDS_MAX = 5
_SHORT_DIGITS_MIN = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A known number in a text, in its plain form."""

    number: str
    grade: Grade


def find(text: str, known: Mapping[str, object], lengths: frozenset[int]) -> list[Found]:
    """Return the numbers of ``known`` (plain forms, of ``lengths``) that stand in ``text``, the longest reading first.

    A number that lies within a longer one found is not reported: the longer explains it.
    """
    upper = text[:TEXT_CHARS_MAX].upper()
    words = [(match.start(), match.end(), match[0]) for match in _WORD.finditer(upper)]
    spans: list[tuple[int, int, Found]] = []
    for start, end, number in _runs(words, known):
        grade: Grade = "exact" if _is_gapless(upper[start:end]) else "joined"
        spans.append((start, end, Found(number, grade)))
    for start, end, word in words:
        spans += [
            (start + at, start + at + len(number), Found(number, "joined"))
            for at, number in _within(word, known, lengths)
            if (at, at + len(number)) != (0, end - start)
        ]
    spans += _glued(upper, known, lengths)
    return _longest(spans)


def _glued(text: str, known: Mapping[str, object], lengths: frozenset[int]) -> Iterator[tuple[int, int, Found]]:
    """Yield numbers whose signs are kept but whose ends are glued to words: ``RECHNUNG2026/0314DANKE``."""
    for token in _TOKEN.finditer(text):
        if _WORD.fullmatch(token[0]):
            continue
        places = [token.start() + at for at, sign in enumerate(token[0]) if sign.isalnum()]
        for at, number in _within("".join(text[place] for place in places), known, lengths):
            yield places[at], places[at + len(number) - 1] + 1, Found(number, "joined")


def _runs(words: list[tuple[int, int, str]], known: Mapping[str, object]) -> Iterator[tuple[int, int, str]]:
    for first, (start, _, _) in enumerate(words):
        joined = ""
        for _, end, word in words[first : first + _RUN_WORDS_MAX]:
            joined += word
            if joined in known:
                yield start, end, joined


def _is_gapless(text: str) -> bool:
    """Tell whether the pieces of a number are held together by signs and not by mere spaces."""
    return re.search(r"\s", text) is None


def _within(word: str, known: Mapping[str, object], lengths: frozenset[int]) -> Iterator[tuple[int, str]]:
    for length in lengths:
        for at in range(len(word) - length + 1):
            piece = word[at : at + length]
            if piece in known and _stands_alone(word, at, at + length):
                yield at, piece


def _stands_alone(word: str, start: int, end: int) -> bool:
    """Tell whether no run of digits is cut; letters run into each other when payers leave out spaces."""
    cut_before = start > 0 and word[start - 1].isdigit() and word[start].isdigit()
    cut_after = end < len(word) and word[end].isdigit() and word[end - 1].isdigit()
    return not cut_before and not cut_after


def _longest(spans: list[tuple[int, int, Found]]) -> list[Found]:
    kept: list[tuple[int, int, Found]] = []
    for span in sorted(spans, key=lambda each: (each[0] - each[1], each[0], each[2].grade)):
        if not any(start <= span[0] and span[1] <= end for start, end, _ in kept):
            kept.append(span)
    ordered = sorted(kept, key=lambda each: each[0])
    best: dict[str, Found] = {}
    for _, _, found in ordered:
        if found.number not in best or found.grade == "exact":
            best[found.number] = found
    return list(best.values())


def tail(number: str) -> str:
    """Return the last run of digits of a number without leading zeros, as payers shorten it; empty when too short."""
    digits = re.search(r"(\d+)\D*$", plain(number))
    short = digits[1].lstrip("0") if digits else ""
    return short if len(short) >= _SHORT_DIGITS_MIN else ""


def digit_words(text: str) -> frozenset[str]:
    """Return the runs of digits in ``text``, without leading zeros."""
    return frozenset(run.lstrip("0") for run in re.findall(r"\d+", text[:TEXT_CHARS_MAX]))


def shapes(text: str) -> frozenset[str]:
    """Return the shapes of all runs of words in ``text``: ``INV-0042`` has the shape ``INV9999``.

    Of words glued to a number the number's own shape is among them.
    """
    words = [match[0] for match in _WORD.finditer(text[:TEXT_CHARS_MAX].upper())]
    runs = ("".join(words[at : at + count]) for at in range(len(words)) for count in range(1, _RUN_WORDS_MAX + 1))
    glued = (_ENDS.sub("", plain(token[0])) for token in _TOKEN.finditer(text[:TEXT_CHARS_MAX]))
    return frozenset(map(shape, (*runs, *filter(None, glued))))


def shape(number: str) -> str:
    """Return the plain form of ``number`` with every digit as 9."""
    return "".join("9" if sign.isdigit() else sign for sign in plain(number))


def runs(text: str) -> frozenset[str]:
    """Return the runs of one to five words in ``text``, each as one plain number."""
    words = [match[0] for match in _WORD.finditer(text[:TEXT_CHARS_MAX].upper())]
    return frozenset("".join(words[at : at + count]) for at in range(len(words)) for count in range(1, 6))

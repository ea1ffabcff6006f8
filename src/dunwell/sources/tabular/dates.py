"""How a file writes its dates, decided from all of them: a family of spellings has one order, or it is not decided.

A family is what looks alike: separators, and where the year stands. ``03/04/2026`` alone can mean two days; beside
``15/04/2026`` in the same file it means one. A family whose dates contradict each other, or that no date decides, keeps
the dates that can be read in one way only; the others stay as they are, and the check of the rows names them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dunwell.sources.values import YEAR_MAX, YEAR_MIN

_ORDERS: Mapping[str, tuple[str, ...]] = {
    "dmy4": ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y"),
    "dmy2": ("%d{0}%m{0}%y", "%m{0}%d{0}%y", "%y{0}%m{0}%d"),
    "ymd": ("%Y{0}%m{0}%d",),
}
_NUMERIC = re.compile(r"(\d{1,4})([-./ ])(\d{1,2})\2(\d{1,4})")
_TIME = re.compile(
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?(?:\s*(?:Z|UTC|[+-]\d\d:?\d\d))?)$"
)
_WORDS = re.compile(r"(\d{1,2})[-.\s]*\s*(?:de\s+)?([^\W\d_]{3,})\.?,?[-\s]*(?:de\s+)?(\d{4}|\d{2})", re.IGNORECASE)
_WORDS_US = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE)
_CHARS_MAX = 40
_MONTHS = (
    "jan janv ene ian", "feb fev fevr", "mar mars maerz marz mrz", "apr avr abr", "mai may",
    "jun juin iun", "jul juil iul",
    "aug aou aout ago", "sep sept set", "oct okt", "nov noi", "dec dez dic",
)  # fmt: skip
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_LONG = {
    "juillet": 7,
    "juin": 6,
    "junio": 6,
    "julio": 7,
    "juni": 6,
    "juli": 7,
    "june": 6,
    "july": 7,
    "iunie": 6,
    "iulie": 7,
}


@dataclass(frozen=True, slots=True)
class Dates:
    """What the dates of a file say: ISO texts of those that are decided, and the spellings in use.

    ``undecided`` holds the patterns of families that no date decides, ``contradictory`` those of families in which
    some dates can only be read one way and others only the other.
    """

    iso: Mapping[str, str]
    patterns: tuple[str, ...]
    undecided: tuple[tuple[str, ...], ...] = ()
    contradictory: tuple[tuple[str, ...], ...] = ()


def decide(texts: Iterable[str]) -> Dates:
    """Decide how to read ``texts``, all the dates of a file."""
    iso: dict[str, str] = {}
    families: dict[tuple[str, ...], dict[str, list[date | None]]] = defaultdict(dict)
    for text in dict.fromkeys(texts):
        named = _named_month(text)
        patterns = () if named else _patterns(text)
        if named:
            iso[text] = named.isoformat()
        elif patterns:
            families[patterns][text] = [_read(text, pattern) for pattern in patterns]
    return _decided(iso, families)


def _decided(iso: dict[str, str], families: Mapping[tuple[str, ...], dict[str, list[date | None]]]) -> Dates:
    used: list[str] = ["%d %b %Y"] if iso else []
    undecided: list[tuple[str, ...]] = []
    contradictory: list[tuple[str, ...]] = []
    for patterns, readings in families.items():
        fitting = _fitting(readings.values(), len(patterns))
        if len(fitting) == 1 or _all_alike(readings.values(), fitting):
            used.append(patterns[fitting[0]])
            iso |= {text: day.isoformat() for text, days in readings.items() if (day := days[fitting[0]])}
            continue
        (undecided if fitting else contradictory).append(patterns)
        iso |= {text: days.pop().isoformat() for text, read in readings.items() if len(days := {*read} - {None}) == 1}  # type: ignore[union-attr]
    return Dates(iso, tuple(used), tuple(undecided), tuple(contradictory))


def _fitting(readings: Iterable[Sequence[date | None]], count: int) -> list[int]:
    """Return which patterns read every date that any pattern reads."""
    real = [read for read in readings if any(read)]
    return [i for i in range(count) if all(read[i] for read in real)] if real else [0]


def _all_alike(readings: Iterable[Sequence[date | None]], fitting: Sequence[int]) -> bool:
    return bool(fitting) and all(len({read[i] for i in fitting}) == 1 for read in readings)


def candidates(text: str) -> tuple[date, ...]:
    """Return every day that ``text`` can mean."""
    named = _named_month(text)
    days = [named] if named else [_read(text, pattern) for pattern in _patterns(text)]
    return tuple(sorted({day for day in days if day}))


def _bare(text: str) -> str:
    return _TIME.sub("", text) if ":" in text else text


def _patterns(text: str) -> tuple[str, ...]:
    bare = _bare(text)
    if len(text) > _CHARS_MAX:
        return ()
    if re.fullmatch(r"\d{8}", bare):
        return ("%Y%m%d", "%d%m%Y")
    found = _NUMERIC.fullmatch(bare)
    if not found:
        return ()
    first, mark, _, last = found.groups()
    if len(first) == 4 and len(last) <= 2:
        return tuple(order.format(mark) for order in _ORDERS["ymd"])
    if len(first) <= 2 and len(last) in (2, 4):
        orders = _ORDERS["dmy4" if len(last) == 4 else "dmy2"]
        return tuple(order.format(mark) for order in (orders[:1] if mark == "." else orders))
    return ()


def _read(text: str, pattern: str) -> date | None:
    try:
        day = datetime.strptime(_bare(text), pattern).date()  # noqa: DTZ007 - only the date is of interest
    except ValueError:
        return None
    return day if YEAR_MIN <= day.year <= YEAR_MAX else None


def _named_month(text: str) -> date | None:
    """Read ``15 Jan 2026``, ``15-janv.-26``, ``Jan 15, 2026``, in the six languages that have such names."""
    bare = _bare(text)
    if len(text) > _CHARS_MAX or not any(c.isalpha() for c in bare):
        return None
    found = _WORDS.fullmatch(bare)
    day, month, year = found.groups() if found else ("", "", "")
    if not found and (found := _WORDS_US.fullmatch(bare)):
        month, day, year = found.groups()
    number = _month(month)
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(day)) if number else None
    except ValueError:
        return None


def _month(word: str) -> int:
    plain = word.casefold().translate(str.maketrans("äéûáíóú", "aeuaiou"))
    return _LONG.get(plain) or next((_MONTH_OF[plain[:n]] for n in (5, 4, 3) if plain[:n] in _MONTH_OF), 0)

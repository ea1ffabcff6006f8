"""Why a text is no amount, date or code, in words, and what to write into the mapping or the cell instead.

Only rows already known to be wrong come here, so it is plain Python.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

import pycountry

from dunwell import money
from dunwell.sources.mapping import CANONICAL, Format
from dunwell.sources.nearest import did_you_mean, one_of

Explained = tuple[str, str]
"""What is wrong, and what to do."""

THOUSANDS_DIGITS = 3
"""So many decimals are taken for a thousands sign misread, as in 250.000 dong, unless the currency has them."""

_SHOWN_CHARS = 40
_SIGNS = re.compile(r"^[^\d\s.,'’()+-]+|[^\d\s.,'’()+-]+$")
_YEARS = range(1900, 2200)
_BODY = re.compile(r"[+-]?\d[\d\s.,'’\u00a0\u202f]*")
_DATE_FORMATS = {
    "%m/%d/%Y": "m/d/yyyy", "%d/%m/%Y": "d/m/yyyy", "%m/%d/%y": "m/d/yy", "%d/%m/%y": "d/m/yy",
    "%d-%m-%Y": "dd-mm-yyyy", "%m-%d-%Y": "mm-dd-yyyy", "%d.%m.%Y": "dd.mm.yyyy", "%d.%m.%y": "dd.mm.yy",
    "%Y/%m/%d": "yyyy/mm/dd", "%Y.%m.%d": "yyyy.mm.dd", "%Y%m%d": "yyyymmdd", "%d %b %Y": "dd Mon yyyy",
    "%d %B %Y": "dd Month yyyy", "%d-%b-%Y": "dd-Mon-yyyy", "%d-%b-%y": "dd-Mon-yy", "%b %d, %Y": "Mon dd, yyyy",
    "%B %d, %Y": "Month dd, yyyy", "%Y-%m-%d": "yyyy-m-d", "%Y-%m-%d %H:%M:%S": "yyyy-mm-dd hh:mm:ss",
    "%Y-%m-%dT%H:%M:%S": "yyyy-mm-ddThh:mm:ss", "%m/%d/%Y %H:%M": "m/d/yyyy hh:mm", "%m/%d/%y %H:%M": "m/d/yy hh:mm",
    "%d/%m/%Y %H:%M": "d/m/yyyy hh:mm", "%d.%m.%Y %H:%M": "dd.mm.yyyy hh:mm",
}  # fmt: skip


def quoted(text: str) -> str:
    """Show a cell's text in a message, shortened, its control characters made visible."""
    short = text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"
    visible = "".join(c if c.isprintable() else " " for c in short)
    return f'"{visible}"'


def amount(text: str, plain: str | None, currency: str, fmt: Format) -> Explained:
    """Explain why ``text`` is no amount of ``currency``; ``plain`` is its decimal text if it was a number at all."""
    if plain is None:
        return f"{quoted(text)} is no amount{_in_format(fmt)}.", _amount_hint(text)
    allowed = money.exponent(currency)
    written = plain.partition(".")[2]
    if len(written) == THOUSANDS_DIGITS != allowed:
        meant = plain.replace(".", "")
        hint = f'If it means {meant}, say in a mapping (--map): decimal = ","; thousands = "."; if not, round it.'
        return f"{quoted(text)} has 3 decimals, but {currency} has {allowed or 'none'}.", hint
    decimals = len(written.rstrip("0"))
    if decimals <= allowed:
        maximum = money.format_plain(money.AMOUNT_MINOR_MAX, currency)
        return f"{quoted(text)} is larger than the largest amount, {currency} {maximum}.", "Check the amount."
    if allowed == 0:
        return f"{quoted(text)} has decimals, but {currency} has none.", "Check the amount and the currency."
    message = f"{quoted(text)} has {decimals} decimals, but {currency} has {allowed}."
    return message, 'Round it, or say round_amounts = "half_up" in a mapping (--map).'


def _in_format(fmt: Format) -> str:
    if fmt == CANONICAL:
        return " with a decimal point"
    thousands = f' and thousands = "{fmt.thousands}"' if fmt.thousands else ""
    return f' with decimal = "{fmt.decimal}"{thousands}'


def _amount_hint(text: str) -> str:
    settings = []
    body = text.strip()
    if body.startswith("(") and body.endswith(")"):
        settings.append('negative_forms = ["parentheses"]')
        body = body[1:-1].strip()
    if body.endswith("-"):
        settings.append('negative_forms = ["trailing_minus"]')
        body = body[:-1].strip()
    signs = _SIGNS.findall(body)
    if signs:
        listed = ", ".join(f'"{sign}"' for sign in dict.fromkeys(signs))
        settings.append(f"currency_signs = [{listed}]")
        body = _SIGNS.sub("", body).strip()
    if not _BODY.fullmatch(body) or len(signs) > 1 or len(body) > _SHOWN_CHARS:
        return "Write it like 1234.50."
    separators = _separators(body)
    if isinstance(separators, str):
        return separators
    if not separators and not settings:
        return "Write it like the rest of the column."
    return f"Write it like 1234.50, or say in a mapping (--map): {'; '.join([*separators, *settings])}."


def _separators(body: str) -> list[str] | str:
    """Return the mapping's lines for the signs in ``body``, or a sentence where they can mean two things."""
    marks = [" " if c.isspace() else c for c in body.lstrip("+-") if not c.isdigit()]
    kinds = list(dict.fromkeys(marks))
    if len(kinds) == 2 and kinds[1] in ".," and marks.count(kinds[1]) == 1:
        return [f'decimal = "{kinds[1]}"', f'thousands = "{kinds[0]}"']
    if len(kinds) == 1:
        return _one_separator(body, kinds[0], len(marks))
    return "Write it like 1234.50." if kinds else []


def _one_separator(body: str, mark: str, times: int) -> list[str] | str:
    digits_after = len(re.split(r"\D", body)[-1])
    if times == 1 and mark in ".," and digits_after != THOUSANDS_DIGITS:
        return ['decimal = ","'] if mark == "," else []
    if times == 1 and mark == ",":
        whole, point = body.replace(",", ""), body.replace(",", ".")
        return f'Say in a mapping (--map) thousands = "," if it means {whole}, or decimal = "," if {point}.'
    if digits_after != THOUSANDS_DIGITS:
        return "Write it like 1234.50."
    return ['decimal = ","', 'thousands = "."'] if mark == "." else [f'thousands = "{mark}"']


def date(text: str, column_formats: Sequence[str], fmt: Format) -> Explained:
    """Explain why ``text`` is no date; ``column_formats`` are the formats that fit every bad date of its column."""
    wanted = "as yyyy-mm-dd" if not fmt.date_formats else f"in the date_format {' or '.join(fmt.date_formats)}"
    own = date_formats(text)
    if not own:
        return f"{quoted(text)} is no date {wanted}.", _date_hint(text)
    formats = [pattern for pattern in own if pattern in column_formats]
    mixed = "" if formats else " This column mixes formats; a mapping may list several."
    described = " or ".join(f'{_DATE_FORMATS[pattern]} (date_format = "{pattern}")' for pattern in formats or own)
    undecided = " Its dates do not decide which." if len(formats) > 1 else ""
    hint = f"It looks like {described}; say so in a mapping (--map).{undecided}{mixed}"
    return f"{quoted(text)} is no date {wanted}.", hint


def _date_hint(text: str) -> str:
    if re.fullmatch(r"\d{5}(\.0+)?", text):
        return "It looks like a spreadsheet's day number: format the column as a date, yyyy-mm-dd."
    if _is_date(text, "%Y-%m-%d", range(1, 9999)):
        return "The year must be between 1900 and 2199."
    if re.fullmatch(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}", text):
        return "The calendar has no such day."
    return "Write it like 2024-12-31."


@cache
def date_formats(text: str) -> tuple[str, ...]:
    """Return the known formats in which ``text`` is a date."""
    return tuple(pattern for pattern in _DATE_FORMATS if len(text) <= _SHOWN_CHARS and _is_date(text, pattern))


def _is_date(text: str, pattern: str, years: range = _YEARS) -> bool:
    try:
        return datetime.strptime(text, pattern).year in years  # noqa: DTZ007 - only the date is of interest
    except ValueError:
        return False


def column_date_formats(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the formats that fit all of ``texts`` that are dates in some format."""
    fitting = [set(found) for found in map(date_formats, texts) if found]
    common = set.intersection(*fitting) if fitting else set()
    return tuple(pattern for pattern in _DATE_FORMATS if pattern in common)


def currency(text: str) -> Explained:
    """Explain that ``text`` is no currency code."""
    codes = [entry.alpha_3 for entry in pycountry.currencies]
    return f"{quoted(text)} is no ISO 4217 currency code.", _code_hint(text, codes, "Write for example EUR.")


def country(text: str) -> Explained:
    """Explain that ``text`` is no country code; a country's name gives its code."""
    codes = [entry.alpha_2 for entry in pycountry.countries]
    hint = f'Write "{code}".' if (code := _country_by_name(text)) else _code_hint(text, codes, "Write for example DE.")
    return f"{quoted(text)} is no ISO 3166 country code of two letters.", hint


@cache
def _country_by_name(text: str) -> str | None:
    if text.upper() == "UK":
        return "GB"
    try:
        return str(pycountry.countries.lookup(text).alpha_2)
    except LookupError:
        return None


def _code_hint(text: str, codes: Sequence[str], otherwise: str) -> str:
    return (did_you_mean(text[:_SHOWN_CHARS], codes) if text.isascii() else "") or otherwise


def choice(text: str, choices: Sequence[str], what: str) -> Explained:
    """Explain that ``text`` is not one of the ``choices`` for ``what``."""
    return f"{quoted(text)} is no {what}.", one_of(text[:_SHOWN_CHARS], choices)


def whole(text: str) -> Explained:
    """Explain that ``text`` is no number from 1 to 999."""
    return f"{quoted(text)} is no whole number from 1 to 999.", "Count 1, 2, 3 …, or leave it empty."


def yes_no(text: str) -> Explained:
    """Explain that ``text`` is neither yes nor no."""
    return f"{quoted(text)} is neither yes nor no.", 'Write "yes", "no" or nothing.'

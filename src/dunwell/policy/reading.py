"""Reading single values of the policy file: each reader takes a raw TOML value and returns the model's value.

A value that cannot be read is reported with its place and what is allowed instead, and :data:`ABSENT` takes
its place, so that reading goes on and every mistake of the file comes out at once.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import pycountry

from dunwell.errors import Problem
from dunwell.money import AMOUNT_MINOR_MAX, exponent, format_plain, is_currency, to_minor
from dunwell.policy.keys import TABLES, Key
from dunwell.policy.places import Path, Place

ABSENT: Final = object()
"""Stands for a value that was not given or could not be read."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_SHOWN_CHARS_MAX = 40


@dataclass(frozen=True, slots=True)
class Report:
    """The problems found so far in one policy text, and where its keys stand."""

    source: str
    places: Mapping[Path, Place]
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str, suggestion: str) -> None:
        """Report a problem at the place of ``path``, or at the nearest thing around it that has a place."""
        place = self.place(path)
        self.problems.append(Problem(self.source, place.line, str(place.column), message, suggestion))

    def place(self, path: Path) -> Place:
        """Return where ``path`` or the table around it begins; the first line when none of it is written."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))


def spell(path: Path) -> str:
    """Write a path as the owner would: ``policy.standard.steps[2].day``; elements count from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def show(value: object) -> str:
    """Show a raw value in a message, shortened, as it would stand in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return text if len(text) <= _SHOWN_CHARS_MAX else f"{text[: _SHOWN_CHARS_MAX - 1]}…"


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return a sentence that names the nearest right spelling, or nothing when none is near."""
    near = difflib.get_close_matches(word[:_SHOWN_CHARS_MAX], list(allowed), n=1)
    return f'Did you mean "{near[0]}"? ' if near else ""


def read_table(raw: object, path: Path, table: str, report: Report) -> dict[str, Any]:
    """Read the plain keys of one table into model fields; nested tables are left to the caller.

    Unknown keys, wrong types, values out of range and missing required keys are reported.
    """
    if not isinstance(raw, dict):
        report.add(path, f"{spell(path)} is {show(raw)}; it must be a table.", f"Keys here: {_names(table)}.")
        return {}
    known = {key.name: key for key in TABLES[table]}
    _report_unknown(raw, path, table, report)
    for key in known.values():
        if key.required and key.name not in raw:
            place = f"in {spell(path)}" if path else "in the file"
            report.add(path, f"{key.name} is missing {place}.", f"Keys here: {_names(table)}.")
    values = {
        key.target: READERS[key.kind](raw[name], (*path, name), key, report)
        for name, key in known.items()
        if name in raw and key.kind != "table"
    }
    return {name: value for name, value in values.items() if value is not ABSENT}


def _report_unknown(raw: Mapping[str, object], path: Path, table: str, report: Report) -> None:
    names = [key.name for key in TABLES[table]]
    for name in raw:
        if name not in names:
            message = f"{spell((*path, show(name).strip(chr(34))))} is not a key of the policy file."
            report.add((*path, name), message, f"{nearest(name, names)}Keys here: {_names(table)}.")


def _names(table: str) -> str:
    return ", ".join(key.name for key in TABLES[table])


def _reject(path: Path, raw: object, must: str, suggestion: str, report: Report) -> Any:
    report.add(path, f"{spell(path)} is {show(raw)}; it must be {must}.", suggestion)
    return ABSENT


def _read_whole(raw: object, path: Path, key: Key, report: Report) -> Any:
    hint = f"Write a whole number from {key.low} to {key.high}, without quotes."
    if isinstance(raw, bool) or not isinstance(raw, int):
        return _reject(path, raw, "a whole number", hint, report)
    if not key.low <= raw <= key.high:
        return _reject(path, raw, f"from {key.low} to {key.high}", hint, report)
    return raw


def _read_flag(raw: object, path: Path, _key: Key, report: Report) -> Any:
    if isinstance(raw, bool):
        return raw
    return _reject(path, raw, "true or false", "Write true or false, without quotes.", report)


def _read_choice(raw: object, path: Path, key: Key, report: Report) -> Any:
    allowed = ", ".join(key.choices)
    if not isinstance(raw, str):
        return _reject(path, raw, "one word in quotes", f"Allowed: {allowed}.", report)
    if raw in key.choices:
        return raw
    return _reject(path, raw, f"one of: {allowed}", nearest(raw, key.choices).strip(), report)


def _read_choices(raw: object, path: Path, key: Key, report: Report) -> Any:
    if not isinstance(raw, list):
        example = f'For example {key.name} = ["{key.choices[0]}"]; allowed: {", ".join(key.choices)}.'
        return _reject(path, raw, "a list", example, report)
    values = [_read_choice(item, (*path, index), key, report) for index, item in enumerate(raw)]
    kept = [value for value in values if value is not ABSENT]
    for index, value in enumerate(values):
        if value is not ABSENT and value in values[:index]:
            report.add((*path, index), f"{spell(path)} names {show(value)} twice.", "Name it once.")
    return tuple(dict.fromkeys(kept)) if len(kept) == len(raw) else ABSENT


def _read_name(raw: object, path: Path, _key: Key, report: Report) -> Any:
    if isinstance(raw, str) and _NAME.fullmatch(raw):
        return raw
    hint = "Use small letters a to z, digits, _ and -, at most 40, a letter first."
    return _reject(path, raw, "a name in quotes", hint, report)


def _read_date(raw: object, path: Path, key: Key, report: Report) -> Any:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    return _reject(path, raw, "a date", f"For example {key.name} = 2026-01-01, without quotes.", report)


def _read_country(raw: object, path: Path, _key: Key, report: Report) -> Any:
    if isinstance(raw, str) and len(raw) == 2 and raw.isupper() and pycountry.countries.get(alpha_2=raw):
        return raw
    near = raw.upper() if isinstance(raw, str) and len(raw) == 2 else ""
    known = bool(near) and pycountry.countries.get(alpha_2=near) is not None
    hint = f'Did you mean "{near}"?' if known else 'Write the ISO 3166 code in capitals, for example "DE".'
    return _reject(path, raw, "a country code of two letters", hint, report)


def _exact(raw: object) -> Decimal | None:
    """Return an exact number from text, a whole number or a TOML decimal; ``None`` for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        return None
    text = str(raw) if not isinstance(raw, Decimal) else f"{raw:f}" if abs(raw.adjusted()) < 20 else ""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the pattern admits numbers only
        return None


def _read_percent(raw: object, path: Path, key: Key, report: Report) -> Any:
    number = _exact(raw)
    hint = f'Write percent with at most two decimals, for example {key.name} = "1.50".'
    if number is None:
        return _reject(path, raw, "a percentage", hint, report)
    if not 0 <= number <= key.high:
        return _reject(path, raw, f"from 0 to {key.high} percent", hint, report)
    hundredths = number.scaleb(2)
    if hundredths != int(hundredths):
        return _reject(path, raw, "a percentage with at most two decimals", hint, report)
    return int(hundredths)


def read_minor(raw: object, currency: str, path: Path, report: Report) -> Any:
    """Read one amount of ``currency`` as minor units, or report it and return :data:`ABSENT`."""
    example = format_plain(50 * 10 ** exponent(currency), currency)
    hint = f'Write the amount in quotes with a decimal point, for example "{example}".'
    number = _exact(raw)
    if number is None:
        return _reject(path, raw, "an amount", hint, report)
    if number < 0 or number.scaleb(exponent(currency)) > AMOUNT_MINOR_MAX:
        most = format_plain(AMOUNT_MINOR_MAX, currency)
        return _reject(path, raw, f"from 0 to {most}", hint, report)
    try:
        return to_minor(number, currency)
    except ValueError:
        decimals = exponent(currency)
        must = f"of at most {decimals} decimals" if decimals else "without decimals"
        return _reject(path, raw, f"an amount {must}, as {currency} is written", hint, report)


def check_currency(code: str, path: Path, report: Report) -> bool:
    """Tell whether ``code`` is a currency; report it when it is not."""
    if is_currency(code):
        return True
    codes = [currency.alpha_3 for currency in pycountry.currencies]
    shown = show(code)
    hint = f'{nearest(code.upper(), codes)}Write the ISO 4217 code in capitals, for example "EUR".'
    report.add(path, f"{shown} in {spell(path[:-1])} is not a currency.", hint)
    return False


def _read_amounts(raw: object, path: Path, key: Key, report: Report) -> Any:
    if not isinstance(raw, dict):
        example = f'For example {key.name} = {{ EUR = "50.00", USD = "50.00" }}.'
        return _reject(path, raw, "amounts by currency", example, report)
    amounts = {
        code: read_minor(value, code, (*path, code), report)
        for code, value in raw.items()
        if check_currency(code, (*path, code), report)
    }
    return {code: amount for code, amount in amounts.items() if amount is not ABSENT}


def _read_raw(raw: object, _path: Path, _key: Key, _report: Report) -> Any:
    """Pass an amount on unread: its currency is known only to the table around it."""
    return raw


READERS: dict[str, Callable[[object, Path, Key, Report], Any]] = {
    "whole": _read_whole,
    "flag": _read_flag,
    "choice": _read_choice,
    "choices": _read_choices,
    "name": _read_name,
    "date": _read_date,
    "country": _read_country,
    "percent": _read_percent,
    "amount": _read_raw,
    "amounts": _read_amounts,
}

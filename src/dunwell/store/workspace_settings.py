"""``dunwell.toml``: what it may say, its mistakes by line, and the sample that a new workspace starts with."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from importlib import resources
from string import Template
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pycountry
from stdnum import iban

from dunwell.errors import Problem
from dunwell.letters.compose import layout_names
from dunwell.letters.facts import BankAccount, Creditor
from dunwell.money import is_currency
from dunwell.policy.places import locate

SETTINGS_FILE = "dunwell.toml"
LANGUAGES = ("en", "es", "de", "fr", "ro", "vi")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new workspace is told; everything else is a placeholder to be replaced in ``dunwell.toml``."""

    name: str = "Sample Trading GmbH (replace this)"
    country: str = "DE"
    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"
    language: str = "en"
    database: str = ""


Path = tuple[str | int, ...]
Check = Callable[[str], str]
"""Returns what is wrong with a value, or an empty text."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``dunwell.toml`` says. ``logo`` is a path below the workspace; ``database`` empty means SQLite.

    ``form`` is a page form for every letter; empty means that of the customer's country. ``export`` and ``datev`` are
    the accounts of journals and of DATEV batches, as they stand there.
    """

    creditor: Creditor
    currency: str
    time_zone: str
    language: str
    database: str
    logo: str
    form: str
    export: Mapping[str, str] = field(default_factory=dict)
    datev: Mapping[str, str] = field(default_factory=dict)


def _any(_value: str) -> str:
    return ""


def _filled(value: str) -> str:
    return "" if value.strip() else "must not be empty."


def _country(value: str) -> str:
    known = pycountry.countries.get(alpha_2=value) is not None
    return "" if known else f"{value!r} is no country. Write two capital letters, such as DE."


def _jurisdiction(value: str) -> str:
    return "" if not value else _country(value.partition("-")[0])


def _currency(value: str) -> str:
    return "" if is_currency(value) else f"{value!r} is no currency. Write three capital letters, such as EUR."


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)  # one file is read; the list of all zones would be 600 of them
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{value!r} is no time zone. Write one such as Europe/Berlin."
    return ""


def _language(value: str) -> str:
    return "" if value in LANGUAGES else f"{value!r} is no language here. Choose one of {', '.join(LANGUAGES)}."


def _database(value: str) -> str:
    is_address = not value or value.startswith(("postgresql://", "postgres://"))
    return "" if is_address else "is no address. Write postgresql://user@host/name, or leave the key out."


def _iban(value: str) -> str:
    return "" if not value or iban.is_valid(value) else f"{value!r} is no valid IBAN. Check its digits."


def _form(value: str) -> str:
    forms = sorted(layout_names())
    return "" if not value or value in forms else f"{value!r} is no page form. Choose one of {', '.join(forms)}."


def _currency_or_any(value: str) -> str:
    return "" if not value else _currency(value)


def _journal_account(value: str) -> str:
    known = re.fullmatch(r"(Assets|Liabilities|Equity|Income|Expenses)(:[A-Z0-9][A-Za-z0-9-]*)+", value)
    return "" if known else f"{value!r} is no account of a journal. Write one such as Income:Late-Fees."


def _digits(least: int, most: int) -> Check:
    message = f"must be {least} to {most} digits in quotes."
    return lambda value: "" if re.fullmatch(rf"[0-9]{{{least},{most}}}", value) else message


def _month_and_day(value: str) -> str:
    known = re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])", value)
    return "" if known else f"{value!r} is no month and day. Write 01-01 for the first of January."


TABLES: Mapping[str, Mapping[str, Check]] = {
    "": {"language": _language, "database": _database},
    "creditor": {
        "name": _filled,
        "street": _any,
        "postcode": _any,
        "city": _any,
        "country": _country,
        "jurisdiction": _jurisdiction,
        "currency": _currency,
        "time_zone": _time_zone,
        "phone": _any,
        "email": _any,
        "website": _any,
        "tax_id": _any,
        "register_entry": _any,
        "place": _any,
    },
    "contact": {"name": _any, "phone": _any, "email": _any},
    "signatory": {"name": _any, "title": _any},
    "letterhead": {"logo": _any, "form": _form},
    "export": {
        "receivables": _journal_account,
        "bank": _journal_account,
        "sales": _journal_account,
        "write_offs": _journal_account,
        "income_late_fees": _journal_account,
        "income_interest": _journal_account,
        "income_compensation": _journal_account,
    },
    "datev": {
        "consultant": _digits(4, 7),
        "client": _digits(1, 5),
        "account_digits": _digits(1, 1),
        "year_begins": _month_and_day,
        "receivables": _digits(1, 9),
        "income_late_fees": _digits(1, 9),
        "income_interest": _digits(1, 9),
        "income_compensation": _digits(1, 9),
    },
    "bank_accounts": {
        **{field.name: _any for field in fields(BankAccount)},
        "iban": _iban,
        "currency": _currency_or_any,
    },
}
"""Every table and key of the file. ``bank_accounts`` is a list of tables."""

REQUIRED = (("creditor", "name"), ("creditor", "country"), ("creditor", "currency"), ("creditor", "time_zone"))


def check_settings(text: str, values: Mapping[str, Any], source: str) -> tuple[Settings, list[Problem]]:
    """Return the settings and every mistake in them; the settings are fit for use when there is none."""
    places = locate(text)
    problems = [
        Problem(source, places[path].line if path in places else 0, _dotted(path), message)
        for path, message in _mistakes(values)
    ]
    return _settings(values), sorted(problems)


def sample_settings(beginning: Beginning) -> str:
    """Return the text of a new ``dunwell.toml``, commented, with placeholders."""
    template = resources.files("dunwell.store") / "sample.toml"
    quoted = {
        name: _quoted(getattr(beginning, name)) for name in ("name", "country", "currency", "time_zone", "language")
    }
    database = (
        f"database = {_quoted(beginning.database)}"
        if beginning.database
        else '# database = "postgresql://user@localhost/dunwell"'
    )
    return Template(template.read_text(encoding="utf-8")).substitute(quoted, database=database)


def _mistakes(values: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for table, key in REQUIRED:
        if key not in _table(values, table):
            yield (table,), f"the key {key} is missing."
    for name, value in values.items():
        if name in TABLES[""]:
            yield from _value_mistakes((name,), value, TABLES[""][name])
        elif name not in TABLES:
            yield (name,), _unknown(name, [*TABLES, *TABLES[""]])
        else:
            yield from _table_mistakes(name, value)


def _table_mistakes(name: str, value: Any) -> Iterator[tuple[Path, str]]:
    if name != "bank_accounts":
        yield from _row_mistakes((name,), value, TABLES[name])
    elif isinstance(value, list):
        for index, row in enumerate(value):
            yield from _row_mistakes((name, index), row, TABLES[name])
    else:
        yield (name,), "is a list of tables. Begin each with [[bank_accounts]]."


def _row_mistakes(path: Path, row: Any, checks: Mapping[str, Check]) -> Iterator[tuple[Path, str]]:
    if not isinstance(row, dict):
        yield path, f"is a table. Begin it with [{path[0]}]."
        return
    for key, value in row.items():
        if key in checks:
            yield from _value_mistakes((*path, key), value, checks[key])
        else:
            yield (*path, key), _unknown(key, list(checks))


def _value_mistakes(path: Path, value: Any, check: Check) -> Iterator[tuple[Path, str]]:
    message = check(value) if isinstance(value, str) else "must be a text in quotes."
    if message:
        yield path, message


def _unknown(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"there is no key {name}." + (f" Did you mean {near[0]}?" if near else "")


def _settings(values: Mapping[str, Any]) -> Settings:
    creditor, contact = _table(values, "creditor"), _table(values, "contact")
    signatory = _table(values, "signatory")
    own = {name: creditor.get(name, "") for name in TABLES["creditor"] if name not in ("currency", "time_zone")}
    own["jurisdiction"] = own["jurisdiction"] or own["country"]
    return Settings(
        creditor=Creditor(
            **own,
            bank_accounts=_bank_accounts(values.get("bank_accounts")),
            contact_name=contact.get("name", ""),
            contact_phone=contact.get("phone", ""),
            contact_email=contact.get("email", ""),
            signatory_name=signatory.get("name", ""),
            signatory_title=signatory.get("title", ""),
        ),
        currency=creditor.get("currency", ""),
        time_zone=creditor.get("time_zone", "UTC"),
        language=values.get("language", "en"),
        database=values.get("database", ""),
        logo=_text(_table(values, "letterhead").get("logo", "")),
        form=_text(_table(values, "letterhead").get("form", "")),
        export=_table(values, "export"),
        datev=_table(values, "datev"),
    )


def _bank_accounts(rows: Any) -> tuple[BankAccount, ...]:
    known = TABLES["bank_accounts"]
    tables = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return tuple(BankAccount(**{key: value for key, value in row.items() if key in known}) for row in tables)


def _table(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = values.get(name, {})
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dotted(path: Path) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(character for character in escaped if character.isprintable()) + '"'

"""The linter over the words that all letters of a language share: ``common.toml`` in its layers.

A problem names the file that an entry really comes from: the owner's before the shipped, the country's before the
plain.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from dunwell.errors import Problem
from dunwell.letters import sandbox
from dunwell.letters.facts import CONSEQUENCES
from dunwell.letters.lint_words import word_faults
from dunwell.letters.placeholders import PLACEHOLDERS, SENTENCES
from dunwell.letters.texts import SHIPPED, Common, Texts

_KNOWN = frozenset(PLACEHOLDERS) | frozenset(SENTENCES)
_OFFER = {
    "offer_until_on", "offer_pay_by_on", "offer_percent", "offer_discount", "offer_to_pay", "offer_instalments",
}  # fmt: skip
_LOCAL = {
    "longer_terms": _OFFER,
    "early_discount": _OFFER,
    "plan": _OFFER,
    "amounts_in": {"currency_code"},
    "request_item": {"item_on", "item_name", "item_channel"},
    "dated": {"place"},
    "clause_reference": {"clause_number"},
    "to": {"place", "subject"},
    "left": {"place", "subject"},
    "right": {"place", "subject"},
    "copies": {"place", "subject"},
    "mark": {"annex_number"},
    "invoice_copies": {"annex_count", "annex_documents"},
    "past_correspondence": {"annex_count", "annex_documents"},
    "contract": {"annex_count", "annex_documents"},
}
"""Names that only these entries of ``common.toml`` know."""

_MODEL = "en"
_OPTIONAL_TABLES = frozenset({"region_of", "symbols", "currency_words", "typography", "head", "money", "consequences"})
_OPEN_TABLES = frozenset({"region_of", "symbols", "currency_words", "request_names"})
"""Tables whose keys are countries, currencies, or steps that the owner names."""

_OPTIONAL_KEYS = {
    "dates": ("long", "short", "first_of_month"),
    "money": ("pattern", "group_from_digits", "figures_of", "percent"),
    "typography": ("nbsp_before", "nbsp_after", "replace"),
    "head": ("left", "right", "to", "copies"),
    "consequences": tuple(sorted(CONSEQUENCES)),
}
_ENTRY = re.compile(r"^\s*(?P<key>[\w-]+)\s*=\s*")
_TABLE = re.compile(r"^\s*\[(?P<table>[\w-]+)\]")

Place = tuple[str, int, int]
"""File, line and column (both from 1) where an entry's value begins."""


def lint_common(texts: Texts, language: str, region: str) -> list[Problem]:
    """Check the shared words of a language in a country's form.

    Nothing that English has may be missing, nothing unknown may be used.
    """
    common, model = texts.common(language, region), Texts().common(_MODEL)
    places = _places(texts, language, region)
    return [
        *_lint_keys(common, model),
        *_lint_unknown(common, model, places),
        *_lint_entries(common, places),
        *_lint_regions(common),
    ]


def _lint_keys(common: Common, model: Common) -> Iterator[Problem]:
    for table, entries in model.data.items():
        if table in _OPTIONAL_TABLES or not isinstance(entries, Mapping):
            continue
        for key in entries:
            if key not in common.table(table):
                message = f"The entry {table}.{key} is missing."
                yield Problem(common.path, 0, f"{table}.{key}", message, "English shows what it means.")


def _lint_unknown(common: Common, model: Common, places: Mapping[tuple[str, str], Place]) -> Iterator[Problem]:
    """Report entries that no letter reads: a slip of the pen would be lost in silence."""
    for (table, key), (path, line, _) in places.items():
        if table and table not in model.data and table not in _OPTIONAL_TABLES:
            yield Problem(path, line, "1", f"There is no table [{table}].", _nearest(table, tuple(model.data)))
        elif table and table not in _OPEN_TABLES:
            known = (*model.table(table), *_OPTIONAL_KEYS.get(table, ()))
            if key not in known:
                yield Problem(path, line, "1", f"There is no entry {table}.{key}.", _nearest(key, known))
        value = common.data.get(table, {}).get(key, "") if table else ""
        if isinstance(value, Mapping) and (table, key) != ("typography", "replace"):
            yield Problem(path, line, "1", f"{table}.{key} is no text.", "Write one line in quotes.")


def _nearest(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else "docs/guide/letters.md lists them."


def _lint_regions(common: Common) -> Iterator[Problem]:
    if not common.regions:
        hint = 'Name the countries with a form of their own, the default first: regions = ["DE"].'
        yield Problem(common.path, 0, "regions", "The entry regions is missing.", hint)


def _lint_entries(common: Common, places: Mapping[tuple[str, str], Place]) -> Iterator[Problem]:
    for table, key, value in _strings(common.data):
        path, line, start = places.get((table, key), (common.path, 0, 0))
        known = _KNOWN | _LOCAL.get(key, set())
        for problem in sandbox.check(value, path, 1, known):
            column = str(start + int(problem.column or 1)) if start else ""
            yield Problem(path, line, column, f"{table}.{key}: {problem.message}", problem.suggestion)
        for at, message, hint in word_faults(value, common.language):
            yield Problem(path, line, str(start + at + 1) if start else "", f"{table}.{key}: {message}", hint)


def _strings(data: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    for table, entries in data.items():
        if not isinstance(entries, Mapping):
            continue
        for key, value in entries.items():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield table, key, text


def _places(texts: Texts, language: str, region: str) -> dict[tuple[str, str], Place]:
    """Return where each entry comes from, file by file in the order in which they are laid over each other."""
    found: dict[tuple[str, str], Place] = {}
    for folder in (SHIPPED, texts.owner_folder):
        for name in ("common.toml", f"common.{region}.toml"):
            path = folder / language / name if folder else None
            if path and path.is_file():
                found |= _places_in(str(path), path.stat().st_mtime_ns)
    return found


@lru_cache(maxsize=64)
def _places_in(path: str, _changed_ns: int) -> dict[tuple[str, str], Place]:
    """Return where the entries of one file stand; the time of its last change keeps the answer fresh."""
    found: dict[tuple[str, str], Place] = {}
    table = ""
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        heading, entry = _TABLE.match(line), _ENTRY.match(line)
        table = heading.group("table") if heading else table
        if entry:
            found[table, entry.group("key")] = (path, number, entry.end() + 1)
    return found

"""The linter over text files: what can be wrong in a text before any letter is written from it.

Every problem names file, line and column where it has one; all are reported at once.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

from dunwell.errors import Problem, RenderError
from dunwell.letters import sandbox
from dunwell.letters.blocks import DIRECTIVES
from dunwell.letters.kinds import kinds
from dunwell.letters.placeholders import PLACEHOLDERS, SENTENCES
from dunwell.letters.texts import SECTIONS, SHIPPED, Common, KindText, Section, Texts, languages, missing

KNOWN = frozenset(PLACEHOLDERS) | frozenset(SENTENCES)
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
}
"""Names that only these entries of ``common.toml`` know."""

_MODEL = "en"
_OPTIONAL_TABLES = frozenset({"region_of", "symbols", "currency_words", "typography", "head", "money", "consequences"})
_REQUEST_NAMES = ("total", "pay_by_on", "sentence_crossing")
_CONTACT_NAMES = (frozenset({"contact_ways"}), frozenset({"contact_name", "contact_phone"}))
"""A text says whom to reach by either of these."""

_DIRECTIVE = re.compile(r"^[ \t]*:::[ \t]*(\w*)", re.MULTILINE)
_PLURAL_SAMPLE = range(201)


@cache
def words(language: str) -> dict[str, Any]:
    """Return the word lists of a language, empty when there are none."""
    table = tomllib.loads((SHIPPED / "words.toml").read_text(encoding="utf-8"))
    found: dict[str, Any] = table.get(language, {})
    return found


def lint_texts(texts: Texts) -> list[Problem]:
    """Check every text of every language, and name those that are missing."""
    found = chain.from_iterable(lint_language(texts, language) for language in languages(texts))
    return sorted([*missing(texts, list(kinds())), *found])


def lint_language(texts: Texts, language: str) -> list[Problem]:
    """Check one language: its shared words and its texts, in every country form it has."""
    problems: set[Problem] = set()
    try:
        regions = texts.common(language).regions or ("",)
        for region in regions:
            common = texts.common(language, region)
            problems.update(lint_common(common, texts.common(_MODEL)))
            for kind in kinds():
                if texts.path_of(language, kind, region):
                    problems.update(lint_text(texts.kind(language, kind, region), kind, language))
    except (RenderError, tomllib.TOMLDecodeError, UnicodeDecodeError, UnknownLocaleError) as error:
        problems.add(Problem(f"{language}/common.toml", 0, "", str(error), "Correct the file."))
    return sorted(problems)


def lint_text(text: KindText, kind: str, language: str) -> list[Problem]:
    """Check one text file: sections, placeholders, plural forms, blocks, words."""
    in_sections = chain.from_iterable(_lint_section(section, text.path, language) for section in text.sections)
    return [*_lint_order(text), *in_sections, *_lint_needs(text, kind)]


def _lint_order(text: KindText) -> Iterator[Problem]:
    names = [section.name for section in text.sections]
    for section in text.sections:
        if section.name not in SECTIONS:
            hint = f"The sections are {', '.join(SECTIONS)}."
            yield Problem(text.path, section.line - 1, "", f"There is no section {section.name!r}.", hint)
        elif not section.source.strip():
            yield Problem(text.path, section.line - 1, "", f"The section {section.name!r} is empty.", "Write it.")
    for name in SECTIONS:
        if names.count(name) != 1:
            message = f"The section {name!r} must stand exactly once."
            yield Problem(text.path, 0, "", message, f"It is there {names.count(name)} times.")
    known = [name for name in names if name in SECTIONS]
    if known != sorted(known, key=SECTIONS.index):
        yield Problem(text.path, 0, "", "The parts are not in their order.", f"The order is {', '.join(SECTIONS)}.")


def _lint_section(section: Section, path: str, language: str) -> Iterator[Problem]:
    yield from sandbox.check(section.source, path, section.line, KNOWN)
    yield from _lint_plurals(section.source, path, section.line, language)
    for match in _DIRECTIVE.finditer(section.source):
        if match.group(1) not in DIRECTIVES:
            place = section.source.count("\n", 0, match.start())
            hint = f"The blocks are {', '.join(DIRECTIVES)}."
            yield Problem(path, section.line + place, "1", f"There is no block {match.group(1)!r}.", hint)
    for word, start in find_words(section.source, words(language).get("forbidden", ())):
        line, column = position(section.source, start)
        message = f"{word!r} has no place in a letter: it blames, threatens or is the wrong term."
        yield Problem(path, section.line + line - 1, str(column), message, "Say it as a fact, without blame.")


def _lint_plurals(source: str, path: str, first_line: int, language: str) -> Iterator[Problem]:
    needed = plural_forms(language)
    for line, given in sandbox.plural_calls(source):
        lacking = sorted(needed - given)
        if lacking:
            message = f"plural lacks the form {', '.join(lacking)} that {language} has."
            yield Problem(path, first_line + line - 1, "", message, f"Give {', '.join(sorted(needed))}.")


@cache
def plural_forms(language: str) -> frozenset[str]:
    """Return the plural forms a language uses for the numbers that letters count to, and ``other``."""
    choose = Locale.parse(language).plural_form
    return frozenset(choose(n) for n in _PLURAL_SAMPLE) | {"other"}


def _lint_needs(text: KindText, kind: str) -> Iterator[Problem]:
    """Check that the text prints what its kind must say.

    Blocks and placeholders it never names are missing facts.
    """
    rules = kinds()[kind]
    whole = "\n".join(section.source for section in text.sections)
    blocks = {match.group(1) for match in _DIRECTIVE.finditer(whole)}
    for name in rules["directives"]:
        if name not in blocks:
            yield Problem(
                text.path, 0, "", f"The block {name!r} is missing.", f"Put a line “::: {name}” into the text."
            )
    names = sandbox.names_in(whole)
    for name in (
        *(_REQUEST_NAMES if rules["request"] else ()),
        *rules.get("placeholders", ()),
    ):
        if name not in names:
            hint = f"Put {{{{ {name} }}}} where it belongs."
            yield Problem(text.path, 0, "", f"The text never prints {name!r}.", hint)
    if not any(wanted <= names for wanted in _CONTACT_NAMES):
        hint = "Put {{ contact_ways }} into the part 'position'."
        yield Problem(text.path, 0, "", "The text never says whom to reach.", hint)


def lint_common(common: Common, model: Common) -> list[Problem]:
    """Check the shared words of a language.

    Nothing that English has may be missing, nothing unknown may be used.
    """
    return [*_lint_keys(common, model), *_lint_entries(common), *_lint_regions(common)]


def _lint_keys(common: Common, model: Common) -> Iterator[Problem]:
    for table, entries in model.data.items():
        if table in _OPTIONAL_TABLES or not isinstance(entries, Mapping):
            continue
        for key in entries:
            if key not in common.table(table):
                yield Problem(
                    common.path, 0, f"{table}.{key}", "This entry is missing.", "English shows what it means."
                )


def _lint_regions(common: Common) -> Iterator[Problem]:
    if not common.regions:
        hint = 'Name the countries with a form of their own, the default first: regions = ["DE"].'
        yield Problem(common.path, 0, "regions", "This entry is missing.", hint)


def _lint_entries(common: Common) -> Iterator[Problem]:
    source_lines = _lines_of(common.path)
    for table, key, value in _strings(common.data):
        line = next((n for n, text in enumerate(source_lines, 1) if text.startswith(f"{key} ")), 0)
        names = KNOWN | _LOCAL.get(key, set())
        for problem in sandbox.check(value, common.path, 1, names):
            yield Problem(common.path, line, f"{table}.{key}", problem.message, problem.suggestion)
        for word, _ in find_words(value, words(common.language).get("forbidden", ())):
            yield Problem(
                common.path,
                line,
                f"{table}.{key}",
                f"{word!r} has no place in a letter.",
                "Say it as a fact.",
            )


def _strings(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for table, entries in data.items():
        if not isinstance(entries, Mapping):
            continue
        for key, value in entries.items():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield table, key, text


def _lines_of(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def find_words(text: str, wanted: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Find whole words in any case; yields the word and where it starts."""
    for word in wanted:
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE):
            yield word, match.start()


def position(text: str, start: int) -> tuple[int, int]:
    """Return line and column, from 1, of a place in a text."""
    before = text[:start]
    return before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1

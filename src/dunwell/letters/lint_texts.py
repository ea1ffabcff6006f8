"""The linter over text files: what can be wrong in a text before any letter is written from it.

Every problem names file, line and column where it has one; all are reported at once.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from babel import Locale, UnknownLocaleError

from dunwell.errors import Problem, RenderError
from dunwell.letters import sandbox
from dunwell.letters.blocks import DIRECTIVES
from dunwell.letters.kinds import kinds
from dunwell.letters.lint_common import lint_common
from dunwell.letters.lint_files import lint_files, unreadable
from dunwell.letters.lint_words import position, word_faults
from dunwell.letters.placeholders import PLACEHOLDERS, SENTENCES
from dunwell.letters.texts import SECTIONS, KindText, Section, Texts, languages, missing

KNOWN = frozenset(PLACEHOLDERS) | frozenset(SENTENCES)
_REQUEST_NAMES = ("total", "pay_by_on", "sentence_crossing")
_CONTACT_NAMES = (frozenset({"contact_ways"}), frozenset({"contact_name", "contact_phone"}))
"""A text says whom to reach by either of these."""

_DIRECTIVE = re.compile(r"^[ \t]*:::[ \t]*(\w*)", re.MULTILINE)
_PLURAL_SAMPLE = range(201)


def lint_texts(texts: Texts, chosen: Iterable[str] | None = None) -> list[Problem]:
    """Check every text of the languages chosen (all by default), and name the texts that any language lacks."""
    broken = {Path(path).parent.name for path in unreadable(texts)}
    wanted = set(languages(texts) if chosen is None else chosen) - broken
    found = (lint_language(texts, language) for language in sorted(wanted & set(languages(texts))))
    return sorted([*lint_files(texts), *missing(texts, list(kinds())), *chain.from_iterable(found)])


def lint_language(texts: Texts, language: str) -> list[Problem]:
    """Check one language: its shared words and its texts, in every country form it has."""
    problems: set[Problem] = set()
    try:
        for region in texts.common(language).regions or ("",):
            problems.update(lint_common(texts, language, region))
            for kind in kinds():
                if texts.path_of(language, kind, region):
                    problems.update(lint_text(texts.kind(language, kind, region), kind, language))
    except (RenderError, UnknownLocaleError) as error:
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
            yield Problem(text.path, section.line - 1, "1", f"There is no section {section.name!r}.", hint)
        elif not section.source.strip():
            yield Problem(text.path, section.line - 1, "1", f"The section {section.name!r} is empty.", "Write it.")
    for name in SECTIONS:
        if names.count(name) != 1:
            message = f"The section {name!r} must stand exactly once."
            yield Problem(text.path, 0, "", message, f"It is there {names.count(name)} times.")
    known = [name for name in names if name in SECTIONS]
    if known != sorted(known, key=SECTIONS.index):
        yield Problem(text.path, 0, "", "The parts are not in their order.", f"The order is {', '.join(SECTIONS)}.")


def _lint_section(section: Section, path: str, language: str) -> Iterator[Problem]:
    yield from sandbox.check(section.source, path, section.line, KNOWN)
    yield from lint_plurals(section.source, path, section.line, language)
    for match in _DIRECTIVE.finditer(section.source):
        if match.group(1) not in DIRECTIVES:
            line, column = position(section.source, match.start(1))
            hint = f"The blocks are {', '.join(DIRECTIVES)}."
            yield Problem(path, section.line + line - 1, str(column), f"There is no block {match.group(1)!r}.", hint)
    for start, message, hint in word_faults(section.source, language):
        line, column = position(section.source, start)
        yield Problem(path, section.line + line - 1, str(column), message, hint)


def lint_plurals(source: str, path: str, first_line: int, language: str) -> Iterator[Problem]:
    """Report uses of plural that lack a form which the language has."""
    needed = plural_forms(language)
    for line, given in sandbox.plural_calls(source):
        lacking = sorted(needed - given)
        if lacking:
            message = f"plural lacks the form {', '.join(lacking)} that {language} has."
            place = sandbox.column_of(source, line, "plural")
            yield Problem(path, first_line + line - 1, place, message, f"Give {', '.join(sorted(needed))}.")


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

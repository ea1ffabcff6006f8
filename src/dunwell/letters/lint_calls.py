"""The linter over call sheets: every language has every part, nothing blames or threatens, each can be written."""

from collections.abc import Iterator, Mapping
from typing import Any

from dunwell.errors import Problem, RenderError
from dunwell.letters import sandbox
from dunwell.letters.calls import (
    ANSWERS,
    FILE,
    LABELS,
    NOTES,
    OUTCOMES,
    OWN_NAMES,
    SHARED,
    call_files,
    call_sheet,
    call_words,
)
from dunwell.letters.facts import LetterFacts
from dunwell.letters.kinds import kinds
from dunwell.letters.lint_samples import STEPS, countries_of
from dunwell.letters.lint_texts import KNOWN, lint_plurals
from dunwell.letters.lint_words import position, shouting, word_faults
from dunwell.letters.sample import sample_facts
from dunwell.letters.texts import Texts

Entry = tuple[str, ...]


def lint_calls(texts: Texts, language: str) -> list[Problem]:
    """Check the call sheets of one language."""
    files = call_files(texts, language)
    if not files:
        name = f"{language}/{FILE}"
        return [Problem(name, 0, "", "This text is missing.", "Write it; docs/guide/letters.md says how.")]
    words = dict(_entries(call_words(texts, language)))
    sources = [(str(path), path.read_text(encoding="utf-8")) for path in reversed(files)]
    found = [*_missing(words, sources[0][0]), *_unknown(words, sources)]
    for entry, value in words.items():
        found += _lint_entry(entry, value, sources, language)
    return sorted(set(found)) or sorted(set(_lint_sheets(texts, language, sources[0][0])))


def required_entries() -> list[Entry]:
    """Return every entry that a language must have."""
    return [
        *(("shared", key) for key in SHARED),
        *(("labels", key) for key in LABELS),
        *(("note", key) for key in NOTES),
        *(("outcomes", key) for key in OUTCOMES),
        *(("answers", key, side) for key in ANSWERS for side in ("says", "reply")),
        *(("kinds", kind, side) for kind in kinds() for side in ("purpose", "ask")),
    ]


def _entries(table: Mapping[str, Any], above: Entry = ()) -> Iterator[tuple[Entry, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _entries(value, (*above, key))
        else:
            yield (*above, key), str(value)


def _missing(words: Mapping[Entry, str], path: str) -> Iterator[Problem]:
    for entry in required_entries():
        if not words.get(entry, "").strip():
            name = ".".join(entry)
            yield Problem(path, 0, name, f"The entry {name} is missing.", "English shows what it means.")


def _unknown(words: Mapping[Entry, str], sources: list[tuple[str, str]]) -> Iterator[Problem]:
    known = set(required_entries())
    for entry, value in words.items():
        if entry not in known:
            path, line, _ = _place(value, sources)
            hint = "docs/guide/letters.md lists them."
            yield Problem(path, line, "1", f"No call sheet has an entry {'.'.join(entry)}.", hint)


def _place(value: str, sources: list[tuple[str, str]]) -> tuple[str, int, int]:
    """Return file, line and column of an entry's value; the last file that has it is the one that counts."""
    for path, text in sources:
        start = text.find(f'"{value}"')
        if start >= 0:
            line, column = position(text, start + 1)
            return path, line, column
    return sources[0][0], 0, 0


def _lint_entry(entry: Entry, value: str, sources: list[tuple[str, str]], language: str) -> Iterator[Problem]:
    path, line, start = _place(value, sources)
    name = ".".join(entry)
    faults = [*sandbox.check(value, path, 1, KNOWN | OWN_NAMES), *lint_plurals(value, path, 1, language)]
    for problem in faults:
        column = str(start + int(problem.column or 1) - 1) if start else ""
        yield Problem(path, line, column, f"{name}: {problem.message}", problem.suggestion)
    for at, message, hint in word_faults(value, language):
        yield Problem(path, line, str(start + at) if start else "", f"{name}: {message}", hint)
    for loud in shouting(value):
        yield Problem(path, line, str(start) if start else "", f"{name}: {loud!r} shouts.", "Say it calmly.")


def _lint_sheets(texts: Texts, language: str, path: str) -> Iterator[Problem]:
    for facts in _samples(texts, language):
        try:
            sheet = call_sheet(facts, texts)
        except RenderError as error:
            yield Problem(path, 0, f"kinds.{facts.kind}", str(error), "Correct the text.")
            continue
        for part in ("opening", "ask_for", "purpose", "ask", "wait", "closing"):
            if not getattr(sheet, part):
                message = f"The call sheet of {facts.kind} says nothing under {part!r}."
                yield Problem(path, 0, part, message, "Say something in every case.")


def _samples(texts: Texts, language: str) -> Iterator[LetterFacts]:
    for country in countries_of(texts, language):
        for kind in kinds():
            for step in STEPS.get(kind, ("",)):
                for invoices in (1, 3):
                    yield sample_facts(kind, country, step, invoices)

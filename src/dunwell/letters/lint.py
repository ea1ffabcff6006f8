"""The linter's front door: ``lint_all`` for a workspace's texts, ``lint_texts`` for the files as they are written.

``lint_samples`` for the letters that come of them, ``lint_letter`` for one letter before it is approved.
"""

from pathlib import Path

from dunwell.errors import Problem
from dunwell.letters.lint_calls import lint_calls
from dunwell.letters.lint_common import lint_common
from dunwell.letters.lint_files import unreadable
from dunwell.letters.lint_letter import lint_facts, lint_letter
from dunwell.letters.lint_samples import lint_samples
from dunwell.letters.lint_texts import lint_language, lint_text, lint_texts
from dunwell.letters.texts import Texts, languages

__all__ = [
    "lint_all", "lint_calls", "lint_common", "lint_facts", "lint_language", "lint_letter", "lint_samples", "lint_text",
    "lint_texts", "owners_languages",
]  # fmt: skip


def lint_all(texts: Texts, *, everything: bool = False) -> list[Problem]:
    """Check the owner's texts and the shipped ones beside them; where they can be read, also the letters they make.

    A language of which the owner has changed nothing is checked only where ``everything`` is asked for. Each fault is
    named once.
    """
    chosen = owners_languages(texts) if not everything else list(languages(texts))
    written = lint_texts(texts, chosen)
    faulty = {problem.source for problem in written}
    unfit = {language for language in chosen if not texts.has(language) or _has_faulty_words(language, faulty)}
    readable = [language for language in chosen if language not in unfit | _broken(texts)]
    calls = [problem for language in readable for problem in lint_calls(texts, language)]
    read = [problem for problem in lint_samples(texts, readable) if problem.line or problem.source not in faulty]
    named = {(problem.source, problem.line) for problem in written if problem.line}
    return sorted({*written, *calls, *(problem for problem in read if (problem.source, problem.line) not in named)})


def _broken(texts: Texts) -> set[str]:
    """Return the languages that have a file which cannot be read at all."""
    return {Path(path).parent.name for path in unreadable(texts)}


def _has_faulty_words(language: str, faulty: set[str]) -> bool:
    """Tell whether the shared words of a language have faults, which every letter would only repeat."""
    paths = (Path(source) for source in faulty)
    return any(path.parent.name == language and path.name.startswith("common.") for path in paths)


def owners_languages(texts: Texts) -> list[str]:
    """Return the languages of which the owner has texts of their own."""
    folder = texts.owner_folder
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and any(path.iterdir()))

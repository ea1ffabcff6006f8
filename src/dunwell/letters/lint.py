"""The linter's front door: ``lint_texts`` for the files.

``lint_letter`` for one letter before it is approved.
"""

from dunwell.letters.lint_letter import lint_facts, lint_letter
from dunwell.letters.lint_texts import lint_common, lint_language, lint_text, lint_texts

__all__ = ["lint_common", "lint_facts", "lint_language", "lint_letter", "lint_text", "lint_texts"]

"""The nearest right spelling of a word that is not known, for suggestions."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question naming the known word nearest to ``word``, or empty text when none is near."""
    by_fold = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1)
    return f'Did you mean "{by_fold[near[0]]}"?' if near else ""


def one_of(word: str, known: Iterable[str]) -> str:
    """Return :func:`did_you_mean`, or the whole list when nothing is near."""
    names = sorted(known)
    return did_you_mean(word, names) or f"Use one of: {', '.join(names)}."

"""Many letters at once: each is a case of its own, and one that is refused does not stop the others."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dunwell.errors import RefusedError
from dunwell.runs import approving
from dunwell.runs.desk import Desk
from dunwell.store.models import Letter


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a batch: the letters that went through, and those that did not, each with its reason."""

    through: Sequence[Letter]
    refused: Sequence[tuple[Letter, str]]


def approve_each(desk: Desk, letters: Iterable[Letter]) -> Done:
    """Approve letters one by one."""
    return _each(letters, lambda letter: approving.approve(desk, letter))


def mark_each_sent(desk: Desk, letters: Iterable[Letter]) -> Done:
    """Record that letters have gone out, one by one."""
    return _each(letters, lambda letter: approving.mark_sent(desk, letter))


def _each(letters: Iterable[Letter], act: Callable[[Letter], None]) -> Done:
    through, refused = [], []
    for letter in letters:
        try:
            act(letter)
        except RefusedError as error:
            refused.append((letter, str(error)))
        else:
            through.append(letter)
    return Done(through, refused)

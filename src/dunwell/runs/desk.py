"""Who acts, when, in which workspace, under which rules."""

from dataclasses import dataclass
from datetime import date

from dunwell.assess.reasons import PLAIN
from dunwell.runs.rules import Rules
from dunwell.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at work: every approval, sending and override names them.

    What is said to them is said in their ``language`` (``assess.reasons.PLAIN``: as the command line says it).
    """

    workspace: Workspace
    rules: Rules
    as_of: date
    by: str
    language: str = PLAIN


def is_same_person(one: str, other: str) -> bool:
    """Tell whether two names are one person's: Anna is anna, so that a capital does not make four eyes of two."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()

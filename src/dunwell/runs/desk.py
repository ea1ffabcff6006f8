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

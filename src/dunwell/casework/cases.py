"""Opening a case and moving it on, by the table of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from dunwell.casework.in_order import too_early
from dunwell.casework.lifecycle import NEW, Lifecycle
from dunwell.casework.lifecycles import LIFECYCLES
from dunwell.errors import RefusedError
from dunwell.store.bulk import writing
from dunwell.store.claims import C, Case, Move, kind_of, last_move_on, move_case, open_case, same_case

_BY_KIND = {lifecycle.kind: lifecycle for lifecycle in LIFECYCLES}


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on which business day, why, and from what evidence (a letter's reference, a call, a document).

    ``was``: numbers that the act replaces, as they were before it.
    """

    on: date
    by: str
    reason: str = ""
    evidence: str = ""
    was: Mapping[str, Any] = field(default_factory=dict)


def lifecycle_of(case: Case) -> Lifecycle:
    """Return the table of a case's kind."""
    return _BY_KIND[kind_of(case)]


def name_of(case: Case) -> str:
    """Return what people call a case: ``Promise 3 of C1``."""
    return f"{kind_of(case).capitalize()} {case.pk} of {case.account.account_number}"


def begin(case: Case, event: str, act: Act) -> None:
    """Save a new case with its first transition."""
    row = lifecycle_of(case).on_event(case, f"A new {kind_of(case)}", event, act)
    open_case(case, Move(NEW, row.next_state, act.on, act.by, act.reason, event, act.evidence))


def begin_once(case: C, event: str, act: Act) -> C:
    """Begin a case, or return the one that says exactly the same, of the same day and person, and has not moved on.

    So a command that was killed when its work was done, and is repeated, doubles nothing.
    """
    with writing():
        same = same_case(case, act.by)
        if same is not None:
            return same
        begin(case, event, act)
    return case


def advance(case: Case, event: str, act: Act, **changes: Any) -> None:
    """Move a case on, setting ``changes`` with it.

    Raises ``RefusedError`` when the move is illegal, is dated before the last one, or somebody else was faster.
    """
    row = lifecycle_of(case).on_event(case, name_of(case), event, act)
    move = Move(case.state, row.next_state, act.on, act.by, act.reason, event, act.evidence, act.was)
    before_on = last_move_on(case)
    if before_on is not None and act.on < before_on:
        raise RefusedError(too_early(name_of(case), before_on, act.on))
    if not move_case(case, move, changes):
        raise RefusedError(f"{name_of(case)} is no longer {move.from_state}: somebody else moved it first.")


def is_ahead(case: Case, on: date) -> bool:
    """Tell whether a case was moved on a later day than ``on``: on that day it is not to be moved yet."""
    before_on = last_move_on(case)
    return before_on is not None and before_on > on


def close(case: Case, event: str, act: Act, **changes: Any) -> None:
    """Move a case on to its end: it held through the day before, unless its own last day came earlier."""
    until_on = getattr(case, "until_on", None)
    yesterday = act.on - timedelta(days=1)
    held_through_on = min(until_on, yesterday) if until_on is not None else yesterday
    advance(case, event, act, closed_on=act.on, held_through_on=held_through_on, **changes)

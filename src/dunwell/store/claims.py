"""Moving a case from one state to the next so that of two who try only one can.

The move is one conditional UPDATE ("where it is still in the state I saw"); it counts only when exactly one row
changed, and its transition row is written in the same transaction. Which moves are legal is casework's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from dunwell.store.models import Hold, HoldTransition, Letter, LetterTransition

NOW = Now()
"""For columns that hold the instant of a move; the database's clock, as for every instant."""


@dataclass(frozen=True, slots=True)
class Move:
    """One transition: from where to where, on which business day, by whom and why."""

    from_state: str
    to_state: str
    on: date
    by: str
    reason: str = ""


def move_letter(letter_id: int, move: Move, changes: Mapping[str, Any] | None = None) -> bool:
    """Move a letter and set ``changes`` with it; ``False`` when it was no longer in ``move.from_state``."""
    with transaction.atomic():
        waiting = Letter.objects.filter(pk=letter_id, state=move.from_state)
        if waiting.update(state=move.to_state, **(changes or {})) != 1:
            return False
        LetterTransition.objects.create(letter_id=letter_id, **_row(move))
    return True


def move_hold(hold_id: int, move: Move, changes: Mapping[str, Any] | None = None) -> bool:
    """Move a hold and set ``changes`` with it; ``False`` when it was no longer in ``move.from_state``."""
    with transaction.atomic():
        waiting = Hold.objects.filter(pk=hold_id, state=move.from_state)
        if waiting.update(state=move.to_state, **(changes or {})) != 1:
            return False
        HoldTransition.objects.create(hold_id=hold_id, **_row(move))
    return True


def place_hold(hold: Hold, move: Move) -> Hold:
    """Save a new hold with its first transition row, both or neither."""
    with transaction.atomic():
        hold.state = move.to_state
        hold.save(force_insert=True)
        HoldTransition.objects.create(hold=hold, **_row(move))
    return hold


def _row(move: Move) -> dict[str, Any]:
    return {
        "from_state": move.from_state,
        "to_state": move.to_state,
        "on": move.on,
        "by": move.by,
        "reason": move.reason,
    }

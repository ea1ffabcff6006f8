"""What people do happens in the order of its days: nothing is moved on a day before its last move.

A wrong day would otherwise release a hold before it began, or withdraw a letter by a ledger of before it was drafted.
"""

from datetime import date

from dunwell.errors import RefusedError
from dunwell.store.claims import Case, Move, last_move_on
from dunwell.store.fingerprint import RUN
from dunwell.store.models import Hold, Letter


def require_in_order(case: Case | Letter | Hold, name: str, move: Move) -> None:
    """Raise ``RefusedError`` when a person's move is dated before the last one; ``name`` is what people call the case.

    The run is not asked: it withdraws and releases by what it sees on its own day.
    """
    last_on = last_move_on(case)
    if move.by != RUN and last_on is not None and move.on < last_on:
        raise RefusedError(too_early(name, last_on, move.on))


def too_early(name: str, last_on: date, on: date) -> str:
    """Say that something was moved on a later day already."""
    return f"{name} was last moved on {last_on}; it cannot be moved on {on}."

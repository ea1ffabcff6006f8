"""The life of a credit hold (product §2.1): the moves that ``lifecycles.HOLD`` allows."""

from datetime import date
from typing import Any

from dunwell.casework.in_order import require_in_order
from dunwell.casework.lifecycles import HOLD
from dunwell.errors import RefusedError
from dunwell.store.claims import Move, move_hold
from dunwell.store.models import Hold

HOLD_MOVES = HOLD.moves()
"""From each state, the states that may follow."""


def start(hold: Hold, *, on: date, cure_by_on: date, by: str, reason: str = "") -> None:
    """Put a notified hold in force from ``on``; ``cure_by_on`` is the last day to pay what it demands."""
    _move(hold, Move(hold.state, "in_force", on, by, reason), in_force_on=on, cure_by_on=cure_by_on)


def release(hold: Hold, *, on: date, by: str, reason: str) -> None:
    """Lift a hold that is in force."""
    _move(hold, Move(hold.state, "released", on, by, reason), released_on=on)


def advance(hold: Hold, to_state: str, *, on: date, by: str, reason: str = "") -> None:
    """Move a hold on; putting it in force needs a cure date: :func:`start`.

    Raises ``RefusedError`` when the move is illegal, is dated before the last one, the hold's letter has not gone
    out, or somebody else moved the hold first.
    """
    if to_state == "in_force":
        raise RefusedError("A hold comes into force with the last day to cure it; give that day.")
    if to_state == "released":
        return release(hold, on=on, by=by, reason=reason)
    return _move(hold, Move(hold.state, to_state, on, by, reason))


def _move(hold: Hold, move: Move, **changes: Any) -> None:
    name = f"The hold on {hold.account}"
    HOLD.to_state(hold, name, move.to_state, move)
    require_in_order(hold, name, move)
    if not move_hold(hold.pk, move, changes):
        raise RefusedError(f"{name} is no longer {move.from_state}: somebody else moved it first.")
    hold.refresh_from_db()

"""The life of a credit hold (product §2.1): which moves are legal, and the moves themselves.

    proposed → approved → notified → in_force → released
    proposed, approved, notified → withdrawn

No hold is in force without its letter: it is notified when its letter has gone out, and starts then.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dunwell.errors import RefusedError
from dunwell.store.claims import Move, move_hold
from dunwell.store.models import LETTER_SENT, Hold

HOLD_MOVES: Mapping[str, tuple[str, ...]] = {
    "proposed": ("approved", "withdrawn"),
    "approved": ("notified", "withdrawn"),
    "notified": ("in_force", "withdrawn"),
    "in_force": ("released",),
    "released": (),
    "withdrawn": (),
}
"""From each state, the states that may follow."""


def start(hold: Hold, *, on: date, cure_by_on: date, by: str, reason: str = "") -> None:
    """Put a notified hold in force from ``on``; ``cure_by_on`` is the last day to pay what it demands."""
    _move(hold, Move(hold.state, "in_force", on, by, reason), in_force_on=on, cure_by_on=cure_by_on)


def release(hold: Hold, *, on: date, by: str, reason: str) -> None:
    """Lift a hold that is in force."""
    _move(hold, Move(hold.state, "released", on, by, reason), released_on=on)


def advance(hold: Hold, to_state: str, *, on: date, by: str, reason: str = "") -> None:
    """Move a hold on; putting it in force needs a cure date: :func:`start`.

    Raises ``RefusedError`` when the move is illegal, the hold's letter has not gone out, or somebody else moved the
    hold first.
    """
    if to_state == "in_force":
        raise RefusedError("A hold comes into force with the last day to cure it; give that day.")
    if to_state == "released":
        return release(hold, on=on, by=by, reason=reason)
    return _move(hold, Move(hold.state, to_state, on, by, reason))


def _move(hold: Hold, move: Move, **changes: Any) -> None:
    allowed = HOLD_MOVES[move.from_state]
    if move.to_state not in allowed:
        raise RefusedError(
            f"The hold on {hold.account} is {move.from_state} and cannot become {move.to_state};"
            f" it can become: {', '.join(allowed) or 'nothing else, it is over'}."
        )
    if move.to_state in ("notified", "in_force"):
        _require_letter(hold)
    if not move_hold(hold.pk, move, changes):
        raise RefusedError(f"The hold on {hold.account} is no longer {move.from_state}: somebody else moved it first.")
    hold.refresh_from_db()


def _require_letter(hold: Hold) -> None:
    if hold.letter is None or hold.letter.state not in LETTER_SENT:
        raise RefusedError(f"The letter of the hold on {hold.account} has not gone out; send it first.")

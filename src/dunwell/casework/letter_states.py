"""The life of a letter (product §5): the moves that ``lifecycles.LETTER`` allows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dunwell.casework.in_order import require_in_order
from dunwell.casework.lifecycles import LETTER
from dunwell.errors import RefusedError
from dunwell.store.claims import NOW, Move, last_move_on, move_letter
from dunwell.store.models import Letter

LETTER_MOVES = LETTER.moves()
"""From each state, the states that may follow."""


def approve(letter: Letter, *, on: date, by: str, content: Mapping[str, Any] | None, reason: str = "") -> None:
    """Approve a draft; ``content`` is frozen with it, so that what is sent is what was approved."""
    _move(letter, Move(letter.state, "approved", on, by, reason), approved_at=NOW, approved_by=by, content=content)


def mark_sent(letter: Letter, *, on: date, by: str, reason: str = "") -> None:
    """Record that a letter has really gone out on ``on``; from now on it counts as a request."""
    _move(letter, Move(letter.state, "sent", on, by, reason), sent_on=on)


def cancel(letter: Letter, *, on: date, by: str, reason: str) -> None:
    """Cancel a letter that has not gone out; its step can be drafted again."""
    advance(letter, "cancelled", on=on, by=by, reason=reason)


def give_up(letter: Letter, *, on: date, by: str, reason: str) -> None:
    """Cancel a letter because of something that happened on a day; one that was moved later, on the day of that."""
    cancel(letter, on=max(on, last_move_on(letter) or on), by=by, reason=reason)


def change_form(letter: Letter, *, on: date, by: str, language: str, channel: str) -> None:
    """Give a draft another language or channel; it stays a draft, and its history says what was changed."""
    reason = f"{letter.language}, {letter.channel} → {language}, {channel}"
    move = Move(letter.state, letter.state, on, by, reason)
    require_in_order(letter, f"Letter {letter.reference}", move)
    if not move_letter(letter.pk, move, {"language": language, "channel": channel}):
        raise RefusedError(f"Letter {letter.reference} is no longer {letter.state}: somebody else moved it first.")
    letter.refresh_from_db()


def advance(letter: Letter, to_state: str, *, on: date, by: str, reason: str = "") -> None:
    """Move a letter on. Approval and sending carry data of their own: :func:`approve`, :func:`mark_sent`.

    Raises ``RefusedError`` when the move is illegal, is dated before the last one, or somebody else moved the letter
    first.
    """
    if to_state == "approved":
        return approve(letter, on=on, by=by, content=letter.content, reason=reason)
    if to_state == "sent":
        return mark_sent(letter, on=on, by=by, reason=reason)
    return _move(letter, Move(letter.state, to_state, on, by, reason))


def _move(letter: Letter, move: Move, **changes: Any) -> None:
    name = f"Letter {letter.reference}"
    LETTER.to_state(letter, name, move.to_state, move)
    require_in_order(letter, name, move)
    if not move_letter(letter.pk, move, changes):
        raise RefusedError(f"{name} is no longer {move.from_state}: somebody else moved it first.")
    letter.refresh_from_db()

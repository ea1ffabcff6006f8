"""The life of a bank entry: the moves that ``lifecycles.BANK_ENTRY`` allows."""

from collections.abc import Sequence

from dunwell.casework.cases import Act
from dunwell.casework.lifecycle import NEW
from dunwell.casework.lifecycles import BANK_ENTRY
from dunwell.errors import RefusedError
from dunwell.store.claims import Move
from dunwell.store.matches import Share, move_entry
from dunwell.store.models import BankEntry


def event_to(state: str, next_state: str) -> str:
    """Return what brings an entry of ``state`` (empty: new) to ``next_state`` when an import looks at it.

    Empty where it stays as it is. Raises ``StopIteration`` for a move that the table does not have.
    """
    if state == next_state:
        return ""
    return next(row.event for row in BANK_ENTRY.rows if (row.state, row.next_state) == (state or NEW, next_state))


def advance(entry: BankEntry, event: str, act: Act, shares: Sequence[Share] = ()) -> None:
    """Move an entry on by a person's word; ``shares`` are what is applied.

    Raises ``RefusedError`` when the move is illegal, or somebody else was faster.
    """
    name = f"Bank entry {entry.pk}"
    row = BANK_ENTRY.on_event(entry, name, event, act)
    move = Move(entry.state, row.next_state, act.on, act.by, act.reason, event)
    if not move_entry(entry, move, shares):
        raise RefusedError(f"{name} is no longer {move.from_state}: somebody else moved it first.")

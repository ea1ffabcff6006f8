"""What a lifecycle is: one readable table per kind of case, to check moves, to explain refusals, and for the docs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from dunwell.errors import RefusedError


class Deed(Protocol):
    """What a guard may know of a move: its business day and who makes it."""

    @property
    def on(self) -> date:
        """The business day."""

    @property
    def by(self) -> str:
        """Who."""


Guard = Callable[[Any, Deed], str]
"""What must be true of a case for a move: returns why it is not, or an empty text. Its docstring says it in words."""

NEW = ""
"""The state of a case that does not exist yet."""
NEW_IN_WORDS = "(new)"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a lifecycle: in ``state``, on ``event``, a case becomes ``next_state``, and ``effect`` follows."""

    state: str
    event: str
    next_state: str
    effect: str = ""
    guard: Guard | None = None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Every legal move of one kind of case; what is not a row is refused."""

    kind: str
    about: str
    rows: tuple[Row, ...]
    over: str = "it is over"

    def moves(self) -> Mapping[str, tuple[str, ...]]:
        """Return, from each state, the states that may follow."""
        names = dict.fromkeys(state for row in self.rows for state in (row.state, row.next_state) if state != NEW)
        return {name: tuple(row.next_state for row in self.rows if row.state == name) for name in names}

    def to_state(self, case: Any, name: str, next_state: str, deed: Deed) -> Row:
        """Return the row that leads a case to ``next_state``; ``name`` is what people call the case.

        Raises ``RefusedError`` with what would be possible, or with why the guard forbids it.
        """
        state = case.state
        found = [row for row in self.rows if (row.state, row.next_state) == (state, next_state)]
        if not found:
            possible = ", ".join(self.moves().get(state, ())) or f"nothing else, {self.over}"
            raise RefusedError(f"{name} is {state} and cannot become {next_state}; it can become: {possible}.")
        return _guarded(found[0], case, deed)

    def on_event(self, case: Any, name: str, event: str, deed: Deed) -> Row:
        """Return the row for an event, as :meth:`to_state` does; a case without a key is new."""
        state = NEW if case.pk is None else case.state
        own = [row for row in self.rows if row.state == state]
        found = [row for row in own if row.event == event]
        if not found:
            possible = ", ".join(row.event for row in own) or f"nothing, {self.over}"
            raise RefusedError(
                f"{name} is {state or NEW_IN_WORDS}, so {event!r} is not possible; possible: {possible}."
            )
        return _guarded(found[0], case, deed)


def _guarded(row: Row, case: Any, deed: Deed) -> Row:
    refusal = row.guard(case, deed) if row.guard else ""
    if refusal:
        raise RefusedError(refusal)
    return row


def drawn(lifecycle: Lifecycle) -> str:
    """Return a lifecycle as a table in Markdown."""
    head = [f"## {lifecycle.kind.capitalize()}", "", lifecycle.about, ""]
    table = ["| state | event | if | next state | effect |", "|---|---|---|---|---|"]
    lines = [
        f"| {row.state or NEW_IN_WORDS} | {row.event} | {_words(row.guard)} | {row.next_state} | {row.effect} |"
        for row in lifecycle.rows
    ]
    return "\n".join([*head, *table, *lines, ""])


def _words(guard: Guard | None) -> str:
    words = (guard.__doc__ or "").strip().rstrip(".") if guard else ""
    return words[:1].lower() + words[1:]

"""What a process keeps of answers that cost much: for exactly as long as nothing is done in the workspace.

Everything that is done leaves an entry in the audit trail, in the same transaction, and each entry is chained to those
before it. So the digest of the last entry stands for all that was ever done, and an answer made under it is good until
there is another. The digest is asked for before the answer is made: an act in between is seen by the next request.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import Any, TypeVar

from dunwell.store import audit
from dunwell.store.models import CASE_KINDS
from dunwell.store.workspace import Workspace

Answer = TypeVar("Answer")

KEPT_MAX = 16
"""So many answers are kept, those asked for last; one of 100,000 customers takes some 50 MB."""


LEAVE_THE_LEDGER = frozenset((*CASE_KINDS, *audit.OF_PEOPLE, "run", "withdraw", "hold", "call", "note", "backup"))
"""Acts that import, erase and send nothing: what is kept of customers, invoices, payments and requests stays true."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A workspace after its last act: the number and the digest of that act's entry in the audit trail."""

    path: str
    number: int
    head: str


def moment(workspace: Workspace) -> Moment:
    """Return the moment in which a workspace is."""
    return Moment(str(workspace.path), *audit.head())


@dataclass(slots=True)
class _Kept:
    lock: RLock = field(default_factory=RLock)
    made_at: Moment | None = None
    answer: Any = None


_kept: OrderedDict[Hashable, _Kept] = OrderedDict()
_lock = Lock()


def kept(now: Moment, name: Hashable, make: Callable[[Answer | None], Answer]) -> Answer:
    """Return the answer called ``name`` at a moment; it is made at the first asking, and others wait for it.

    ``make`` is given the answer of an earlier moment of the same history, where there is one, to go on from.
    """
    own = _place(now.path, name)
    with own.lock:
        if own.made_at != now:
            is_earlier = own.made_at is not None and audit.has_entry(own.made_at.number, own.made_at.head)
            own.answer = make(own.answer if is_earlier else None)
            own.made_at = now
        answer: Answer = own.answer
        return answer


def _place(path: str, name: Hashable) -> _Kept:
    with _lock:
        own = _kept.setdefault((path, name), _Kept())
        _kept.move_to_end((path, name))
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
        return own

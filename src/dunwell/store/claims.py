"""Moving a case from one state to the next so that of two who try only one can.

The move is one conditional UPDATE ("where it is still in the state I saw"); it counts only when exactly one row
changed, and its transition row is written in the same transaction. Which moves are legal is casework's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.functions import Now

from dunwell.store import audit, bulk
from dunwell.store.audit_rows import case_digest, rows_between
from dunwell.store.models import (
    Application,
    Call,
    CaseTransition,
    Dispute,
    Exclusion,
    Hold,
    HoldTransition,
    Letter,
    LetterTransition,
    Note,
    Offer,
    Order,
    Plan,
    Promise,
    Referral,
)

M = TypeVar("M", bound=Model)
R = TypeVar("R", Call, Note)
C = TypeVar("C", Promise, Dispute, Exclusion)
"""A case of which there may be several at once, so that nothing but what it says tells one from another."""

Case = Promise | Dispute | Exclusion | Order | Plan | Offer | Application | Referral
"""A case whose transitions are rows of ``CaseTransition``."""

NOW = Now()
"""For columns that hold the instant of a move; the database's clock, as for every instant."""


@dataclass(frozen=True, slots=True)
class Move:
    """One transition: from where to where, on which business day, by whom and why.

    ``was``: numbers that the move replaces, as they were before it, so that an earlier day can still be seen as it was.
    """

    from_state: str
    to_state: str
    on: date
    by: str
    reason: str = ""
    event: str = ""
    evidence: str = ""
    was: Mapping[str, Any] = field(default_factory=dict)


def kind_of(case: Case) -> str:
    """Return the kind of a case, as its transitions name it."""
    return type(case).__name__.lower()


def move_letter(letter_id: int, move: Move, changes: Mapping[str, Any] | None = None) -> bool:
    """Move a letter and set ``changes`` with it; ``False`` when it was no longer in ``move.from_state``."""
    with bulk.writing():
        waiting = Letter.objects.filter(pk=letter_id, state=move.from_state)
        if waiting.update(state=move.to_state, **(changes or {})) != 1:
            return False
        written = LetterTransition.objects.create(letter_id=letter_id, **_row(move))
        content = (changes or {}).get("content")
        frozen = {"content_sha256": audit.content_digest(content)} if content else {}
        _audit("letter", Letter.objects.only("account_id").get(pk=letter_id), move, written, **frozen)
    return True


def move_hold(hold_id: int, move: Move, changes: Mapping[str, Any] | None = None) -> bool:
    """Move a hold and set ``changes`` with it; ``False`` when it was no longer in ``move.from_state``."""
    with bulk.writing():
        waiting = Hold.objects.filter(pk=hold_id, state=move.from_state)
        if waiting.update(state=move.to_state, **(changes or {})) != 1:
            return False
        written = HoldTransition.objects.create(hold_id=hold_id, **_row(move))
        _audit("hold", Hold.objects.only("account_id").get(pk=hold_id), move, written)
    return True


def place_hold(hold: Hold, move: Move) -> Hold:
    """Save a new hold with its first transition row, both or neither."""
    with bulk.writing():
        hold.state = move.to_state
        hold.save(force_insert=True)
        _audit("hold", hold, move, HoldTransition.objects.create(hold=hold, **_row(move)))
    return hold


def same_case(case: C, by: str) -> C | None:
    """Return the case that says exactly what a new one would, was opened by the same person and has not moved on."""
    opened = CaseTransition.objects.filter(kind=kind_of(case), from_state="", by=by).values("case_id")
    return _same(case).filter(pk__in=opened).first()


def same_row(row: R) -> R | None:
    """Return the row that says exactly what a new one would."""
    return _same(row).first()


def _same(row: M) -> QuerySet[M]:
    """Find the rows with every value of a new one but its key and the instant, which the database gives."""
    same: dict[str, Any] = {}
    for column in row._meta.local_concrete_fields:  # noqa: SLF001 - Django's own name
        value = getattr(row, column.attname)
        if not column.primary_key and column.attname != "at":
            same |= {f"{column.attname}__isnull": True} if value is None else {column.attname: value}
    found: QuerySet[M] = type(row)._default_manager.filter(**same)  # noqa: SLF001 - Django's own name
    return found.order_by("pk")


def open_case(case: Case, move: Move) -> None:
    """Save a new case with its first transition row, both or neither."""
    with bulk.writing():
        case.state = move.to_state
        case.save(force_insert=True)
        _write_case_row(case, move)


def move_case(case: Case, move: Move, changes: Mapping[str, Any] | None = None) -> bool:
    """Move a case and set ``changes`` with it; ``False`` when it was no longer in ``move.from_state``."""
    with bulk.writing():
        waiting = type(case)._default_manager.filter(pk=case.pk, state=move.from_state)  # noqa: SLF001 - Django's own name
        if waiting.update(state=move.to_state, **(changes or {})) != 1:
            return False
        _write_case_row(case, move)
    case.refresh_from_db()
    return True


def last_move_on(case: Case | Letter | Hold) -> date | None:
    """Return the business day of the last move of a case, a letter or a hold; ``None`` where no move is known."""
    moves: QuerySet[Any]
    if isinstance(case, Letter):
        moves = LetterTransition.objects.filter(letter=case)
    elif isinstance(case, Hold):
        moves = HoldTransition.objects.filter(hold=case)
    else:
        moves = CaseTransition.objects.filter(kind=kind_of(case), case_id=case.pk)
    last: date | None = moves.order_by("-id").values_list("on", flat=True).first()
    return last


def _write_case_row(case: Case, move: Move) -> None:
    case_row = {"kind": kind_of(case), "case_id": case.pk, "account_id": case.account_id}
    written = CaseTransition.objects.create(**case_row, event=move.event, evidence=move.evidence, **_row(move))
    _audit(kind_of(case), case, move, written)


def _audit(
    what: str,
    case: Case | Letter | Hold,
    move: Move,
    written: LetterTransition | HoldTransition | CaseTransition,
    **more: str,
) -> None:
    """Put a move into the audit trail, in its transaction; its reason stays in the row, the trail has the digest."""
    summary: dict[str, Any] = {
        "from": move.from_state,
        "to": move.to_state,
        "row_sha256": case_digest(what, case.pk),
        **more,
    }
    if move.event:
        summary["event"] = move.event
    if move.was:
        summary["was"] = dict(move.was)
    rows = [rows_between(type(written).__name__.lower(), written.pk, written.pk)]
    if what == "hold" and not move.from_state:
        rows.append(rows_between(what, case.pk, case.pk))
    audit.append(audit.Act(what, move.by, move.on, case.pk, case.account_id, summary, rows))


def _row(move: Move) -> dict[str, Any]:
    return {
        "from_state": move.from_state,
        "to_state": move.to_state,
        "on": move.on,
        "by": move.by,
        "reason": move.reason,
    }

"""A case as plain values, for every face: its columns, who it concerns, and its moves."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from dunwell.store.cases import amounts_before, history, states_on
from dunwell.store.claims import Case, kind_of
from dunwell.store.models import Invoice, Plan

_INSIDE = frozenset({"id", "account", "invoice", "held_through_on", "suspended_hold", "promise", "kind"})

_WITH = {
    "closed_on": ("recovered_minor", "granted_minor"),
    "agreed_on": ("agreed_by", "agreed_how"),
    "handed_over_on": (),
}
_BLANK = {"agreed_by": "", "agreed_how": ""}

Json = dict[str, Any]


def case_json(case: Case, state: str = "") -> Json:
    """Return a case as plain values; ``state`` is what it was on another day."""
    invoice: Invoice | None = getattr(case, "invoice", None)
    found: Json = {
        "id": case.pk,
        "kind": kind_of(case),
        "account_number": case.account.account_number,
        "name": case.account.name,
    }
    if hasattr(case, "invoice"):
        found["invoice_number"] = invoice.invoice_number if invoice else None
    if hasattr(case, "kind"):
        found["offer"] = case.kind
    columns = [column.name for column in case._meta.concrete_fields if column.name not in _INSIDE]  # noqa: SLF001
    found |= {name: _plain(getattr(case, name)) for name in columns}
    if isinstance(case, Plan):
        found["instalments"] = [_instalment(one) for one in case.instalments.order_by("number")]
    return found | ({"state": state} if state else {})


def listed_json(kind: str, cases: Iterable[Case], as_of: date | None = None) -> list[Json]:
    """Return cases as they stand, or as they stood on a day: those that were there then, in the state of then."""
    if as_of is None:
        return [case_json(case) for case in cases]
    then, amounts = states_on(kind, as_of), amounts_before(kind, as_of)
    own = [(case, case_json(case, then[case.pk])) for case in cases if case.pk in then]
    return [_as_it_was(found, as_of) | amounts.get(case.pk, {}) for case, found in own]


def _as_it_was(found: Json, as_of: date) -> Json:
    """Leave out what was written down on a later day, each date with what came with it."""
    later = [name for name in _WITH if _is_after(found.get(name), as_of)]
    blank = {each: _BLANK.get(each) for name in later for each in (name, *_WITH[name]) if each in found}
    paid = [
        one | ({"paid_on": None} if _is_after(one["paid_on"], as_of) else {}) for one in found.get("instalments", ())
    ]
    return found | blank | ({"instalments": paid} if "instalments" in found else {})


def _is_after(day: str | None, as_of: date) -> bool:
    return day is not None and day > as_of.isoformat()


def moves_json(case: Case) -> list[Json]:
    """Return the moves of a case, oldest first."""
    return [
        {
            "on": move.on.isoformat(),
            "event": move.event,
            "from": move.from_state,
            "to": move.to_state,
            "by": move.by,
            "reason": move.reason,
            "evidence": move.evidence,
        }
        for move in history(case)
    ]


def _instalment(one: Any) -> Json:
    names = ("number", "due_on", "principal_minor", "interest_minor", "amount_minor", "rest_minor", "paid_on")
    return {name: _plain(getattr(one, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value

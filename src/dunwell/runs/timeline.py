"""Everything that happened with an account, in order, one line each, with who and why."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from dunwell.runs.wording import amount
from dunwell.store.models import (
    Account,
    Call,
    CaseTransition,
    Decision,
    Entry,
    Event,
    HoldTransition,
    Invoice,
    LetterTransition,
    Note,
    Run,
)


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """One line: on which day, what kind of thing, what happened, by whom, why, from what evidence.

    ``rank`` orders what happened on one day: facts before decisions before what people did about them.
    """

    on: date
    rank: int
    number: int
    kind: str
    text: str
    by: str = ""
    reason: str = ""
    evidence: str = ""


def timeline(account: Account, until_on: date | None = None) -> list[Happening]:
    """Return what happened with an account through a day, oldest first."""
    told = [happening for source in _SOURCES for happening in source(account)]
    return sorted(one for one in told if until_on is None or one.on <= until_on)


def timeline_json(happenings: list[Happening]) -> list[dict[str, Any]]:
    """Return a timeline as plain values."""
    found = [asdict(one) | {"on": one.on.isoformat()} for one in happenings]
    return [{name: value for name, value in one.items() if name not in ("rank", "number")} for one in found]


def line(one: Happening) -> str:
    """Write one line for a person."""
    who = f" by {one.by}" if one.by else ""
    why = f": {one.reason}" if one.reason else ""
    proof = f" ({one.evidence})" if one.evidence else ""
    return f"{one.on} {one.text}{who}{why}{proof}"


def _invoices(account: Account) -> Iterator[Happening]:
    for one in Invoice.objects.filter(account=account):
        if one.issued_on is not None:
            due = f", due {one.due_on}" if one.due_on else ", without a due date"
            text = f"invoice {one.invoice_number} of {amount(one.amount_minor, one.currency)} issued{due}"
            yield Happening(one.issued_on, 0, one.pk, "invoice", text)


def _entries(account: Account) -> Iterator[Happening]:
    for one in Entry.objects.select_related("invoice").filter(account=account):
        what = f" for invoice {one.invoice}" if one.invoice else ", unapplied"
        text = f"{one.kind.replace('_', ' ')} of {amount(one.amount_minor, one.currency)}{what}"
        yield Happening(one.paid_on, 1, one.pk, one.kind, text, evidence=one.payment_reference)


def _events(account: Account) -> Iterator[Happening]:
    for one in Event.objects.select_related("invoice").filter(account=account):
        what = f" on invoice {one.invoice}" if one.invoice else ""
        step = f" {one.step}" if one.step else ""
        until = f" until {one.until_on}" if one.until_on else ""
        yield Happening(one.on, 2, one.pk, one.kind, f"{one.kind}{step}{what}{until} (imported)", reason=one.note)


def _calls(account: Account) -> Iterator[Happening]:
    for one in Call.objects.filter(account=account):
        whom = f" with {one.spoke_with}" if one.spoke_with else ""
        yield Happening(one.on, 3, one.pk, "call", f"call{whom}: {one.outcome.replace('_', ' ')}", one.by, one.note)


def _notes(account: Account) -> Iterator[Happening]:
    for one in Note.objects.filter(account=account):
        yield Happening(one.on, 4, one.pk, "note", f"note: {one.text}", one.by)


def _decisions(account: Account) -> Iterator[Happening]:
    """The decisions of runs that said something new."""
    before: dict[str, tuple[str, str]] = {}
    finished = Run.objects.filter(state="finished").values_list("pk", flat=True)
    rows = Decision.objects.filter(run__in=list(finished), account=account)  # listed: found run by run in the index
    fields = ("run__as_of", "currency", "action", "step", "total_due_minor", "id")
    for on, currency, action, step, due_minor, key in rows.order_by("run__as_of", "run_id").values_list(*fields):
        now = (action, step if action != "none" else "")
        if action != "none" and before.get(currency) != now:
            named = f" {step}" if step and action in ("letter", "hold") else ""
            text = f"decided: {action.replace('_', ' ')}{named}, {amount(due_minor, currency)} due"
            yield Happening(on, 5, key, "decision", text, "run")
        before[currency] = now


def _letters(account: Account) -> Iterator[Happening]:
    for one in LetterTransition.objects.select_related("letter").filter(letter__account=account):
        text = f"letter {one.letter.reference} ({one.letter.kind.replace('_', ' ')}) {one.to_state.replace('_', ' ')}"
        yield Happening(one.on, 7, one.pk, "letter", text, one.by, one.reason)


def _holds(account: Account) -> Iterator[Happening]:
    for one in HoldTransition.objects.select_related("hold").filter(hold__account=account):
        demanded = f" ({amount(one.hold.demanded_minor, one.hold.currency)})" if one.to_state == "proposed" else ""
        text = f"hold {one.to_state.replace('_', ' ')}{demanded}"
        yield Happening(one.on, 8, one.pk, "hold", text, one.by, one.reason)


def _cases(account: Account) -> Iterator[Happening]:
    for one in CaseTransition.objects.filter(account=account):
        text = f"{one.kind} {one.case_id} {one.to_state.replace('_', ' ')}"
        yield Happening(one.on, 6, one.pk, one.kind, text, one.by, one.reason, one.evidence)


_SOURCES = (_invoices, _entries, _events, _calls, _notes, _decisions, _cases, _letters, _holds)

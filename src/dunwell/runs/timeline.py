"""Everything that happened with an account, in order, one line each, with who and why, in a language."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from dunwell.assess.reasons import step_name, written_day
from dunwell.runs.wording import amount, sentence
from dunwell.store.matches import moves_about, read_parts
from dunwell.store.models import (
    Account,
    Call,
    CaseTransition,
    Entry,
    Event,
    HoldTransition,
    Invoice,
    LetterTransition,
    Note,
)
from dunwell.store.recording import read_history

REPLY = "reply"
"""The source of an answer that a person wrote down (``runs.replying``)."""


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """One line: on which day, what kind of thing, what happened, by whom, why, from what evidence.

    ``rank`` orders what happened on one day: facts before decisions before what people did about them. ``about`` names
    what it concerns where that has a page of its own: a letter's reference, a case's number.
    """

    on: date
    rank: int
    number: int
    kind: str
    text: str
    by: str = ""
    reason: str = ""
    evidence: str = ""
    about: str = ""


Source = Callable[[Account, str], Iterator[Happening]]


def timeline(account: Account, until_on: date | None = None, language: str = "en") -> list[Happening]:
    """Return what happened with an account through a day, oldest first."""
    told = [happening for source in _SOURCES for happening in source(account, language)]
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


def _invoices(account: Account, language: str) -> Iterator[Happening]:
    for one in Invoice.objects.filter(account=account):
        if one.issued_on is not None:
            values = {
                "number": one.invoice_number,
                "amount": amount(one.amount_minor, one.currency, language),
                "due_on": written_day(one.due_on, language) if one.due_on else "",
            }
            text = sentence("timeline_invoice", "due" if one.due_on else "undated", values, language)
            yield Happening(one.issued_on, 0, one.pk, "invoice", text)


def _entries(account: Account, language: str) -> Iterator[Happening]:
    for one in Entry.objects.select_related("invoice").filter(account=account):
        key = one.kind if one.invoice else f"{one.kind}_unapplied"
        values = {"amount": amount(one.amount_minor, one.currency, language), "invoice": one.invoice}
        text = sentence("timeline_entry", key, values, language)
        yield Happening(one.paid_on, 1, one.pk, one.kind, text, evidence=one.payment_reference)


def _bank(account: Account, language: str) -> Iterator[Happening]:
    """What became of bank entries: applied, taken back, set aside, by whom and why."""
    for one in moves_about(account):
        own = [part for part in read_parts(one.parts) if part[0] == account.account_number]
        if one.parts and not own:
            continue
        entry = one.bankentry
        minor = sum(part[2] for part in own) or entry.amount_minor
        numbers = [part[1] for part in own] or [None]
        values = {
            "number": entry.pk,
            "booked_on": written_day(entry.booked_on, language),
            "amount": amount(minor, entry.currency, language),
            "to": ", ".join(_applied_to(number, language) for number in numbers),
        }
        key = "undo_aside" if one.from_state == "set_aside" and one.event == "undo" else one.event.replace(" ", "_")
        text = sentence("timeline_bank", key, values, language)
        yield Happening(one.on, 3, one.pk, "bank", text, one.by, one.reason, entry.entry_reference, str(entry.pk))


def _applied_to(invoice_number: str | None, language: str) -> str:
    key = "invoice" if invoice_number else "account"
    return sentence("timeline_bank", key, {"number": invoice_number}, language)


def _events(account: Account, language: str) -> Iterator[Happening]:
    """What was imported, and the answers that people wrote down."""
    for one in Event.objects.select_related("invoice", "first_batch").filter(account=account):
        is_written = one.first_batch is not None and one.first_batch.source == REPLY
        by = one.first_batch.imported_by if one.first_batch is not None and is_written else ""
        text = _told(one, language, is_imported=not is_written)
        yield Happening(one.on, 2, one.pk, one.kind, text, by=by, reason=one.note)


def _told(one: Event, language: str, *, is_imported: bool) -> str:
    until_on = written_day(one.until_on, language) if one.until_on else ""
    values = {"step": step_name(one.step, language), "invoice": one.invoice, "until_on": until_on}
    named = {"step": one.step, "invoice": one.invoice, "until_on": one.until_on, "imported": is_imported}
    details = [sentence("timeline_event", key, values, language) for key, value in named.items() if value]
    what = sentence("timeline_event", one.kind, values, language)
    return f"{what} ({', '.join(details)})" if details else what


def _calls(account: Account, language: str) -> Iterator[Happening]:
    for one in Call.objects.filter(account=account):
        outcome = sentence("call_outcome", one.outcome, {}, language)
        key = "with" if one.spoke_with else "call"
        text = sentence("timeline_call", key, {"who": one.spoke_with, "outcome": outcome}, language)
        yield Happening(one.on, 3, one.pk, "call", text, one.by, one.note)


def _notes(account: Account, language: str) -> Iterator[Happening]:
    for one in Note.objects.filter(account=account):
        yield Happening(
            one.on, 4, one.pk, "note", sentence("timeline_note", "note", {"text": one.text}, language), one.by
        )


def _decisions(account: Account, language: str) -> Iterator[Happening]:
    """The decisions of runs that said something new."""
    before: dict[str, tuple[str, str]] = {}
    told = ("currency", "action", "step", "total_due_minor")
    rows = read_history(account.pk, *told).select("as_of", *told).iter_rows()
    for key, (on, currency, action, step, due_minor) in enumerate(sorted(rows, key=lambda row: row[0])):
        now = (action, step if action != "none" else "")
        if action != "none" and before.get(currency) != now:
            values = {"step": step_name(step, language), "amount": amount(due_minor, currency, language)}
            is_on_ladder = step and step != action and action in ("letter", "hold")
            text = sentence("timeline_decision", f"{action}_step" if is_on_ladder else action, values, language)
            yield Happening(on, 5, key, "decision", text, "run")
        before[currency] = now


def _letters(account: Account, language: str) -> Iterator[Happening]:
    for one in LetterTransition.objects.select_related("letter").filter(letter__account=account):
        kind = sentence("letter_kind", one.letter.kind, {}, language)
        values = {"reference": one.letter.reference, "kind": kind}
        text = sentence("timeline_letter", one.to_state, values, language)
        yield Happening(one.on, 7, one.pk, "letter", text, one.by, one.reason, about=one.letter.reference)


def _holds(account: Account, language: str) -> Iterator[Happening]:
    for one in HoldTransition.objects.select_related("hold").filter(hold__account=account):
        values = {"amount": amount(one.hold.demanded_minor, one.hold.currency, language)}
        text = sentence("timeline_hold", one.to_state, values, language)
        yield Happening(one.on, 8, one.pk, "hold", text, one.by, one.reason, about=str(one.hold_id))


def _cases(account: Account, language: str) -> Iterator[Happening]:
    for one in CaseTransition.objects.filter(account=account):
        values: Mapping[str, Any] = {"number": one.case_id}
        text = sentence(f"timeline_{one.kind}", one.to_state, values, language)
        yield Happening(one.on, 6, one.pk, one.kind, text, one.by, one.reason, one.evidence, str(one.case_id))


_SOURCES: tuple[Source, ...] = (
    _invoices, _entries, _bank, _events, _calls, _notes, _decisions, _cases, _letters, _holds,
)  # fmt: skip

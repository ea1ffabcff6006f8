"""Letters off the ladder: drafted for a case, approved and sent as all others, withdrawn when the case has moved on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from dunwell.calendar import deadline_after
from dunwell.casework import letter_states
from dunwell.errors import RefusedError
from dunwell.letters.kinds import kinds
from dunwell.runs.case_subject import Subject
from dunwell.store import audit
from dunwell.store.bulk import writing
from dunwell.store.models import Account, CaseLetter, Letter
from dunwell.store.recording import LETTERS, write_letters

CASE_LETTERS = (
    "order_on_hold", "credit_refusal", "plan_offer", "plan_confirmation", "plan_default", "alternatives",
)  # fmt: skip
"""The kinds of letters that belong to cases; each is its own step."""
STATEMENT = "statement"
"""A letter off the ladder that belongs to no case: it says how the account stands on the day of its approval."""
PAY_BY_DAYS = 7
"""Days to pay of a letter off the ladder, as of most of its steps."""
REPLY_DAYS = 10
"""Days to answer a letter that asks for an answer and offers nothing with a day of its own."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A letter to draft: which kind, to whom, for which case (none: a statement), what it asks for."""

    kind: str
    account: Account
    currency: str
    case_kind: str = ""
    case_id: int = 0
    total_minor: int = 0
    details: Mapping[str, Any] | None = None
    channel: str = field(default="email")


def draft(wanted: Wanted, on: date, by: str, reason: str = "") -> Letter:
    """Draft a letter for a case; a waiting draft of the same kind and day is replaced.

    Raises ``RefusedError`` when one of that kind and day has already been approved.
    """
    with writing():
        _replace_draft(wanted, on, by)
        write_letters(None, on, pl.DataFrame([_row(wanted, on)], schema=LETTERS), by, reason)
        made = _live(wanted, on)
        if made is None or made.state != "draft" or CaseLetter.objects.filter(letter=made).exists():
            raise RefusedError(f"A letter {wanted.kind} of {on} to {wanted.account} has already been approved.")
        if wanted.case_kind:
            case = {"kind": wanted.case_kind, "case_id": wanted.case_id, "details": wanted.details}
            link = CaseLetter.objects.create(letter=made, **case)
            audit.added(link, "letter", on=on, by=by, account_id=made.account_id)
    return made


def withdraw_drafts(case_kind: str, case_id: int, on: date, by: str, reason: str) -> None:
    """Cancel what was drafted for a case and has not gone out."""
    waiting = CaseLetter.objects.filter(kind=case_kind, case_id=case_id, letter__state__in=("draft", "approved"))
    for link in waiting.select_related("letter__account"):
        letter_states.give_up(link.letter, on=on, by=by, reason=reason)


def is_case_letter(letter: Letter) -> bool:
    """Tell whether a letter is off the ladder: it belongs to a case, or is a statement."""
    is_of_case = letter.kind in CASE_LETTERS and CaseLetter.objects.filter(letter=letter).exists()
    return is_of_case or letter.kind == STATEMENT


def pay_by_on(letter: Letter, as_of: date) -> date:
    """Return the day by which a letter off the ladder asks for payment, if it is sent on a day."""
    return deadline_after(as_of, PAY_BY_DAYS, letter.account.country)


def unsaved(about: Subject, kind: str, on: date) -> Letter:
    """Return a letter that nobody drafted, to gather the facts of a paper that is handed out."""
    account = about.account
    reference = f"{account.account_number}-{on:%Y%m%d}-{kind.replace('_', '-')}-{about.currency}"
    return Letter(
        account=account, currency=about.currency, kind=kind, step=kind, language=account.language, reference=reference
    )


def _live(wanted: Wanted, on: date) -> Letter | None:
    same = Letter.objects.filter(account=wanted.account, currency=wanted.currency, step=wanted.kind)
    return same.filter(episode_start_on=on).exclude(state="cancelled").select_related("account").first()


def _replace_draft(wanted: Wanted, on: date, by: str) -> None:
    earlier = _live(wanted, on)
    if earlier is not None and earlier.state == "draft":
        letter_states.cancel(earlier, on=on, by=by, reason="Replaced by a newer draft.")


def _row(wanted: Wanted, on: date) -> dict[str, Any]:
    account = wanted.account
    is_request = bool(kinds()[wanted.kind]["request"])
    name = wanted.kind.replace("_", "-")
    return {
        "account_id": account.pk,
        "currency": wanted.currency,
        "kind": wanted.kind,
        "step": wanted.kind,
        "is_request": is_request,
        "language": account.language,
        "channel": wanted.channel,
        "episode_start_on": on,
        "reference": f"{account.account_number}-{on:%Y%m%d}-{name}-{wanted.currency}",
        "pay_by_on": deadline_after(on, PAY_BY_DAYS, account.country) if is_request else None,
        "total_due_minor": wanted.total_minor,
    }

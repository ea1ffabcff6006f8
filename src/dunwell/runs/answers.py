"""What customers say, written down by a person: promises, disputes, exclusions, calls, notes (product §4, §5).

How a promise or a credit note turned out is not written down here: the run recognises it (``runs.case_keeping``).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from dunwell.casework.cases import Act, advance, begin_once, close
from dunwell.errors import RefusedError, UsageError
from dunwell.runs.case_subject import Subject, open_minor, owed, required_situation
from dunwell.runs.desk import Desk
from dunwell.runs.wording import amount
from dunwell.store import audit
from dunwell.store.bulk import writing
from dunwell.store.cases import disputed_parts_minor, gross_minor
from dunwell.store.claims import R, same_case, same_row
from dunwell.store.models import Account, Call, Dispute, Exclusion, Invoice, Note, Promise
from dunwell.store.reading import WHOLE

PROMISE_DAYS_MAX = 366
"""So many days ahead a promise may lie: it suspends chasing all the time. For longer there are plans."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, and what proves it: a letter's reference, an e-mail, a call."""

    note: str = ""
    evidence: str = ""


def act(desk: Desk, said: Said) -> Act:
    """Return who acts, when, why and from what evidence."""
    return Act(desk.as_of, desk.by, said.note, said.evidence)


def promise(desk: Desk, about: Subject, until_on: date, amount_minor: int | None, said: Said) -> Promise:
    """Record a promise to pay ``amount_minor`` by ``until_on``; without an amount, what is open of its subject.

    Raises ``UsageError`` for a day that is over and for more than is owed with its charges: an amount mistyped would
    make a promise that nobody can keep. Raises ``RefusedError`` when nothing is open.
    """
    if until_on < desk.as_of:
        raise UsageError(f"The promised day {until_on} lies before {desk.as_of}.")
    if until_on > desk.as_of + timedelta(days=PROMISE_DAYS_MAX):
        raise UsageError(f"{until_on} lies more than a year after {desk.as_of}; write the day you mean.")
    now = owed(desk, about)
    if amount_minor is not None and amount_minor > now.most_minor:
        most = amount(now.most_minor, about.currency, desk.language)
        raise UsageError(f"More is promised than is owed; the most is {most}.")
    made = Promise(
        account=about.account,
        currency=about.currency,
        invoice=about.invoice,
        amount_minor=amount_minor or now.due_minor,
        opened_on=desk.as_of,
        until_on=until_on,
        note=said.note,
    )
    return begin_once(made, "make", act(desk, said))


def dispute(desk: Desk, about: Subject, amount_minor: int | None, said: Said) -> Dispute:
    """Record a dispute of an invoice, of a part of it, or of the whole account.

    Raises ``UsageError`` when more is disputed than is open and not disputed yet, ``RefusedError`` when the account
    never owed anything in the currency.
    """
    if amount_minor is not None and about.invoice is None:
        raise UsageError("A part that is disputed is a part of an invoice: say which with --invoice.")
    if about.named_currency:
        required_situation(desk, about)
    opened = Dispute(
        account=about.account,
        currency=about.named_currency,
        invoice=about.invoice,
        amount_minor=amount_minor,
        opened_on=desk.as_of,
        note=said.note,
    )
    with writing():
        same = same_case(opened, desk.by)
        if same is None and amount_minor is not None and about.invoice is not None:
            left_minor = open_minor(desk, about) - disputed_parts_minor(about.invoice)
            if amount_minor > left_minor:
                raise UsageError("More is disputed than is open of the invoice.")
        return same or begin_once(opened, "open", act(desk, said))


@writing()
def uphold(desk: Desk, found: Dispute, amount_minor: int | None, said: Said) -> None:
    """Agree with the customer: a credit note of ``amount_minor`` is expected; without one, of what is disputed.

    Where it is less, the trail keeps what was disputed: on the days before, all of it is still seen as disputed
    (decision 10: the past stays as it was).
    """
    if found.invoice is None:
        return advance(found, "uphold", act(desk, said))  # refused with its reason
    disputed = found.amount_minor or _whole_minor(desk, found, found.invoice, amount_minor)
    expected = amount_minor or disputed
    if expected > disputed:
        raise RefusedError("The credit note would be larger than what is disputed.")
    was = {"amount_minor": found.amount_minor or WHOLE}
    return advance(found, "uphold", replace(act(desk, said), was=was), amount_minor=expected)


def _whole_minor(desk: Desk, found: Dispute, invoice: Invoice, amount_minor: int | None) -> int:
    """What is disputed of a whole invoice: what is open of it; for a given amount also what was paid already."""
    about = Subject(found.account, found.currency, invoice)
    return gross_minor(invoice) if amount_minor is not None else open_minor(desk, about)


def exclude(desk: Desk, about: Subject, until_on: date | None, said: Said) -> Exclusion:
    """Leave an account or one of its invoices alone, until a day or until further notice."""
    if until_on is not None and until_on < desk.as_of:
        raise UsageError(f"The last day {until_on} lies before {desk.as_of}.")
    if about.named_currency:
        required_situation(desk, about)
    excluded = Exclusion(
        account=about.account,
        currency=about.named_currency,
        invoice=about.invoice,
        opened_on=desk.as_of,
        until_on=until_on,
        note=said.note,
    )
    return begin_once(excluded, "exclude", act(desk, said))


def end(desk: Desk, found: Promise | Dispute | Exclusion, event: str, said: Said) -> None:
    """Close a case by hand: withdraw a promise, reject or withdraw a dispute, end an exclusion."""
    close(found, event, act(desk, said))


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call: an outcome of ``CALL_OUTCOMES``, who was spoken with, what they promised."""

    outcome: str
    spoke_with: str = ""
    amount_minor: int | None = None
    until_on: date | None = None


def call(desk: Desk, about: Subject, result: CallResult, said: Said) -> tuple[Call, Promise | Dispute | None]:
    """Record a call, with the promise or dispute that was its outcome, both or neither."""
    if result.outcome == "promised" and result.until_on is None:
        raise UsageError("A promise has its day: say --until.")
    if result.outcome == "disputed" and not said.note:
        raise UsageError("Say what is disputed: --note.")
    spoken = Call(
        account=about.account,
        on=desk.as_of,
        currency=about.named_currency,
        outcome=result.outcome,
        spoke_with=result.spoke_with,
        note=said.note,
        by=desk.by,
    )
    with writing():
        made = _once(spoken)
        proven = Said(said.note, said.evidence or f"call {made.pk}")
        if result.outcome == "promised" and result.until_on is not None:
            return made, promise(desk, about, result.until_on, result.amount_minor, proven)
        if result.outcome == "disputed":
            return made, dispute(desk, about, result.amount_minor, proven)
    return made, None


def note(desk: Desk, account: Account, text: str) -> Note:
    """Write something down about an account."""
    if not text.strip():
        raise UsageError("The note is empty.")
    with writing():
        return _once(Note(account=account, on=desk.as_of, text=text.strip(), by=desk.by))


def _once(row: R) -> R:
    """Keep a call or a note, or return the one that says exactly the same, of the same day and person."""
    same = same_row(row)
    if same is None:
        row.save(force_insert=True)
        audit.added(row, type(row).__name__.lower(), on=row.on, by=row.by, account_id=row.account_id)
    return same or row

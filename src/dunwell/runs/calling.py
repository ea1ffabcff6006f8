"""What to say on the telephone about a letter, with today's figures."""

from dataclasses import replace

from dunwell.errors import RefusedError
from dunwell.letters.calls import CallSheet, call_sheet
from dunwell.runs.approving import texts_at, written
from dunwell.runs.desk import Desk
from dunwell.runs.letter_facts import situation
from dunwell.store.models import Letter


def call_sheet_of(desk: Desk, letter: Letter) -> CallSheet:
    """Return the call sheet of a letter as of the desk's day: amounts as they stand now, the deadline of the letter.

    Raises ``RefusedError`` when the letter was cancelled or asks for money that has been paid since.
    """
    if letter.state == "cancelled":
        raise RefusedError(f"Letter {letter.reference} was cancelled; there is nothing to call about.")
    now = situation(desk.rules, letter.account_id, letter.currency, desk.as_of)
    facts, _ = written(desk, letter, now)
    if letter.is_request and facts.total_minor <= 0:
        raise RefusedError(f"Nothing that letter {letter.reference} asks for is open on {desk.as_of}; do not call.")
    said = replace(facts, pay_by_on=letter.pay_by_on or facts.pay_by_on)
    return call_sheet(said, texts_at(desk.workspace.texts), letter.account.phone)

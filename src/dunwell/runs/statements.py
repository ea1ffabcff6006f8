"""The statement of account as of a day, on our letterhead: every invoice and every entry, and what is left."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dunwell.calendar import deadline_after
from dunwell.ledger.frames import REOPENING_KINDS
from dunwell.letters.compose import compose
from dunwell.letters.facts import LetterFacts, Statement, StatementLine
from dunwell.letters.render import render_pdf
from dunwell.letters.texts import Texts
from dunwell.runs import case_letters
from dunwell.runs.case_subject import Subject, required_situation
from dunwell.runs.desk import Desk
from dunwell.runs.letter_facts import Situation, basic_facts
from dunwell.store.models import Entry, Invoice, Letter

_STATEMENT_KINDS = {"reversal": "refund"}


def statement_pdf(desk: Desk, about: Subject) -> bytes:
    """Return the statement of an account and currency as a PDF, the one that the case file holds.

    Raises ``RefusedError`` when the account has nothing in that currency.
    """
    now = required_situation(desk, about)
    draft = case_letters.unsaved(about, "statement", desk.as_of)
    return render_pdf(compose(statement_facts(desk, draft, now), Texts(desk.workspace.texts)))


def draft_statement(desk: Desk, about: Subject) -> Letter:
    """Draft the letter that is the statement; it is approved and sent as all others, and asks for nothing new.

    Raises ``RefusedError`` when the account has nothing in that currency, or today's has already been approved.
    """
    required_situation(desk, about)
    wanted = case_letters.Wanted(case_letters.STATEMENT, about.account, about.currency)
    return case_letters.draft(wanted, desk.as_of, desk.by)


def statement_facts(desk: Desk, draft: Letter, now: Situation) -> LetterFacts:
    """Gather what a statement says, from the first invoice to today."""
    lines = tuple(sorted(_lines(desk, draft), key=lambda one: (one.on, one.document_number)))
    closing = sum(one.amount_minor for one in lines)
    first_on = min((one.on for one in lines), default=desk.as_of)
    statement = Statement(first_on, desk.as_of, lines, 0, closing, min(now.row["overdue_minor"], max(closing, 0)))
    reply_by_on = deadline_after(desk.as_of, case_letters.REPLY_DAYS, draft.account.country)
    return replace(
        basic_facts(desk.workspace, desk.rules, draft, now),
        statement=statement,
        pay_minor=statement.overdue_minor,
        pay_by_on=reply_by_on,
        reply_by_on=reply_by_on,
    )


def _lines(desk: Desk, draft: Letter) -> Iterator[StatementLine]:
    own = {"account": draft.account, "currency": draft.currency}
    for one in Invoice.objects.filter(**own):
        issued_on = one.issued_on or one.due_on
        if issued_on is not None and issued_on <= desk.as_of:
            yield StatementLine(issued_on, "invoice", one.invoice_number, one.amount_minor, one.due_on)
    for entry in Entry.objects.filter(**own, paid_on__lte=desk.as_of):
        sign = 1 if entry.kind in REOPENING_KINDS else -1
        kind: Any = _STATEMENT_KINDS.get(entry.kind, entry.kind)
        yield StatementLine(entry.paid_on, kind, entry.payment_reference, sign * entry.amount_minor)

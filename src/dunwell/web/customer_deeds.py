"""What can be done on a customer's page: each deed with the least role, its form, and the service that does it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.runs import answers, applying, holding, ordering, planning, replying, statements
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import Subject, account_named, amount_minor, subject
from dunwell.runs.customer_page import CustomerPage
from dunwell.runs.desk import Desk
from dunwell.web import customer_forms as filled

Values = Mapping[str, Any]


def _anywhere(page: CustomerPage) -> bool:
    return bool(page.account.pk)


def _where_something_is_owed(page: CustomerPage) -> bool:
    return any(one.why["open_minor"] for one in page.money)


def _where_something_was_invoiced(page: CustomerPage) -> bool:
    return bool(page.money)


def _where_no_hold_is(page: CustomerPage) -> bool:
    return any(one.why["hold"] == "none" and one.why["chaseable_minor"] > 0 for one in page.money)


def _where_a_hold_is(page: CustomerPage) -> bool:
    """A hold from before Dunwell has no case; the assessment tells of it."""
    return any(one.hold is not None or one.why["hold"] == "in_force" for one in page.money)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a person does about a customer: ``act`` does it and returns what is said then."""

    name: str
    least_role: str
    title: Any
    button: Any
    form: type[forms.Form]
    act: Callable[[Desk, str, Values], str]
    is_possible: Callable[[CustomerPage], bool] = _anywhere


def _about(desk: Desk, number: str, values: Values) -> Subject:
    """The subject that was chosen; an invoice brings its own currency."""
    invoice = values.get("invoice", "")
    return subject(desk, number, "" if invoice else values.get("currency", ""), invoice)


def _minor(values: Values, currency: str) -> int | None:
    return amount_minor(values["amount"], currency) if values.get("amount") else None


def _said(values: Values) -> Said:
    return Said(values.get("note", ""), values.get("evidence", ""))


def _call(desk: Desk, number: str, values: Values) -> str:
    about = _about(desk, number, values)
    outcome, until_on = values["outcome"], values["until_on"]
    has_amount = outcome in ("promised", "disputed")
    minor = _minor(values, about.currency) if has_amount else None
    result = answers.CallResult(outcome, values["spoke_with"], minor, until_on)
    __, case = answers.call(desk, about, result, _said(values))
    if outcome == "promised" and case is not None:
        return _("The call and the promise that was made are recorded.")
    return _("The call and the dispute are recorded.") if case is not None else _("The call is recorded.")


def _reply(desk: Desk, number: str, values: Values) -> str:
    about = _about(desk, number, values)
    replying.record_reply(desk, about, replying.Reply(values["channel"], values["note"]))
    return _("The answer is recorded; chasing pauses as the policy says.")


def _note(desk: Desk, number: str, values: Values) -> str:
    answers.note(desk, account_named(number), values["text"])
    return _("The note is kept.")


def _promise(desk: Desk, number: str, values: Values) -> str:
    about = _about(desk, number, values)
    until_on: date = values["until_on"]
    answers.promise(desk, about, until_on, _minor(values, about.currency), _said(values))
    return _("The promise is recorded; what it covers is not chased until then.")


def _dispute(desk: Desk, number: str, values: Values) -> str:
    about = _about(desk, number, values)
    answers.dispute(desk, about, _minor(values, about.currency), _said(values))
    return _("The dispute is recorded; what it covers is not chased until it is settled.")


def _exclude(desk: Desk, number: str, values: Values) -> str:
    answers.exclude(desk, _about(desk, number, values), values["until_on"], Said(values["reason"]))
    return _("The exclusion is recorded; nothing of it is chased.")


def _place_hold(desk: Desk, number: str, values: Values) -> str:
    about = _about(desk, number, values)
    holding.place(desk, about.account, about.currency, values["reason"])
    return _("The hold is proposed and its letter drafted; it comes into force when the letter has gone out.")


def _lift_hold(desk: Desk, number: str, values: Values) -> str:
    about = _about(desk, number, values)
    lifted = holding.release(desk, about.account, about.currency, values["reason"])
    if lifted.state == "released":
        return _("The hold is lifted; the letter that says so waits for approval.")
    return _("The hold is withdrawn before it came into force.")


def _statement(desk: Desk, number: str, values: Values) -> str:
    statements.draft_statement(desk, _about(desk, number, values))
    return _("The statement of account is drafted; it waits for approval.")


def _order(desk: Desk, number: str, values: Values) -> str:
    about = _about(desk, number, values)
    minor = amount_minor(values["amount"], about.currency)
    made = ordering.add(desk, about, values["order_number"].strip(), minor, _said(values))
    if made.state == "approved":
        return _("Order %(order)s is approved.") % {"order": made.order_number}
    return _("Order %(order)s waits; its page says why.") % {"order": made.order_number}


def _application(desk: Desk, number: str, values: Values) -> str:
    about = _about(desk, number, values)
    applying.receive(desk, about, amount_minor(values["amount"], about.currency), _said(values))
    return _("The credit application waits for a decision.")


def _offer(desk: Desk, number: str, values: Values) -> str:
    planning.make_offer(desk, _about(desk, number, values), values["kind"], _said(values))
    return _("The offer is made; its letter waits for approval.")


DEEDS: Sequence[Deed] = (
    Deed("call", "clerk", lazy("Record a call"), lazy("Record the call"), filled.CallForm, _call),
    Deed("reply", "clerk", lazy("Record an answer"), lazy("Record the answer"), filled.ReplyForm, _reply),
    Deed("note", "clerk", lazy("Write a note"), lazy("Keep the note"), filled.NoteForm, _note),
    Deed(
        "promise", "clerk", lazy("Record a promise to pay"), lazy("Record the promise"), filled.PromiseForm, _promise,
        _where_something_is_owed,
    ),
    Deed(
        "dispute", "clerk", lazy("Record a dispute"), lazy("Record the dispute"), filled.DisputeForm, _dispute,
        _where_something_is_owed,
    ),
    Deed("exclude", "clerk", lazy("Leave alone"), lazy("Leave alone"), filled.ExcludeForm, _exclude),
    Deed(
        "hold", "approver", lazy("Place a hold"), lazy("Propose the hold"), filled.ReasonForm, _place_hold,
        _where_no_hold_is,
    ),
    Deed(
        "lift", "approver", lazy("Lift the hold"), lazy("Lift the hold"), filled.ReasonForm, _lift_hold,
        _where_a_hold_is,
    ),
    Deed("order", "clerk", lazy("Register an order"), lazy("Check and register"), filled.OrderForm, _order),
    Deed(
        "offer", "clerk", lazy("Offer more time or a discount"), lazy("Draft the offer"), filled.OfferForm, _offer,
        _where_something_is_owed,
    ),
    Deed(
        "statement_letter", "clerk", lazy("Send a statement of account"), lazy("Draft the statement"),
        filled.StatementForm, _statement, _where_something_was_invoiced,
    ),
    Deed(
        "application", "clerk", lazy("Record a credit application"), lazy("Record the application"),
        filled.ApplicationForm, _application,
    ),
)  # fmt: skip
"""In the order in which they are needed most."""

"""How a person moves a case on: each move with the least role, its form, and the service that makes it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from dunwell.casework.cases import advance, lifecycle_of
from dunwell.runs import answers, applying, ordering, planning, referring
from dunwell.runs.answers import Said
from dunwell.runs.case_subject import amount_minor
from dunwell.runs.desk import Desk
from dunwell.store.claims import Case, kind_of
from dunwell.web.customer_forms import amount_field, short_field, text_field
from dunwell.web.words import word

Values = Mapping[str, Any]


class SaidForm(forms.Form):
    """What was said, and its proof."""

    note = text_field(lazy("Note"))
    evidence = short_field(lazy("Proof"), help_text=lazy("A letter's reference, an e-mail, a call."))


class WhyForm(forms.Form):
    """Why, and its proof; kept with the case."""

    note = short_field(lazy("Why"), required=True)
    evidence = short_field(lazy("Proof"), help_text=lazy("A letter's reference, an e-mail, a call."))


class UpholdForm(forms.Form):
    """How much will be credited."""

    amount = amount_field(lazy("Amount of the credit note"), help_text=lazy("Empty: all that is disputed."))
    note = short_field(lazy("Why"), required=True)
    evidence = short_field(lazy("Proof"))


class AcceptForm(forms.Form):
    """Who accepted a plan, and how."""

    accepted_by = short_field(lazy("Who accepted, at the customer's"), required=True)
    how = forms.ChoiceField(
        label=pgettext_lazy("accepted", "How"), choices=lambda: [(one, word(one, "how")) for one in planning.HOWS]
    )
    evidence = short_field(lazy("Proof"), help_text=lazy("An e-mail, a signed letter, a call."))


class RecoverForm(forms.Form):
    """What a referral brought in."""

    amount = amount_field(lazy("Came in"), required=True)
    note = text_field(lazy("Note"))


class GrantForm(forms.Form):
    """The limit that is granted."""

    amount = amount_field(lazy("Credit limit granted"), help_text=lazy("Empty: what was asked for."))
    note = short_field(lazy("Why"), required=True)


@dataclass(frozen=True, slots=True)
class CaseDeed:
    """A move of a kind of case that a person can make; ``act`` makes it and returns what is said then."""

    kind: str
    event: str
    least_role: str
    title: Any
    form: type[forms.Form]
    act: Callable[[Desk, Any, Values], str]
    is_grave: bool = False

    @property
    def name(self) -> str:
        """The move in an address."""
        return self.event.replace(" ", "-")


def _said(values: Values) -> Said:
    return Said(values.get("note", ""), values.get("evidence", ""))


def _minor(values: Values, case: Case) -> int | None:
    return amount_minor(values["amount"], case.currency) if values.get("amount") else None


def _ends(event: str) -> Callable[[Desk, Any, Values], str]:
    """Return the move that ends a promise, a dispute or an exclusion by hand."""

    def end(desk: Desk, case: Any, values: Values) -> str:
        answers.end(desk, case, event, _said(values))
        return _("Done. What it covered is chased again.")

    return end


def _answer(desk: Desk, case: Any, values: Values) -> str:
    advance(case, "answer", answers.act(desk, _said(values)))
    return _("The answer is recorded; the dispute stays open until it is upheld or rejected.")


def _uphold(desk: Desk, case: Any, values: Values) -> str:
    answers.uphold(desk, case, _minor(values, case), _said(values))
    return _("Upheld. A credit note is expected; the run sees when it has come.")


def _accept_plan(desk: Desk, case: Any, values: Values) -> str:
    acceptance = planning.Acceptance(values["accepted_by"], values["how"], values["evidence"])
    planning.accept_plan(desk, case, acceptance)
    return _("The plan is active; the letter that confirms it waits for approval.")


def _decline_plan(desk: Desk, case: Any, values: Values) -> str:
    planning.decline_plan(desk, case, _said(values))
    return _("The plan was declined.")


def _cancel_plan(desk: Desk, case: Any, values: Values) -> str:
    planning.cancel_plan(desk, case, _said(values))
    return _("The plan is cancelled; what it covered is chased again.")


def _accept_offer(desk: Desk, case: Any, values: Values) -> str:
    planning.accept_offer(desk, case, _said(values))
    return _("The offer is accepted; a promise to pay by its day is recorded.")


def _decline_offer(desk: Desk, case: Any, values: Values) -> str:
    planning.decline_offer(desk, case, _said(values))
    return _("The offer was declined.")


def _hold_order(desk: Desk, case: Any, values: Values) -> str:
    ordering.hold(desk, case, _said(values))
    return _("The order waits until a person releases it.")


def _release_order(desk: Desk, case: Any, values: Values) -> str:
    ordering.release(desk, case, _said(values))
    return _("The order is released: it can go out and counts into the exposure.")


def _refuse_order(desk: Desk, case: Any, values: Values) -> str:
    letter = ordering.refuse(desk, case, _said(values))
    if letter is None:
        return _("The order is refused. Its currency is not that of the limit, so no letter was drafted.")
    return _("The order is refused; the letter that says so waits for approval.")


def _invoice_order(desk: Desk, case: Any, values: Values) -> str:
    advance(case, "invoice", answers.act(desk, _said(values)))
    return _("The order was invoiced.")


def _approve_referral(desk: Desk, case: Any, values: Values) -> str:
    referring.approve(desk, case, _said(values))
    return _("The referral is approved. Hand the case file over, then say so here.")


def _hand_over(desk: Desk, case: Any, values: Values) -> str:
    referring.hand_over(desk, case, _said(values))
    return _("Handed over; from today we chase no more.")


def _recover(desk: Desk, case: Any, values: Values) -> str:
    referring.end(desk, case, "recover", _said(values), _minor(values, case))
    return _("What came in is recorded; the referral is over.")


def _ends_referral(event: str) -> Callable[[Desk, Any, Values], str]:
    def end(desk: Desk, case: Any, values: Values) -> str:
        referring.end(desk, case, event, _said(values))
        return _("The referral is over.")

    return end


def _grant(desk: Desk, case: Any, values: Values) -> str:
    applying.grant(desk, case, _minor(values, case) or case.requested_minor, _said(values))
    return _("Granted: it is the customer's credit limit from now on.")


def _refuse_application(desk: Desk, case: Any, values: Values) -> str:
    applying.refuse(desk, case, _said(values))
    return _("The application is refused; the limit stays as it was.")


CASE_DEEDS: Sequence[CaseDeed] = (
    CaseDeed("promise", "withdraw", "clerk", lazy("Take the promise back"), WhyForm, _ends("withdraw"), is_grave=True),
    CaseDeed("dispute", "answer", "clerk", lazy("We answered"), SaidForm, _answer),
    CaseDeed("dispute", "uphold", "clerk", lazy("They are right: uphold"), UpholdForm, _uphold),
    CaseDeed("dispute", "reject", "clerk", lazy("They are wrong: reject"), WhyForm, _ends("reject"), is_grave=True),
    CaseDeed("dispute", "withdraw", "clerk", lazy("They no longer dispute it"), WhyForm, _ends("withdraw")),
    CaseDeed("exclusion", "end", "clerk", lazy("Chase again"), WhyForm, _ends("end")),
    CaseDeed("plan", "accept", "approver", lazy("The customer accepted"), AcceptForm, _accept_plan),
    CaseDeed("plan", "decline", "clerk", lazy("The customer declined"), SaidForm, _decline_plan),
    CaseDeed("plan", "cancel", "approver", lazy("Cancel the plan"), WhyForm, _cancel_plan, is_grave=True),
    CaseDeed("offer", "accept", "clerk", lazy("The customer accepted"), SaidForm, _accept_offer),
    CaseDeed("offer", "decline", "clerk", lazy("The customer declined"), SaidForm, _decline_offer),
    CaseDeed("order", "release", "approver", lazy("Release the order"), WhyForm, _release_order),
    CaseDeed("order", "invoice", "clerk", lazy("It was invoiced"), SaidForm, _invoice_order),
    CaseDeed("order", "hold", "clerk", lazy("Hold the order"), WhyForm, _hold_order),
    CaseDeed("order", "refuse", "approver", lazy("Refuse the order"), WhyForm, _refuse_order, is_grave=True),
    CaseDeed("referral", "approve", "approver", lazy("Approve the referral"), SaidForm, _approve_referral),
    CaseDeed("referral", "hand over", "approver", lazy("The case file was handed over"), SaidForm, _hand_over),
    CaseDeed("referral", "recover", "approver", lazy("Money came in"), RecoverForm, _recover),
    CaseDeed("referral", "close", "approver", lazy("Close it without result"), WhyForm, _ends_referral("close")),
    CaseDeed("referral", "withdraw", "approver", lazy("Withdraw it"), WhyForm, _ends_referral("withdraw")),
    CaseDeed("application", "grant", "approver", lazy("Grant a credit limit"), GrantForm, _grant),
    CaseDeed(
        "application", "refuse", "approver", lazy("Refuse the application"), WhyForm, _refuse_application, is_grave=True
    ),
)
"""What the run recognises by itself (kept, broken, credited, paid, lapsed) is not among them."""


def deeds_of(case: Case) -> list[CaseDeed]:
    """Return the moves that a case can make from where it stands."""
    possible = {row.event for row in lifecycle_of(case).rows if row.state == case.state}
    return [deed for deed in CASE_DEEDS if deed.kind == kind_of(case) and deed.event in possible]

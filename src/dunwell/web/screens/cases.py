"""Promises, disputes, plans, offers, orders, referrals, credit applications: lists by state, each with its story."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from dunwell.errors import DunwellError, UsageError
from dunwell.runs import plan_building, referring, weighing
from dunwell.runs.answers import Said
from dunwell.runs.case_lists import case_query, listed, state_counts
from dunwell.runs.case_subject import Subject, subject
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import run_day
from dunwell.runs.ordering import kept_reasons
from dunwell.store import queries
from dunwell.store.cases import case_by, history
from dunwell.store.claims import Case
from dunwell.store.models import (
    APPLICATION_STATES,
    DISPUTE_STATES,
    EXCLUSION_STATES,
    OFFER_STATES,
    PLAN_STATES,
    PROMISE_STATES,
    REFERRAL_STATES,
    CaseLetter,
    Order,
    Plan,
)
from dunwell.store.models.ledger import ORDER_STATES
from dunwell.web import place
from dunwell.web.access import may, screen
from dunwell.web.case_deeds import CASE_DEEDS, CaseDeed, deeds_of
from dunwell.web.customer_forms import PlanForm, ReferralForm, fit
from dunwell.web.languages import manner
from dunwell.web.linking import CASE_PAGES, case_url
from dunwell.web.messages import say
from dunwell.web.once import done_once
from dunwell.web.paging import page_of, wants_part
from dunwell.web.retelling import retold
from dunwell.web.typesetting import alone
from dunwell.web.words import word

HUNDREDTHS_IN_WHOLE = 10_000

_STATES = {
    "promise": PROMISE_STATES,
    "dispute": DISPUTE_STATES,
    "exclusion": EXCLUSION_STATES,
    "plan": PLAN_STATES,
    "offer": OFFER_STATES,
    "order": ORDER_STATES,
    "application": APPLICATION_STATES,
    "referral": REFERRAL_STATES,
}


def _listing(kind: str) -> Callable[..., HttpResponse]:
    """Return the view that lists the cases of a kind by state."""

    @screen("viewer")
    def list_cases(request: HttpRequest) -> HttpResponse:
        state, words = request.GET.get("state", "open"), request.GET.get("q", "")
        chosen = state if state in ("open", *_STATES[kind]) else ""
        page = page_of(request, case_query(place.workspace(), kind, chosen, words))
        counts = state_counts(kind)
        values = {
            "request": request,
            "kind": kind,
            "list": page,
            "rows": [listed(case) for case in page.rows],
            "state": state,
            "states": [(name, counts.get(name, 0)) for name in ("open", *_STATES[kind])],
            "words": words,
            "case_page": CASE_PAGES[kind],
        }
        return TemplateResponse(request, "cases.html", values)

    return list_cases


def _showing(kind: str) -> Callable[..., HttpResponse]:
    """Return the view that shows one case of a kind: what it is, what can be done, and every move it made."""

    @screen("viewer")
    def show_case(request: HttpRequest, number: int) -> HttpResponse:
        return _shown(request, _case(kind, number), {})

    return show_case


def _shown(request: HttpRequest, case: Case, bound: dict[str, forms.Form], status: int = 200) -> HttpResponse:
    one = listed(case)
    deeds = [deed for deed in deeds_of(case) if may(request, deed.least_role)]
    values = {
        "case": case,
        "one": one,
        "history": history(case),
        "letters": _letters(one.kind, case.pk),
        "deeds": [(deed, bound.get(deed.name) or _form(deed), _address(deed)) for deed in deeds],
        **_more(case),
    }
    return TemplateResponse(request, "case.html", values, status=status)


def _more(case: Case) -> dict[str, Any]:
    """What a plan has besides, its instalments and how far it has come; what an order has, why it waits."""
    if isinstance(case, Order):
        return {"reasons": kept_reasons(case, manner())}
    if not isinstance(case, Plan):
        return {}
    done = plan_building.progress(case, place.today())
    share = Decimal(case.interest_hundredths) / HUNDREDTHS_IN_WHOLE
    return {"instalments": case.instalments.order_by("number"), "progress": done, "interest_share": share}


def _letters(kind: str, number: int) -> list[Any]:
    links = CaseLetter.objects.filter(kind=kind, case_id=number).select_related("letter").order_by("id")
    return [link.letter for link in links]


def _form(deed: CaseDeed, data: Any = None) -> forms.Form:
    return deed.form(data, auto_id=f"{deed.name}_%s")


def _address(deed: CaseDeed) -> str:
    return f"{CASE_PAGES[deed.kind]}_{deed.name.replace('-', '_')}"


def _moving(deed: CaseDeed) -> Callable[..., HttpResponse]:
    """Return the view that makes a move, and shows the form again with the reason when it cannot be made."""

    @screen(deed.least_role, "POST")
    @done_once
    def move(request: HttpRequest, number: int) -> HttpResponse:
        case = _case(deed.kind, number)
        form = _form(deed, request.POST)
        if form.is_valid():
            try:
                said = deed.act(_desk(request), case, form.cleaned_data)
            except DunwellError as error:
                form.add_error(None, retold(str(error)))
            else:
                run_day(place.workspace(), place.today())
                say(request, said)
                return redirect(case_url(deed.kind, number))
        return _shown(request, _case(deed.kind, number), {deed.name: form}, status=422)

    return move


@screen("viewer")
def plan_new(request: HttpRequest, number: str) -> HttpResponse:
    """Build a payment plan: its schedule to the cent, before it is offered."""
    about = _about(request, number)
    is_typed = bool(set(request.GET) - {"currency"})
    form = fit(PlanForm(request.GET if is_typed else None, auto_id="plan_%s"), [about.currency], ())
    return _plan_page(request, about, form)


def _plan_page(request: HttpRequest, about: Subject, form: forms.Form, status: int = 200) -> HttpResponse:
    drawn, problem = _sketched(request, about, form)
    if drawn is not None and not form.is_bound:
        form.initial = _policy_terms(drawn)
    values = {
        "account": about.account,
        "currency": about.currency,
        "form": form,
        "sketch": drawn,
        "problem": problem,
        "typed": [(field.name, str(field.value())) for field in form if field.value()],
    }
    part = wants_part(request)
    return TemplateResponse(request, "partials/plan_schedule.html" if part else "plan_new.html", values, status=status)


def _sketched(request: HttpRequest, about: Subject, form: forms.Form) -> tuple[plan_building.Sketch | None, str]:
    if form.is_bound and not form.is_valid():
        return None, _("The schedule appears as soon as the fields can be read.")
    try:
        return plan_building.sketch(_desk(request), about, _wish(form)), ""
    except DunwellError as error:
        return None, str(error)


def _policy_terms(drawn: plan_building.Sketch) -> dict[str, Any]:
    """What the fields say before anybody has typed: the plan as the policy has it."""
    return {
        "currency": drawn.currency,
        "instalments": len(drawn.instalments),
        "first_on": drawn.instalments[0].due_on,
        "interest": Decimal(drawn.interest_hundredths) / 100,
    }


def _wish(form: forms.Form) -> plan_building.Wish:
    """Read a plan from its form; an empty field leaves it to the policy."""
    typed = form.cleaned_data if form.is_bound else {}
    percent = typed.get("interest")
    return plan_building.Wish(
        instalments=typed.get("instalments"),
        first_on=typed.get("first_on"),
        interest_hundredths=None if percent is None else int(percent * 100),
        reason=typed.get("reason", ""),
        against_policy=typed.get("against_policy", False),
    )


@screen("clerk", "POST")
@done_once
def plan_offer_new(request: HttpRequest, number: str) -> HttpResponse:
    """Offer the plan that was built, and draft its letter."""
    about = _about(request, number)
    form = fit(PlanForm(request.POST, auto_id="plan_%s"), [about.currency], ())
    if form.is_valid():
        try:
            plan = plan_building.offer(_desk(request), about, _wish(form))
        except DunwellError as error:
            form.add_error(None, retold(str(error)))
        else:
            run_day(place.workspace(), place.today())
            say(request, _("The plan is offered; its letter waits for approval."))
            return redirect("plan", plan.pk)
    return _plan_page(request, about, form, status=422)


@screen("approver", "GET", "POST")
def referral_new(request: HttpRequest, number: str) -> HttpResponse:
    """Weigh a referral line by line, and propose it."""
    about, desk = _about(request, number), _desk(request)
    test = weighing.weigh(desk, about)
    form = ReferralForm(request.POST or None, auto_id="referral_%s")
    fit(form, [about.currency], ())
    form.fields["option"].choices = [(one, word(one, "option")) for one in test["options"]]  # type: ignore[attr-defined]
    if form.is_valid():
        wish = referring.ReferralWish(form.cleaned_data["option"], form.cleaned_data["against_test"])
        try:
            made, __ = referring.propose(desk, about, wish, Said(form.cleaned_data["note"]))
        except DunwellError as error:
            form.add_error(None, retold(str(error)))
        else:
            run_day(place.workspace(), place.today())
            say(request, _("The referral is proposed; it waits for approval."))
            return redirect("referral", made.pk)
    values = {"account": about.account, "currency": about.currency, "test": test, "form": form}
    return TemplateResponse(request, "referral_new.html", values, status=422 if form.is_bound else 200)


@screen("approver")
def referral_file(request: HttpRequest, number: str, currency: str) -> HttpResponse:
    """Hand out the case file: one ZIP with statement, interest, letters, proofs, contract, policy, timeline."""
    desk = _desk(request)
    if queries.account_by_number(number) is None:
        raise Http404
    with alone():
        name, data = weighing.named_case_file(desk, subject(desk, number, currency))
    response = HttpResponse(data, "application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _about(request: HttpRequest, number: str) -> Subject:
    if queries.account_by_number(number) is None:
        raise Http404
    asked = request.POST.get("currency", "") or request.GET.get("currency", "")
    return subject(_desk(request), number, asked)


def _case(kind: str, number: int) -> Case:
    try:
        found: Case = case_by(kind, number)
    except UsageError as error:
        raise Http404 from error
    return found


def _desk(request: HttpRequest) -> Desk:
    return place.desk_for(request.user.get_username())


_LISTS = {
    "promise": ("promises", "promises"),
    "dispute": ("disputes", "disputes"),
    "exclusion": ("exclusions", "customer_exclusions"),
    "plan": ("plans", "plans"),
    "offer": ("offers", "plan_offers"),
    "order": ("orders", "orders"),
    "application": ("applications", "order_applications"),
    "referral": ("referrals", "referrals"),
}
"""Path and name of each list."""

URLS: list[URLPattern] = [
    path("plans/new/<str:number>", plan_new, name="plan_new"),
    path("plans/new/<str:number>/offer", plan_offer_new, name="plan_offer_new"),
    path("referrals/new/<str:number>", referral_new, name="referral_new"),
    path("referrals/file/<str:number>/<str:currency>", referral_file, name="referral_file"),
    *[path(at, _listing(kind), name=name) for kind, (at, name) in _LISTS.items()],
    *[
        path(f"{_LISTS[kind][0]}/<int:number>", _showing(kind), name=name)
        for kind, name in CASE_PAGES.items()
        if kind in _LISTS
    ],
    *[
        path(f"{_LISTS[deed.kind][0]}/<int:number>/{deed.name}", _moving(deed), name=_address(deed))
        for deed in CASE_DEEDS
    ],
]

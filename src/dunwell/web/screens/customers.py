"""Customers: the list, and everything about one of them."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from dunwell.assess.credit_check import check_credit
from dunwell.errors import DunwellError
from dunwell.runs import ordering, statements
from dunwell.runs.case_subject import amount_minor, subject
from dunwell.runs.customer_list import CHOICES, customer_list
from dunwell.runs.customer_page import CustomerPage, customer_page, paper_path
from dunwell.runs.desk import Desk
from dunwell.runs.handing_out import personal_data
from dunwell.runs.nightly import run_day
from dunwell.runs.rendering import safe_name
from dunwell.runs.standing import standing
from dunwell.runs.timeline import timeline
from dunwell.store import queries
from dunwell.store.models import Account
from dunwell.web import place
from dunwell.web.access import may, screen
from dunwell.web.customer_deeds import DEEDS, Deed
from dunwell.web.customer_forms import CheckForm, fit
from dunwell.web.languages import manner
from dunwell.web.linking import CASE_PAGES, told
from dunwell.web.messages import say
from dunwell.web.once import done_once
from dunwell.web.paging import page_number, wants_part
from dunwell.web.retelling import retold
from dunwell.web.sequences import page_of_list
from dunwell.web.typesetting import alone

Bound = Mapping[str, forms.Form]


@screen("viewer")
def customers(request: HttpRequest) -> HttpResponse:
    """List customers, who owes most past due first."""
    choice = request.GET.get("show", "")
    words = request.GET.get("q", "")
    now = standing(place.workspace())
    found = customer_list(place.workspace(), now, choice, words, page_number(request))
    values = {
        "request": request,
        "list": found,
        "choice": choice if choice in CHOICES else "",
        "choices": CHOICES,
        "words": words,
        "now": now,
    }
    part = wants_part(request)
    return TemplateResponse(request, "partials/customers.html" if part else "customers.html", values)


@screen("viewer")
def customer(request: HttpRequest, number: str) -> HttpResponse:
    """Show everything about a customer, and what can be done."""
    return _shown(request, _account(number), {})


def _shown(request: HttpRequest, account: Account, bound: Bound, status: int = 200) -> HttpResponse:
    """The page; a form that could not be done stands open in it, with what was typed and why not."""
    page = customer_page(_desk(request), account, manner())
    values = {
        "account": account,
        "page": page,
        "case_pages": CASE_PAGES,
        "deeds": [(deed, bound.get(deed.name) or form_of(deed, page)) for deed in _deeds(request, page)],
        "check": fit(CheckForm(auto_id="check_%s"), _currencies(page), ()),
    }
    return TemplateResponse(request, "customer.html", values, status=status)


def _deeds(request: HttpRequest, page: CustomerPage) -> list[Deed]:
    return [deed for deed in DEEDS if may(request, deed.least_role) and deed.is_possible(page)]


def form_of(deed: Deed, page: CustomerPage, data: Any = None) -> forms.Form:
    """Return the form of a deed, with the customer's own currencies and open invoices to choose from."""
    form = deed.form(data, auto_id=f"{deed.name}_%s")
    invoices = [(row["invoice_number"], row["invoice_number"]) for one in page.money for row in one.invoices]
    return fit(form, _currencies(page), list(dict.fromkeys(invoices)))


def _currencies(page: CustomerPage) -> list[str]:
    found = [one.currency for one in page.money]
    return found or [page.account.currency or place.workspace().currency]


def _doing(deed: Deed) -> Callable[..., HttpResponse]:
    """Return the view that does a deed, and shows the form again with the reason when it cannot be done."""

    @screen(deed.least_role, "POST")
    @done_once
    def do(request: HttpRequest, number: str) -> HttpResponse:
        account, desk = _account(number), _desk(request)
        form = form_of(deed, customer_page(desk, account), request.POST)
        if form.is_valid():
            try:
                said = deed.act(desk, number, form.cleaned_data)
            except DunwellError as error:
                form.add_error(None, retold(str(error)))
            else:
                run_day(place.workspace(), place.today())
                say(request, said)
                return redirect("customer", number)
        return _shown(request, account, {deed.name: form}, status=422)

    return do


@screen("viewer")
def story(request: HttpRequest, number: str) -> HttpResponse:
    """Tell everything that happened with a customer, newest first."""
    account = _account(number)
    happenings = [told(one) for one in reversed(timeline(account, place.today(), manner()))]
    values = {"request": request, "account": account, "list": page_of_list(request, happenings)}
    part = wants_part(request)
    return TemplateResponse(request, "partials/timeline.html" if part else "customer_timeline.html", values)


@screen("viewer")
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether a customer may buy for an amount on credit, with the reasons and the other ways."""
    account, desk = _account(number), _desk(request)
    currency = request.GET.get("currency", "") or account.currency or desk.workspace.currency
    asked = {"currency": currency, **request.GET.dict()} if "amount" in request.GET else None
    form = fit(CheckForm(asked, auto_id="check_%s"), [currency], ())
    answer = _answer(desk, account, form) if form.is_valid() else None
    values = {"account": account, "answer": answer, "form": form, "typed": form.cleaned_data if asked else {}}
    return TemplateResponse(request, "customer_check.html", values, status=422 if asked and not answer else 200)


def _answer(desk: Desk, account: Account, form: forms.Form) -> dict[str, Any] | None:
    """The check with its reasons; ``None`` when the amount cannot be read, which the form then says."""
    try:
        about = subject(desk, account.account_number, form.cleaned_data["currency"])
        minor = amount_minor(form.cleaned_data["amount"], about.currency)
        state = ordering.standing(desk, account)
    except DunwellError as error:
        form.add_error(None, retold(str(error)))
        return None
    return ordering.check_json(about, minor, check_credit(minor, about.currency, state), state, manner())


@screen("clerk", "POST")
@done_once
def draft_refusal(request: HttpRequest, number: str) -> HttpResponse:
    """Draft the letter that refuses an order on credit and names the other ways to buy."""
    desk = _desk(request)
    about = subject(desk, number, request.POST.get("currency", ""))
    minor = amount_minor(request.POST.get("amount", ""), about.currency)
    letter = ordering.draft_refusal(desk, about, minor)
    say(request, _("The letter is drafted; it waits for approval."))
    return redirect("letter", letter.reference)


@screen("viewer")
def document(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Hand out a document of the customer; only one that a row about them names, and never to be run."""
    found = paper_path(_desk(request), _account(number), name)
    if found is None:
        raise Http404
    content_type = "application/pdf" if found.suffix.lower() == ".pdf" else "application/octet-stream"
    response = _file(found.read_bytes(), content_type, found.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@screen("viewer")
def statement(request: HttpRequest, number: str, currency: str) -> HttpResponse:
    """The statement of account as of today, on our letterhead, as a PDF to post or to attach."""
    desk = _desk(request)
    with alone():
        data = statements.statement_pdf(desk, subject(desk, _account(number).account_number, currency))
    return _file(data, "application/pdf", f"{safe_name(number)}-{currency}-{desk.as_of}.pdf")


@screen("administrator", "POST")
def export(request: HttpRequest, number: str) -> HttpResponse:
    """Hand out everything held on a customer: the right of access and to take data along."""
    data = personal_data(_desk(request), _account(number))
    return _file(data, "application/zip", f"{safe_name(number)}.zip")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def _account(number: str) -> Account:
    found = queries.account_by_number(number)
    if found is None:
        raise Http404
    return found


def _desk(request: HttpRequest) -> Desk:
    return place.desk_for(request.user.get_username())


URLS: list[URLPattern] = [
    path("customers", customers, name="customers"),
    *[path(f"customer/<str:number>/{deed.name}", _doing(deed), name=f"customer_{deed.name}") for deed in DEEDS],
    path("customer/<str:number>/timeline", story, name="customer_timeline"),
    path("customer/<str:number>/check", check, name="customer_check"),
    path("customer/<str:number>/refusal", draft_refusal, name="customer_refusal"),
    path("customer/<str:number>/document/<path:name>", document, name="customer_document"),
    path("customer/<str:number>/statement/<str:currency>", statement, name="customer_statement"),
    path("customer/<str:number>/export", export, name="customer_export"),
    path("customer/<str:number>", customer, name="customer"),
]

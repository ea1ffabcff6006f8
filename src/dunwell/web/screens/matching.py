"""Money that came in: each bank entry beside its best proposals; accept, choose by hand, set aside, take back."""

from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from dunwell.errors import UsageError
from dunwell.runs import matching as cash
from dunwell.runs import matching_page
from dunwell.runs.case_subject import amount_minor
from dunwell.runs.desk import Desk
from dunwell.runs.matching_page import LISTS, Choice
from dunwell.store.models import BankEntry
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.messages import say
from dunwell.web.middleware import back
from dunwell.web.paging import Page, page_number, page_of, wants_part
from dunwell.web.rerun import run_again

_ENTRIES = 20


@screen("clerk")
def matching(request: HttpRequest) -> HttpResponse:
    """List what waits, oldest first, each entry beside its proposals; or what was decided."""
    asked = request.GET.get("list", "waiting")
    which = asked if asked in LISTS else "waiting"
    words = request.GET.get("q", "").strip()
    counts = matching_page.counts()
    rows = matching_page.entries(place.workspace(), which, words)
    page = page_of(request, rows, _ENTRIES) if words else _counted_page(request, rows, counts[which])
    values = {
        "list": page,
        "entries": matching_page.shown(page.rows),
        "which": which,
        "lists": [(name, counts[name]) for name in LISTS],
        "words": words,
    }
    part = wants_part(request)
    return TemplateResponse(request, "partials/entries.html" if part else "matching.html", values)


def _counted_page(request: HttpRequest, rows: QuerySet[BankEntry], total: int) -> Page[BankEntry]:
    """Return the page of a whole list, whose length is known already."""
    pages = max(1, -(-total // _ENTRIES))
    page = min(page_number(request), pages)
    return Page(list(rows[(page - 1) * _ENTRIES : page * _ENTRIES]), total, page, pages)


@screen("clerk")
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one entry: every proposal, every step of its life, and a choice by hand."""
    found = _entry(pk)
    number, words = request.GET.get("account", ""), request.GET.get("q", "").strip()
    values = {
        "one": matching_page.shown([found])[0],
        "entry": found,
        "moves": matching_page.moves_of(found),
        "words": words,
        "customers": matching_page.customers(place.workspace(), words),
        "account": number,
        "invoices": _open_invoices(number, found) if number else [],
    }
    return TemplateResponse(request, "matching_entry.html", values)


def _open_invoices(number: str, found: BankEntry) -> list[dict[str, object]]:
    rows = cash.open_invoices_json(number, found.currency)
    return [{**row, "due_on": date.fromisoformat(row["due_on"]) if row["due_on"] else None} for row in rows]


@screen("clerk", "POST")
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply an entry as one of its proposals says."""
    rank = request.POST.get("rank", "1")
    cash.apply_proposal(_desk(request), _entry(pk), int(rank) if rank.isdecimal() else 1)
    return _done(request, _("The payment was applied."))


@screen("clerk", "POST")
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply an entry to invoices of a customer as chosen by hand; the rest stands on the account."""
    found, number = _entry(pk), request.POST.get("account", "")
    if not number:
        raise UsageError(_("Choose the customer first."))
    choices = [
        Choice(invoice, amount_minor(text, found.currency) if (text := _typed(request, invoice)) else None)
        for invoice in request.POST.getlist("invoice")
    ]
    wishes = matching_page.wishes_of(number, choices)
    cash.apply(_desk(request), found, wishes, request.POST.get("reason", "").strip())
    run_again(request)
    say(request, _("The payment was applied."))
    return redirect("matching")


def _typed(request: HttpRequest, invoice: str) -> str:
    return request.POST.get(f"amount_{invoice}", "").strip()


@screen("clerk", "POST")
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that an entry is no customer's payment."""
    cash.set_aside(_desk(request), _entry(pk), request.POST.get("reason", ""))
    return _done(request, _("The entry was set aside."))


@screen("clerk", "POST")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back; the entry waits again."""
    cash.undo(_desk(request), _entry(pk), request.POST.get("reason", ""))
    return _done(request, _("It was taken back; the entry waits again."))


def _done(request: HttpRequest, said: str) -> HttpResponse:
    run_again(request)
    say(request, said)
    return redirect(back(request, "/matching"))


def _desk(request: HttpRequest) -> Desk:
    return place.desk_for(request.user.get_username())


def _entry(pk: int) -> BankEntry:
    try:
        return cash.entry_named(pk)
    except UsageError as error:
        raise Http404 from error


URLS = [
    path("matching", matching, name="matching"),
    path("matching/<int:pk>", entry, name="matching_entry"),
    path("matching/<int:pk>/accept", accept, name="matching_accept"),
    path("matching/<int:pk>/apply", apply, name="matching_apply"),
    path("matching/<int:pk>/set-aside", set_aside, name="matching_set_aside"),
    path("matching/<int:pk>/undo", undo, name="matching_undo"),
]

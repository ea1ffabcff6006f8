"""The holds board: who may not buy on credit, since when, and by when it can be cured."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.errors import RefusedError
from dunwell.runs.hold_board import earlier_holds, give_up, hold_board, hold_counts, hold_query
from dunwell.runs.nightly import run_day
from dunwell.runs.ordering import held_for_hold
from dunwell.runs.standing import standing
from dunwell.store.models import HOLD_LIVE, HOLD_STATES, Hold
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.customer_forms import short_field
from dunwell.web.messages import say
from dunwell.web.middleware import back
from dunwell.web.paging import page_number, page_of

EARLIER = "earlier"
"""What the address says for the holds from before Dunwell, which have no state of ours."""


class GiveUpForm(forms.Form):
    """Why a hold is lifted or withdrawn; kept with it."""

    reason = short_field(lazy("Why"), required=True)


@screen("viewer")
def holds(request: HttpRequest) -> HttpResponse:
    """Show the board, or the holds of one state as a list."""
    state, words = request.GET.get("state", ""), request.GET.get("q", "")
    counts = hold_counts(place.today())
    values = {"counts": counts, "states": HOLD_STATES, "state": state, "words": words, "live": HOLD_LIVE}
    if not state and not words:
        return TemplateResponse(request, "holds.html", values | _board(counts))
    if state == EARLIER:
        found_before = earlier_holds(standing(place.workspace()), page_number(request))
        return TemplateResponse(request, "holds.html", {**values, "request": request, "earlier": found_before})
    found = hold_query(place.workspace(), state if state in HOLD_STATES else "", words)
    return TemplateResponse(request, "holds.html", {**values, "request": request, "list": page_of(request, found)})


def _board(counts: dict[str, int]) -> dict[str, object]:
    columns = hold_board(place.today(), counts)
    return {
        "columns": [column for column in columns if column.state != "released"],
        "earlier": earlier_holds(standing(place.workspace())),
        "lately": next((column for column in columns if column.state == "released"), None),
    }


@screen("viewer")
def hold(request: HttpRequest, number: int) -> HttpResponse:
    """Show one hold: what it demands, its letter, the orders that wait for it, and every move."""
    found = _hold(number)
    values = {
        "hold": found,
        "is_live": found.state in HOLD_LIVE,
        "orders": held_for_hold(found.account, found.currency),
        "history": found.transitions.order_by("id"),
        "form": GiveUpForm(auto_id=f"hold{found.pk}_%s"),
    }
    return TemplateResponse(request, "hold.html", values)


@screen("approver", "POST")
def release(request: HttpRequest, number: int) -> HttpResponse:
    """Lift a hold that is in force, or withdraw one that is not yet, with the reason."""
    found = _hold(number)
    form = GiveUpForm(request.POST)
    if not form.is_valid():
        say(request, _("Say why; the reason is kept with the hold."), "error")
        return redirect(back(request))
    if found.state not in HOLD_LIVE:
        raise RefusedError(f"The hold on {found.account} is {found.state}; there is nothing to lift.")
    lifted = give_up(place.desk_for(request.user.get_username()), found, form.cleaned_data["reason"])
    run_day(place.workspace(), place.today())
    if lifted.state == "released":
        say(request, _("The hold is lifted; the letter that says so waits for approval."))
    else:
        say(request, _("The hold is withdrawn before it came into force."))
    return redirect(back(request))


def _hold(number: int) -> Hold:
    found = Hold.objects.select_related("account", "letter").filter(pk=number).first()
    if found is None:
        raise Http404
    return found


URLS = [
    path("holds", holds, name="holds"),
    path("holds/<int:number>/release", release, name="hold_release"),
    path("holds/<int:number>", hold, name="hold"),
]

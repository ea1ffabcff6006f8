"""What there is to do today: who, what, why, how much, since when; approve, snooze, open."""

from collections import Counter
from datetime import date, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dunwell.runs.answers import Said, exclude
from dunwell.runs.case_subject import subject
from dunwell.runs.nightly import run_day
from dunwell.runs.standing import standing
from dunwell.runs.todo import URGENCY, Wanted, worklist_page
from dunwell.store import queries
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.batches import approve_each
from dunwell.web.languages import manner
from dunwell.web.messages import say
from dunwell.web.middleware import back
from dunwell.web.once import done_once
from dunwell.web.paging import page_number, wants_part

SNOOZE_DAYS = 3


class SnoozeForm(forms.Form):
    """Until when a customer is left alone, and why."""

    until_on = forms.DateField()
    reason = forms.CharField(max_length=500, strip=True)


@screen("viewer")
def today(request: HttpRequest) -> HttpResponse:
    """Show the worklist, most urgent first, then by money."""
    opened = place.workspace()
    now = standing(opened)
    if now is None:
        is_empty = not queries.has_accounts()
        return TemplateResponse(request, "today_first.html", {"is_empty": is_empty})
    action = request.GET.get("action", "")
    wanted = Wanted(action if action in URGENCY else "", request.GET.get("q", ""), page_number(request))
    found = worklist_page(now, wanted, manner())
    values = {
        "now": now,
        "list": found,
        "wanted": wanted,
        "tabs": [(name, found.counts[name]) for name in URGENCY if found.counts.get(name)],
        "all_count": sum(found.counts.values()),
        "is_old": now.as_of < place.today(),
        "snooze_until": place.today() + timedelta(days=SNOOZE_DAYS),
    }
    return TemplateResponse(request, _part(request, "today.html", "partials/worklist.html"), values)


def _part(request: HttpRequest, whole: str, part: str) -> str:
    """A list that is filtered is exchanged alone."""
    return part if wants_part(request) else whole


@screen("clerk", "POST")
def run(request: HttpRequest) -> HttpResponse:
    """Make today's run: assess, draft, propose; doing it twice changes nothing."""
    report = run_day(place.workspace(), place.today())
    said = ngettext("%(count)d letter was drafted.", "%(count)d letters were drafted.", report.drafted)
    say(request, _("Today's run is done.") + " " + said % {"count": report.drafted})
    return redirect("today")


@screen("approver", "POST")
def approve(request: HttpRequest) -> HttpResponse:
    """Show what would go out, then approve the chosen letters, each checked again."""
    references = request.POST.getlist("letter")
    chosen = [letter for letter in queries.letters(states=("draft",)) if letter.reference in set(references)]
    if not chosen:
        say(request, _("No draft was chosen."), "notice")
        return redirect(back(request))
    if "confirmed" not in request.POST:
        return TemplateResponse(request, "approve.html", {"letters": chosen, "summary": _summary(chosen)})
    done = approve_each(place.desk_for(request.user.get_username()), chosen)
    return TemplateResponse(request, "approved.html", {"done": done})


def _summary(letters: list) -> dict[str, object]:  # type: ignore[type-arg]
    amounts: Counter[str] = Counter()
    for letter in letters:
        if letter.is_request:
            amounts[letter.currency] += letter.total_due_minor
    return {
        "kinds": Counter(letter.kind for letter in letters).most_common(),
        "channels": Counter(letter.channel for letter in letters).most_common(),
        "amounts": sorted(amounts.items()),
        "customers": len({letter.account_id for letter in letters}),
    }


@screen("clerk", "POST")
@done_once
def snooze(request: HttpRequest, number: str) -> HttpResponse:
    """Leave a customer alone for some days, with a reason: an exclusion like any other, seen in the timeline."""
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        say(request, _("Say until which day, and why."), "error")
        return redirect(back(request))
    until_on: date = form.cleaned_data["until_on"]
    desk = place.desk_for(request.user.get_username())
    exclude(desk, subject(desk, number), until_on, Said(form.cleaned_data["reason"]))
    run_day(place.workspace(), place.today())
    say(request, _("%(number)s is left alone until then.") % {"number": number})
    return redirect(back(request))


URLS = [
    path("", today, name="today"),
    path("run", run, name="run"),
    path("today/approve", approve, name="today_approve"),
    path("snooze/<str:number>", snooze, name="snooze"),
]

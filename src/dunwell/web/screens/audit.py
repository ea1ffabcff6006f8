"""The audit trail: everything that was done, and whether anybody has tampered with it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as lazy

from dunwell.runs import trail
from dunwell.web import words
from dunwell.web.access import screen
from dunwell.web.paging import page_of, wants_part


def _kinds() -> list[tuple[str, str]]:
    return [("", words.word("any", "act")), *((kind, words.word(kind, "act")) for kind in trail.kinds())]


class TrailForm(forms.Form):
    """Which entries are wanted."""

    what = forms.ChoiceField(label=lazy("What"), required=False, choices=_kinds)
    by = forms.CharField(label=lazy("Who"), required=False, max_length=150)
    account_number = forms.CharField(label=lazy("Account number"), required=False, max_length=200)
    since = forms.DateField(
        label=lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=lazy("To"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


@screen("approver")
def audit(request: HttpRequest) -> HttpResponse:
    """List what was done, the newest first."""
    form = TrailForm(request.GET)
    wanted = trail.Wanted(**form.cleaned_data) if form.is_valid() else trail.Wanted()
    page = page_of(request, trail.found(wanted))
    values = {"form": form, "list": page, "entries": [_told(entry) for entry in trail.shown(page.rows)]}
    part = wants_part(request)
    return TemplateResponse(request, "partials/trail.html" if part else "audit.html", values)


_NAMED_VALUES = {"role": "role", "kind": "table", "on": "factor"}
"""What an entry says whose values have names of their own."""


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    """Write what else an entry says in the language of the screen."""
    said = [
        f"{words.word(name, 'says')}: {words.word(value, _NAMED_VALUES[name]) if name in _NAMED_VALUES else value}"
        for name, value in entry["says"]
    ]
    return {**entry, "says": ", ".join(said)}


@screen("approver", "POST")
def verify(request: HttpRequest) -> HttpResponse:
    """Look through the whole trail, and at every row that it covers."""
    done = trail.verify(request.POST.get("noted", "").strip().lower())
    return TemplateResponse(request, "audit_verified.html", {"done": done})


URLS = [
    path("audit", audit, name="audit"),
    path("audit/verify", verify, name="audit_verify"),
]

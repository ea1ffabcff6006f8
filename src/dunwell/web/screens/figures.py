"""Figures of collection: aged receivables, speed, what letters brought, what is expected; for any day, to export."""

import csv
from datetime import date
from io import StringIO
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.assess.reasons import written_day
from dunwell.money import format_plain, to_decimal
from dunwell.runs import figures as service
from dunwell.runs.figures import BUCKETS, PAGE_ROWS, Aged, Figures, debtors
from dunwell.runs.standing import Standing, standing
from dunwell.sources.guarding import guarded_text
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.languages import manner
from dunwell.web.paging import page_number

BUCKET_NAMES = {
    "current": lazy("Not yet due"),
    "1_30": lazy("1–30 days"),
    "31_60": lazy("31–60 days"),
    "61_90": lazy("61–90 days"),
    "over_90": lazy("Over 90 days"),
}
_COLOURS = ("#7fb3b9", "#3f8f99", "#d9a441", "#c96f3b", "#a8323e")


class DayForm(forms.Form):
    """The day of the figures."""

    as_of = forms.DateField(label=lazy("As of"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


@screen("viewer")
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of a day; today's unless another is chosen."""
    now, as_of, form = _asked(request)
    found = service.figures(place.workspace(), now, as_of)
    values = {
        "figures": found,
        "form": form,
        "as_of": as_of,
        "buckets": [(name, BUCKET_NAMES[name]) for name in BUCKETS],
        "aged": [_row(one) for one in found.aged],
        "chart": _aged_chart(found),
        "weeks_chart": _weeks_chart(found),
    }
    return TemplateResponse(request, "figures.html", values)


def _asked(request: HttpRequest) -> tuple[Standing | None, date, DayForm]:
    now = standing(place.workspace())
    latest = now.as_of if now else place.today()
    form = DayForm(request.GET if "as_of" in request.GET else {"as_of": latest})
    as_of = form.cleaned_data["as_of"] if form.is_valid() else latest
    return now, min(as_of, place.today()), form


def _row(one: Aged) -> dict[str, Any]:
    cells = [
        {"bucket": name, "minor": one.buckets_minor[at], "accounts": one.accounts[at], "share": float(one.share(at))}
        for at, name in enumerate(BUCKETS)
    ]
    return {"currency": one.currency, "cells": cells, "total": one.total_minor, "unapplied": one.unapplied_minor}


def _aged_chart(found: Figures) -> dict[str, Any]:
    """Shares by age, so that currencies can stand beside each other; the amounts are in the table."""
    return {
        "type": "bar",
        "data": {
            "labels": [one.currency for one in found.aged],
            "datasets": [
                {
                    "label": str(BUCKET_NAMES[name]),
                    "data": [round(float(one.share(at)) * 100, 1) for one in found.aged],
                    "backgroundColor": _COLOURS[at],
                }
                for at, name in enumerate(BUCKETS)
            ],
        },
        "options": {
            "indexAxis": "y",
            "maintainAspectRatio": False,
            "scales": {
                "x": {"stacked": True, "max": 100, "title": {"display": True, "text": "%"}},
                "y": {"stacked": True},
            },
            "plugins": {"legend": {"position": "bottom"}},
        },
    }


def _weeks_chart(found: Figures) -> dict[str, Any]:
    """Cash expected by week, in the currency in which most is expected."""
    ahead = [one for one in found.expected if not one.is_late]
    totals: dict[str, int] = {}
    for one in ahead:
        totals[one.currency] = totals.get(one.currency, 0) + 1
    if not totals:
        return {}
    currency = max(totals, key=lambda each: totals[each])
    own = [one for one in ahead if one.currency == currency]

    def bars(label: str, colour: str, minors: list[int]) -> dict[str, Any]:
        return {
            "label": label,
            "backgroundColor": colour,
            "data": [str(to_decimal(minor, currency)) for minor in minors],
        }

    return {
        "type": "bar",
        "data": {
            "labels": [written_day(one.begins_on, manner()) for one in own],
            "datasets": [
                bars(_("Promises"), _COLOURS[1], [one.promised_minor for one in own]),
                bars(_("Instalments"), _COLOURS[2], [one.instalments_minor for one in own]),
            ],
        },
        "options": {
            "maintainAspectRatio": False,
            "scales": {"x": {"stacked": True}, "y": {"stacked": True, "title": {"display": True, "text": currency}}},
            "plugins": {"legend": {"position": "bottom"}},
        },
    }


@screen("viewer")
def bucket(request: HttpRequest, currency: str, name: str) -> HttpResponse:
    """Show whose money stands in one bucket, most first."""
    if name not in BUCKETS:
        raise Http404
    now, as_of, _form = _asked(request)
    page = page_number(request)
    rows, total = debtors(place.workspace(), now, (as_of, currency, name), page)
    pages = max(1, -(-total // PAGE_ROWS))
    listed = {"rows": rows, "total": total, "page": min(page, pages), "pages": pages}
    values = {"list": listed, "currency": currency, "bucket": BUCKET_NAMES[name], "as_of": as_of}
    return TemplateResponse(request, "figures_bucket.html", values)


@screen("viewer")
def export(request: HttpRequest) -> HttpResponse:
    """The figures of the day as CSV, one block after the other."""
    now, as_of, _form = _asked(request)
    found = service.figures(place.workspace(), now, as_of)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["as_of", as_of.isoformat()])
    writer.writerow(["currency", *BUCKETS, "total", "unapplied"])
    for one in found.aged:
        amounts = (*one.buckets_minor, one.total_minor, one.unapplied_minor)
        writer.writerow([one.currency, *(format_plain(minor, one.currency) for minor in amounts)])
    writer.writerow([])
    writer.writerow(["currency", "open", "billed_90_days", "outstanding_days", "effectiveness", "collected_30_days"])
    for each in found.speed:
        minors = (each.open_minor, each.billed_minor)
        figures_of = [format_plain(minor, each.currency) for minor in minors]
        rates = [_plain(each.outstanding_days, 1), _plain(each.effectiveness, 4)]
        writer.writerow([each.currency, *figures_of, *rates, format_plain(each.collected_minor, each.currency)])
    writer.writerow([])
    writer.writerow(["step", "currency", "sent", "followed_by_payment", "paid_within_14_days"])
    for step in found.steps:
        paid = format_plain(step.paid_minor, step.currency)
        writer.writerow([guarded_text(step.step), step.currency, step.sent, step.paid_accounts, paid])
    writer.writerow([])
    writer.writerow(["week", "currency", "promised", "instalments", "late"])
    for week in found.expected:
        minors = (week.promised_minor, week.instalments_minor)
        amounts_of = [format_plain(minor, week.currency) for minor in minors]
        writer.writerow([week.begins_on.isoformat(), week.currency, *amounts_of, "yes" if week.is_late else "no"])
    response = HttpResponse(text.getvalue(), "text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="figures-{as_of.isoformat()}.csv"'
    return response


def _plain(value: Any, places: int) -> str:
    return "" if value is None else f"{float(value):.{places}f}"


URLS = [
    path("figures", figures, name="figures"),
    path("figures/export.csv", export, name="figures_export"),
    path("figures/<str:currency>/<str:name>", bucket, name="figures_bucket"),
]

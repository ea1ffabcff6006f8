"""The law tables with their sources and doubts, and a calculator of what a late payment costs."""

from datetime import date

from babel import Locale
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.errors import DunwellError
from dunwell.runs import lawbook
from dunwell.web import place, words
from dunwell.web.access import screen
from dunwell.web.languages import spoken
from dunwell.web.paging import wants_part
from dunwell.web.retelling import retold

_DAY = {"type": "date"}


def country_name(code: str) -> str:
    """Return what a country is called in the language of the screen; the code where nobody has named it."""
    locale = Locale.parse("en_GB" if spoken() == "en" else spoken())
    name = locale.territories.get(code.partition("-")[0])
    return f"{name} ({code})" if name else code


def _parties() -> list[tuple[str, str]]:
    """Who may owe, in the language of the screen."""
    return [(name, words.word(name, "party")) for name in lawbook.PARTIES]


class CostForm(forms.Form):
    """One late payment."""

    party = forms.ChoiceField(label=lazy("Who owes"), choices=_parties)
    amount = forms.CharField(label=lazy("Amount"), max_length=20, widget=forms.TextInput({"inputmode": "decimal"}))
    currency = forms.CharField(label=lazy("Currency"), max_length=3, min_length=3)
    due_on = forms.DateField(label=lazy("Due on"), widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    to_on = forms.DateField(label=lazy("Paid or counted to"), widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    default_since = forms.DateField(
        label=lazy("In default since"),
        required=False,
        widget=forms.DateInput(_DAY, format="%Y-%m-%d"),
        help_text=lazy("Only where the law asks for a reminder first."),
    )
    contract_rate = forms.CharField(
        label=lazy("Agreed rate, percent a year"),
        required=False,
        max_length=8,
        help_text=lazy("Empty: the rate of the law."),
        widget=forms.TextInput({"inputmode": "decimal"}),
    )

    def clean_currency(self) -> str:
        """Take capital letters."""
        return str(self.cleaned_data["currency"]).upper()


@screen("viewer")
def law(request: HttpRequest) -> HttpResponse:
    """Show the law of a country on a day."""
    opened = place.workspace()
    known = lawbook.countries(opened)
    home = lawbook.home_of(opened)
    asked = request.GET.get("country", home).upper()
    country = asked if asked in known else known[0]
    values = {
        "law": lawbook.country_law(opened, country, _day(request.GET.get("on", ""))),
        "countries": sorted(((code, country_name(code)) for code in known), key=lambda one: one[1]),
        "country_name": country_name(country),
        "is_unknown": asked not in known,
        "asked": asked,
        "home": home,
        **_cost(request, country),
    }
    part = wants_part(request)
    return TemplateResponse(request, "partials/law_cost.html" if part else "law.html", values)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return place.today()


def _cost(request: HttpRequest, country: str) -> dict[str, object]:
    """What the calculator answers, where it was asked."""
    on = place.today()
    first = {"currency": place.workspace().currency, "to_on": on, "party": "business"}
    form = CostForm(request.GET if "amount" in request.GET else None, initial=first)
    if not form.is_bound or not form.is_valid():
        return {"form": form, "cost": None}
    if form.cleaned_data["to_on"] < form.cleaned_data["due_on"]:
        form.add_error("to_on", _("This is before the due date."))
        return {"form": form, "cost": None}
    try:
        cost = lawbook.cost_of(place.workspace(), lawbook.Late(jurisdiction=country, **form.cleaned_data))
    except DunwellError as error:
        form.add_error(None, retold(str(error)))
        return {"form": form, "cost": None}
    currency = form.cleaned_data["currency"]
    return {"form": form, "cost": cost, "cost_currency": currency, "segments": _segments(cost)}


def _segments(cost: lawbook.InterestResult) -> list[dict[str, object]]:
    return [{"line": one, "percent": lawbook.percent_of(one.rate_ppm)} for one in cost.segments]


URLS = [
    path("law", law, name="law"),
]

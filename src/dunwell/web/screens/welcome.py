"""The first run: from nothing to the first worklist, question after question; or a look around with sample data."""

from collections.abc import Mapping
from typing import Any

from babel.numbers import get_decimal_symbol
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.errors import DunwellError, UsageError
from dunwell.money import format_plain, parse_minor
from dunwell.runs import lawbook, policy_questions, setting_up, uploads
from dunwell.runs.case_subject import plain_amount
from dunwell.runs.demo import DEMO_ON
from dunwell.runs.policy_questions import FEES, INTERESTS, Answers
from dunwell.store import queries
from dunwell.web import place, words
from dunwell.web.access import screen
from dunwell.web.business import Business
from dunwell.web.languages import spoken
from dunwell.web.messages import say
from dunwell.web.retelling import retold
from dunwell.web.screens.law import country_name
from dunwell.web.screens.settings import saved

_HOLD_DAYS_MAX = 365
_GRACE_DAYS_MAX = 60
_POLICY_DONE = "policy_answered"
_FIGURES = ("minimum", "fee_amount", "fee_percent", "contract_rate")
"""Answers with decimals, kept with a point."""

STEPS = (
    ("business", lazy("Your business"), "welcome_business"),
    ("import", lazy("Your ledger"), "welcome_import"),
    ("policy", lazy("Your rules"), "welcome_policy"),
    ("run", lazy("First look"), "welcome_run"),
)
"""The way to the first worklist."""


def _choices(names: tuple[str, ...], kind: str) -> list[tuple[str, str]]:
    return [(name, words.word(name, kind)) for name in names]


def _fees() -> list[tuple[str, str]]:
    return _choices(FEES, "fee")


def _interests() -> list[tuple[str, str]]:
    return _choices(INTERESTS, "interest")


class PolicyForm(forms.Form):
    """The policy in a few questions."""

    grace_days = forms.IntegerField(
        label=lazy("How many days after the due date do you wait before you write?"),
        min_value=0,
        max_value=_GRACE_DAYS_MAX,
    )
    minimum = forms.CharField(
        label=lazy("Below which amount do you leave customers alone?"),
        required=False,
        max_length=20,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    hold_allowed = forms.BooleanField(label=lazy("Customers who do not pay may be put on credit hold"), required=False)
    hold_days = forms.IntegerField(
        label=lazy("After how many days past due?"),
        min_value=7,
        max_value=_HOLD_DAYS_MAX,
        help_text=lazy("And never before two requests without an answer, the last of which warned of the hold."),
    )
    fee = forms.ChoiceField(label=lazy("Do you charge a late fee?"), choices=_fees)
    fee_amount = forms.CharField(label=lazy("Fee per invoice"), required=False, max_length=20)
    fee_percent = forms.CharField(label=lazy("Fee in percent of the invoice"), required=False, max_length=8)
    interest = forms.ChoiceField(label=lazy("Do you charge interest on late payment?"), choices=_interests)
    contract_rate = forms.CharField(label=lazy("Percent a year, as your contracts say"), required=False, max_length=8)
    compensation = forms.BooleanField(
        label=lazy("Ask businesses for the fixed compensation of the law, where there is one"), required=False
    )

    def clean_minimum(self) -> str:
        """Write an amount as the policy file does."""
        return self._amount("minimum")

    def clean_fee_amount(self) -> str:
        """Write an amount as the policy file does."""
        return self._amount("fee_amount")

    def clean_fee_percent(self) -> str:
        """Write a percentage as the policy file does."""
        return str(self.cleaned_data["fee_percent"]).replace(",", ".").strip(" %")

    def clean_contract_rate(self) -> str:
        """Write a percentage as the policy file does."""
        return str(self.cleaned_data["contract_rate"]).replace(",", ".").strip(" %")

    def clean(self) -> dict[str, Any]:
        """Ask for the figure that a choice needs."""
        said = super().clean() or {}
        needed = {("fee", "flat"): "fee_amount", ("fee", "percent"): "fee_percent"}
        needed |= {("interest", "contract"): "contract_rate"}
        for (question, choice), figure in needed.items():
            if said.get(question) == choice and figure in said and not said[figure]:
                self.add_error(figure, _("Write how much."))
        return said

    def _amount(self, name: str) -> str:
        text, currency = str(self.cleaned_data[name]).strip(), place.workspace().currency
        if not text:
            return ""
        try:
            minor = parse_minor(plain_amount(text, currency), currency)
        except ValueError as error:
            raise forms.ValidationError(_("Write an amount, such as 25.00.")) from error
        if minor < 0:
            raise forms.ValidationError(_("An amount is not below zero."))
        return format_plain(minor, currency) if minor else ""

    def answers(self) -> Answers:
        """Return the answers; call it on a form that is right."""
        return Answers(**self.cleaned_data)


@screen("administrator")
def welcome(request: HttpRequest) -> HttpResponse:
    """Say what is coming, and offer the sample where there is one."""
    can_try = setting_up.sample_folder() is not None and not queries.has_accounts()
    return TemplateResponse(request, "welcome.html", {**_way(request, ""), "can_try": can_try})


def _way(request: HttpRequest, here: str) -> dict[str, object]:
    """The steps, which are done, and which comes next."""
    opened = place.workspace()
    done = {
        "business": setting_up.is_described(opened),
        "import": queries.has_accounts(),
        "policy": request.session.get(_POLICY_DONE, False) or queries.latest_run() is not None,
        "run": queries.latest_run() is not None,
    }
    steps = [{"name": n, "title": t, "url": u, "is_done": done[n], "is_here": n == here} for n, t, u in STEPS]
    following = next((url for name, _title, url in STEPS if not done[name]), "today")
    shown: dict[str, object] = {"steps": steps, "next_step": following}
    return shown if done["import"] else {**shown, "stale": None}  # where nobody owes, nobody can be chased too late


@screen("administrator", "GET", "POST")
def business(request: HttpRequest) -> HttpResponse:
    """Ask who writes the letters."""
    forms_ = Business(request)
    if request.method == "POST" and saved(request, forms_):
        return redirect("welcome_import")
    values = {**_way(request, "business"), "business": forms_}
    return TemplateResponse(request, "welcome_business.html", values, status=422 if request.method == "POST" else 200)


@screen("administrator")
def import_(request: HttpRequest) -> HttpResponse:
    """Ask for the ledger."""
    values = {
        **_way(request, "import"),
        "has_accounts": queries.has_accounts(),
        "bytes_max": uploads.BYTES_MAX,
        "megabytes_max": uploads.BYTES_MAX // 1024**2,
        "files_max": uploads.FILES_MAX,
    }
    return TemplateResponse(request, "welcome_import.html", values)


def _as_written(present: Answers) -> dict[str, Any]:
    """The answers with the decimal sign of the reader's language."""
    answers = {name: getattr(present, name) for name in Answers.__slots__}
    sign = get_decimal_symbol(spoken())
    return answers | {name: answers[name].replace(".", sign) for name in _FIGURES}


@screen("administrator", "GET", "POST")
def policy(request: HttpRequest) -> HttpResponse:
    """Ask for the rules; the clauses form beside the answers."""
    opened = place.workspace()
    present = policy_questions.present_answers(opened)
    form = PolicyForm(request.POST or None, initial=_as_written(present))
    if request.method == "POST" and form.is_valid():
        try:
            policy_questions.keep_answers(opened, form.answers(), request.user.get_username(), place.today())
        except UsageError as error:
            form.add_error(None, retold(str(error)))
        else:
            request.session[_POLICY_DONE] = True
            return redirect("welcome_run")
    answers = form.answers() if form.is_bound and form.is_valid() else present
    values = {**_way(request, "policy"), "form": form, "currency": opened.currency, **_drafted(answers), **_law()}
    return TemplateResponse(request, "welcome_policy.html", values, status=422 if request.method == "POST" else 200)


@screen("administrator", "POST")
def clauses(request: HttpRequest) -> HttpResponse:
    """Show the clauses that the answers make, while they are being given; nothing is written."""
    form = PolicyForm(request.POST)
    if not form.is_valid():
        wrong = ((form.fields[name].label, errors) for name, errors in form.errors.items() if name in form.fields)
        said = [f"{label} {' '.join(str(error) for error in errors)}" for label, errors in wrong]
        return TemplateResponse(request, "partials/policy_clauses.html", {"wrong": said})
    return TemplateResponse(request, "partials/policy_clauses.html", _drafted(form.answers()))


def _drafted(answers: Answers) -> dict[str, object]:
    drafted = policy_questions.draft(place.workspace(), answers, spoken())
    return {"drafted": drafted}


def _law() -> Mapping[str, object]:
    """What the law of the creditor's country lets businesses and consumers be charged."""
    opened = place.workspace()
    home = lawbook.home_of(opened)
    try:
        found = lawbook.country_law(opened, home, place.today())
    except DunwellError:
        return {"law": None, "country_name": country_name(home)}
    rules = [rule for rule in found.rules if rule["party_type"] != "public"]
    return {"law": found, "rules": rules, "country_name": country_name(home)}


@screen("administrator")
def run(request: HttpRequest) -> HttpResponse:
    """Everything is there: say what the first run does, and make it."""
    return TemplateResponse(
        request, "welcome_run.html", {**_way(request, "run"), "has_accounts": queries.has_accounts()}
    )


@screen("administrator", "POST")
def sample(request: HttpRequest) -> HttpResponse:
    """Fill an empty workspace with the sample business; its day stands still until the server is started again."""
    examples = setting_up.sample_folder()
    if examples is None:
        raise UsageError(_("The sample business is not on this machine."))
    opened = setting_up.load_sample(place.workspace(), examples, request.user.get_username())
    place.serve_workspace(opened.path, DEMO_ON)
    say(request, _("This is the sample business. Try everything: nothing leaves this machine."), "notice")
    return redirect("today")


URLS = [
    path("welcome", welcome, name="welcome"),
    path("welcome/business", business, name="welcome_business"),
    path("welcome/import", import_, name="welcome_import"),
    path("welcome/policy", policy, name="welcome_policy"),
    path("welcome/policy/clauses", clauses, name="welcome_clauses"),
    path("welcome/run", run, name="welcome_run"),
    path("welcome/sample", sample, name="welcome_sample"),
]

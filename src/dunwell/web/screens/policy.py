"""The policy: its clauses in any language, its versions, and the editor with "what would change?"."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.policy.clauses import Clause, clauses
from dunwell.policy.model import PolicySet
from dunwell.runs.policy_editing import (
    Draft,
    Question,
    draft_of,
    effects_of,
    keep_policy,
    present_text,
    questions,
    with_answers,
)
from dunwell.runs.rules import read_rules
from dunwell.runs.versions import kept_versions
from dunwell.store.queries import latest_run
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.languages import LANGUAGES, spoken
from dunwell.web.messages import say

EFFECTS_SHOWN_MAX = 100

_ASKED = {
    "terms_days": lazy("Days to pay after the date of the invoice, where nothing else is agreed"),
    "grace_days": lazy("Days of grace after the due date"),
    "response_pause_days": lazy("Days we wait after a customer has answered"),
    "hold.allowed": lazy("We may place customers on credit hold"),
    "hold.days_past_due": lazy("A hold needs an invoice more than this many days past due"),
    "hold.min_unanswered_requests": lazy("…and at least this many requests without an answer"),
    "hold.warn_first": lazy("…and a letter that warned of it"),
    "hold.cure_days": lazy("Days to pay after the hold letter has arrived, for everything to be as before"),
    "hold.regrace_days": lazy("Days after a release in which the same hold does not return"),
    "interest.kind": lazy("Interest on late payment"),
    "compensation": lazy("We claim the fixed compensation that the law gives between businesses"),
    "plan.offered": lazy("We offer payment plans"),
    "plan.max_instalments": lazy("Most instalments of a plan"),
    "longer_line.offered": lazy("We offer a longer time to pay"),
    "discount.offered": lazy("We offer a discount for settling soon"),
    "max_data_age_days": lazy("Bank data may be this many days old for letters to go out"),
    "four_eyes": lazy("Whoever drafts a letter by hand does not approve it"),
}
_INTEREST = [
    ("none", lazy("None")),
    ("statutory", lazy("The statutory rate")),
    ("contract", lazy("The contract's rate")),
]


def _field(question: Question) -> forms.Field:
    label = _ASKED[question.path]
    if question.key.kind == "flag":
        return forms.BooleanField(label=label, required=False)
    if question.key.kind == "choice":
        return forms.ChoiceField(label=label, choices=_INTEREST)
    return forms.IntegerField(label=label, min_value=question.key.low, max_value=question.key.high)


def _form(found: list[Question], data: Any = None) -> forms.Form:
    form = forms.Form(data, initial={_name(one.path): one.value for one in found})
    for one in found:
        form.fields[_name(one.path)] = _field(one)
    return form


def _name(path_of: str) -> str:
    return path_of.replace(".", "__")


@screen("viewer")
def policy(request: HttpRequest) -> HttpResponse:
    """Show the clauses of a policy in a language, and its versions."""
    opened = place.workspace()
    rules = read_rules(opened, place.today())
    language = request.GET.get("language", spoken())
    language = language if language in LANGUAGES else "en"
    name = request.GET.get("policy", "")
    chosen = rules.policy(name or rules.policies.default)
    values = {
        "clauses": clauses(chosen, language, opened.currency),
        "chosen": chosen.name,
        "names": list(rules.policies.policies),
        "clause_language": language,
        "versions": kept_versions(),
        "present": rules.policies.version,
        "notices": rules.notices,
    }
    return TemplateResponse(request, "policy.html", values)


@screen("administrator")
def edit(request: HttpRequest) -> HttpResponse:
    """The questions and the text side by side with what they say."""
    opened = place.workspace()
    text = present_text(opened)
    return TemplateResponse(
        request, "policy_edit.html", _edited(draft_of(opened, text), text, request.GET.get("policy", ""))
    )


def _edited(draft: Draft, seen: str, name: str, language: str = "") -> dict[str, Any]:
    """What the editor shows of a text."""
    values: dict[str, Any] = {
        "draft": draft,
        "seen": seen,
        "clause_language": language or spoken(),
        "policy_name": name,
    }
    if draft.policies is not None:
        policies: PolicySet = draft.policies
        chosen = policies.policies.get(name) or policies.policies[policies.default]
        values["policy_name"] = chosen.name
        values["names"] = list(policies.policies)
        values["form"] = _form(questions(chosen))
        values["clauses"] = _clauses(policies, chosen.name, values["clause_language"])
    return values


def _clauses(policies: PolicySet, name: str, language: str) -> list[Clause]:
    return clauses(policies.policies[name], language if language in LANGUAGES else "en", place.workspace().currency)


@screen("administrator", "POST")
def preview(request: HttpRequest) -> HttpResponse:
    """Say what a text would mean: mistakes with their line, else its clauses; nothing is kept."""
    draft = draft_of(place.workspace(), request.POST.get("text", ""))
    values = _edited(draft, "", request.POST.get("policy", ""), request.POST.get("language", ""))
    return TemplateResponse(request, "partials/policy_draft.html", values)


@screen("administrator", "POST")
def answers(request: HttpRequest) -> HttpResponse:
    """Write the answers to the plain questions into the text; nothing is kept yet."""
    opened, text = place.workspace(), request.POST.get("text", "")
    draft = draft_of(opened, text)
    name, seen = request.POST.get("policy", ""), request.POST.get("seen", "")
    if draft.policies is not None:
        chosen = draft.policies.policies.get(name) or draft.policies.policies[draft.policies.default]
        found = questions(chosen)
        form = _form(found, request.POST)
        if not form.is_valid():
            values = {**_edited(draft, seen, name, request.POST.get("language", "")), "form": form}
            return TemplateResponse(request, "policy_edit.html", values)
        given = {one.path: form.cleaned_data[_name(one.path)] for one in found}
        draft = draft_of(opened, with_answers(text, chosen, given))
    return TemplateResponse(request, "policy_edit.html", _edited(draft, seen, name, request.POST.get("language", "")))


@screen("administrator", "POST")
def effects(request: HttpRequest) -> HttpResponse:
    """Say who would be treated differently under a text, and how; nothing is kept."""
    latest = latest_run()
    as_of = latest.as_of if latest else place.today()
    found = effects_of(place.workspace(), request.POST.get("text", ""), as_of)
    values = {
        "effects": found,
        "shown": found.effects[:EFFECTS_SHOWN_MAX],
        "more": max(0, len(found.effects) - EFFECTS_SHOWN_MAX),
        "amounts": sorted(found.total_due_change_minor().items()),
        "moves": found.by_action(),
    }
    return TemplateResponse(request, "partials/policy_effects.html", values)


@screen("administrator", "POST")
def keep(request: HttpRequest) -> HttpResponse:
    """Make the text the policy."""
    text = request.POST.get("text", "").replace("\r\n", "\n")
    seen = request.POST.get("seen", "").replace("\r\n", "\n")
    keep_policy(place.workspace(), text, request.user.get_username(), seen=seen)
    say(request, _("The new policy is kept. It decides from the next run on; make today's run to see what changes."))
    return redirect("policy")


URLS = [
    path("policy", policy, name="policy"),
    path("policy/edit", edit, name="policy_edit"),
    path("policy/preview", preview, name="policy_preview"),
    path("policy/answers", answers, name="policy_answers"),
    path("policy/effects", effects, name="policy_effects"),
    path("policy/keep", keep, name="policy_keep"),
]

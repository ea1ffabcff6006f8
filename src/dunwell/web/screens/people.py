"""Who may sign in, and what they may do."""

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.errors import RefusedError
from dunwell.store import people as store
from dunwell.web import words
from dunwell.web.access import screen
from dunwell.web.languages import LANGUAGES
from dunwell.web.messages import say
from dunwell.web.screens.session import invitation_path

_INVITATION = "invitation_shown_once"

MAY = (
    ("viewer", lazy("Reads everything: worklist, letters, customers, figures.")),
    ("clerk", lazy("Also records calls, promises and disputes, imports files and changes drafts.")),
    ("approver", lazy("Also approves and sends letters, places and lifts holds, accepts plans, decides on referrals.")),
    ("administrator", lazy("Also changes the policy, the settings and the people.")),
)
"""What each role may do, as the page explains it."""


def _roles() -> list[tuple[str, str]]:
    """The roles in the language of the screen."""
    return [(role, words.word(role, "role")) for role in store.ROLES]


class PersonForm(forms.Form):
    """Somebody new."""

    name = forms.CharField(
        label=lazy("Name to sign in with"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )
    role = forms.ChoiceField(label=lazy("Role"), choices=_roles, initial="clerk")
    language = forms.ChoiceField(
        label=lazy("Language of the screens"),
        required=False,
        choices=[("", lazy("As the browser")), *LANGUAGES.items()],
    )


class RoleForm(forms.Form):
    """Another role for somebody."""

    role = forms.ChoiceField(choices=_roles)


@screen("administrator", "GET", "POST")
def people(request: HttpRequest) -> HttpResponse:
    """List people; add one. Their invitation is shown on the next page, and never again."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        person = store.add_person(said["name"], said["role"], _me(request), language=said["language"])
        _show_invitation(request, person)
        return redirect("people")
    rows = store.people()
    invitation = request.session.pop(_INVITATION, None)
    values = {"people": rows, "form": form, "roles": _roles(), "may_do": MAY, "invitation": invitation}
    return TemplateResponse(request, "people.html", values)


def _show_invitation(request: HttpRequest, person: store.Person) -> None:
    address = request.build_absolute_uri(invitation_path(person))
    request.session[_INVITATION] = {"name": person.user.get_username(), "address": address}


@screen("administrator", "POST")
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody another role; nobody takes the last administrator's away."""
    person, form = _person(pk), RoleForm(request.POST)
    if form.is_valid() and form.cleaned_data["role"] != person.role:
        store.change_role(person, form.cleaned_data["role"], _me(request))
        name, role = person.user.get_username(), words.word(person.role, "role")
        say(request, _("%(name)s is now: %(role)s.") % {"name": name, "role": role})
    return redirect("people")


@screen("administrator", "POST")
def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody sign in again, or no longer. What they did stays under their name."""
    person, is_active = _person(pk), request.POST.get("is_active") == "yes"
    name = person.user.get_username()
    if not is_active and name == _me(request):
        raise RefusedError(_("You cannot shut yourself out; another administrator can."))
    store.let_in(person, _me(request), is_active=is_active)
    said = _("%(name)s can sign in again.") if is_active else _("%(name)s can no longer sign in.")
    say(request, said % {"name": name})
    return redirect("people")


@screen("administrator", "POST")
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new invitation for somebody who has forgotten the password, or lost the second factor as well."""
    person = _person(pk)
    if not person.user.is_active:
        raise RefusedError(_("Let the person sign in first, then invite them."))
    if request.POST.get("without_factor") == "yes":
        store.set_factor(person, "", _me(request))
    store.note_invited(person, _me(request))
    _show_invitation(request, person)
    return redirect("people")


def _person(pk: int) -> store.Person:
    found = next((one for one in store.people() if one.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _me(request: HttpRequest) -> str:
    return request.user.get_username()


URLS = [
    path("people", people, name="people"),
    path("people/<int:pk>/role", change_role, name="people_role"),
    path("people/<int:pk>/let-in", let_in, name="people_let_in"),
    path("people/<int:pk>/invite", invite, name="people_invite"),
]

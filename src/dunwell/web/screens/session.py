"""Signing in and out, the second factor, invitations, and a person's own settings."""

import pyotp
from django import forms
from django.contrib.auth import authenticate, get_user_model, logout
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dunwell.store import people, queries
from dunwell.store.models import Person
from dunwell.web.access import ANYBODY, screen
from dunwell.web.languages import LANGUAGES, spoken
from dunwell.web.messages import say
from dunwell.web.sessions import enter, renew

_WAITING_FOR_CODE = "waiting_for_code"
_CODE_WITHIN_SECONDS = 600
"""So long after the password the code may come; then the password is asked for again."""
_STEP_SECONDS = 30


class SignInForm(forms.Form):
    """Name and password."""

    name = forms.CharField(label=lazy("Name"), max_length=150, widget=forms.TextInput({"autocomplete": "username"}))
    password = forms.CharField(
        label=lazy("Password"), max_length=500, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    """The six digits of a second factor."""

    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label=lazy("Code from your authenticator app"),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class MeForm(forms.Form):
    """How a person likes their screens."""

    language = forms.ChoiceField(label=lazy("Language of the screens"), choices=list(LANGUAGES.items()))
    theme = forms.ChoiceField(
        label=lazy("Colours"),
        choices=[("auto", lazy("As the device")), ("light", lazy("Light")), ("dark", lazy("Dark"))],
    )


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # Django's user
    """A new password, written twice; Django's checks, our words."""

    new_password1, new_password2 = SetPasswordForm.create_password_fields(
        label1=lazy("New password"), label2=lazy("The new password once more")
    )
    new_password2.help_text = ""


@screen(ANYBODY, "GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; after too many wrong ones, for patience."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _checked(request, form)
        if user is not None:
            return _let_in(request, user)
    return TemplateResponse(request, "sign_in.html", {"form": form, "next": _next(request)})


def _checked(request: HttpRequest, form: SignInForm):  # type: ignore[no-untyped-def]  # Django's user
    name = form.cleaned_data["name"]
    if not people.may_try(name, _address(request), timezone.now()):
        form.add_error(None, _("Too many wrong passwords. Wait a quarter of an hour, then try again."))
        return None
    user = authenticate(request, username=name, password=form.cleaned_data["password"])
    if user is None:
        form.add_error(None, _("This name and password do not belong together."))
    return user


def _let_in(request: HttpRequest, user) -> HttpResponse:  # type: ignore[no-untyped-def]  # Django's user
    """Sign somebody in whose password is right, or ask for the code of their second factor."""
    target, person = _next(request), people.person_of(user)
    people.was_right(user.get_username(), is_in=not person.totp_secret)
    if person.totp_secret:
        return _ask_for_code(request, user, target)
    enter(request, person)
    return redirect(target)


def _ask_for_code(request: HttpRequest, user, target: str) -> HttpResponse:  # type: ignore[no-untyped-def]
    request.session.cycle_key()
    until = int(timezone.now().timestamp()) + _CODE_WITHIN_SECONDS
    request.session[_WAITING_FOR_CODE] = [user.pk, target, until, user.get_session_auth_hash()]
    return redirect("second_factor")


@screen(ANYBODY, "GET", "POST")
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a second factor; wrong codes count as wrong passwords do."""
    key, target, until, password_hash = request.session.get(_WAITING_FOR_CODE) or (0, "/", 0, "")
    user = get_user_model().objects.filter(pk=key, is_active=True).first()
    if user is None or until < timezone.now().timestamp() or password_hash != user.get_session_auth_hash():
        request.session.pop(_WAITING_FOR_CODE, None)
        return redirect("sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_right(request, user, form):
        del request.session[_WAITING_FOR_CODE]
        enter(request, people.person_of(user))
        return redirect(target)
    return TemplateResponse(request, "second_factor.html", {"form": form})


def _is_right(request: HttpRequest, user, form: CodeForm) -> bool:  # type: ignore[no-untyped-def]
    name = user.get_username()
    if not people.may_try(name, _address(request), timezone.now()):
        form.add_error(None, _("Too many wrong codes. Wait a quarter of an hour, then try again."))
        return False
    if uses_code(people.person_of(user), form.cleaned_data["code"]):
        people.was_right(name)
        return True
    form.add_error("code", _("This code is not right, or was used already."))
    return False


def uses_code(person: Person, code: str) -> bool:
    """Tell whether a code is right, and use it up: none works twice, and one half a minute old still does."""
    step = _step_of(person.totp_secret, code)
    return step > person.totp_last_at and people.uses_up(person, step)


def _step_of(secret: str, code: str) -> int:
    """Return the step of time to which a code belongs, now or half a minute away from it; 0 for none."""
    totp, now = pyotp.TOTP(secret), int(timezone.now().timestamp()) // _STEP_SECONDS
    digits = "".join(code.split())
    return next((step for step in (now - 1, now, now + 1) if totp.verify(digits, for_time=step * _STEP_SECONDS)), 0)


@screen("viewer", "POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign_in")


@screen(ANYBODY, "GET", "POST")
def invitation(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """Let somebody who was invited choose a password; an invitation works once, and for three days."""
    user = _invited(key, token)
    if user is None:
        message = _("This invitation was used already, or is too old. Ask an administrator for a new one.")
        return TemplateResponse(request, "problem.html", {"message": message}, status=410)
    form = NewPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        person = people.person_of(user)
        begins = person.role == "administrator" and not queries.has_accounts()
        target = reverse("welcome" if begins else "today")
        if person.totp_secret:  # an invitation stands for the password, not for the second factor
            return _ask_for_code(request, user, target)
        enter(request, person)
        return redirect(target)
    return TemplateResponse(request, "invitation.html", {"form": form, "name": user.get_username()})


def _invited(key: str, token: str):  # type: ignore[no-untyped-def]  # Django's user
    try:
        number = int(urlsafe_base64_decode(key).decode())
    except (ValueError, UnicodeDecodeError) as error:
        raise Http404 from error
    user = get_user_model().objects.filter(pk=number, is_active=True).first()
    return user if user is not None and default_token_generator.check_token(user, token) else None


def invitation_path(person: Person) -> str:
    """Return the address by which a person chooses their password."""
    key = urlsafe_base64_encode(str(person.user_id).encode())
    return f"/invitation/{key}/{default_token_generator.make_token(person.user)}"


def _of(person: Person) -> dict[str, str]:
    """What a person has chosen; the language in which they read this where they have chosen none."""
    return {"language": person.language or spoken(), "theme": person.theme}


@screen("viewer", "GET", "POST")
def me(request: HttpRequest) -> HttpResponse:
    """A person's own language, colours, password and second factor."""
    person = people.person_of(request.user)
    form = MeForm(request.POST or None, initial=_of(person))
    if request.method == "POST" and request.POST.get("what") == "password":
        return _new_password(request, person)
    if request.method == "POST" and request.POST.get("what") == "factor":
        return _factor(request, person)
    if request.method == "POST" and form.is_valid():
        person.language, person.theme = form.cleaned_data["language"], form.cleaned_data["theme"]
        person.save(update_fields=["language", "theme"])
        return redirect("me")
    return _me(request, person, form)


def _me(request: HttpRequest, person: Person, form: forms.Form, **more: object) -> HttpResponse:
    values = {"form": form, "has_factor": bool(person.totp_secret), "password": NewPasswordForm(person.user)}
    return TemplateResponse(request, "me.html", {**values, **more})


def _new_password(request: HttpRequest, person: Person) -> HttpResponse:
    form = NewPasswordForm(person.user, request.POST)
    if not _knows_password(request):
        form.add_error(None, _("The present password is not right."))
    if form.is_valid():
        form.save()
        renew(request, person)
        say(request, _("The password was changed."))
        return redirect("me")
    return _me(request, person, MeForm(initial=_of(person)), password=form)


def _knows_password(request: HttpRequest) -> bool:
    """Ask for the password once more; whoever found a screen open does not get to guess it for long."""
    name = request.user.get_username()
    if not people.may_try(name, _address(request), timezone.now()):
        return False
    is_right = request.user.check_password(request.POST.get("old_password", ""))
    if is_right:
        people.was_right(name)
    return is_right


def _factor(request: HttpRequest, person: Person) -> HttpResponse:
    """Switch the second factor on, once a code shows that it works, or off with the password."""
    if person.totp_secret:
        if _knows_password(request):
            _set_factor(request, person, "")
            say(request, _("Two-step sign-in is off."))
        else:
            say(request, _("The present password is not right."), "error")
        return redirect("me")
    secret = request.session.get("new_factor", "")
    step = _step_of(secret, request.POST.get("code", "")) if secret else 0
    if step:
        _set_factor(request, person, request.session.pop("new_factor"), step)
        say(request, _("Two-step sign-in is on."))
        return redirect("me")
    if secret and request.POST.get("code"):
        say(request, _("This code is not right, or was used already."), "error")
    request.session["new_factor"] = secret or pyotp.random_base32()
    uri = pyotp.TOTP(request.session["new_factor"]).provisioning_uri(
        name=request.user.get_username(), issuer_name="Dunwell"
    )
    form = MeForm(initial=_of(person))
    return _me(request, person, form, new_factor=request.session["new_factor"], factor_picture=_picture(uri))


def _set_factor(request: HttpRequest, person: Person, secret: str, step: int = 0) -> None:
    """Switch the factor on or off; the code that showed that it works does not work again."""
    people.set_factor(person, secret, person.user.username, last_at=step)
    renew(request, person)


def _picture(uri: str) -> str:
    import segno

    return str(segno.make(uri).png_data_uri(scale=5, border=2))


@screen(ANYBODY, "POST")
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the screens, before or after signing in."""
    chosen = request.POST.get("language", "")
    if chosen in LANGUAGES:
        request.session["language"] = chosen
        if request.user.is_authenticated:
            person = people.person_of(request.user)
            person.language = chosen
            person.save(update_fields=["language"])
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    target = str(request.POST.get("next") or request.GET.get("next") or "/")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else "/"


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


URLS = [
    path("sign-in", sign_in, name="sign_in"),
    path("sign-in/code", second_factor, name="second_factor"),
    path("sign-out", sign_out, name="sign_out"),
    path("invitation/<str:key>/<str:token>", invitation, name="invitation"),
    path("me", me, name="me"),
    path("language", language, name="language"),
]

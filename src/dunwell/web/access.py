"""Who may open what: every view says its least role, and a table-driven test walks all of them."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from dunwell.store.people import ROLES, role_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

ANYBODY = "anybody"
"""Screens for people who have not signed in: sign-in itself and first setting up."""


def screen(least_role: str, *methods: str) -> Callable[[View[P]], View[P]]:
    """Let only people of ``least_role`` or above use a view, by ``methods`` (GET and HEAD unless told otherwise).

    Whoever is not signed in is asked to; whoever may not is told so with 403.
    """
    allowed = methods or ("GET", "HEAD")

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            if least_role == ANYBODY:
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not may(request, least_role):
                return TemplateResponse(request, "refused.html", {"least_role": least_role}, status=403)
            return view(request, *args, **kwargs)

        guarded.least_role = least_role  # type: ignore[attr-defined]
        guarded.methods = allowed  # type: ignore[attr-defined]
        return guarded

    return guard


def may(request: HttpRequest, least_role: str) -> bool:
    """Tell whether the signed-in person has a role, or one above it."""
    if not request.user.is_authenticated:
        return False
    return ROLES.index(role_of(request.user)) >= ROLES.index(least_role)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else "/"
    target = f"{reverse('sign_in')}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)

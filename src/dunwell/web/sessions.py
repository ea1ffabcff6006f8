"""How long somebody stays signed in, and what ends that.

A session is over after a working day, after two hours in which its person did nothing, and as soon as their role or
their second factor has changed since they signed in: what they may do is decided at the door, and they come through
it again. A new password ends every other session; that is Django's own doing.
"""

import time
from collections.abc import Callable

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from dunwell.store.people import Person, person_of
from dunwell.web.messages import say

SESSION_SECONDS = 12 * 3600
"""A working day: then everybody signs in again, however busy they are."""
IDLE_SECONDS = 2 * 3600
"""Nobody sits before a screen that was left alone for so long."""

_NOTED_EVERY_SECONDS = 60
"""A session notes that it is used at most so often: looking at a page does not write to the database each time."""
_KEY = "signed_in"
_MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def enter(request: HttpRequest, person: Person) -> None:
    """Sign somebody in, under a session key that nobody has seen before."""
    login(request, person.user, backend=_MODEL_BACKEND)
    _begin(request, person)


def renew(request: HttpRequest, person: Person) -> None:
    """Go on under a new key after a change of one's own password or second factor; other sessions are over."""
    update_session_auth_hash(request, person.user)
    _begin(request, person)


class SessionsEnd:
    """Sign out whoever was signed in for too long, or under other rights than they have now, and say so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session before any screen does."""
        if request.user.is_authenticated and not _goes_on(request, person_of(request.user)):
            language = request.session.get("language", "") or person_of(request.user).language
            logout(request)
            request.session["language"] = language
            say(request, _("You were signed out: too much time has passed, or your rights have changed."), "notice")
        return self.get_response(request)


def _goes_on(request: HttpRequest, person: Person) -> bool:
    kept, now = request.session.get(_KEY), int(time.time())
    if kept is None:  # of a version that did not note it
        _begin(request, person)
        return True
    if now - kept["began"] > SESSION_SECONDS or now - kept["seen"] > IDLE_SECONDS or kept["as"] != _rights(person):
        return False
    if now - kept["seen"] > _NOTED_EVERY_SECONDS:
        request.session[_KEY] = {**kept, "seen": now}
    return True


def _begin(request: HttpRequest, person: Person) -> None:
    now = int(time.time())
    request.session[_KEY] = {"began": now, "seen": now, "as": _rights(person)}


def _rights(person: Person) -> str:
    """What a session was opened for, without the secret itself."""
    return salted_hmac(_KEY, f"{person.role} {person.totp_secret}", algorithm="sha256").hexdigest()

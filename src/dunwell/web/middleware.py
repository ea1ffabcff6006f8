"""What happens around every screen: headers that keep it safe, the person's language, refusals as messages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from dunwell.errors import DunwellError
from dunwell.store.people import person_of
from dunwell.web.languages import LANGUAGES, PSEUDO
from dunwell.web.messages import say
from dunwell.web.retelling import retold

TOO_LARGE_HEADER = "DUNWELL_TOO_LARGE"
"""Set by the server where it did not keep the body of a request (config/listening.py)."""

Next = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)
"""Everything comes from this server: no other host is ever asked, no script stands in a page."""


class SecureHeaders:
    """Say to the browser what a page may do; customers' names are never code."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to every answer."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure():
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


class KnownHosts:
    """Answer only by the names that this server is known by: another site that leads here reads nothing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask for the name, which Django refuses when it is not ours."""
        request.get_host()
        return self.get_response(request)


class PersonsLanguage:
    """Show screens in the language of whoever looks, else in the browser's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language for as long as the page is made."""
        with translation.override(_language(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
            return response


def _language(request: HttpRequest) -> str:
    chosen = person_of(request.user).language if request.user.is_authenticated else request.session.get("language", "")
    if chosen in (*LANGUAGES, PSEUDO):
        return str(chosen)
    wanted = translation.get_language_from_request(request).partition("-")[0]
    return wanted if wanted in LANGUAGES else "en"


class TooLarge:
    """Answer a request whose body the server has thrown away, because it is larger than anything that is read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look for the mark of the server; whoever writes it by themselves gets the same answer."""
        if f"HTTP_{TOO_LARGE_HEADER}" not in request.META:
            return self.get_response(request)
        message = _("This is too large to be read, and nothing of it was kept. Send less at once.")
        return TemplateResponse(request, "problem.html", {"message": message}, status=413).render()


class Refusals:
    """Show what the program refuses, and why, where the person was; nothing was changed then."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn the program's own errors into a message; anything else is a mistake and stays one."""
        if not isinstance(error, DunwellError):
            return None
        if request.method == "POST":
            say(request, retold(str(error)), "error")
            return HttpResponseRedirect(back(request))
        return TemplateResponse(request, "problem.html", {"message": retold(str(error))}, status=409).render()


def back(request: HttpRequest, otherwise: str = "/") -> str:
    """Return the page of this server from which a form was sent."""
    for target in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if target and url_has_allowed_host_and_scheme(target, {request.get_host()}):
            return str(target)
    return otherwise

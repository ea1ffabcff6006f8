"""Pages for what goes wrong."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """A form that this server did not give out, or gave out too long ago."""
    message = _("This form has expired. Go back, reload the page and send it again; nothing was changed.")
    return TemplateResponse(request, "problem.html", {"message": message}, status=403).render()


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """A request that no form of ours sends: too large, damaged, or for another server."""
    message = _("This could not be read: it is too large, damaged, or was meant for another server.")
    return TemplateResponse(request, "problem.html", {"message": message}, status=400).render()


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """No such page, or no such customer, letter or case."""
    message = _("There is nothing at this address. It may have been removed, or the address is misspelt.")
    return TemplateResponse(request, "problem.html", {"message": message}, status=404).render()


def server_error(request: HttpRequest) -> HttpResponse:
    """A mistake of ours; the server's log has its details."""
    message = _("Something went wrong on our side, and nothing was changed. The server's log has the details.")
    return TemplateResponse(request, "problem.html", {"message": message}, status=500).render()

"""The business's own settings, its letterhead and bank accounts, a backup to take away, and whether all is well."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from dunwell.errors import DunwellError
from dunwell.store.backup import back_up
from dunwell.store.doctor import examine
from dunwell.web import place
from dunwell.web.access import screen
from dunwell.web.business import Business
from dunwell.web.messages import say
from dunwell.web.retelling import retold

_BLOCK_BYTES = 1 << 20


@screen("administrator", "GET", "POST")
def settings(request: HttpRequest) -> HttpResponse:
    """Show and change what the letterhead says and where customers pay."""
    business = Business(request)
    if request.method == "POST" and saved(request, business):
        return redirect("settings")
    values = {"business": business, "folder": place.workspace().path}
    return TemplateResponse(request, "settings.html", values, status=422 if request.method == "POST" else 200)


def saved(request: HttpRequest, business: Business) -> bool:
    """Write the forms where they are right; a refusal of the whole is said on top of the page."""
    if not business.is_valid():
        return False
    try:
        changed = business.save(request.user.get_username())
    except DunwellError as error:
        business.form.add_error(None, retold(str(error)))
        return False
    say(
        request,
        _("The settings were saved.") if changed else _("Nothing was changed."),
        "done" if changed else "notice",
    )
    return True


@screen("administrator", "POST")
def backup(request: HttpRequest) -> HttpResponse:
    """Make a backup and hand it over; nothing of it stays on the server."""
    folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=place.workspace().path))
    target = folder / f"dunwell-{place.today():%Y-%m-%d}.zip"
    try:
        back_up(place.workspace(), target, request.user.get_username(), place.today())
        size, descriptor = target.stat().st_size, os.open(target, os.O_RDONLY)
    finally:
        target.unlink(missing_ok=True)  # the open file lives until it has been sent
        folder.rmdir()
    answer = StreamingHttpResponse(_pieces(descriptor), "application/zip")
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Disposition"] = f'attachment; filename="{target.name}"'
    return cast("HttpResponse", answer)  # of which Django says that it is no HttpResponse


def _pieces(descriptor: int) -> Iterator[bytes]:
    with os.fdopen(descriptor, "rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            yield block


@screen("administrator")
def health(request: HttpRequest) -> HttpResponse:
    """Show what every check of the workspace finds."""
    checks = examine(place.workspace(), datetime.now(UTC))
    part = "partials/health.html" if request.headers.get("HX-Request") else "health.html"
    return TemplateResponse(request, part, {"checks": checks})


URLS = [
    path("settings", settings, name="settings"),
    path("settings/backup", backup, name="settings_backup"),
    path("settings/health", health, name="settings_health"),
]

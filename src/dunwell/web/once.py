"""A form that is sent twice does its deed once: a second click, a nervous reload, a browser that tries again.

What a person records (a call, a note, an order) may be recorded twice on purpose, so that the deeds themselves cannot
tell. Each form that is written carries a mark of its own, and the mark is good for one time.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from threading import Lock
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from dunwell.web.messages import say
from dunwell.web.middleware import back

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

FIELD = "once"
MARKS_MAX = 10_000
"""So many marks are remembered; one process serves a workspace, and a form lies open for hours, not for weeks."""

_used: OrderedDict[str, None] = OrderedDict()
_lock = Lock()


def new_mark() -> str:
    """Return a mark for a form."""
    return secrets.token_urlsafe(12)


def done_once(view: View[P]) -> View[P]:
    """Let a view do what a form asks for once; where nothing came of it the same form may be sent again."""

    @wraps(view)
    def once(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        mark = f"{request.user.pk} {request.POST.get(FIELD, '')}"
        if mark.endswith(" "):
            return view(request, *args, **kwargs)
        if not _use(mark):
            say(request, _("You sent this twice; it was done once."), "notice")
            return redirect(back(request))
        is_done = False
        try:
            answer = view(request, *args, **kwargs)
            is_done = answer.status_code < HTTPStatus.BAD_REQUEST
            return answer
        finally:
            if not is_done:
                _give_back(mark)

    return once


def _use(mark: str) -> bool:
    """Use a mark up; ``False`` when it was used already."""
    with _lock:
        if mark in _used:
            return False
        _used[mark] = None
        while len(_used) > MARKS_MAX:
            _used.popitem(last=False)
    return True


def _give_back(mark: str) -> None:
    with _lock:
        _used.pop(mark, None)

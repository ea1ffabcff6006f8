"""What is said to a person once, on the next page they see."""

from typing import Literal, NamedTuple

from django.http import HttpRequest

Level = Literal["done", "notice", "error"]

_KEY = "said"


class Said(NamedTuple):
    """A sentence and how it is meant."""

    text: str
    level: Level


def say(request: HttpRequest, text: str, level: Level = "done") -> None:
    """Say something on the next page."""
    request.session[_KEY] = [*request.session.get(_KEY, []), [text, level]]


def take_said(request: HttpRequest) -> list[Said]:
    """Return what is to be said, once."""
    if _KEY not in getattr(request, "session", {}):
        return []
    return [Said(*one) for one in request.session.pop(_KEY)]

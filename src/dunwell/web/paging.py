"""Which page of a list is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

PAGE_ROWS = 50


def page_number(request: HttpRequest) -> int:
    """Return the page that was asked for, from 1; anything else than a number is the first."""
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 9 else 1


def wants_part(request: HttpRequest) -> bool:
    """Tell whether only the list is wanted, to be exchanged in a page that is open already, and not the whole page."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, how many there are in all, and where they stand."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int


def page_of(request: HttpRequest, rows: QuerySet[Row], size: int = PAGE_ROWS) -> Page[Row]:
    """Return the page of a query that was asked for; the last one when there are fewer."""
    total = rows.count()
    pages = max(1, -(-total // size))
    page = min(page_number(request), pages)
    return Page(list(rows[(page - 1) * size : page * size]), total, page, pages)

"""Which page of a list is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)

PAGE_ROWS = 50


def page_number(request: HttpRequest) -> int:
    """Return the page that was asked for, from 1; anything else than a number is the first."""
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 9 else 1


def wants_part(request: HttpRequest) -> bool:
    """Tell whether only the list is wanted, to be exchanged in a page that is open already, and not the whole page.

    Whoever goes back to a page has nothing open to put a part into.
    """
    asks = request.headers
    return bool(asks.get("HX-Request")) and not (asks.get("HX-Boosted") or asks.get("HX-History-Restore-Request"))


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
    keys = list(rows.values_list("pk", flat=True)[(page - 1) * size : page * size])
    return Page(_in_order(rows, keys), total, page, pages)


def _in_order(rows: QuerySet[Row], keys: list[Any]) -> list[Row]:
    """The rows of some keys, with what the query reads beside them; the rows before them are passed over unread."""
    whole = rows.model._default_manager.all()  # noqa: SLF001 - Django's own name
    whole.query.select_related = rows.query.select_related
    found = whole.in_bulk(keys)
    return [found[key] for key in keys if key in found]

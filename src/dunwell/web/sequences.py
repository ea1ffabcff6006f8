"""A page of what is already in memory, beside :func:`paging.page_of` for queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest

from dunwell.web.paging import PAGE_ROWS, page_number

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class SequencePage(Generic[Row]):
    """Some rows, how many there are in all, and where they stand."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int


def page_of_list(request: HttpRequest, rows: Sequence[Row], size: int = PAGE_ROWS) -> SequencePage[Row]:
    """Return the page that was asked for; the last one when there are fewer."""
    pages = max(1, -(-len(rows) // size))
    page = min(page_number(request), pages)
    return SequencePage(rows[(page - 1) * size : page * size], len(rows), page, pages)

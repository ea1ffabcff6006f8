"""A long list kept in order from one act to the next: only the rows of whom the act concerns change their place.

To order 100,000 rows anew costs more than the page that shows fifty of them, and most acts concern one customer.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import polars as pl

from dunwell.runs.kept import kept
from dunwell.runs.standing import Mark, Standing, accounts_changed

FEW_ACCOUNTS = 200
"""When an act concerns more than so many, everything is put in order anew."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Ordering(Generic[Key]):
    """How a list is made and ordered: its rows as they are now, of some accounts or of all, and the place of a row.

    ``rows_of`` gives a column ``account_id``; ``order`` puts rows in order; ``place`` gives of a row's values what
    compares as that order does.
    """

    name: str
    rows_of: Callable[[Standing, Collection[int] | None], pl.DataFrame]
    order: Callable[[pl.DataFrame], pl.DataFrame]
    place: Callable[[tuple[Any, ...]], Key]


@dataclass(frozen=True, slots=True)
class _Listed:
    mark: Mark
    rows: pl.DataFrame


def listed(now: Standing, ordering: Ordering[Any]) -> pl.DataFrame:
    """Return the rows of a list, in order, as they are now."""
    made: _Listed = kept(now.moment, ordering.name, lambda before: _Listed(now.mark, _rows(now, ordering, before)))
    return made.rows


def _rows(now: Standing, ordering: Ordering[Any], before: _Listed | None) -> pl.DataFrame:
    changed = None if before is None else accounts_changed(before.mark, now)
    if before is None or changed is None or len(changed) > FEW_ACCOUNTS:
        return ordering.order(ordering.rows_of(now, None))
    if not changed:
        return before.rows
    rest = before.rows.filter(~pl.col("account_id").is_in(list(changed)))
    return _with(rest, ordering.rows_of(now, changed), ordering)


def _with(rest: pl.DataFrame, new: pl.DataFrame, ordering: Ordering[Any]) -> pl.DataFrame:
    """Rows in order with others among them."""
    parts, start, own = [], 0, ordering.order(new)
    for number, row in enumerate(own.iter_rows()):
        end = _place_in(rest, ordering.place(row), start, ordering)
        parts += [rest[start:end], own[number : number + 1]]
        start = end
    return pl.concat([*parts, rest[start:]]).rechunk()


def _place_in(rows: pl.DataFrame, place: Any, start: int, ordering: Ordering[Any]) -> int:
    return bisect_left(range(rows.height), place, lo=start, key=lambda at: ordering.place(rows.row(at)))

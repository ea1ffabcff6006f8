"""The holds, as a board shows them: by how far they have come, those that were lifted lately too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from django.db.models import Count, F, Q, QuerySet

from dunwell.runs import holding
from dunwell.runs.called import accounts_called
from dunwell.runs.customer_list import held_before
from dunwell.runs.desk import Desk
from dunwell.runs.kept import kept, moment
from dunwell.runs.pages import page_of
from dunwell.runs.standing import Standing
from dunwell.store import queries
from dunwell.store.lookups import account_names
from dunwell.store.models import Hold
from dunwell.store.workspace import Workspace

COLUMNS = ("proposed", "approved", "notified", "in_force", "released")
LATELY_DAYS = 30
"""So long a lifted hold stays on the board."""
LATELY = "lately"
COLUMN_MAX = 20
"""So many holds one column shows; the list has the rest."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board: the first holds in a state, and how many there are."""

    state: str
    holds: Sequence[Hold]
    total: int


def hold_board(as_of: date, counts: Mapping[str, int]) -> list[Column]:
    """Return the columns that have holds, of the ``counts`` of :func:`hold_counts`.

    Those in force stand by the day they are to be cured, the urgent first; of those lifted lately, the last one first.
    """
    totals = {**counts, "released": counts.get(LATELY, 0)}
    columns = [Column(state, _first(state, as_of), totals[state]) for state in COLUMNS if totals.get(state)]
    return [column for column in columns if column.holds]


def _first(state: str, as_of: date) -> list[Hold]:
    """The first holds of a column; only those are read whole."""
    order = _ORDERS.get(state, ("id",))
    found = Hold.objects.filter(_meant(state, as_of))
    keys = list(found.order_by(*order).values_list("id", flat=True)[:COLUMN_MAX])
    return list(Hold.objects.filter(pk__in=keys).select_related("account", "letter").order_by(*order))


_ORDERS = {
    "in_force": (F("cure_by_on").asc(nulls_last=True), "id"),
    "released": (F("released_on").desc(nulls_last=True), "id"),
}


def _meant(state: str, as_of: date) -> Q:
    """The holds in a state on a day: one that is to be lifted later is in force still."""
    if state == "released":
        return _lately(as_of)
    own = Q(state=state, released_on=None)
    return own | _to_be_lifted(as_of) if state == "in_force" else own


def _lately(as_of: date) -> Q:
    return Q(state="released", released_on__gte=as_of - timedelta(days=LATELY_DAYS), released_on__lte=as_of)


def _to_be_lifted(as_of: date) -> Q:
    return Q(state="released", released_on__gt=as_of)


@dataclass(frozen=True, slots=True)
class EarlierHold:
    """A hold from before Dunwell: the imported history tells of it, and no case or letter of ours."""

    account_number: str
    name: str
    currency: str
    held_on: date | None
    cure_by_on: date | None
    held_open_minor: int


@dataclass(frozen=True, slots=True)
class EarlierHolds:
    """Some of the holds from before Dunwell, how many there are, and where these stand."""

    rows: Sequence[EarlierHold]
    total: int
    page: int
    pages: int


def earlier_holds(now: Standing | None, page: int = 1, *, is_whole: bool = False) -> EarlierHolds:
    """Return a page of the holds from before Dunwell in force after the latest run, or all; the oldest first."""
    in_order = _held_before(now) if now is not None else pl.DataFrame()
    size = max(1, in_order.height) if is_whole else COLUMN_MAX
    rows, page, pages = page_of(in_order, page, size)
    return EarlierHolds(_earlier(rows) if rows.height else [], in_order.height, page, pages)


def _held_before(now: Standing) -> pl.DataFrame:
    found = kept(now.moment, "held before", lambda _before: now.accounts.filter(held_before() == "in_force"))
    if found.is_empty():
        return found
    cases = queries.live_holds().select("account_id", "currency")
    held = found.join(cases, on=["account_id", "currency"], how="anti")
    return held.filter(~_is_lifted(held)).sort("held_on", "account_id", "currency")


def _earlier(rows: pl.DataFrame) -> list[EarlierHold]:
    names = account_names(rows["account_id"].to_list())
    figures = rows.select("account_id", "currency", "held_on", "cure_by_on", pl.col("held_open_minor").fill_null(0))
    return [EarlierHold(*names[account_id], *rest) for account_id, *rest in figures.iter_rows()]


def _is_lifted(held: pl.DataFrame) -> pl.Series:
    """Whether a hold has been lifted since that run: its case then has the letter of the release and no other."""
    if held.is_empty():
        return pl.Series(dtype=pl.Boolean)
    released = Hold.objects.filter(state="released", letter__kind="hold_release")
    lifted = set(released.values_list("account_id", "currency", "in_force_on"))
    keys = held.select("account_id", pl.col("currency").cast(pl.String), "held_on").iter_rows()
    return pl.Series([key in lifted for key in keys], dtype=pl.Boolean)


def hold_counts(as_of: date) -> dict[str, int]:
    """Return how many holds there are by state, and under :data:`LATELY` how many were lifted lately."""
    grouped = Hold.objects.order_by().values("state")
    late, ahead = (Count("id", filter=meant) for meant in (_lately(as_of), _to_be_lifted(as_of)))
    rows = list(
        grouped.annotate(total=Count("id"), late=late, ahead=ahead).values_list("state", "total", "late", "ahead")
    )
    waiting = sum(ahead for _, __, ___, ahead in rows)
    found = {state: total - ahead for state, total, _, ahead in rows}
    found |= {"in_force": found.get("in_force", 0) + waiting} if waiting else {}
    return found | {LATELY: sum(late for _, __, late, ___ in rows)}


def hold_query(workspace: Workspace, state: str, words: str = "") -> QuerySet[Hold]:
    """Return the holds in a state (empty: any), newest first, of the customers called ``words``."""
    found = Hold.objects.select_related("account", "letter").order_by("-id")
    if words.strip():
        found = found.filter(account__in=accounts_called(moment(workspace), words))
    return found.filter(state=state) if state else found


def give_up(desk: Desk, hold: Hold, reason: str) -> Hold:
    """Lift a hold that is in force, withdraw one that is not yet; the reason is kept."""
    return holding.release(desk, hold.account, hold.currency, reason)

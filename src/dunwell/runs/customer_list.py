"""All customers as they stand after the latest run, a page at a time: the one who owes most past due first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dunwell.ledger.frames import CURRENCY
from dunwell.runs.called import accounts_called
from dunwell.runs.in_order import Ordering, listed
from dunwell.runs.kept import kept, moment
from dunwell.runs.pages import page_of
from dunwell.runs.standing import Standing
from dunwell.store import queries
from dunwell.store.lookups import account_names, account_numbers
from dunwell.store.workspace import Workspace

CHOICES = ("overdue", "on_hold", "over_limit")
"""What the list can be narrowed to."""
PAGE_ROWS = 50

_FIGURES = (
    "account_id", "currency", "open_minor", "overdue_minor", "oldest_days_past_due", "exposure_minor",
    "credit_limit_minor",
)  # fmt: skip
_CHOSEN: Mapping[str, pl.Expr] = {
    "overdue": pl.col("overdue_minor") > 0,
    "on_hold": pl.col("hold") == "in_force",
    "over_limit": pl.col("exposure_minor") > pl.col("credit_limit_minor"),
}


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer in one currency; without a currency, one who has never been invoiced."""

    account_number: str
    name: str
    currency: str
    open_minor: int
    overdue_minor: int
    oldest_days_past_due: int
    hold: str
    exposure_minor: int
    credit_limit_minor: int | None

    @property
    def is_over_limit(self) -> bool:
        """Whether more is owed and ordered than the agreed limit."""
        return self.credit_limit_minor is not None and self.exposure_minor > self.credit_limit_minor


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A page of customers, how many there are by choice, and how many pages."""

    rows: Sequence[Customer]
    counts: Mapping[str, int]
    total: int
    page: int
    pages: int


def customer_list(workspace: Workspace, now: Standing | None, choice: str, words: str, page: int) -> CustomerList:
    """Return a page of the customers called ``words`` (empty: all) of whom ``choice`` is true (empty: any)."""
    at = moment(workspace) if now is None else now.moment
    everybody = (
        kept(at, "customers at first", lambda _before: _unassessed()) if now is None else listed(now, _CUSTOMERS)
    )
    if words.strip():
        everybody = everybody.filter(pl.col("account_id").is_in(accounts_called(at, words)))
    counts = {name: int(everybody.select(is_so.sum()).item()) for name, is_so in _CHOSEN.items()}
    found = everybody.filter(_CHOSEN[choice]) if choice in _CHOSEN else everybody
    shown, page, pages = page_of(found, page, PAGE_ROWS)
    names = account_names(shown["account_id"].unique().to_list())
    rows = [_customer(row, names) for row in shown.iter_rows(named=True)]
    return CustomerList(rows, counts | {"": everybody.height}, found.height, page, pages)


def _unassessed() -> pl.DataFrame:
    """Every customer, before the first run."""
    return _in_order(_lines(_nobody(), None))


def _rows(now: Standing, account_ids: Collection[int] | None) -> pl.DataFrame:
    """One row per customer and currency, of some customers or of all."""
    return _lines(now.of(account_ids).select(*_FIGURES, held_before().alias("before")), account_ids)


def _lines(figures: pl.DataFrame, account_ids: Collection[int] | None) -> pl.DataFrame:
    """Figures with those who have none, and the state of each hold as it is now."""
    holds = queries.live_holds(account_ids).select("account_id", "currency", pl.col("state").alias("hold"))
    rows = account_numbers(account_ids).join(figures, on="account_id", how="left")
    rows = rows.join(holds, on=["account_id", "currency"], how="left").with_columns(pl.coalesce("hold", "before"))
    return rows.select(*_FIGURES, "hold", "account_number")


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    amounts = (-pl.col(name).fill_null(0) for name in ("overdue_minor", "open_minor"))
    order = rows.select(pl.arg_sort_by(*amounts, "account_number", pl.col("currency").cast(pl.String)))
    return rows[order.to_series()]


def _place(row: tuple[Any, ...]) -> tuple[int, int, str, str]:
    one = dict(zip((*_FIGURES, "hold", "account_number"), row, strict=True))
    return -(one["overdue_minor"] or 0), -(one["open_minor"] or 0), one["account_number"], one["currency"] or ""


_CUSTOMERS = Ordering("customers", _rows, _in_order, _place)


def held_before() -> pl.Expr:
    """``in_force`` where the assessment found a hold that was not to be lifted: one from before Dunwell has no case."""
    is_held = (pl.col("hold") == "in_force") & (pl.col("action") != "release")
    return pl.when(is_held).then(pl.lit("in_force"))


def _nobody() -> pl.DataFrame:
    counted = dict.fromkeys(_FIGURES, pl.Int64())
    return pl.DataFrame(schema={**counted, "currency": CURRENCY, "before": pl.String()})


def _customer(row: Mapping[str, Any], names: Mapping[int, tuple[str, str]]) -> Customer:
    number, name = names[row["account_id"]]
    return Customer(
        account_number=number,
        name=name,
        currency=row["currency"] or "",
        open_minor=row["open_minor"] or 0,
        overdue_minor=row["overdue_minor"] or 0,
        oldest_days_past_due=row["oldest_days_past_due"] or 0,
        hold=row["hold"] or "none",
        exposure_minor=row["exposure_minor"] or 0,
        credit_limit_minor=row["credit_limit_minor"],
    )

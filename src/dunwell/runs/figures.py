"""Figures of collection (product §6): what is owed by age, how fast it comes in, what letters and promises brought.

Every figure is of one currency and one day, made from the ledger as it was on that day and from what Dunwell did.
Shares are exact fractions; nothing here is an amount that anybody is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

import polars as pl

from dunwell.assess.engine import assess
from dunwell.runs.kept import LEAVE_THE_LEDGER, Moment, kept, moment
from dunwell.runs.rules import rules_on
from dunwell.runs.standing import Standing
from dunwell.runs.versions import ledger_on
from dunwell.store import audit, outcomes
from dunwell.store.lookups import account_names
from dunwell.store.models import LETTER_SENT
from dunwell.store.workspace import Workspace

BUCKETS = ("current", "1_30", "31_60", "61_90", "over_90")
_COLUMNS = {
    "current": "current_minor",
    "1_30": "days_1_30_minor",
    "31_60": "days_31_60_minor",
    "61_90": "days_61_90_minor",
    "over_90": "days_over_90_minor",
}
BILLED_DAYS = 90
"""Days sales outstanding compares what is open with what was billed in so many days."""
MONTH_DAYS = 30
FOLLOWED_DAYS = 14
"""A payment within so many days of a letter is counted as having followed it; whether it was the cause nobody knows."""
LOOKED_BACK_DAYS = 365
WEEKS_AHEAD = 8
PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Aged:
    """What is owed in one currency, by age in days past due, and by how many customers."""

    currency: str
    buckets_minor: tuple[int, ...]
    accounts: tuple[int, ...]
    unapplied_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return sum(self.buckets_minor)

    def share(self, bucket: int) -> Fraction:
        """One bucket's part of all; nothing of nothing is nothing."""
        return Fraction(self.buckets_minor[bucket], self.total_minor) if self.total_minor else Fraction(0)


@dataclass(frozen=True, slots=True)
class Debtor:
    """One customer's part of a bucket."""

    account_number: str
    name: str
    amount_minor: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast money comes in. ``None``: nothing to count it from.

    ``outstanding_days``: what is open, in days of billing (over the last 90 days). ``effectiveness``: of what could
    have been collected in the last 30 days, the part that was (1 is all of it).
    """

    currency: str
    open_minor: int
    billed_minor: int
    outstanding_days: Fraction | None
    effectiveness: Fraction | None
    collected_minor: int


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What followed the letters of one step in a currency: how many were sent, and what was paid within 14 days."""

    step: str
    kind: str
    currency: str
    sent: int
    paid_accounts: int
    paid_minor: int
    asked_minor: int

    @property
    def share(self) -> Fraction:
        """The part of the letters that a payment followed."""
        return Fraction(self.paid_accounts, self.sent) if self.sent else Fraction(0)


@dataclass(frozen=True, slots=True)
class Expected:
    """What promises and instalments let expect in one week, from ``begins_on``; ``late`` is what is overdue of them."""

    begins_on: date
    currency: str
    promised_minor: int
    instalments_minor: int
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """How promises and holds of the last year ended; ``cure_days`` is the median from hold to release."""

    promises_kept: int
    promises_broken: int
    holds_released: int
    cure_days: Fraction | None

    @property
    def kept_share(self) -> Fraction | None:
        """The part of the promises that were kept."""
        ended = self.promises_kept + self.promises_broken
        return Fraction(self.promises_kept, ended) if ended else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything on the page of one day."""

    as_of: date
    aged: Sequence[Aged]
    speed: Sequence[Speed]
    steps: Sequence[StepOutcome]
    expected: Sequence[Expected]
    kept: Kept


def figures(workspace: Workspace, now: Standing | None, as_of: date) -> Figures:
    """Return the figures of a day; those of the latest run's day come from its decisions, others are assessed anew."""
    at = moment(workspace) if now is None else now.moment
    return kept(at, ("figures", as_of), lambda _before: _figures(workspace, now, at, as_of))


def _figures(workspace: Workspace, now: Standing | None, at: Moment, as_of: date) -> Figures:
    accounts = _accounts(workspace, now, as_of)
    paid: _Paid = kept(at, ("paid", as_of), lambda before: _paid(at, as_of, before))
    steps: _Steps = kept(at, ("steps", as_of), lambda before: _steps(at, as_of, paid, before))
    return Figures(
        as_of,
        aged_by_currency(accounts),
        speed_by_currency(accounts, paid.sums),
        steps.outcomes,
        list(_expected(as_of)),
        _kept(as_of),
    )


def _accounts(workspace: Workspace, now: Standing | None, as_of: date) -> pl.DataFrame:
    """The decisions of a day: of the latest run, or assessed for it from the ledger as it was then."""
    if now is not None and now.as_of == as_of:
        return now.accounts
    at = moment(workspace) if now is None else now.moment
    return kept(at, ("assessed", as_of), lambda _before: _assessed(workspace, as_of))


def _assessed(workspace: Workspace, as_of: date) -> pl.DataFrame:
    rules = rules_on(workspace, as_of)
    return assess(ledger_on(as_of), rules.policies, rules.legal, as_of).accounts


@dataclass(frozen=True, slots=True)
class _Paid:
    """What was billed and paid until a day, as known after an act: all that is read of invoices and payments."""

    after_act: int
    sums: outcomes.Sums
    payments: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Steps:
    """What followed the requests of the year before a day, as known after an act, by what was paid then."""

    after_act: int
    paid: _Paid
    outcomes: Sequence[StepOutcome]


def _paid(at: Moment, as_of: date, before: _Paid | None) -> _Paid:
    """Read it; or take over what was known, when nothing was imported since: a letter leaves it as it was."""
    if before is not None and audit.acts_since(before.after_act) <= LEAVE_THE_LEDGER | {"letter"}:
        return replace(before, after_act=at.number)
    month, quarter = (as_of - timedelta(days=days) for days in (MONTH_DAYS, BILLED_DAYS))
    sums = outcomes.sums(quarter, month, as_of)
    return _Paid(at.number, sums, outcomes.payments(as_of - timedelta(days=LOOKED_BACK_DAYS), as_of))


def _steps(at: Moment, as_of: date, paid: _Paid, before: _Steps | None) -> _Steps:
    """Count it; or take over what was known, when neither money nor letters went out or came in since."""
    is_same = before is not None and before.paid.payments is paid.payments
    if before is not None and is_same and not frozenset(LETTER_SENT) & audit.letter_states_since(before.after_act):
        return replace(before, after_act=at.number)
    return _Steps(at.number, paid, list(_outcomes(as_of, paid.payments)))


def aged_by_currency(accounts: pl.DataFrame) -> list[Aged]:
    """Sum what is owed by age, for each currency in which anything is; the largest first."""
    sums = [pl.col(column).sum().alias(name) for name, column in _COLUMNS.items()]
    counts = [(pl.col(column) > 0).sum().alias(f"{name}_accounts") for name, column in _COLUMNS.items()]
    found = accounts.group_by("currency").agg(*sums, *counts, pl.col("unapplied_minor").sum()).sort("currency")
    aged = [
        Aged(
            row["currency"],
            tuple(row[name] for name in BUCKETS),
            tuple(row[f"{name}_accounts"] for name in BUCKETS),
            row["unapplied_minor"],
        )
        for row in found.iter_rows(named=True)
    ]
    return sorted((one for one in aged if one.total_minor), key=lambda one: -sum(one.accounts))


def debtors(
    workspace: Workspace, now: Standing | None, wanted: tuple[date, str, str], page: int
) -> tuple[list[Debtor], int]:
    """Return a page of the customers in a bucket, most money first, and how many there are.

    ``wanted`` is the day, the currency, and the bucket.
    """
    as_of, currency, bucket = wanted
    column = _COLUMNS[bucket]
    rows = _accounts(workspace, now, as_of).select("account_id", "currency", column, "open_minor")
    rows = rows.filter((pl.col("currency").cast(pl.String) == currency) & (pl.col(column) > 0))
    rows = rows.sort(-pl.col(column), "account_id")
    chosen = rows.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)
    names = account_names(chosen["account_id"].to_list())
    found = [Debtor(*names[row["account_id"]], row[column], row["open_minor"]) for row in chosen.iter_rows(named=True)]
    return found, rows.height


def speed_by_currency(accounts: pl.DataFrame, moved: outcomes.Sums) -> list[Speed]:
    """Return days sales outstanding and collection effectiveness, by currency."""
    sums = accounts.group_by("currency").agg(pl.col("open_minor", "current_minor").sum()).sort("currency")
    return [
        _speed(str(currency), open_minor, current_minor, moved)
        for currency, open_minor, current_minor in sums.iter_rows()
        if open_minor or moved.billed.get(currency)
    ]


def _speed(currency: str, open_minor: int, current_minor: int, moved: outcomes.Sums) -> Speed:
    billed_minor, collected_minor = moved.billed.get(currency, 0), moved.collected.get(currency, 0)
    return Speed(
        currency,
        open_minor,
        billed_minor,
        Fraction(open_minor * BILLED_DAYS, billed_minor) if billed_minor else None,
        _effectiveness(open_minor, current_minor, moved.billed_lately.get(currency, 0), collected_minor),
        collected_minor,
    )


def _effectiveness(open_minor: int, current_minor: int, sold_minor: int, collected_minor: int) -> Fraction | None:
    """(Opening + sold − closing) / (opening + sold − closing that is not yet due), the opening balance worked back."""
    opening_minor = open_minor - sold_minor + collected_minor
    could_minor = opening_minor + sold_minor - current_minor
    return Fraction(opening_minor + sold_minor - open_minor, could_minor) if could_minor > 0 else None


def _outcomes(as_of: date, payments: pl.DataFrame) -> Iterator[StepOutcome]:
    """What followed the requests of the last year, step by step."""
    since_on = as_of - timedelta(days=LOOKED_BACK_DAYS)
    sent = outcomes.requests_sent(since_on, as_of)
    if sent.is_empty():
        return
    followed = (
        sent.select("request_id", "account_id", "currency", "sent_on")
        .join(payments, on=["account_id", "currency"])
        .filter(
            (pl.col("paid_on") > pl.col("sent_on"))
            & (pl.col("paid_on") <= pl.col("sent_on") + pl.duration(days=FOLLOWED_DAYS))
        )
        .group_by("request_id")
        .agg(pl.col("amount_minor").sum())
    )
    rows = (
        sent.join(followed, on="request_id", how="left")
        .group_by("step", "kind", "currency")
        .agg(
            pl.len().alias("sent"),
            pl.col("amount_minor").is_not_null().sum().alias("paid_accounts"),
            pl.col("amount_minor").sum().alias("paid_minor"),
            pl.col("asked_minor").sum(),
            pl.col("rank").min(),
        )
    )
    for row in rows.sort("rank", "step", "currency", "kind").drop("rank").iter_rows(named=True):
        yield StepOutcome(**row)


def _expected(as_of: date) -> Iterator[Expected]:
    """What is promised and agreed, week by week from the day on; what should have come already stands first."""
    monday = as_of - timedelta(days=as_of.weekday())
    ends_on = monday + timedelta(weeks=WEEKS_AHEAD)
    sums: dict[tuple[date, bool, str], list[int]] = {}
    for place, rows in enumerate((outcomes.promised(ends_on), outcomes.instalments_due(ends_on))):
        for due_on, currency, minor in rows:
            is_late = due_on < as_of
            week = monday if is_late else due_on - timedelta(days=due_on.weekday())
            sums.setdefault((week, not is_late, currency), [0, 0])[place] += minor
    for (week, is_ahead, currency), (promised, agreed) in sorted(sums.items(), key=lambda one: (one[0][1], *one[0])):
        yield Expected(week, currency, promised, agreed, is_late=not is_ahead)


def _kept(as_of: date) -> Kept:
    since_on = as_of - timedelta(days=LOOKED_BACK_DAYS)
    kept, broken = outcomes.promises_ended(since_on, as_of)
    days = outcomes.days_on_hold(since_on, as_of)
    return Kept(kept, broken, len(days), Fraction(median(days)) if days else None)

"""What became of letters, promises, plans and holds: questions of the figures page, each a query."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db.models import Case, F, Q, Sum, When

from dunwell.ledger.frames import CURRENCY, REOPENING_KINDS
from dunwell.store import bulk
from dunwell.store.models import LETTER_SENT, Entry, Hold, Instalment, Invoice, Promise

REQUESTS = pl.Schema(
    {
        "request_id": pl.Int64(),
        "account_id": pl.Int64(),
        "currency": CURRENCY,
        "sent_on": pl.Date(),
        "step": pl.String(),
        "kind": pl.String(),
        "asked_minor": pl.Int64(),
        "rank": pl.Int64(),
    }
)
"""One row per request that was sent; ``rank`` orders steps as they are taken: by the earliest letter of an episode."""


PAYMENTS = pl.Schema({"account_id": pl.Int64(), "currency": CURRENCY, "paid_on": pl.Date(), "amount_minor": pl.Int64()})
"""One row per payment."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Minor units by currency: billed since a day and since a later one (``lately``), and paid since that."""

    billed: Mapping[str, int]
    billed_lately: Mapping[str, int]
    collected: Mapping[str, int]


def sums(since_on: date, lately_on: date, until_on: date) -> Sums:
    """Return what was billed and what came in after two days, until a third; a refund takes back what came in."""
    issued = Invoice.objects.filter(issued_on__gt=since_on, issued_on__lte=until_on).order_by().values("currency")
    late = Sum("amount_minor", filter=Q(issued_on__gt=lately_on), default=0)
    billed = list(issued.annotate(total=Sum("amount_minor"), late=late).values_list("currency", "total", "late"))
    sign = Case(When(kind__in=REOPENING_KINDS, then=-1), default=1)
    came_in = Entry.objects.filter(paid_on__gt=lately_on, paid_on__lte=until_on).order_by().values("currency")
    collected = came_in.annotate(total=Sum(F("amount_minor") * sign)).values_list("currency", "total")
    return Sums(
        {currency: int(total) for currency, total, _ in billed},
        {currency: int(lately) for currency, _, lately in billed},
        {currency: int(total) for currency, total in collected},
    )


def payments(after_on: date, until_on: date) -> pl.DataFrame:
    """Return the payments of a time (``PAYMENTS``)."""
    sql = (
        "SELECT account_id, currency, paid_on, amount_minor FROM store_entry WHERE kind = 'payment'"
        f" AND paid_on > '{after_on.isoformat()}' AND paid_on <= '{until_on.isoformat()}'"
    )
    with bulk.reading():
        return bulk.frame(sql, PAYMENTS)


def requests_sent(after_on: date, until_on: date) -> pl.DataFrame:
    """Return the requests of a time, those imported from before Dunwell with the account's own currency."""
    days = {"after": after_on.isoformat(), "until": until_on.isoformat()}
    states = ", ".join(f"'{state}'" for state in LETTER_SENT)
    with bulk.reading():
        rows = bulk.frame(_REQUESTS_SQL.format(states=states, **days), _ASKED)
    ranks = {step: place for place, step in enumerate(_in_order(rows["step"].unique().to_list()))}
    rank = pl.col("step").replace_strict(ranks, return_dtype=pl.Int64).alias("rank")
    return rows.with_columns(rank if ranks else pl.lit(None, pl.Int64).alias("rank")).select(list(REQUESTS))


_ASKED = pl.Schema({name: dtype for name, dtype in REQUESTS.items() if name != "rank"})
_REQUESTS_SQL = (
    "SELECT -e.id AS request_id, e.account_id, COALESCE(NULLIF(e.currency, ''), a.currency) AS currency,"
    " e.\"on\" AS sent_on, e.step, '' AS kind, 0 AS asked_minor FROM store_event e"
    " JOIN store_account a ON a.id = e.account_id WHERE e.kind = 'request' AND e.step <> ''"
    " AND e.\"on\" > '{after}' AND e.\"on\" <= '{until}' AND COALESCE(NULLIF(e.currency, ''), a.currency) <> ''"
    " UNION ALL SELECT id, account_id, currency, sent_on, step, kind, total_due_minor FROM store_letter"
    " WHERE is_request AND state IN ({states}) AND sent_on > '{after}' AND sent_on <= '{until}'"
)


_LADDER = ("reminder", "second_request", "third_request", "hold", "final_demand")


def _in_order(steps: list[str]) -> list[str]:
    known = [step for step in _LADDER if step in steps]
    return [*known, *sorted(set(steps) - set(known))]


def promised(until_on: date) -> Iterator[tuple[date, str, int]]:
    """Yield day, currency and amount of the promises that are still open, due before a day."""
    rows = Promise.objects.filter(state="made", until_on__lt=until_on)
    yield from rows.values_list("until_on", "currency", "amount_minor")


def instalments_due(until_on: date) -> Iterator[tuple[date, str, int]]:
    """Yield day, currency and amount of the instalments of live plans that are not paid, due before a day."""
    rows = Instalment.objects.filter(
        Q(paid_on__isnull=True), plan__state__in=("accepted", "active"), due_on__lt=until_on
    )
    yield from rows.values_list("due_on", "plan__currency", "amount_minor")


def promises_ended(after_on: date, until_on: date) -> tuple[int, int]:
    """Return how many promises were kept and how many broken in a time."""
    ended = Promise.objects.filter(closed_on__gt=after_on, closed_on__lte=until_on)
    return ended.filter(state="kept").count(), ended.filter(state="broken").count()


def days_on_hold(after_on: date, until_on: date) -> list[int]:
    """Return for each hold that was lifted in a time, how many days it was in force."""
    lifted = Hold.objects.filter(
        state="released", in_force_on__isnull=False, released_on__gt=after_on, released_on__lte=until_on
    )
    return [(end - begin).days for begin, end in lifted.values_list("in_force_on", "released_on") if begin and end]

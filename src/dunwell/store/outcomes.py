"""What became of letters, promises, plans and holds: questions of the figures page, each a query."""

from collections.abc import Iterator
from datetime import date

import polars as pl
from django.db.models import Q

from dunwell.ledger.frames import CURRENCY
from dunwell.store.models import LETTER_SENT, Event, Hold, Instalment, Letter, Promise

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


def requests_sent(after_on: date, until_on: date) -> pl.DataFrame:
    """Return the requests of a time, those imported from before Dunwell with the account's own currency."""
    days = {"on__gt": after_on, "on__lte": until_on}
    before = Event.objects.filter(kind="request", **days).exclude(step="")
    rows = [
        (-key, account_id, currency or own, on, step, "", 0)
        for key, account_id, currency, own, on, step in before.values_list(
            "pk", "account_id", "currency", "account__currency", "on", "step"
        )
        if currency or own
    ]
    letters = Letter.objects.filter(
        is_request=True, state__in=LETTER_SENT, sent_on__gt=after_on, sent_on__lte=until_on
    ).values_list("pk", "account_id", "currency", "sent_on", "step", "kind", "total_due_minor")
    ranks = {step: place for place, step in enumerate(_in_order([row[4] for row in (*rows, *letters)]))}
    return pl.DataFrame([(*row, ranks[row[4]]) for row in (*rows, *letters)], schema=REQUESTS, orient="row")


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

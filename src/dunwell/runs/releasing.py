"""Holds whose cure the run has recognised are lifted, by themselves and with a letter (product §2.1)."""

from datetime import date
from typing import NamedTuple

import polars as pl

from dunwell.casework import hold_states
from dunwell.store.claims import Move, place_hold
from dunwell.store.fingerprint import RUN
from dunwell.store.lookups import release_letter
from dunwell.store.models import Hold

REASON = "Cured: what the hold demanded is paid, or a plan has taken its place."


def release_cured(accounts: pl.DataFrame, as_of: date) -> int:
    """Release the holds of the accounts whose action is ``release``; return how many.

    A hold from before Dunwell (events.csv) has no case yet; it gets one, released, so that tomorrow's run knows.
    """
    deed = Deed(as_of, RUN, REASON)
    cured = accounts.filter(pl.col("action") == "release").select("account_id", "currency", "held_on", "cure_by_on")
    for row in cured.iter_rows():
        _release(HeldBefore(*row), deed)
    return cured.height


class Deed(NamedTuple):
    """On which day a hold is lifted, by whom and why."""

    on: date
    by: str
    reason: str


class HeldBefore(NamedTuple):
    """A hold from before Dunwell, as the imported history tells of it."""

    account_id: int
    currency: str
    held_on: date
    cure_by_on: date | None


def _release(found: HeldBefore, deed: Deed) -> None:
    hold = Hold.objects.filter(account_id=found.account_id, currency=found.currency, state="in_force").first()
    if hold is not None:
        hold_states.release(hold, on=deed.on, by=deed.by, reason=deed.reason)
    elif not _is_lifted_ahead(found):
        release_earlier(found, deed)


def _is_lifted_ahead(found: HeldBefore) -> bool:
    """Tell whether a person has lifted the hold for a day to come: it has its case already."""
    own = Hold.objects.filter(account_id=found.account_id, currency=found.currency, in_force_on=found.held_on)
    return own.filter(state="released").exists()


def release_earlier(found: HeldBefore, deed: Deed) -> Hold:
    """Lift a hold from before Dunwell: it becomes a case that is released, and its letter must be drafted already."""
    hold = Hold(
        account_id=found.account_id,
        currency=found.currency,
        proposed_on=found.held_on,
        in_force_on=found.held_on,
        cure_by_on=found.cure_by_on,
        released_on=deed.on,
        demanded_minor=0,
        letter=release_letter(found.account_id, found.currency, found.held_on),
    )
    return place_hold(hold, Move("", "released", deed.on, deed.by, deed.reason))

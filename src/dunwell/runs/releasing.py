"""Holds whose cure the run has recognised are lifted, by themselves and with a letter (product §2.1)."""

from datetime import date

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
    cured = accounts.filter(pl.col("action") == "release").select("account_id", "currency", "held_on")
    for account_id, currency, held_on in cured.iter_rows():
        _release(account_id, currency, held_on, as_of)
    return cured.height


def _release(account_id: int, currency: str, held_on: date, as_of: date) -> None:
    hold = Hold.objects.filter(account_id=account_id, currency=currency, state="in_force").first()
    if hold is not None:
        hold_states.release(hold, on=as_of, by=RUN, reason=REASON)
        return
    earlier = Hold(
        account_id=account_id,
        currency=currency,
        proposed_on=held_on,
        in_force_on=held_on,
        released_on=as_of,
        demanded_minor=0,
        letter=release_letter(account_id, currency, held_on),
    )
    place_hold(earlier, Move("", "released", as_of, RUN, REASON))

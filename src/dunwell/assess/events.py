"""Events of the as-of date, placed on the pairs they concern (decision 2, units)."""

from datetime import date

import polars as pl

from dunwell.assess.balances import PAIR, pair_id
from dunwell.assess.running import attached

RESPONSE_KINDS = ("response", "promise", "dispute")
_REQUEST_KINDS = ("request", "call")
HOLD_KINDS = ("hold", "release")


def dated_events(events: pl.DataFrame, invoices: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Events on or before the as-of date; one that names an invoice takes the invoice's currency."""
    if events.is_empty():
        return events
    dated = events.filter(pl.col("on") <= as_of)
    if dated["invoice_id"].null_count() == dated.height:
        return dated
    named = dated.select("invoice_id").drop_nulls().unique()
    own = invoices.select("invoice_id", pl.col("currency").alias("invoice_currency"))
    currencies = own.join(named, on="invoice_id", how="semi")
    placed = attached(dated, currencies, "invoice_id")
    return placed.with_columns(pl.coalesce("currency", "invoice_currency").alias("currency"))


def place_on_pairs(events: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Give each event one row per pair it concerns: its currency's, or every pair of the account."""
    keys = pairs.select("account_id", PAIR)
    keyed = events.with_columns(pair_id())
    everywhere = keyed.filter(pl.col(PAIR).is_null()).drop(PAIR).join(keys, on="account_id")
    somewhere = keyed.filter(pl.col(PAIR).is_not_null())
    if somewhere.is_empty():
        return everywhere
    return pl.concat([everywhere, somewhere.join(keys.select(PAIR), on=PAIR, how="semi")])


def responses_by_account(events: pl.LazyFrame) -> pl.LazyFrame:
    """The date of the last reply, promise or dispute per account, in whatever currency."""
    answered = events.filter(pl.col("kind").is_in(RESPONSE_KINDS))
    return answered.group_by("account_id").agg(pl.col("on").max().alias("last_answer_on"))


def requests(events: pl.LazyFrame) -> pl.LazyFrame:
    """Payment requests that were really made: letters, e-mails and calls."""
    return events.filter(pl.col("kind").is_in(_REQUEST_KINDS))


def holds_by_pair(events: pl.LazyFrame) -> pl.LazyFrame:
    """The last hold and the last release per pair; ``is_held`` when the hold is the later one."""
    is_hold, is_release = pl.col("kind") == "hold", pl.col("kind") == "release"
    is_last_hold = is_hold & (pl.col("on") == pl.col("on").filter(is_hold).max())
    return (
        events.filter(is_hold | is_release)
        .group_by(PAIR)
        .agg(
            pl.col("on").filter(is_hold).max().alias("held_on"),
            pl.col("until_on").filter(is_last_hold).max().alias("stated_cure_by_on"),
            pl.col("until_on").filter(is_last_hold).is_null().any().alias("has_unstated_cure"),
            pl.col("on").filter(is_release).max().alias("released_on"),
        )
        .with_columns(
            (
                pl.col("held_on").is_not_null()
                & (pl.col("released_on").is_null() | (pl.col("held_on") > pl.col("released_on")))
            ).alias("is_held")
        )
    )

"""Which letter asked for which invoice: those that were issued, past due and still open on the day it was sent."""

import polars as pl

from dunwell.assess.balances import PAIR
from dunwell.assess.made_once import made_once
from dunwell.assess.running import sorted_by

COLUMNS = [
    PAIR,
    "invoice_id",
    "issued_on",
    "past_due_from_on",
    "settled_on",  # null: not settled
    "amount_minor",
    "tolerance_minor",
    "is_only_reduced",
]


def listed(invoices: pl.DataFrame, letters: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Pair every letter with the invoices it asked for: its columns and ``COLUMNS`` of theirs.

    Entries of the letter's day count as known. ``letters`` have the pair and ``on``. A debt that entries only ever
    reduced was open until the day it was settled; what else was entered is added up for each letter's day.
    """
    meant = sorted_by(letters, PAIR).join(sorted_by(invoices[COLUMNS], PAIR), on=PAIR)
    candidates = meant.filter(_may_be_asked())
    if candidates["is_only_reduced"].all():
        return candidates
    return pl.concat(
        [candidates.filter("is_only_reduced"), _open_then(candidates.filter(~pl.col("is_only_reduced")), entries)]
    )


@made_once
def _may_be_asked() -> pl.Expr:
    """Issued, past due, and unless its debt was re-opened, not settled on the letter's day."""
    is_issued = pl.col("issued_on").is_null() | (pl.col("issued_on") <= pl.col("on"))
    was_open = pl.col("settled_on").is_null() | (pl.col("settled_on") > pl.col("on"))
    return (pl.col("past_due_from_on") <= pl.col("on")) & is_issued & (was_open | ~pl.col("is_only_reduced"))


def _open_then(candidates: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    if candidates.is_empty():
        return candidates
    settled = (
        entries.lazy()
        .join(candidates.lazy().select("invoice_id", "on").unique(), on="invoice_id")
        .filter(pl.col("paid_on") <= pl.col("on"))
        .group_by("invoice_id", "on")
        .agg(pl.col("settled_minor").sum().alias("settled_then_minor"))
        .collect()
    )
    open_then = pl.col("amount_minor") - pl.col("settled_then_minor").fill_null(0)
    found = candidates.join(settled, on=["invoice_id", "on"], how="left").filter(open_then > pl.col("tolerance_minor"))
    return found.drop("settled_then_minor")

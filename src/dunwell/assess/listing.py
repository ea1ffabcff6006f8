"""Which letter asked for which invoice: those that were issued, past due and still open on the day it was sent."""

import polars as pl

from dunwell.assess.balances import PAIR


def listed(invoices: pl.DataFrame, letters: pl.DataFrame, entries: pl.LazyFrame) -> pl.DataFrame:
    """Pair every letter with the invoices it asked for; columns of both. Entries of the letter's day count as known.

    ``invoices`` need past_due_from_on and tolerance_minor, ``letters`` the pair and ``on``.
    """
    is_issued = pl.col("issued_on").is_null() | (pl.col("issued_on") <= pl.col("on"))
    candidates = invoices.join(letters, on=PAIR).filter(pl.col("past_due_from_on") <= pl.col("on"), is_issued)
    settled = (
        entries.join(candidates.lazy().select("invoice_id", "on").unique(), on="invoice_id")
        .filter(pl.col("paid_on") <= pl.col("on"))
        .group_by("invoice_id", "on")
        .agg(pl.col("settled_minor").sum().alias("settled_then_minor"))
        .collect()
    )
    open_then = pl.col("amount_minor") - pl.col("settled_then_minor").fill_null(0)
    return candidates.join(settled, on=["invoice_id", "on"], how="left").filter(open_then > pl.col("tolerance_minor"))

"""When the current episode of a pair began (decision 2, episode).

An invoice is open past due from the day after its grace until its balance last fell to zero. Spans that touch
or overlap are one episode; the one that reaches the as-of date is the current one.
"""

import polars as pl

from dunwell.assess.balances import PAIR

_FOREVER = pl.lit(None, dtype=pl.Date)


def past_due_from() -> pl.Expr:
    """The first day on which an invoice is past due."""
    days = pl.col("grace_days") + 1
    return (pl.col("due_on") + pl.duration(days=days)).cast(pl.Date).alias("past_due_from_on")


def settled_late(settled: pl.LazyFrame, entries: pl.LazyFrame) -> pl.LazyFrame:
    """Settled invoices that had been past due, with the day their balance last fell to zero (``settled_on``).

    ``settled`` are the settled invoices that may matter, with ``past_due_from_on`` and ``last_entry_on``. Where every
    entry reduces the debt and none is left over, the last entry settled the invoice; the rest are walked through.
    """
    late = settled.filter(pl.col("last_entry_on") > pl.col("past_due_from_on"))
    is_exact = (pl.col("balance_minor") == 0) & (pl.col("tolerance_minor") == 0)
    is_plain = is_exact & (pl.col("least_entry_minor") > 0)
    plain = late.filter(is_plain).with_columns(pl.col("last_entry_on").alias("settled_on"))
    walked = _settled_by_walking(late.filter(~is_plain), entries)
    return pl.concat([plain, walked]).filter(pl.col("settled_on") > pl.col("past_due_from_on"))


def _settled_by_walking(late: pl.LazyFrame, entries: pl.LazyFrame) -> pl.LazyFrame:
    """Find the day after the last day on which the invoice was still open, among the days something was entered."""
    settled_so_far = pl.col("settled_minor").cum_sum().over("invoice_id")
    daily = (
        entries.join(late, on="invoice_id", how="semi")
        .group_by("invoice_id", "paid_on")
        .agg(pl.col("settled_minor").sum())
        .sort("invoice_id", "paid_on")
        .join(late.select("invoice_id", "amount_minor", "tolerance_minor"), on="invoice_id", maintain_order="left")
        .with_columns((pl.col("amount_minor") - settled_so_far > pl.col("tolerance_minor")).alias("is_open"))
    )
    last_open = daily.filter("is_open").group_by("invoice_id").agg(pl.col("paid_on").max().alias("last_open_on"))
    settled = (
        daily.join(last_open, on="invoice_id", how="left")
        .filter(pl.col("last_open_on").is_null() | (pl.col("paid_on") > pl.col("last_open_on")))
        .group_by("invoice_id")
        .agg(pl.col("paid_on").min().alias("settled_on"))
    )
    return late.join(settled, on="invoice_id")


def episode_starts(overdue: pl.LazyFrame, settled: pl.LazyFrame, entries: pl.LazyFrame) -> pl.LazyFrame:
    """The first day of the current episode per pair: ``episode_start_on``.

    ``overdue`` are the open past-due invoices, ``settled`` the settled ones whose last entry came after their due
    date; a pair without an open past-due invoice is in no episode and has no row.
    """
    open_from = overdue.group_by(PAIR).agg(
        pl.col("past_due_from_on").min().alias("open_from_on"), pl.col("grace_days", "tolerance_minor").first()
    )
    older = settled.join(open_from, on=PAIR).with_columns(past_due_from())
    earlier = settled_late(older.filter(pl.col("past_due_from_on") < pl.col("open_from_on")), entries)
    open_from = open_from.drop("grace_days", "tolerance_minor")
    alone = open_from.join(earlier, on=PAIR, how="anti").rename({"open_from_on": "episode_start_on"})
    chained = open_from.join(earlier, on=PAIR, how="semi")
    spans = pl.concat(
        [
            earlier.select(PAIR, "past_due_from_on", "settled_on"),
            chained.select(PAIR, pl.col("open_from_on").alias("past_due_from_on"), _FOREVER.alias("settled_on")),
        ]
    ).sort(PAIR, "past_due_from_on")
    ended_before = pl.col("settled_on").cum_max().shift(1).over(PAIR)
    begins = ended_before.is_null() | (pl.col("past_due_from_on") > ended_before)
    joined = spans.filter(begins).group_by(PAIR).agg(pl.col("past_due_from_on").max().alias("episode_start_on"))
    return pl.concat([alone, joined])

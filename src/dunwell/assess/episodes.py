"""When the current episode of a pair began (decision 2, episode).

An invoice is open past due from the day after its grace until its balance last fell to zero. Spans that touch
or overlap are one episode; the one that reaches the as-of date is the current one.
"""

import polars as pl

from dunwell.assess.balances import PAIR
from dunwell.assess.days import DAYS_MAX, day_number, plus_days
from dunwell.assess.made_once import made_once
from dunwell.assess.running import is_last_of, running_sum


@made_once
def past_due_from() -> pl.Expr:
    """The first day on which an invoice is past due."""
    return plus_days(pl.col("due_on"), pl.col("grace_days") + 1).alias("past_due_from_on")


def settled_late(settled: pl.LazyFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Settled invoices that had been past due, with the day their balance last fell to zero (``settled_on``).

    ``settled`` are the settled invoices that may matter, with ``past_due_from_on`` and ``last_entry_on``. Where every
    entry reduces the debt and none is left over, the last entry settled the invoice; the rest are walked through.
    """
    is_settled = pl.col("open_minor") <= pl.col("tolerance_minor")
    late = settled.filter(is_settled, pl.col("last_entry_on") > pl.col("past_due_from_on")).collect()
    is_plain = (pl.col("balance_minor") == 0) & (pl.col("tolerance_minor") == 0) & pl.col("is_only_reduced")
    plain = late.filter(is_plain).with_columns(pl.col("last_entry_on").alias("settled_on"))
    walked = _settled_by_walking(late.filter(~is_plain), entries)
    return pl.concat([plain, walked]).filter(pl.col("settled_on") > pl.col("past_due_from_on"))


def _settled_by_walking(late: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Find the day after the last day on which the invoice was still open, among the days something was entered."""
    if late.is_empty():
        return late.with_columns(pl.lit(None, dtype=pl.Date).alias("settled_on"))
    terms = late.lazy().select("invoice_id", "amount_minor", "tolerance_minor")
    daily = (
        entries.lazy()
        .select("invoice_id", "paid_on", "settled_minor")
        .join(terms, on="invoice_id")
        .group_by("invoice_id", "paid_on", "amount_minor", "tolerance_minor")
        .agg(pl.col("settled_minor").sum())
        .sort("invoice_id", "paid_on")
        .with_columns(running_sum("settled_minor", "invoice_id").alias("settled_so_far_minor"))
    )
    is_open = pl.col("amount_minor") - pl.col("settled_so_far_minor") > pl.col("tolerance_minor")
    last_open = daily.filter(is_open).group_by("invoice_id").agg(pl.col("paid_on").max().alias("last_open_on"))
    was_open_at_first = pl.col("last_open_on").is_null() & (pl.col("amount_minor") > pl.col("tolerance_minor"))
    settled = (
        daily.join(last_open, on="invoice_id", how="left")
        .filter(was_open_at_first | (pl.col("paid_on") > pl.col("last_open_on")))
        .group_by("invoice_id")
        .agg(pl.col("paid_on").min().alias("settled_on"))
    )
    return late.lazy().join(settled, on="invoice_id").collect()


SETTLED_COLUMNS = [
    "invoice_id",
    PAIR,
    "due_on",
    "amount_minor",
    "open_minor",
    "balance_minor",
    "last_entry_on",
    "is_only_reduced",
]
"""What is needed of a settled invoice."""


def episode_starts(terms: pl.DataFrame, settled: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The first day of the current episode per pair: ``episode_start_on``.

    ``terms`` are the pairs with an open past-due invoice, the oldest past due since ``open_from_on``; ``settled`` are
    the invoices whose last entry came after their due date, with the ``SETTLED_COLUMNS``. A pair without an
    open past-due invoice is in no episode and has no row.
    """
    if settled.is_empty():
        return terms.select(PAIR, pl.col("open_from_on").alias("episode_start_on"))
    older = settled.lazy().join(terms.lazy(), on=PAIR).with_columns(past_due_from())
    earlier = settled_late(older.filter(pl.col("past_due_from_on") < pl.col("open_from_on")), entries)
    lasting = terms.select(
        PAIR, pl.col("open_from_on").alias("past_due_from_on"), pl.lit(None, dtype=pl.Date).alias("settled_on")
    )
    spans = pl.concat([earlier.select(lasting.columns), lasting])
    return _begin_of_last_chain(spans.sort(pl.col(PAIR) * DAYS_MAX + day_number("past_due_from_on")))


def _begin_of_last_chain(spans: pl.DataFrame) -> pl.DataFrame:
    """Of spans sorted by pair and first day, the first day of each pair's last chain of touching spans.

    A running maximum over one number made of pair and day does what a window per pair would, many times faster.
    """
    ended = pl.col(PAIR) * DAYS_MAX + day_number("settled_on")
    ended_before = ended.cum_max().shift(1)
    is_same_pair = (ended_before // DAYS_MAX == pl.col(PAIR)).fill_null(value=False)
    begins = ~is_same_pair | (day_number("past_due_from_on") > ended_before % DAYS_MAX)
    last = spans.filter(begins).filter(is_last_of(PAIR))
    return last.select(PAIR, pl.col("past_due_from_on").alias("episode_start_on"))

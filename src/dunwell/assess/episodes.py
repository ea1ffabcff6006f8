"""When the current episode of a pair began (decision 2, episode).

An invoice is open past due from the day after its grace until its balance last fell to zero. Spans that touch
or overlap are one episode; the one that reaches the as-of date is the current one.
"""

import polars as pl

from dunwell.assess.balances import PAIR
from dunwell.assess.running import running_sum

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
    is_settled = pl.col("open_minor") <= pl.col("tolerance_minor")
    late = settled.filter(is_settled, pl.col("last_entry_on") > pl.col("past_due_from_on"))
    is_exact = (pl.col("balance_minor") == 0) & (pl.col("tolerance_minor") == 0)
    is_plain = is_exact & (pl.col("least_entry_minor") > 0)
    plain = late.filter(is_plain).with_columns(pl.col("last_entry_on").alias("settled_on"))
    walked = _settled_by_walking(late.filter(~is_plain), entries)
    return pl.concat([plain, walked]).filter(pl.col("settled_on") > pl.col("past_due_from_on"))


def _settled_by_walking(late: pl.LazyFrame, entries: pl.LazyFrame) -> pl.LazyFrame:
    """Find the day after the last day on which the invoice was still open, among the days something was entered."""
    terms = late.select("invoice_id", "amount_minor", "tolerance_minor")
    daily = (
        entries.select("invoice_id", "paid_on", "settled_minor")
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
    return late.join(settled, on="invoice_id")


_SETTLED_COLUMNS = (
    "invoice_id",
    PAIR,
    "due_on",
    "amount_minor",
    "open_minor",
    "balance_minor",
    "last_entry_on",
    "least_entry_minor",
)


def episode_starts(overdue: pl.LazyFrame, settled: pl.LazyFrame, entries: pl.LazyFrame) -> pl.LazyFrame:
    """The first day of the current episode per pair: ``episode_start_on``.

    ``overdue`` are the open past-due invoices, ``settled`` those whose last entry came after their due date; a pair
    without an open past-due invoice is in no episode and has no row.
    """
    terms = overdue.group_by(PAIR).agg(
        pl.col("past_due_from_on").min().alias("open_from_on"), pl.col("grace_days", "tolerance_minor").first()
    )
    terms = terms.collect().lazy()  # used four times below; a plan would work it out each time
    older = settled.select(_SETTLED_COLUMNS).join(terms, on=PAIR).with_columns(past_due_from())
    earlier = settled_late(older.filter(pl.col("past_due_from_on") < pl.col("open_from_on")), entries)
    earlier = earlier.select(PAIR, "past_due_from_on", "settled_on").collect().lazy()
    open_from = terms.select(PAIR, "open_from_on")
    alone = open_from.join(earlier, on=PAIR, how="anti").rename({"open_from_on": "episode_start_on"})
    chained = open_from.join(earlier, on=PAIR, how="semi").rename({"open_from_on": "past_due_from_on"})
    spans = pl.concat([earlier, chained.with_columns(_FOREVER.alias("settled_on"))])
    return pl.concat([alone, _begin_of_last_chain(spans.sort(PAIR, "past_due_from_on"))])


def _begin_of_last_chain(spans: pl.LazyFrame) -> pl.LazyFrame:
    """Of spans sorted by pair and first day, the first day of each pair's last chain of touching spans.

    A running maximum over one number made of pair and day does what a window per pair would, many times faster.
    """
    ended = pl.col(PAIR) * _DAYS_MAX + _day_number("settled_on").fill_null(0)
    ended_before = ended.cum_max().shift(1)
    is_same_pair = (ended_before // _DAYS_MAX == pl.col(PAIR)).fill_null(value=False)
    begins = ~is_same_pair | (_day_number("past_due_from_on") > ended_before % _DAYS_MAX)
    return spans.filter(begins).group_by(PAIR).agg(pl.col("past_due_from_on").max().alias("episode_start_on"))


_DAYS_MAX = 2**20
"""More days than a date can be after 1970, so that pair and day fit into one integer side by side."""


def _day_number(day: str) -> pl.Expr:
    """Days since 1970, never negative: an episode that old begins then."""
    return pl.col(day).to_physical().cast(pl.Int64).clip(lower_bound=0)

"""An invoice that is payable in instalments: several items of one number, each with its own due date and amount.

Whoever pays or disputes an invoice names the invoice, not the instalment. Money fills the items one after the other,
the one due first before the next; a refund or a reversal takes out of the one filled last. So what is on an item on a
day depends on the entries up to that day alone, and not on their order within it. Money beyond the whole invoice
stands on its last item, where it is an overpayment as on any invoice.

``items`` has one row per instalment: ``item_id``, ``invoice_id`` (the first instalment, which entries and events
name), ``instalment`` (1, 2, 3 …), ``due_on``, ``amount_minor``.
"""

import polars as pl

from dunwell.assess.balances import signed_minor

_SUSPENDING_KINDS = ("promise", "dispute", "plan", "exclusion")
"""Events that stand in the way of an invoice, and so of each of its instalments."""

_NO_END = 2**62


def entries_by_instalment(entries: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return ``entries``, those of invoices in instalments on the items that they settle or re-open."""
    is_named = _is_named(items)
    after = pl.col("moved_minor").cum_sum().over("invoice_id")
    poured = (
        entries.filter(is_named)
        .with_columns(signed_minor().alias("moved_minor"))
        .sort("invoice_id", "paid_on", pl.col("moved_minor") < 0, "amount_minor")
        .with_columns(after.alias("after_minor"))
        .with_columns((pl.col("after_minor") - pl.col("moved_minor")).alias("before_minor"))
        .join(_in_order(items), on="invoice_id")
        .with_columns((_filled("after_minor") - _filled("before_minor")).abs().alias("amount_minor"))
        .filter(pl.col("amount_minor") > 0)
        .with_columns(pl.col("item_id").alias("invoice_id"))
    )
    return pl.concat([entries.filter(~is_named), poured.select(entries.columns)])


def events_by_instalment(events: pl.DataFrame, items: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Return ``events``, those that stand in the way of an invoice in instalments on each of its items.

    An amount in dispute lies on what is open, oldest due first; ``entries`` are those of
    :func:`entries_by_instalment`. The first item keeps its event even with nothing of it: it was an answer.
    """
    is_meant = _is_named(items) & pl.col("kind").is_in(_SUSPENDING_KINDS)
    spread = (
        events.filter(is_meant)
        .join(_in_order(_still_open(items, entries)), on="invoice_id")
        .with_columns(_disputed().alias("amount_minor"))
        .filter(pl.col("amount_minor").is_null() | (pl.col("amount_minor") > 0) | pl.col("is_first"))
        .with_columns(pl.col("item_id").alias("invoice_id"))
    )
    return pl.concat([events.filter(~is_meant), spread.select(events.columns)])


def _is_named(items: pl.DataFrame) -> pl.Expr:
    return pl.col("invoice_id").is_in(items["invoice_id"].unique().implode()).fill_null(value=False)


def _in_order(items: pl.DataFrame) -> pl.DataFrame:
    """The items as entries fill them: what lies before each of them, and what it holds itself."""
    ordered = items.sort("invoice_id", "due_on", "instalment", nulls_last=True)
    size, number = pl.col("amount_minor"), pl.int_range(pl.len()).over("invoice_id")
    return ordered.select(
        "invoice_id",
        "item_id",
        size.alias("size_minor"),
        (size.cum_sum().over("invoice_id") - size).alias("begin_minor"),
        (number == 0).alias("is_first"),
        (number == pl.len().over("invoice_id") - 1).alias("is_last"),
    )


def _filled(poured: str) -> pl.Expr:
    """How much of what was poured into the invoice is in the item; the first runs short, the last runs over."""
    least = pl.when("is_first").then(-_NO_END).otherwise(0)
    most = pl.when("is_last").then(_NO_END).otherwise("size_minor")
    return (pl.col(poured) - pl.col("begin_minor")).clip(least, most)


def _still_open(items: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The items with what is open of them instead of their amounts."""
    settled = entries.group_by("invoice_id").agg(signed_minor().sum().alias("settled_minor"))
    rest = pl.col("amount_minor") - pl.col("settled_minor").fill_null(0)
    joined = items.join(settled, left_on="item_id", right_on="invoice_id", how="left")
    return joined.with_columns(rest.clip(lower_bound=0).alias("amount_minor"))


def _disputed() -> pl.Expr:
    """The part of the disputed amount that lies on the item; null for an event without one."""
    return (pl.col("amount_minor") - pl.col("begin_minor")).clip(0, pl.col("size_minor"))

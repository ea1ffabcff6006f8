"""What is open, what is overpaid, what stands unapplied (product §1: open amount, exposure).

Amounts are minor units; ``sum`` of int64 is exact up to 9·10^18, a thousand times the largest amount accepted
on ten thousand rows of one account.
"""

from datetime import date

import polars as pl

from dunwell.ledger.frames import CURRENCY

PAIR = "pair_id"
"""Everything is decided per account and currency; one integer for both makes joins and sums several times faster."""

_CURRENCIES_MAX = 256

_REOPENING_KINDS = ("refund", "reversal")


def pair_id() -> pl.Expr:
    """The key of a row's account and currency; it sorts as the two do. Null without a currency."""
    return (pl.col("account_id") * _CURRENCIES_MAX + pl.col("currency").to_physical().cast(pl.Int64)).alias(PAIR)


def pair_columns() -> list[pl.Expr]:
    """Account and currency, taken out of the key again."""
    currency = (pl.col(PAIR) % _CURRENCIES_MAX).cast(pl.UInt8).cat.to(CURRENCY)
    return [(pl.col(PAIR) // _CURRENCIES_MAX).alias("account_id"), currency.alias("currency")]


def signed_minor() -> pl.Expr:
    """An entry's effect: payments, credit notes and write-offs reduce the debt, refunds and reversals restore it."""
    amount = pl.col("amount_minor")
    return pl.when(pl.col("kind").is_in(_REOPENING_KINDS)).then(-amount).otherwise(amount)


def dated_entries(entries: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Entries on or before the as-of date, with their pair and their effect as ``settled_minor``."""
    dated = entries.filter(pl.col("paid_on") <= as_of)
    return dated.select("invoice_id", "paid_on", "kind", pair_id(), signed_minor().alias("settled_minor"))


def invoice_balances(invoices: pl.LazyFrame, entries: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Add ``open_minor`` and ``overpaid_minor`` to the invoices issued on or before the as-of date.

    An invoice not issued yet owes nothing; what was already entered for it stands unapplied until it is.
    """
    settled = (
        entries.filter(pl.col("invoice_id").is_not_null())
        .group_by("invoice_id")
        .agg(
            pl.col("settled_minor").sum(),
            pl.col("settled_minor").min().alias("least_entry_minor"),
            pl.col("paid_on").max().alias("last_entry_on"),
        )
    )
    is_issued = pl.col("issued_on").is_null() | (pl.col("issued_on") <= as_of)
    settled_minor = pl.col("settled_minor").fill_null(0)
    balance = pl.col("amount_minor") - settled_minor
    excess = pl.when("is_issued").then(pl.max_horizontal(-balance, 0)).otherwise(settled_minor)
    return (
        invoices.with_columns(pair_id(), is_issued.alias("is_issued"))
        .join(settled, on="invoice_id", how="left")
        .filter(pl.col("is_issued") | pl.col("settled_minor").is_not_null())
        .with_columns(
            balance.alias("balance_minor"),
            pl.when("is_issued").then(pl.max_horizontal(balance, 0)).otherwise(0).alias("open_minor"),
            excess.alias("overpaid_minor"),
        )
    )


def standing_by_pair(invoices: pl.LazyFrame, entries: pl.LazyFrame, orders: pl.LazyFrame) -> pl.LazyFrame:
    """What stands on a pair beside its invoices: ``credit_minor``, ``ordered_minor``, ``last_payment_on``.

    Credits are what was paid or credited without naming an invoice, and what was paid beyond one. Paying, even in
    part, is a response (product §1); ``ordered_minor`` are approved orders not yet invoiced.
    """
    is_loose = pl.col("invoice_id").is_null()
    is_payment = pl.col("kind") == "payment"
    by_entry = entries.select(
        PAIR,
        pl.when(is_loose).then("settled_minor").otherwise(0).alias("credit_minor"),
        pl.when(is_payment).then("paid_on").alias("last_payment_on"),
    )
    overpaid = invoices.filter(pl.col("overpaid_minor") != 0).select(
        PAIR, pl.col("overpaid_minor").alias("credit_minor")
    )
    ordered = orders.select(pair_id(), pl.col("amount_minor").alias("ordered_minor"))
    return (
        pl.concat([by_entry, overpaid, ordered], how="diagonal")
        .group_by(PAIR)
        .agg(pl.col("credit_minor", "ordered_minor").sum(), pl.col("last_payment_on").max())
    )


def unapplied_minor() -> pl.Expr:
    """Unapplied cash and credits of a pair, never below zero."""
    return pl.max_horizontal(pl.col("credit_minor").fill_null(0), 0).alias("unapplied_minor")


def exposure_minor() -> pl.Expr:
    """Open amounts + approved orders not yet invoiced − unapplied credits, never below zero."""
    total = pl.col("open_minor") + pl.col("ordered_minor").fill_null(0) - pl.col("unapplied_minor")
    return pl.max_horizontal(total, 0).alias("exposure_minor")

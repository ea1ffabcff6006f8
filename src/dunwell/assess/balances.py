"""What is open, what is overpaid, what stands unapplied (product §1: open amount, exposure).

Amounts are minor units; ``sum`` of int64 is exact up to 9·10^18, a thousand times the largest amount accepted
on ten thousand rows of one account.
"""

from datetime import date

import polars as pl

from dunwell.assess.days import DAYS_MAX, day_number, day_of
from dunwell.assess.running import attached, is_last_of, sorted_by, sums_by_group
from dunwell.ledger.frames import CURRENCY, REOPENING_KINDS

PAIR = "pair_id"
"""Everything is decided per account and currency; one integer for both makes joins and sums several times faster."""

_CURRENCIES_MAX = 256


def pair_id() -> pl.Expr:
    """The key of a row's account and currency; it sorts as the two do. Null without a currency."""
    return (pl.col("account_id") * _CURRENCIES_MAX + pl.col("currency").to_physical().cast(pl.Int64)).alias(PAIR)


def currency_code() -> pl.Expr:
    """The number of the currency in the key."""
    return pl.col(PAIR) % _CURRENCIES_MAX


def pair_columns() -> list[pl.Expr]:
    """Account and currency, taken out of the key again."""
    currency = currency_code().cast(pl.UInt8).cat.to(CURRENCY)
    return [(pl.col(PAIR) // _CURRENCIES_MAX).alias("account_id"), currency.alias("currency")]


def signed_minor() -> pl.Expr:
    """An entry's effect: payments, credit notes and write-offs reduce the debt, refunds and reversals restore it."""
    amount = pl.col("amount_minor")
    return pl.when(pl.col("kind").is_in(REOPENING_KINDS)).then(-amount).otherwise(amount)


def applied_entries(entries: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Entries on or before the as-of date that name an invoice, with their effect as ``settled_minor``.

    Sorted by invoice and day; ``payment_on`` is the day of a payment.
    """
    applied = entries.filter(pl.col("paid_on") <= as_of, pl.col("invoice_id").is_not_null())
    kept = applied.select("invoice_id", "paid_on", _payment_on(), signed_minor().alias("settled_minor"))
    by_invoice_and_day = pl.col("invoice_id") * DAYS_MAX + day_number("paid_on")
    return kept.sort(by_invoice_and_day).with_columns(pl.col("invoice_id").set_sorted())


def loose_entries(entries: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Entries on or before the as-of date that name no invoice and so stand on their pair."""
    loose = entries.filter(pl.col("invoice_id").is_null()).filter(pl.col("paid_on") <= as_of)
    return loose.select(pair_id(), _payment_on(), signed_minor().alias("settled_minor"))


def _payment_on() -> pl.Expr:
    return pl.when(pl.col("kind") == "payment").then("paid_on").alias("payment_on")


def invoice_balances(invoices: pl.DataFrame, applied: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add ``open_minor`` and ``overpaid_minor`` to the invoices issued on or before the as-of date, sorted by key.

    An invoice not issued yet owes nothing; what was already entered for it stands unapplied until it is.
    """
    is_issued = pl.col("issued_on").is_null() | (pl.col("issued_on") <= as_of)
    settled_minor = pl.col("settled_minor").fill_null(0)
    balance = pl.col("amount_minor") - settled_minor
    excess = pl.when("is_issued").then(pl.max_horizontal(-balance, 0)).otherwise(settled_minor)
    kept = invoices.select("invoice_id", "issued_on", "due_on", "amount_minor", pair_id(), is_issued.alias("is_issued"))
    return (
        sorted_by(kept, "invoice_id")
        .join(_settled(applied), on="invoice_id", how="left", maintain_order="left")
        .lazy()
        .filter(pl.col("is_issued") | pl.col("settled_minor").is_not_null())
        .with_columns(
            balance.alias("balance_minor"),
            pl.when("is_issued").then(pl.max_horizontal(balance, 0)).otherwise(0).alias("open_minor"),
            excess.alias("overpaid_minor"),
            pl.col("is_only_reduced").fill_null(value=True),
        )
        .drop("settled_minor")
        .collect()
    )


def _settled(applied: pl.DataFrame) -> pl.DataFrame:
    """What was entered for each invoice: sum, last entry, last payment, and whether all of it reduced the debt."""
    restoring = pl.col("settled_minor") <= 0
    paid_for = pl.when(pl.col("payment_on").is_not_null()).then("invoice_id").forward_fill()
    last_paid_on = pl.when(paid_for == pl.col("invoice_id")).then(pl.col("payment_on").forward_fill())
    sums = {"settled_minor": pl.col("settled_minor"), "restoring": restoring.cast(pl.Int32)}
    last = (pl.col("paid_on").alias("last_entry_on"), last_paid_on.alias("last_payment_on"))
    found = sums_by_group(applied, "invoice_id", sums, *last)
    return found.with_columns((pl.col("restoring") == 0).alias("is_only_reduced")).drop("restoring")


def standing_by_pair(invoices: pl.DataFrame, loose: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """What stands on a pair beside its invoices: ``credit_minor``, ``ordered_minor``, ``last_payment_on``.

    Credits are what was paid or credited without naming an invoice, and what was paid beyond one. Paying, even in
    part, is a response (product §1); ``ordered_minor`` are approved orders not yet invoiced. One row per pair that any
    of the three frames has, sorted.
    """
    placed = orders.with_columns(pair_id())
    overpaid = invoices.filter(pl.col("overpaid_minor") != 0).select(
        PAIR, pl.col("overpaid_minor").alias("credit_minor")
    )
    credited = pl.concat([overpaid, loose.select(PAIR, pl.col("settled_minor").alias("credit_minor"))])
    ordered = placed.select(PAIR, pl.col("amount_minor").alias("ordered_minor"))
    standing = _last_payments(invoices, loose, placed)
    for amounts in (credited, ordered):
        standing = attached(standing, amounts.lazy().group_by(PAIR).agg(pl.all().sum()).collect(), PAIR)
    return standing


def _last_payments(invoices: pl.DataFrame, loose: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Every pair with the day of its last payment: one sort of one number made of both finds them."""
    days = [
        invoices.select(_pair_and_day(day_number("last_payment_on"))),
        loose.select(_pair_and_day(day_number("payment_on"))),
        orders.select(_pair_and_day(pl.lit(0, dtype=pl.Int64))),
    ]
    paid = pl.concat(days).sort(_PAIR_AND_DAY).with_columns((pl.col(_PAIR_AND_DAY) // DAYS_MAX).alias(PAIR))
    day = pl.col(_PAIR_AND_DAY) % DAYS_MAX
    last = paid.filter(is_last_of(PAIR))
    return last.select(pl.col(PAIR).set_sorted(), pl.when(day > 0).then(day_of(day)).alias("last_payment_on"))


_PAIR_AND_DAY = "pair_and_day"


def _pair_and_day(day: pl.Expr) -> pl.Expr:
    return (pl.col(PAIR) * DAYS_MAX + day).alias(_PAIR_AND_DAY)


def in_order(invoices: pl.DataFrame) -> pl.DataFrame:
    """Sort invoices by pair, due date and key.

    All three make one number, which sorts several times faster than three columns; sorted by key, they need two.
    """
    number = pl.col(PAIR) * DAYS_MAX + day_number("due_on")
    if not invoices["invoice_id"].flags["SORTED_ASC"]:
        number = number.cast(pl.Int128) * _KEYS_MAX + pl.col("invoice_id")
    return invoices.sort(number, maintain_order=True).with_columns(pl.col(PAIR).set_sorted())


_KEYS_MAX = 2**63
"""More than the largest key, which is an int64."""


def unapplied_minor() -> pl.Expr:
    """Unapplied cash and credits of a pair, never below zero."""
    return pl.max_horizontal(pl.col("credit_minor").fill_null(0), 0).alias("unapplied_minor")


def exposure_minor() -> pl.Expr:
    """Open amounts + approved orders not yet invoiced − unapplied credits, never below zero."""
    total = pl.col("open_minor") + pl.col("ordered_minor").fill_null(0) - pl.col("unapplied_minor")
    return pl.max_horizontal(total, 0).alias("exposure_minor")

"""What is open, what is overpaid, what stands unapplied (product §1: open amount, exposure).

Amounts are minor units; ``sum`` of int64 is exact up to 9·10^18, a thousand times the largest amount accepted
on ten thousand rows of one account.
"""

from datetime import date

import polars as pl

from dunwell.assess.days import DAYS_MAX, day_number, day_of
from dunwell.assess.made_once import made_once
from dunwell.assess.running import attached, last_of_groups, sorted_by, sums_by_group
from dunwell.ledger.frames import CURRENCY, REOPENING_KINDS

PAIR = "pair_id"
"""Everything is decided per account and currency; one integer for both makes joins and sums several times faster."""

_CURRENCIES_MAX = 256


@made_once
def pair_id() -> pl.Expr:
    """The key of a row's account and currency; it sorts as the two do. Null without a currency."""
    return (pl.col("account_id") * _CURRENCIES_MAX + pl.col("currency").to_physical().cast(pl.Int64)).alias(PAIR)


@made_once
def currency_code() -> pl.Expr:
    """The number of the currency in the key."""
    return pl.col(PAIR) % _CURRENCIES_MAX


@made_once
def pair_columns() -> list[pl.Expr]:
    """Account and currency, taken out of the key again."""
    currency = currency_code().cast(pl.UInt8).cat.to(CURRENCY)
    return [(pl.col(PAIR) // _CURRENCIES_MAX).alias("account_id"), currency.alias("currency")]


@made_once
def signed_minor() -> pl.Expr:
    """An entry's effect: payments, credit notes and write-offs reduce the debt, refunds and reversals restore it."""
    amount = pl.col("amount_minor")
    return pl.when(pl.col("kind").is_in(REOPENING_KINDS)).then(-amount).otherwise(amount)


def applied_entries(entries: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Entries on or before the as-of date that name an invoice, with their effect as ``settled_minor``.

    Sorted by invoice and day; ``payment_on`` is the day of a payment.
    """
    kept = entries.filter(_is_applied(as_of)).select("invoice_id", "paid_on", _payment_on(), _settled_minor())
    return kept.sort(_invoice_and_day()).with_columns(pl.col("invoice_id").set_sorted())


@made_once
def _is_applied(as_of: date) -> pl.Expr:
    return (pl.col("paid_on") <= as_of) & pl.col("invoice_id").is_not_null()


@made_once
def _settled_minor() -> pl.Expr:
    return signed_minor().alias("settled_minor")


@made_once
def _invoice_and_day() -> pl.Expr:
    return pl.col("invoice_id") * DAYS_MAX + day_number("paid_on")


def loose_entries(entries: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Entries on or before the as-of date that name no invoice and so stand on their pair."""
    if entries["invoice_id"].null_count() == 0:
        return _nothing_loose()
    loose = entries.filter(pl.col("invoice_id").is_null()).filter(pl.col("paid_on") <= as_of)
    return loose.select(pair_id(), _payment_on(), _settled_minor())


@made_once
def _nothing_loose() -> pl.DataFrame:
    return pl.DataFrame(schema={PAIR: pl.Int64, "payment_on": pl.Date, "settled_minor": pl.Int64})


@made_once
def _payment_on() -> pl.Expr:
    return pl.when(pl.col("kind") == "payment").then("paid_on").alias("payment_on")


def invoice_balances(invoices: pl.DataFrame, applied: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add ``open_minor`` and ``overpaid_minor`` to the invoices issued on or before the as-of date, sorted by key.

    An invoice not issued yet owes nothing; what was already entered for it stands unapplied until it is.
    """
    kept = sorted_by(invoices.select(_of_invoice(as_of)), "invoice_id")
    known = attached(kept, _settled(applied), "invoice_id")
    if not known["is_issued"].all():
        known = known.filter(pl.col("is_issued") | pl.col("settled_minor").is_not_null())
    settled_minor = pl.col("settled_minor").fill_null(0)
    balance_minor = (pl.col("amount_minor") - settled_minor).alias("balance_minor")
    return known.with_columns(settled_minor, balance_minor).with_columns(_balances()).drop("settled_minor")


@made_once
def _of_invoice(as_of: date) -> tuple[str | pl.Expr, ...]:
    is_issued = pl.col("issued_on").is_null() | (pl.col("issued_on") <= as_of)
    return "invoice_id", "issued_on", "due_on", "amount_minor", pair_id(), is_issued.alias("is_issued")


@made_once
def _balances() -> list[pl.Expr]:
    """What of an invoice is open, and what was entered beyond it."""
    balance = pl.col("balance_minor")
    excess = pl.when("is_issued").then(pl.max_horizontal(-balance, 0)).otherwise("settled_minor")
    return [
        pl.when("is_issued").then(pl.max_horizontal(balance, 0)).otherwise(0).alias("open_minor"),
        excess.alias("overpaid_minor"),
        pl.col("is_only_reduced").fill_null(value=True),
    ]


def _settled(applied: pl.DataFrame) -> pl.DataFrame:
    """What was entered for each invoice: sum, last entry, last payment, and whether all of it reduced the debt."""
    found = sums_by_group(
        applied.with_columns(_restoring()), "invoice_id", ("settled_minor", "restoring"), *_last_days()
    )
    return found.select(_of_settled())


@made_once
def _restoring() -> pl.Expr:
    """1 for an entry that does not reduce the debt."""
    return (pl.col("settled_minor") <= 0).cast(pl.Int32).alias("restoring")


@made_once
def _last_days() -> tuple[pl.Expr, pl.Expr]:
    """Through an entry, the last day that anything was entered for its invoice, and the last that it was paid."""
    paid_for = pl.when(pl.col("payment_on").is_not_null()).then("invoice_id").forward_fill()
    last_paid_on = pl.when(paid_for == pl.col("invoice_id")).then(pl.col("payment_on").forward_fill())
    return pl.col("paid_on").alias("last_entry_on"), last_paid_on.alias("last_payment_on")


@made_once
def _of_settled() -> tuple[str | pl.Expr, ...]:
    is_only_reduced = (pl.col("restoring") == 0).alias("is_only_reduced")
    return "invoice_id", "settled_minor", "last_entry_on", "last_payment_on", is_only_reduced


def standing_by_pair(invoices: pl.DataFrame, loose: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """What stands on a pair beside its invoices: ``credit_minor``, ``ordered_minor``, ``last_payment_on``.

    Credits are what was paid or credited without naming an invoice, and what was paid beyond one. Paying, even in
    part, is a response (product §1); ``ordered_minor`` are approved orders not yet invoiced. One row per pair that any
    of the three frames has, sorted.
    """
    overpaid = invoices[[PAIR, "overpaid_minor"]].filter(pl.col("overpaid_minor") != 0)
    credited = [overpaid.rename({"overpaid_minor": "credit_minor"})]
    if not loose.is_empty():
        credited.append(loose.select(PAIR, pl.col("settled_minor").alias("credit_minor")))
    ordered = orders.select(pair_id(), pl.col("amount_minor").alias("ordered_minor"))
    standing = _last_payments(invoices, loose, ordered)
    for amounts in (pl.concat(credited), ordered):
        standing = attached(standing, _summed(amounts), PAIR)
    return standing


def _summed(amounts: pl.DataFrame) -> pl.DataFrame:
    """One row per pair with the sum of its amounts."""
    return amounts if amounts.height <= 1 else amounts.group_by(PAIR).agg(pl.all().sum())


def _last_payments(invoices: pl.DataFrame, loose: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Every pair with the day of its last payment: one sort of one number made of both finds them."""
    days = [invoices.select(_pair_and_day("last_payment_on"))]
    if not loose.is_empty():
        days.append(loose.select(_pair_and_day("payment_on")))
    if not orders.is_empty():
        days.append(orders.select((pl.col(PAIR) * DAYS_MAX).alias(_PAIR_AND_DAY)))
    paid = pl.concat(days)[_PAIR_AND_DAY].sort().to_frame().with_columns(_pair_of_day())
    return last_of_groups(paid, PAIR).select(_day_of_pair())


_PAIR_AND_DAY = "pair_and_day"


@made_once
def _pair_and_day(day: str) -> pl.Expr:
    return (pl.col(PAIR) * DAYS_MAX + day_number(day)).alias(_PAIR_AND_DAY)


@made_once
def _pair_of_day() -> pl.Expr:
    return (pl.col(_PAIR_AND_DAY) // DAYS_MAX).alias(PAIR)


@made_once
def _day_of_pair() -> list[pl.Expr]:
    day = pl.col(_PAIR_AND_DAY) % DAYS_MAX
    return [pl.col(PAIR).set_sorted(), pl.when(day > 0).then(day_of(day)).alias("last_payment_on")]


def in_order(invoices: pl.DataFrame) -> pl.DataFrame:
    """Sort invoices by pair, due date and key.

    All three make one number, which sorts several times faster than three columns; sorted by key, they need two.
    """
    number = _pair_and_due() if invoices["invoice_id"].flags["SORTED_ASC"] else _pair_due_and_key()
    return invoices.sort(number, maintain_order=True).with_columns(pl.col(PAIR).set_sorted())


@made_once
def _pair_and_due() -> pl.Expr:
    return pl.col(PAIR) * DAYS_MAX + day_number("due_on")


@made_once
def _pair_due_and_key() -> pl.Expr:
    return _pair_and_due().cast(pl.Int128) * _KEYS_MAX + pl.col("invoice_id")


_KEYS_MAX = 2**63
"""More than the largest key, which is an int64."""


@made_once
def is_open() -> pl.Expr:
    """Whether anything is open."""
    return pl.col("open_minor") > 0


@made_once
def is_entered_late() -> pl.Expr:
    """Whether something was entered for an invoice after its due date."""
    return pl.col("is_issued") & (pl.col("last_entry_on") > pl.col("due_on"))


@made_once
def unapplied_minor() -> pl.Expr:
    """Unapplied cash and credits of a pair, never below zero."""
    return pl.max_horizontal(pl.col("credit_minor").fill_null(0), 0).alias("unapplied_minor")


@made_once
def exposure_minor() -> pl.Expr:
    """Open amounts + approved orders not yet invoiced − unapplied credits, never below zero."""
    total = pl.col("open_minor") + pl.col("ordered_minor").fill_null(0) - pl.col("unapplied_minor")
    return pl.max_horizontal(total, 0).alias("exposure_minor")

"""Late fees (product §2.3): flat, percent or banded, on the original amount, never fee on fee.

Every fee is a set of bands: a flat fee or a percentage is one band without an end. So one join and one sum
serve all of them, and each fee is rounded half-up once.
"""

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from dunwell.ledger.frames import CURRENCY, Columns
from dunwell.policy.model import Fee, PolicySet

_SCALE = 10_000
"""Percentages are hundredths of a percent: 10,000 of them are the whole."""

_NO_END = 2**62
ONCE = "once"
"""Key of the fee that an invoice bears once, whatever steps were taken."""

_BAND_SCHEMA: Columns = {
    "policy": pl.String,
    "fee": pl.String,
    "currency": CURRENCY,
    "from_minor": pl.Int64,
    "to_minor": pl.Int64,
    "percent_hundredths": pl.Int64,
    "flat_minor": pl.Int64,
    "accumulate": pl.Boolean,
    "min_minor": pl.Int64,
    "max_minor": pl.Int64,
}


def fee_bands(policies: PolicySet, currencies: Sequence[str]) -> pl.DataFrame:
    """One row per policy, fee (a step's id or ``once``), currency and band."""
    rows = [
        (policy.name, key, *band)
        for policy in policies.policies.values()
        for key, fee in _fees(policy.name, policies)
        for currency in currencies
        for band in _bands(fee, currency)
    ]
    return pl.DataFrame(rows, schema=_BAND_SCHEMA, orient="row")


def _fees(name: str, policies: PolicySet) -> Iterator[tuple[str, Fee]]:
    policy = policies.policies[name]
    if policy.late_fee is not None:
        yield ONCE, policy.late_fee.fee
    for step in policy.steps:
        if step.fee is not None:
            yield step.id, step.fee


def _bands(fee: Fee, currency: str) -> Iterable[tuple[object, ...]]:
    bounds = (fee.accumulate, fee.min_minor.get(currency, 0), fee.max_minor.get(currency, _NO_END))
    if fee.kind == "flat":
        flat_minor = fee.amount_minor.get(currency, 0)
        return [(currency, 0, _NO_END, 0, flat_minor, *bounds)] if flat_minor else []
    if fee.kind == "percent":
        return [(currency, 0, _NO_END, fee.percent_hundredths, 0, *bounds)]
    rows, from_minor = [], 0
    for band in fee.bands.get(currency, ()):
        to_minor = _NO_END if band.up_to_minor is None else band.up_to_minor
        rows.append((currency, from_minor, to_minor, band.percent_hundredths, band.amount_minor, *bounds))
        from_minor = to_minor
    return rows


def late_fees(chargeable: pl.DataFrame, bands: pl.DataFrame) -> pl.DataFrame:
    """The late fees per invoice: ``invoice_id``, ``late_fee_minor``.

    ``chargeable`` has one row per invoice and fee that applies: invoice_id, policy, currency, amount_minor, fee.
    """
    each = (
        chargeable.join(bands, on=["policy", "fee", "currency"])
        .with_columns(_band_numerator().alias("numerator"))
        .group_by("invoice_id", "fee")
        .agg(pl.col("numerator").sum(), pl.col("min_minor").first(), pl.col("max_minor").first())
        .with_columns(half_up(pl.col("numerator"), _SCALE).alias("fee_minor"))
        .with_columns(pl.col("fee_minor").clip(pl.col("min_minor"), pl.col("max_minor")))
    )
    return each.group_by("invoice_id").agg(pl.col("fee_minor").sum().cast(pl.Int64).alias("late_fee_minor"))


def _band_numerator() -> pl.Expr:
    """A band's part of the fee, times the scale: the slice that falls in it, or the whole amount if it is the band."""
    amount = pl.col("amount_minor")
    is_reached = amount > pl.col("from_minor")
    is_band = is_reached & (amount <= pl.col("to_minor"))
    part = pl.when("accumulate").then(pl.min_horizontal(amount, "to_minor") - pl.col("from_minor")).otherwise(amount)
    numerator = part.cast(pl.Int128) * pl.col("percent_hundredths") + pl.col("flat_minor").cast(pl.Int128) * _SCALE
    applies = pl.when("accumulate").then(is_reached).otherwise(is_band)
    return pl.when(applies).then(numerator).otherwise(0)


def half_up(numerator: pl.Expr, denominator: int) -> pl.Expr:
    """Divide a non-negative Int128 by a positive integer and round halves up, exactly."""
    return (2 * numerator + denominator) // (2 * denominator)


_APPLYING = ("invoice_id", "policy", "currency", "amount_minor", "fee")


def applying_fees(invoices: pl.DataFrame, by_step: pl.DataFrame, once_from: pl.DataFrame) -> pl.DataFrame:
    """Which fee applies to which invoice: each step's on the invoices it was sent for, and the one-off fee.

    ``by_step`` pairs the steps taken with the invoices they asked for, ``once_from`` says from which day a policy's
    one-off fee is due. A step names a fee once, however many of its letters were sent.
    """
    late_days = (pl.col("ended_on") - pl.col("due_on")).dt.total_days()
    once = (
        invoices.join(once_from, on="policy")
        .filter(late_days >= pl.col("from_days_past_due"))
        .with_columns(pl.lit(ONCE).alias("fee"))
        .select(_APPLYING)
    )
    return pl.concat([by_step.select(_APPLYING).unique(), once])


def once_from(policies: PolicySet) -> pl.DataFrame:
    """From how many days past due each policy charges its one-off fee."""
    rows = [
        (policy.name, policy.late_fee.from_days_past_due)
        for policy in policies.policies.values()
        if policy.late_fee is not None
    ]
    return pl.DataFrame(rows, schema={"policy": pl.String, "from_days_past_due": pl.Int64}, orient="row")

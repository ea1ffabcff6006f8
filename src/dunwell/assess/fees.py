"""Late fees (product §2.3): flat, percent or banded, on the original amount, never fee on fee.

Every fee is a set of bands: a flat fee or a percentage is one band without an end. So one sum serves all of them, and
each fee is rounded half-up once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from dunwell.assess.days import days_between
from dunwell.assess.running import looked_up, sorted_by, sums_by_group
from dunwell.ledger.frames import CURRENCY
from dunwell.policy.model import Fee, PolicySet

_SCALE = 10_000
"""Percentages are hundredths of a percent: 10,000 of them are the whole."""

_NO_END = 2**62
_FEES_MAX = 2**10
"""More fees than a policy has, so that invoice and fee fit into one integer side by side."""

_ONCE = 0
"""Number of the fee that an invoice bears once, whatever steps were taken; a step's is its place on the ladder + 1."""


@dataclass(frozen=True, slots=True)
class FeeTable:
    """Every fee by policy, number and currency: ``bounds`` in one row each, and one frame of rows per band.

    ``places`` are the rows of the currencies, by their code.
    """

    fees_max: int
    places: pl.Series
    bounds: pl.DataFrame
    bands: tuple[pl.DataFrame, ...]

    def row(self) -> pl.Expr:
        """The row of a fee, by ``policy_index``, ``fee`` and ``currency``."""
        place = pl.lit(self.places).gather(pl.col("currency").to_physical())
        return (pl.col("policy_index") * self.fees_max + pl.col("fee")) * self._width + place

    @property
    def _width(self) -> int:
        return len(self.places) - self.places.null_count()


def charges_fees(policies: PolicySet) -> bool:
    """Whether any policy charges a late fee."""
    return any(True for name in policies.policies for _ in _fees(name, policies))


def fee_table(policies: PolicySet, currencies: Sequence[str]) -> FeeTable:
    """Lay out the fees of all policies in some currencies, so that a fee is found by its row number."""
    fees_max = max(len(policy.steps) for policy in policies.policies.values()) + 1
    places = {currency: place for place, currency in enumerate(currencies)}
    laid_out = [
        (fees.get(number), currency)
        for fees in (dict(_fees(name, policies)) for name in policies.policies)
        for number in range(fees_max)
        for currency in currencies
    ]
    bands = [_bands(fee, currency) for fee, currency in laid_out]
    none = (_NO_END, _NO_END, 0, 0)
    depth = max(map(len, bands), default=0)
    layers = [[rows[level] if level < len(rows) else none for rows in bands] for level in range(depth)]
    return FeeTable(
        fees_max,
        pl.Series([places.get(currency) for currency in CURRENCY.categories], dtype=pl.Int64),
        pl.DataFrame([_bounds(fee, currency) for fee, currency in laid_out], schema=_BOUNDS, orient="row"),
        tuple(pl.DataFrame(rows, schema=dict.fromkeys(_BAND, pl.Int64), orient="row") for rows in layers),
    )


_BOUNDS = {"accumulate": pl.Boolean, "min_minor": pl.Int64, "max_minor": pl.Int64}
_BAND = ("from_minor", "to_minor", "percent_hundredths", "flat_minor")


def _fees(name: str, policies: PolicySet) -> Iterator[tuple[int, Fee]]:
    policy = policies.policies[name]
    if policy.late_fee is not None:
        yield _ONCE, policy.late_fee.fee
    for number, step in enumerate(policy.steps, 1):
        if step.fee is not None:
            yield number, step.fee


def _bounds(fee: Fee | None, currency: str) -> tuple[bool, int, int]:
    if fee is None or not _bands(fee, currency):
        return (False, 0, 0)
    return (fee.accumulate, fee.min_minor.get(currency, 0), fee.max_minor.get(currency, _NO_END))


def _bands(fee: Fee | None, currency: str) -> list[tuple[int, int, int, int]]:
    if fee is None:
        return []
    if fee.kind == "flat":
        flat_minor = fee.amount_minor.get(currency, 0)
        return [(0, _NO_END, 0, flat_minor)] if flat_minor else []
    if fee.kind == "percent":
        return [(0, _NO_END, fee.percent_hundredths, 0)]
    rows, from_minor = [], 0
    for band in fee.bands.get(currency, ()):
        to_minor = _NO_END if band.up_to_minor is None else band.up_to_minor
        rows.append((from_minor, to_minor, band.percent_hundredths, band.amount_minor))
        from_minor = to_minor
    return rows


def late_fees(applying: pl.DataFrame, table: FeeTable) -> pl.DataFrame:
    """The late fees per invoice: ``invoice_id``, ``late_fee_minor``, sorted by invoice.

    ``applying`` has one row per invoice and fee that applies: invoice_id, policy_index, currency, amount_minor, fee.
    """
    nothing = pl.lit(0, dtype=pl.Int64)
    placed = applying.select("invoice_id", "amount_minor", table.row().alias("row"))
    summed = placed.with_columns(*looked_up(table.bounds, pl.col("row")), nothing.alias("whole"), nothing.alias("rest"))
    for band in table.bands:
        summed = _with_band(summed, band)
    fee = pl.col("whole") + half_up(pl.col("rest"), _SCALE)
    bounded = summed.select("invoice_id", fee.clip(pl.col("min_minor"), pl.col("max_minor")).alias("late_fee_minor"))
    return sums_by_group(sorted_by(bounded, "invoice_id"), "invoice_id", {"late_fee_minor": pl.col("late_fee_minor")})


def _with_band(summed: pl.DataFrame, band: pl.DataFrame) -> pl.DataFrame:
    """Add a band's part of the fee; whole units and hundredths apart, so that every product fits into int64."""
    placed = summed.with_columns(looked_up(band, pl.col("row"))).with_columns(_part_minor().alias("part_minor"))
    percent, flat_minor = pl.col("percent_hundredths"), pl.col("flat_minor")
    whole = pl.col("part_minor") // _SCALE * percent + flat_minor
    rest = pl.col("part_minor") % _SCALE * percent
    return placed.with_columns(pl.col("whole") + whole.fill_null(0), pl.col("rest") + rest.fill_null(0)).drop(
        *band.columns, "part_minor"
    )


def _part_minor() -> pl.Expr:
    """A band's part of the amount: the slice that falls in it, or the whole amount if it is the band; else null."""
    amount = pl.col("amount_minor")
    is_reached = amount > pl.col("from_minor")
    slice_minor = pl.min_horizontal(amount, "to_minor") - pl.col("from_minor")
    is_meant = is_reached & (pl.col("accumulate") | (amount <= pl.col("to_minor")))
    return pl.when(is_meant).then(pl.when("accumulate").then(slice_minor).otherwise(amount))


def half_up(numerator: pl.Expr, denominator: int) -> pl.Expr:
    """Divide a non-negative integer by a positive one and round halves up, exactly."""
    return (2 * numerator + denominator) // (2 * denominator)


_APPLYING = ("invoice_id", "policy_index", "currency", "amount_minor", "fee")


def applying_fees(invoices: pl.DataFrame, by_step: pl.DataFrame, policies: PolicySet) -> pl.DataFrame:
    """Which fee applies to which invoice: each step's on the invoices it was sent for, and the one-off fee.

    ``by_step`` pairs the steps taken (``step_index``) with the invoices they asked for. A step names a fee once,
    however many of its letters were sent. The one-off fee looks at the invoice on the day ``ended_on``.
    """
    late_days = days_between(pl.col("due_on"), pl.col("ended_on"))
    (from_days,) = looked_up(_once_from(policies), pl.col("policy_index"))
    once = invoices.filter(late_days >= from_days).with_columns(pl.lit(_ONCE, dtype=pl.Int64).alias("fee"))
    steps = by_step.lazy().with_columns((pl.col("step_index") + 1).alias("fee"))
    each_once = steps.unique(pl.col("invoice_id") * _FEES_MAX + pl.col("fee")).select(_APPLYING).collect()
    return pl.concat([each_once, once.select(_APPLYING)])


def _once_from(policies: PolicySet) -> pl.DataFrame:
    """From how many days past due each policy charges its one-off fee; null where it has none."""
    days = [
        None if policy.late_fee is None else policy.late_fee.from_days_past_due for policy in policies.policies.values()
    ]
    return pl.DataFrame({"from_days": pl.Series(days, dtype=pl.Int64)})

"""Late fees (product §2.3): flat, percent or banded, on the original amount, never fee on fee.

Every fee is a set of bands: a flat fee or a percentage is one band without an end. A band's fee is a fixed part (its
own flat sum, and in accumulating bands what the bands below it come to) and a percentage of the amount above its base.
So each fee looks up one band, and is rounded half-up once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from dunwell.assess.balances import PAIR, currency_code
from dunwell.assess.days import days_between
from dunwell.assess.made_once import made_once
from dunwell.assess.running import is_first_of, looked_up, sums_by_group
from dunwell.ledger.frames import CURRENCY
from dunwell.policy.model import Fee, PolicySet

_SCALE = 10_000
"""Percentages are hundredths of a percent: 10,000 of them are the whole."""

_NO_END = 2**62
_FEES_MAX = 2**10
"""More fees than a policy has, so that invoice and fee fit into one integer side by side."""

_ONCE = 0
"""Number of the fee that an invoice bears once, whatever steps were taken; a step's is its place on the ladder + 1."""


@dataclass(frozen=True)
class FeeTable:
    """Every fee by policy, number and currency, one row each, so that a fee is found by its row number.

    ``places`` are the columns of the currencies, by their code. ``levels`` are the amounts above which the next band
    begins, one series per level; ``bands`` has one row per fee and level, one more than there are levels, the first of
    which lies below all bands. ``bearing`` says of each policy and number whether there is such a fee, ``once_from`` of
    each policy from how many days past due its one-off fee is charged.
    """

    fees_max: int
    places: pl.Series
    limits: pl.DataFrame
    levels: tuple[pl.Series, ...]
    bands: pl.DataFrame
    once_from: pl.DataFrame
    bearing: pl.Series

    def row(self, fee: pl.Expr) -> pl.Expr:
        """The row of a fee by its number, the invoice's ``policy_index`` and the currency of its pair."""
        place = pl.lit(self.places).gather(currency_code())
        return (pl.col("policy_index") * self.fees_max + fee) * self._width + place

    @cached_property
    def found(self) -> list[pl.Expr]:
        """The limits of the fee in ``row``, and the band in ``band_row``."""
        return [*looked_up(self.limits, pl.col("row")), *looked_up(self.bands, pl.col("band_row"))]

    @cached_property
    def once_row(self) -> pl.Expr:
        """The row of the one-off fee."""
        return self.row(pl.lit(_ONCE)).alias("row")

    @cached_property
    def step_row(self) -> pl.Expr:
        """The row of a step's ``fee``."""
        return self.row(pl.col("fee")).alias("row")

    @cached_property
    def is_late_for_once(self) -> pl.Expr:
        """Whether an invoice is late enough for the one-off fee on the day ``ended_on``."""
        (from_days,) = looked_up(self.once_from, pl.col("policy_index"))
        return (days_between(pl.col("due_on"), pl.col("ended_on")) >= from_days).fill_null(value=False)

    @cached_property
    def is_charged(self) -> pl.Expr:
        """Whether the policy charges a fee for ``step_index``; false where no step was taken."""
        number = pl.col("policy_index") * self.fees_max + pl.col("step_index") + 1
        return pl.lit(self.bearing).gather(number).fill_null(value=False)

    @cached_property
    def band_row(self) -> pl.Expr:
        """The row of the band that ``amount_minor`` falls in, by the fee's ``row``."""
        reached = [(pl.col("amount_minor") > pl.lit(level).gather(pl.col("row"))) for level in self.levels]
        return pl.sum_horizontal(pl.col("row") * (len(self.levels) + 1), *reached).alias("band_row")

    @property
    def _width(self) -> int:
        """How many currencies the table has: those that some fee names, and one place for all others."""
        return self.limits.height // len(self.bearing)


def fee_table(policies: PolicySet) -> FeeTable:
    """Lay out the fees of all policies."""
    fees_max = max(len(policy.steps) for policy in policies.policies.values()) + 1
    by_number = [
        fees.get(number)
        for fees in (dict(_fees(name, policies)) for name in policies.policies)
        for number in range(fees_max)
    ]
    currencies = [*sorted({currency for fee in by_number if fee for currency in _named(fee)}), _ANY_OTHER]
    places = [currencies.index(name) if name in currencies else len(currencies) - 1 for name in CURRENCY.categories]
    laid_out = [(fee, currency) for fee in by_number for currency in currencies]
    steps = [_steps(fee, currency) for fee, currency in laid_out]
    depth = max(map(len, steps))
    unreached = _Stage(_NO_END)
    filled = [[_Stage(0), *own, *[unreached] * (depth - len(own))] for own in steps]
    return FeeTable(
        fees_max,
        pl.Series(places, dtype=pl.Int64),
        pl.DataFrame([_limits(fee, currency) for fee, currency in laid_out], schema=_LIMITS, orient="row"),
        tuple(pl.Series([own[level].over_minor for own in filled], dtype=pl.Int64) for level in range(1, depth + 1)),
        pl.DataFrame([step.band for own in filled for step in own], schema=_BAND, orient="row"),
        _once_from(policies),
        pl.Series([fee is not None for fee in by_number], dtype=pl.Boolean),
    )


_ANY_OTHER = ""
"""Stands for every currency that no fee names."""

_LIMITS = {"min_minor": pl.Int64, "max_minor": pl.Int64}
_BAND = {"base_minor": pl.Int64, "percent_hundredths": pl.Int64, "whole_minor": pl.Int64, "rest": pl.Int64}


@dataclass(frozen=True, slots=True)
class _Stage:
    """From above ``over_minor`` on: ``fixed`` (minor units times 10,000) and a percentage of what exceeds the base."""

    over_minor: int
    base_minor: int = 0
    percent_hundredths: int = 0
    fixed: int = 0

    @property
    def band(self) -> tuple[int, int, int, int]:
        """The row of the table; the fixed part in whole minor units and a rest, so that every product fits int64."""
        return (self.base_minor, self.percent_hundredths, *divmod(self.fixed, _SCALE))


def _steps(fee: Fee | None, currency: str) -> list[_Stage]:
    """The bands of a fee from the lowest up, closed by an empty one where the last has an end."""
    steps: list[_Stage] = []
    from_minor, carried = 0, 0
    for to_minor, percent, flat_minor in _bands(fee, currency):
        base_minor = from_minor if fee is not None and fee.accumulate else 0
        steps.append(_Stage(from_minor, base_minor, percent, carried + flat_minor * _SCALE))
        if fee is not None and fee.accumulate and to_minor is not None:
            carried += (to_minor - from_minor) * percent + flat_minor * _SCALE
        if to_minor is None:
            return steps
        from_minor = to_minor
    return [*steps, _Stage(from_minor, fixed=carried)] if steps else []


def _bands(fee: Fee | None, currency: str) -> list[tuple[int | None, int, int]]:
    """Up to where each band goes (``None``: no end), its percentage and its flat sum."""
    if fee is None:
        return []
    if fee.kind == "flat":
        flat_minor = fee.amount_minor.get(currency, 0)
        return [(None, 0, flat_minor)] if flat_minor else []
    if fee.kind == "percent":
        return [(None, fee.percent_hundredths, 0)]
    return [(band.up_to_minor, band.percent_hundredths, band.amount_minor) for band in fee.bands.get(currency, ())]


def _named(fee: Fee) -> Iterator[str]:
    for amounts in (fee.amount_minor, fee.bands, fee.min_minor, fee.max_minor):
        yield from amounts


def _limits(fee: Fee | None, currency: str) -> tuple[int, int]:
    if fee is None or not _bands(fee, currency):
        return (0, 0)
    return (fee.min_minor.get(currency, 0), fee.max_minor.get(currency, _NO_END))


def _fees(name: str, policies: PolicySet) -> Iterator[tuple[int, Fee]]:
    policy = policies.policies[name]
    if policy.late_fee is not None:
        yield _ONCE, policy.late_fee.fee
    for number, step in enumerate(policy.steps, 1):
        if step.fee is not None:
            yield number, step.fee


def _once_from(policies: PolicySet) -> pl.DataFrame:
    """From how many days past due each policy charges its one-off fee; null where it has none."""
    days = [
        None if policy.late_fee is None else policy.late_fee.from_days_past_due for policy in policies.policies.values()
    ]
    return pl.DataFrame({"from_days": pl.Series(days, dtype=pl.Int64)})


def charges_fees(policies: PolicySet) -> bool:
    """Whether any policy charges a late fee."""
    return any(True for name in policies.policies for _ in _fees(name, policies))


def once_minor(invoices: pl.DataFrame, table: FeeTable) -> pl.Series:
    """The one-off fee of each invoice, 0 where it is not late enough on the day ``ended_on``."""
    fee_minor = pl.when(table.is_late_for_once).then(_fee_minor()).otherwise(0).alias("once_minor")
    return _with_bands(invoices, table.once_row, table).select(fee_minor)["once_minor"]


def step_fees(asked: pl.DataFrame, table: FeeTable) -> pl.DataFrame:
    """The fees of the steps taken per invoice: ``invoice_id``, ``step_fees_minor``, sorted by invoice.

    ``asked`` pairs letters (``step_index``) with the invoices they asked for. A step charges its fee once, however
    many of its letters were sent.
    """
    number = pl.col("step_index") + 1
    bearing = asked.filter(table.is_charged).select(
        "invoice_id",
        PAIR,
        "policy_index",
        "amount_minor",
        number.alias("fee"),
        (pl.col("invoice_id") * _FEES_MAX + number).alias("invoice_and_fee"),
    )
    each_once = bearing.sort("invoice_and_fee").filter(is_first_of("invoice_and_fee"))
    charged = _with_bands(each_once, table.step_row, table).with_columns(_fee_minor().alias("step_fees_minor"))
    return sums_by_group(charged, "invoice_id", ("step_fees_minor",))


def _with_bands(applying: pl.DataFrame, row: pl.Expr, table: FeeTable) -> pl.DataFrame:
    """Add the band that each amount falls in, and the limits of the fee, by the fee's row."""
    return applying.with_columns(row).with_columns(table.band_row).with_columns(table.found)


@made_once
def _fee_minor() -> pl.Expr:
    """A fee by its band; whole units and hundredths apart, so that every product fits into int64."""
    above, percent = pl.col("amount_minor") - pl.col("base_minor"), pl.col("percent_hundredths")
    rest = pl.col("rest") + above % _SCALE * percent
    fee = pl.col("whole_minor") + above // _SCALE * percent + half_up(rest, _SCALE)
    return fee.clip(pl.col("min_minor"), pl.col("max_minor"))


def half_up(numerator: pl.Expr, denominator: int) -> pl.Expr:
    """Divide a non-negative integer by a positive one and round halves up, exactly."""
    return (2 * numerator + denominator) // (2 * denominator)

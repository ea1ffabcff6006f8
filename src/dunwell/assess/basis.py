"""On what basis interest is claimed: one basis per policy and party type, with its rates as running sums.

A basis turns dates into integers: the interest of the days after ``a`` through ``b`` is ``balance × (rate_index[b] -
rate_index[a]) × factor / scale``. ``ok_days`` counts the days whose rate is known, so that one subtraction tells
whether a span is covered; nothing is extrapolated (product §2.3).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, product
from typing import cast

import polars as pl

from dunwell.assess.days import days_between
from dunwell.assess.legal import LegalSetting
from dunwell.law import PPM, DayCount, PartyType, Rule, agreed, covered, rate_periods, scale
from dunwell.law.rates import day_number
from dunwell.ledger.frames import PARTY_TYPE, Columns
from dunwell.policy.model import InterestTerms, PolicySet

PPM_PER_HUNDREDTH = PPM // 10_000
"""A policy's rates are hundredths of a percent, the law's are millionths a year."""


@dataclass(frozen=True, slots=True)
class Basis:
    """One way of bearing interest. ``rule`` is ``None`` where the law knows none; ``is_contract`` needs no law.

    Bases with equal ``rates`` have the same rates on every day, so that their running sums are made once.
    """

    number: int
    rates: int
    policy: str
    party_type: str
    terms: InterestTerms
    rule: Rule | None
    is_contract: bool

    @property
    def is_claimed(self) -> bool:
        """Whether the policy claims interest at all."""
        return self.terms.kind != "none"

    @property
    def has_rate(self) -> bool:
        """Whether a rate can be found on any day."""
        return self.is_contract or (self.rule is not None and not self.rule.needs_entered_rate)

    @property
    def day_count(self) -> DayCount:
        """How days are counted: by the contract, else as the law prescribes."""
        return self.rule.day_count if self.rule and not self.is_contract else self.terms.day_count

    @property
    def needs_default(self) -> bool:
        """Whether interest waits for a letter that puts the debtor in default."""
        return self.rule is not None and not self.is_contract and self.rule.needs_default

    @property
    def is_fixed_at_start(self) -> bool:
        """Whether the rate of the first day holds for the whole debt."""
        return self.rule is not None and not self.is_contract and self.rule.reset == "fixed_at_start"

    @property
    def is_compounding(self) -> bool:
        """Whether interest of a full year bears interest itself."""
        return self.rule is not None and not self.is_contract and self.rule.compounding == "yearly"


def bases(policies: PolicySet, legal: LegalSetting | None) -> list[Basis]:
    """Return the basis of every policy and party type, numbered."""
    pairs = product(policies.policies.values(), PARTY_TYPE.categories)
    found = [
        _basis(number, policy.name, party_type, policy.interest, legal)
        for number, (policy, party_type) in enumerate(pairs)
    ]
    keys = list(dict.fromkeys(_rate_key(basis) for basis in found))
    return [replace(basis, rates=keys.index(_rate_key(basis))) for basis in found]


def _rate_key(basis: Basis) -> tuple[object, ...]:
    if basis.is_contract or basis.rule is None:
        return (basis.is_contract, basis.terms.contract_rate_hundredths, basis.day_count)
    return (basis.rule, basis.day_count, basis.terms.refuse_unverified)


def _basis(number: int, policy: str, party_type: str, terms: InterestTerms, legal: LegalSetting | None) -> Basis:
    rule = legal.rule(cast("PartyType", party_type)) if legal else None
    hundredths = terms.contract_rate_hundredths
    is_contract = terms.kind == "contract" and hundredths is not None
    if rule is not None and rule.needs_entered_rate and terms.kind == "statutory" and hundredths is not None:
        rule = agreed(rule, hundredths * PPM_PER_HUNDREDTH)
    return Basis(number, 0, policy, party_type, terms, rule, is_contract)


def basis_columns(found: list[Basis]) -> pl.DataFrame:
    """One row per basis, in the order of their numbers, with what the rules of interest and compensation compare with.

    ``stretch`` tells where in :func:`index_table` the basis has its rates.
    """
    stretches = {basis.rates: place for place, basis in enumerate(_distinct(found))}
    rows = [
        {
            "number": basis.number,
            "stretch": stretches.get(basis.rates, 0),
            "claims_interest": basis.is_claimed,
            "needs_default": basis.needs_default,
            "compensation_needs_default": basis.rule is not None and basis.rule.needs_default,
            "is_compounding": basis.is_compounding,
            "is_fixed_at_start": basis.is_fixed_at_start,
            "scale": scale(basis.day_count),
        }
        for basis in found
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


@dataclass(frozen=True, slots=True)
class RateWindow:
    """The running sums of every claimed basis over a window of days, one stretch of rows after another.

    ``table`` is that of :func:`index_table`, ``starts`` that of :func:`start_table`, which has one day more.
    ``is_complete`` says that no day lacks a rate, so that nobody has to count the days that have one; ``weight_max`` is
    the most by which an amount is ever multiplied.
    """

    table: pl.DataFrame
    starts: pl.DataFrame
    first_on: date
    last_on: date
    is_complete: bool
    weight_max: int

    def row(self, day: pl.Expr) -> pl.Expr:
        """The row of a day in ``table``, by the invoice's ``stretch``."""
        return self._row(day, 1)

    def start_row(self, day: pl.Expr) -> pl.Expr:
        """The row of a day in ``starts``, by the invoice's ``stretch``."""
        return self._row(day, 2)

    def _row(self, day: pl.Expr, more: int) -> pl.Expr:
        days = (self.last_on - self.first_on).days + more
        return pl.col("stretch") * days + days_between(pl.lit(self.first_on), day)


@dataclass(slots=True)
class RateBook:
    """The rates of a tariff, laid out once for as wide a window as was ever asked for."""

    found: list[Basis]
    legal: LegalSetting | None
    _kept: RateWindow | None = None

    def window(self, first_on: date, last_on: date) -> RateWindow:
        """Return a window that holds both days; it begins with a year, so that the next one asked for fits it, too."""
        kept = self._kept
        if kept is None or first_on < kept.first_on or last_on > kept.last_on:
            first = min(first_on, kept.first_on) if kept else first_on
            last = max(last_on, kept.last_on) if kept else last_on
            kept = self._laid_out(first.replace(month=1, day=1), last)
            self._kept = kept
        return kept

    def _laid_out(self, first_on: date, last_on: date) -> RateWindow:
        table = index_table(self.found, self.legal, first_on, last_on)
        starts = start_table(self.found, self.legal, first_on, last_on)
        days = (last_on - first_on).days + 1
        is_complete = bool((table["ok_days"][days - 1 :: days] == days).all())
        indexes, factors = table["rate_index"].abs().max(), starts["factor"].to_list()
        assert isinstance(indexes, int)
        return RateWindow(table, starts, first_on, last_on, is_complete, indexes * max(1, *factors, 1))


def index_table(found: list[Basis], legal: LegalSetting | None, from_on: date, to_on: date) -> pl.DataFrame:
    """Return the running sums ``rate_index`` and ``ok_days``: a window's days for every claimed basis, one by one."""
    days = _days(from_on, to_on)
    frames = [
        _daily_rates(basis, legal, days)
        .with_columns(_weights(days, basis.day_count))
        .select(
            (_borne(basis) * pl.col("weight")).cum_sum().alias("rate_index"),
            (pl.col("is_known") | pl.lit(basis.is_fixed_at_start)).cast(pl.Int64).cum_sum().alias("ok_days"),
        )
        for basis in _distinct(found)
    ]
    return pl.concat(frames)


def start_table(found: list[Basis], legal: LegalSetting | None, from_on: date, to_on: date) -> pl.DataFrame:
    """For bases whose rate is fixed at the start: the rate of every possible first day of interest.

    A window's days and one more, for every claimed basis; empty where no basis is fixed.
    """
    if not any(basis.is_fixed_at_start for basis in _distinct(found)):
        return pl.DataFrame(schema=_START_COLUMNS)
    days = _days(from_on, to_on + timedelta(days=1))
    frames = [
        _daily_rates(basis, legal, days).select(
            pl.col("rate_ppm").alias("factor"),
            pl.col("is_known").alias("is_start_known"),
        )
        for basis in _distinct(found)
    ]
    return pl.concat(frames)


_START_COLUMNS: Columns = {
    "factor": pl.Int64,
    "is_start_known": pl.Boolean,
}


def _distinct(found: list[Basis]) -> list[Basis]:
    """One claimed basis per set of rates."""
    return list({basis.rates: basis for basis in found if basis.is_claimed}.values())


def _days(from_on: date, to_on: date) -> pl.DataFrame:
    return pl.select(pl.date_range(from_on, to_on).alias("on"))


def _weights(days: pl.DataFrame, day_count: DayCount) -> pl.Series:
    """How much of a year's days each day counts: 1, or what a 30-day month makes of it."""
    if day_count != "30/360":
        return pl.Series("weight", [1], dtype=pl.Int64).new_from_index(0, days.height)
    first: date = days["on"][0]
    numbers = [day_number(first - timedelta(days=1), day_count), *(day_number(on, day_count) for on in days["on"])]
    return pl.Series("weight", [after - before for before, after in pairwise(numbers)], dtype=pl.Int64)


def _borne(basis: Basis) -> pl.Expr:
    """What a day adds to the running sum: its rate, or its bare length where the first day's rate holds."""
    return pl.lit(1, dtype=pl.Int64) if basis.is_fixed_at_start else pl.col("rate_ppm")


def _daily_rates(basis: Basis, legal: LegalSetting | None, days: pl.DataFrame) -> pl.DataFrame:
    """The rate of each day in ppm, and whether the tables have one that may be used (0 where not)."""
    periods = _periods(basis, legal, days["on"][0], days["on"][-1])
    table = pl.DataFrame(
        periods, schema={"from_on": pl.Date, "to_on": pl.Date, "rate_ppm": pl.Int64}, orient="row"
    ).sort("from_on")
    is_known = (pl.col("to_on") >= pl.col("on")).fill_null(value=False)
    return days.join_asof(table, left_on="on", right_on="from_on").select(
        "on", is_known.alias("is_known"), pl.when(is_known).then("rate_ppm").otherwise(0).alias("rate_ppm")
    )


def _periods(basis: Basis, legal: LegalSetting | None, from_on: date, to_on: date) -> list[tuple[date, date, int]]:
    """The periods of a window whose rate is known: first day, last day, rate."""
    if basis.is_contract:
        return [(from_on, to_on, (basis.terms.contract_rate_hundredths or 0) * PPM_PER_HUNDREDTH)]
    if basis.rule is None or legal is None or basis.rule.needs_entered_rate:
        return []
    first, last = covered(legal.law, basis.rule) or (date.max, date.min)
    start, end = max(first, from_on), min(last, to_on)
    if start > end:
        return []
    found = rate_periods(legal.law, rule_of_the_day(basis.rule), start, end)
    may_use_any = not basis.terms.refuse_unverified
    return [(period.from_on, period.to_on, period.rate_ppm) for period in found if period.verified or may_use_any]


def rule_of_the_day(rule: Rule) -> Rule:
    """Return the rule with the rate of each day instead of the first day's."""
    return replace(rule, reset="half_year") if rule.reset == "fixed_at_start" else rule

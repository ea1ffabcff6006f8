"""On what basis interest is claimed: one basis per policy and party type, with its rates as running sums.

A basis turns dates into integers: the interest of the days after ``a`` through ``b`` is ``balance × (rate_index[b] -
rate_index[a]) × factor / scale``. ``ok_days`` counts the days whose rate is known, so that one subtraction tells
whether a span is covered; nothing is extrapolated (product §2.3).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate, pairwise, product
from typing import cast, get_args

import polars as pl

from dunwell.assess.legal import LegalSetting
from dunwell.law import PPM, DayCount, Law, PartyType, Rule, agreed, covered, rate_periods, scale
from dunwell.law.rates import day_number
from dunwell.policy.model import InterestTerms, PolicySet

PPM_PER_HUNDREDTH = PPM // 10_000
"""A policy's rates are hundredths of a percent, the law's are millionths a year."""

INDEX_SCHEMA = {"basis": pl.Int64, "on": pl.Date, "rate_index": pl.Int64, "ok_days": pl.Int64}
START_SCHEMA = {"basis": pl.Int64, "first_day_on": pl.Date, "factor": pl.Int64, "is_start_known": pl.Boolean}


@dataclass(frozen=True, slots=True)
class Basis:
    """One way of bearing interest. ``rule`` is ``None`` where the law knows none; ``is_contract`` needs no law."""

    number: int
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
    pairs = product(policies.policies.values(), get_args(PartyType))
    return [
        _basis(number, policy.name, party_type, policy.interest, legal)
        for number, (policy, party_type) in enumerate(pairs)
    ]


def _basis(number: int, policy: str, party_type: str, terms: InterestTerms, legal: LegalSetting | None) -> Basis:
    rule = legal.rule(cast("PartyType", party_type)) if legal else None
    hundredths = terms.contract_rate_hundredths
    is_contract = terms.kind == "contract" and hundredths is not None
    if rule is not None and rule.needs_entered_rate and terms.kind == "statutory" and hundredths is not None:
        rule = agreed(rule, hundredths * PPM_PER_HUNDREDTH)
    return Basis(number, policy, party_type, terms, rule, is_contract)


def basis_columns(found: list[Basis]) -> pl.DataFrame:
    """One row per basis with what the rules of interest and compensation compare with."""
    rows = [
        {
            "policy": basis.policy,
            "party_type": basis.party_type,
            "basis": basis.number,
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


def index_table(found: list[Basis], legal: LegalSetting | None, from_on: date, to_on: date) -> pl.DataFrame:
    """The running sums of every claimed basis for each day of a window."""
    rows = [row for basis in found if basis.is_claimed for row in _index_rows(basis, legal, from_on, to_on)]
    return pl.DataFrame(rows, schema=INDEX_SCHEMA, orient="row")


def _index_rows(
    basis: Basis, legal: LegalSetting | None, from_on: date, to_on: date
) -> Iterator[tuple[int, date, int, int]]:
    days = [from_on + timedelta(days=i) for i in range((to_on - from_on).days + 1)]
    rates = [0] * len(days) if basis.is_fixed_at_start else _daily_rates(basis, legal, days)
    numbers = [day_number(day - timedelta(days=1), basis.day_count) for day in days[:1]]
    numbers += [day_number(day, basis.day_count) for day in days]
    weights = [after - before for before, after in pairwise(numbers)]
    borne = weights if basis.is_fixed_at_start else [(rate or 0) * w for rate, w in zip(rates, weights, strict=True)]
    known = [1 if basis.is_fixed_at_start or rate is not None else 0 for rate in rates]
    yield from zip([basis.number] * len(days), days, accumulate(borne), accumulate(known), strict=True)


def start_table(found: list[Basis], legal: LegalSetting | None, from_on: date, to_on: date) -> pl.DataFrame:
    """For bases whose rate is fixed at the start: the rate of every possible first day of interest."""
    days = [from_on + timedelta(days=i) for i in range((to_on - from_on).days + 2)]
    rows = [
        (basis.number, day, rate or 0, rate is not None)
        for basis in found
        if basis.is_claimed and basis.is_fixed_at_start
        for day, rate in zip(days, _daily_rates(basis, legal, days), strict=True)
    ]
    return pl.DataFrame(rows, schema=START_SCHEMA, orient="row")


def _daily_rates(basis: Basis, legal: LegalSetting | None, days: list[date]) -> list[int | None]:
    """The rate of each day in ppm; ``None`` where the tables have none that may be used."""
    if basis.is_contract:
        return [(basis.terms.contract_rate_hundredths or 0) * PPM_PER_HUNDREDTH] * len(days)
    if basis.rule is None or legal is None or basis.rule.needs_entered_rate:
        return [None] * len(days)
    return _statutory_rates(legal.law, basis.rule, days, refuse_unverified=basis.terms.refuse_unverified)


def _statutory_rates(law: Law, rule: Rule, days: list[date], *, refuse_unverified: bool) -> list[int | None]:
    first, last = covered(law, rule) or (date.max, date.min)
    by_day = rule_of_the_day(rule)
    known: dict[date, int] = {}
    start, end = max(first, days[0]), min(last, days[-1])
    if start <= end:
        for period in rate_periods(law, by_day, start, end):
            if period.verified or not refuse_unverified:
                span = (period.to_on - period.from_on).days + 1
                known.update((period.from_on + timedelta(days=i), period.rate_ppm) for i in range(span))
    return [known.get(day) for day in days]


def rule_of_the_day(rule: Rule) -> Rule:
    """Return the rule with the rate of each day instead of the first day's."""
    return replace(rule, reset="half_year") if rule.reset == "fixed_at_start" else rule

"""What the late-payment law tables say, as values.

Rates are whole numbers of **ppm a year** (parts per million: 0.0001 percentage point), so 10.52 % is 105 200;
a table that prints more than four decimals of a percent is refused. Nothing here knows a country: every
country is rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from dunwell.errors import UsageError

PartyType = Literal["business", "consumer", "public"]
DayCount = Literal["act/365", "act/360", "30/360"]
Rounding = Literal["once", "segment"]
"""Round the interest of a debt once (product §2.3), or every line on its own (some published cases)."""

RateRounding = Literal["none", "up", "nearest"]
Compounding = Literal["simple", "yearly"]
LimitEffect = Literal["forbidden", "capped", "after_notice"]
BoundSide = Literal["min", "max"]

Reset = Literal["half_year", "fixed_at_start", "floating", "flat", "market", "contract"]
"""How the rate of a debt follows its series.

``half_year``, ``floating``: each day bears the rate in force that day, the series saying how long a row
holds; ``fixed_at_start``: the rate of the first day of interest holds for the whole debt; ``flat``: one rate
for ever; ``market``: the owner enters the market rate and its source; ``contract``: only what the contract
says.
"""

Starts = Literal["after_due", "after_due_or_default", "after_default"]
"""The day before the first day of interest.

``after_due``: the due date. ``after_due_or_default``: the due date, unless the caller states a later default.
``after_default``: the day of default, which must be stated, because the law asks for a reminder or notice
first.
"""

SeriesKind = Literal["half_year", "annual", "dated"]
"""How long the last row holds: to the end of its half-year, of its year, or to ``covered_through``."""


@dataclass(frozen=True, slots=True, order=True)
class RateRow:
    """One line of a rate table: from this day the series stands at ``rate_ppm``."""

    series: str
    effective_from: date
    rate_ppm: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A published series of rates, its rows in order of date.

    ``included_ppm`` is the margin that the published figures already contain. ``covered_through`` bounds a
    dated series: the last day on which its last row is known to have been in force.
    """

    name: str
    title: str
    kind: SeriesKind
    included_ppm: int
    covered_through: date | None
    rows: tuple[RateRow, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class RatePeriod:
    """The yearly rate of the days ``from_on`` to ``to_on``, both included, and where it stands written."""

    from_on: date
    to_on: date
    rate_ppm: int
    verified: bool
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The default-interest rule of one jurisdiction for one type of party.

    The rate is the series less the margin it already contains, plus ``margin_ppm``, rounded to
    ``rounding_step_ppm`` (0: not rounded) upwards or to the nearest step, halves up. ``scheme`` names the
    fixed compensation ("" for none); ``compensation_needs_notice`` says that it is owed only after a
    prescribed notice. ``in_force_from`` is the first day of the rule in this form: for older debts another
    margin may hold. ``rate_is_agreed`` marks a rule whose rate was replaced by a contract or market rate that
    the owner entered.
    """

    jurisdiction: str
    party_type: PartyType
    reset: Reset
    series: str
    margin_ppm: int
    flat_ppm: int | None
    rounding: RateRounding
    rounding_step_ppm: int
    compounding: Compounding
    day_count: DayCount
    starts: Starts
    reminder_needed: bool
    scheme: str
    compensation_needs_notice: bool
    in_force_from: date | None
    legal_basis: str
    verified: bool
    source: str
    rate_is_agreed: bool = False

    @property
    def needs_default(self) -> bool:
        """Tell whether interest cannot start before a stated day of default."""
        return self.starts == "after_default"

    @property
    def needs_entered_rate(self) -> bool:
        """Tell whether the law gives no figure: the owner must enter a market or contract rate."""
        return self.reset in ("market", "contract")


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a scheme that turns the amount of a debt into a sum.

    For amounts above ``over_minor`` (or from it, when ``inclusive``) it gives
    ``fixed_minor`` plus ``percent_ppm`` of the part above ``over_minor``, kept within ``min_minor`` and
    ``max_minor``.

    ``over_minor`` is in ``basis_currency``; the result is in ``currency``, empty meaning the currency of the
    debt.
    """

    scheme: str
    basis_currency: str
    over_minor: int
    inclusive: bool
    fixed_minor: int
    percent_ppm: int
    min_minor: int
    max_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Limit:
    """An option of the policy that the law forbids, caps by a scheme, or ties to a notice."""

    jurisdiction: str
    party_type: PartyType
    option: str
    effect: LimitEffect
    scheme: str
    legal_basis: str
    verified: bool
    note: str


@dataclass(frozen=True, slots=True)
class ContractBound:
    """A floor (``min``) or ceiling (``max``) of an agreed rate.

    It is a fixed figure, or ``times_ppm`` of a series or of the statutory rate against ``statutory_party``.
    """

    jurisdiction: str
    party_type: PartyType
    side: BoundSide
    fixed_ppm: int | None
    series: str
    statutory_party: str
    times_ppm: int
    legal_basis: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that the law wants on a document; ``key`` names the text in the letter texts."""

    jurisdiction: str
    party_type: PartyType
    document: str
    key: str
    requirement: str
    legal_basis: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Citation:
    """How the law of a place is cited in its own language, as letters print it; ``compensation`` may be empty."""

    jurisdiction: str
    party_type: PartyType
    interest: str
    compensation: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """An open point that must be shown with every figure of its rule."""

    jurisdiction: str
    party_type: PartyType
    text: str


@dataclass(frozen=True, slots=True)
class KeepingRule:
    """How long the law of accounts of a country wants things kept, whoever the customer is.

    In whole calendar years after the year in question: ``figures_years`` for numbers, amounts and dates,
    ``documents_years`` for invoices and other vouchers, ``letters_years`` for correspondence.
    """

    jurisdiction: str
    figures_years: int
    documents_years: int
    letters_years: int
    legal_basis: str
    verified: bool
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Law:
    """All tables, checked and indexed."""

    rules: dict[tuple[str, str], Rule]
    series: dict[str, Series]
    tiers: dict[str, tuple[Tier, ...]]
    limits: tuple[Limit, ...]
    bounds: tuple[ContractBound, ...]
    wordings: tuple[Wording, ...]
    doubts: tuple[Doubt, ...]
    citations: tuple[Citation, ...] = ()
    keeping: Mapping[str, KeepingRule] = field(default_factory=dict)

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Return the jurisdictions of the tables in alphabetical order."""
        return tuple(sorted({jurisdiction for jurisdiction, _ in self.rules}))

    def rule(self, jurisdiction: str, party_type: str) -> Rule:
        """Return the rule of ``jurisdiction`` (ISO alpha-2, or EU) against ``party_type``.

        Raises ``UsageError`` naming what exists: another country's law is never taken instead.
        """
        found = self.rules.get((jurisdiction.upper(), party_type))
        if found is None:
            known = ", ".join(self.jurisdictions)
            raise UsageError(
                f"No late-payment rule for {jurisdiction} and party type {party_type}; "
                f"there are rules for {known}, each for business, consumer and public."
            )
        return found

    def limits_of(self, rule: Rule) -> tuple[Limit, ...]:
        """Return what the law forbids or caps where ``rule`` applies."""
        return tuple(limit for limit in self.limits if _same_place(limit, rule))

    def wordings_of(self, rule: Rule) -> tuple[Wording, ...]:
        """Return the words the law wants where ``rule`` applies."""
        return tuple(wording for wording in self.wordings if _same_place(wording, rule))

    def doubts_of(self, rule: Rule) -> tuple[str, ...]:
        """Return the open points of ``rule``, as texts."""
        return tuple(doubt.text for doubt in self.doubts if _same_place(doubt, rule))

    def citation_of(self, rule: Rule) -> Citation:
        """Return how letters cite the law of ``rule``; empty texts where the tables have no citation."""
        empty = Citation(rule.jurisdiction, rule.party_type, "", "")
        return next((citation for citation in self.citations if _same_place(citation, rule)), empty)

    def bounds_of(self, rule: Rule) -> tuple[ContractBound, ...]:
        """Return the floors and ceilings of an agreed rate where ``rule`` applies."""
        return tuple(bound for bound in self.bounds if _same_place(bound, rule))


def _same_place(row: Limit | Wording | Doubt | ContractBound | Citation, rule: Rule) -> bool:
    """Tell whether a row of a table speaks of the jurisdiction and party type of ``rule``."""
    return (row.jurisdiction, row.party_type) == (rule.jurisdiction, rule.party_type)

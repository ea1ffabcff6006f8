"""The owner's written rules as values (product §2): what ``policy.toml`` says, amounts in minor units.

A :class:`PolicySet` is one version of the whole file. Amounts per currency are plain dictionaries
``{"EUR": 5000}``; a currency that is not listed has no minimum and no fee. Percentages are integers in
hundredths of a percent (``1000`` = 10 %), so that no float comes near money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

LetterKind = str
MinorByCurrency = Mapping[str, int]

DEFAULT_REFERRAL_COST_MINOR: MinorByCurrency = {
    "EUR": 150_00,
    "USD": 150_00,
    "GBP": 150_00,
    "CHF": 150_00,
    "RON": 750_00,
    "PLN": 650_00,
    "CZK": 3_750_00,
    "HUF": 60_000_00,
    "SEK": 1_700_00,
    "DKK": 1_100_00,
    "NOK": 1_750_00,
    "CAD": 220_00,
    "AUD": 240_00,
    "JPY": 25_000,
    "VND": 4_000_000,
}
"""What a referral costs at the least: our round figure of about 150 euros (a lawyer's first letter, or the
fees and hours of a small claim), for the owner to replace by real quotations."""


@dataclass(frozen=True, slots=True)
class FeeBand:
    """One band of a banded fee: amounts up to ``up_to_minor`` (``None``: no upper end) pay this much."""

    up_to_minor: int | None
    percent_hundredths: int = 0
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Fee:
    """A late fee on the original amount of an invoice, never on a fee (product §2.3).

    ``flat`` takes ``amount_minor`` of the invoice's currency, ``percent`` takes ``percent_hundredths`` of the
    invoice, ``bands`` takes the band the amount falls in or, with ``accumulate``, each slice at its own band.
    ``min_minor`` and ``max_minor`` bound the result.
    """

    kind: Literal["flat", "percent", "bands"]
    amount_minor: MinorByCurrency = field(default_factory=dict)
    percent_hundredths: int = 0
    bands: Mapping[str, tuple[FeeBand, ...]] = field(default_factory=dict)
    accumulate: bool = False
    min_minor: MinorByCurrency = field(default_factory=dict)
    max_minor: MinorByCurrency = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the ladder (product §2.2); without a ``letter`` it is a decision (``referral``).

    ``at`` ``month_end`` puts it off to the last day of the month in which its day falls.
    """

    id: str
    day: int
    letter: LetterKind | None
    at: Literal["day", "month_end"] = "day"
    tone: str = "neutral"
    channel: str = "email"
    pay_by_days: int = 7
    min_gap_days: int = 7
    warns_of_hold: bool = False
    fee: Fee | None = None


@dataclass(frozen=True, slots=True)
class HoldRule:
    """When an account is eligible for a credit hold, and what lifts it (product §2.1)."""

    allowed: bool = True
    days_past_due: int = 30
    min_unanswered_requests: int = 2
    warn_first: bool = True
    minimum_minor: MinorByCurrency = field(default_factory=dict)
    cure_days: int = 10
    regrace_days: int = 5
    release_when: Literal["principal", "demanded"] = "demanded"
    consequences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LateFee:
    """A fee charged once on an invoice that is at least ``from_days_past_due`` days past due."""

    fee: Fee
    from_days_past_due: int = 1


@dataclass(frozen=True, slots=True)
class InterestTerms:
    """Interest on late payment: none, the contract's rate, or the statutory rate of the jurisdiction."""

    kind: Literal["none", "contract", "statutory"] = "none"
    contract_rate_hundredths: int | None = None
    refuse_unverified: bool = False
    day_count: Literal["act/365", "act/360", "30/360"] = "act/365"


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What payment plans the business offers."""

    offered: bool = True
    max_instalments: int = 6
    min_instalment_minor: MinorByCurrency = field(default_factory=dict)
    interest_percent_hundredths: int = 0
    interval: Literal["week", "fortnight", "month"] = "month"
    grace_days: int = 3
    min_total_minor: MinorByCurrency = field(default_factory=dict)
    max_defaults: int = 0


@dataclass(frozen=True, slots=True)
class LongerLineTerms:
    """A longer credit line, offered instead of a plan to customers with a clean record."""

    offered: bool = False
    extra_days: int = 30
    max_oldest_days_past_due: int = 45
    expires_after_days: int = 10


@dataclass(frozen=True, slots=True)
class DiscountTerms:
    """An early-payment discount for settling everything within ``within_days``."""

    offered: bool = False
    percent_hundredths: int = 200
    within_days: int = 7
    expires_after_days: int = 7


@dataclass(frozen=True, slots=True)
class MatchingTerms:
    """By how much a payment may be short of an invoice and still be proposed for it, never applied by itself.

    ``percent_hundredths`` of what is open is a discount, ``bank_fee_minor`` what a bank keeps, also both together;
    ``amount_minor`` is any small rest.
    """

    percent_hundredths: int = 300
    amount_minor: MinorByCurrency = field(default_factory=dict)
    bank_fee_minor: MinorByCurrency = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecoveryBand:
    """The chance of recovery, in whole percent, of a debt up to so many days past due (``None``: older)."""

    up_to_days_past_due: int | None
    probability_percent: int


@dataclass(frozen=True, slots=True)
class ReferralTerms:
    """The owner's own figures for the cost–benefit test of a referral (product §4).

    ``fixed_cost_minor`` is what a referral costs even when nothing is recovered; without a figure in the
    debt's currency the test has no answer.
    """

    options: tuple[str, ...] = ("attorney", "small_claims_court")
    minimum_minor: MinorByCurrency = field(default_factory=dict)
    fixed_cost_minor: MinorByCurrency = field(default_factory=lambda: dict(DEFAULT_REFERRAL_COST_MINOR))
    success_fee_hundredths: int = 1500
    recovery: tuple[RecoveryBand, ...] = (
        RecoveryBand(90, 80),
        RecoveryBand(180, 60),
        RecoveryBand(365, 40),
        RecoveryBand(None, 20),
    )


@dataclass(frozen=True, slots=True)
class KeepingTimes:
    """How many calendar years after the year of a customer's last business each kind of their data is kept.

    ``None``: until a person erases it. When the years are over, its erasure is proposed, never done by itself.
    """

    contact_years: int | None = None
    notes_years: int | None = None
    letters_years: int | None = None
    documents_years: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One named policy; ``chase`` off excludes every customer on it: no letter, no hold, no referral."""

    name: str
    steps: tuple[Step, ...]
    grace_days: int = 0
    terms_days: int = 30
    hold: HoldRule = field(default_factory=HoldRule)
    late_fee: LateFee | None = None
    interest: InterestTerms = field(default_factory=InterestTerms)
    compensation: bool = False
    minimum_minor: MinorByCurrency = field(default_factory=dict)
    tolerance_minor: MinorByCurrency = field(default_factory=dict)
    response_pause_days: int = 10
    restart_on_cure: bool = False
    pursue_charges_after_principal: bool = False
    max_data_age_days: int = 3
    four_eyes: bool = False
    chase: bool = True
    delivery_days: Mapping[str, int] = field(default_factory=lambda: {"email": 0, "post": 3, "phone": 0})
    annexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plan: PlanTerms = field(default_factory=PlanTerms)
    longer_line: LongerLineTerms = field(default_factory=LongerLineTerms)
    discount: DiscountTerms = field(default_factory=DiscountTerms)
    referral: ReferralTerms = field(default_factory=ReferralTerms)
    matching: MatchingTerms = field(default_factory=MatchingTerms)
    keeping: KeepingTimes = field(default_factory=KeepingTimes)


@dataclass(frozen=True, slots=True)
class SelectionRule:
    """Customers that match every given field get ``policy``; ``None`` matches anyone."""

    policy: str
    country: str | None = None
    party_type: str | None = None
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class PolicySet:
    """One version of the policy file: named policies, who gets which, and from when it holds.

    A customer's own policy name wins, else the first selection rule that matches, else ``default``.
    ``version`` is a digest of the text, so two equal texts are the same version.
    """

    policies: Mapping[str, Policy]
    default: str
    rules: tuple[SelectionRule, ...] = ()
    effective_on: date | None = None
    version: str = ""


DEFAULT_STEPS: tuple[Step, ...] = (
    Step("reminder", 3, "reminder", tone="friendly"),
    Step("second_request", 12, "collection", tone="neutral"),
    Step("third_request", 21, "collection", tone="firm", warns_of_hold=True),
    Step("hold", 31, "hold", tone="firm", pay_by_days=10),
    Step("final_demand", 45, "final_demand", tone="final", pay_by_days=10),
    Step("referral", 60, None, tone="final"),
)
"""The ladder of product §2.2."""


def default_policy(name: str = "standard") -> Policy:
    """Return the default policy of product §2: no fee, no interest, hold after 30 days and two requests."""
    return Policy(name=name, steps=DEFAULT_STEPS)

"""The money demanded on top of the principal (product §2.3): late fees, interest, fixed compensation."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from dunwell.assess import compensation, fees, interest
from dunwell.assess.balances import pair_columns
from dunwell.assess.basis import Basis, RateBook, bases, basis_columns
from dunwell.assess.compounding import compounded
from dunwell.assess.days import DAYS_MAX, day_number, day_of, plus_days
from dunwell.assess.legal import LegalSetting
from dunwell.assess.made_once import made_once
from dunwell.assess.parameters import Parameters, numbered
from dunwell.assess.running import attached, sums_by_group
from dunwell.ledger.frames import PARTY_TYPE
from dunwell.policy.model import PolicySet

AMOUNTS = ("late_fee_minor", "interest_minor", "compensation_minor")


@dataclass(frozen=True)
class Tariff:
    """What decides about charges: the policies, the law, and the day; and the tables made of them, once."""

    policies: PolicySet
    legal: LegalSetting | None
    as_of: date

    def __hash__(self) -> int:
        """By what tells most tariffs apart; whether two are equal, all that is in them says."""
        return hash((self.as_of, self.policies.version, self.policies.default))

    @cached_property
    def parameters(self) -> Parameters:
        """What the policies say, as columns to be looked up."""
        return Parameters(self.policies)

    @cached_property
    def bases(self) -> list[Basis]:
        """On what basis each policy and party type bears interest."""
        return bases(self.policies, self.legal)

    @cached_property
    def basis_table(self) -> pl.DataFrame:
        """What the rules compare with, by the number of the basis."""
        return basis_columns(self.bases)

    @cached_property
    def rates(self) -> RateBook:
        """The rates of the bases."""
        return RateBook(self.bases, self.legal)

    @cached_property
    def fees(self) -> fees.FeeTable | None:
        """The late fees; nothing where no policy charges one."""
        return fees.fee_table(self.policies) if fees.charges_fees(self.policies) else None

    @cached_property
    def schemes(self) -> list[str]:
        """By which scheme of the law each basis gives a compensation."""
        return compensation.schemes(self.bases, self.policies)


@made_once
def kept(tariff: Tariff) -> Tariff:
    """The tariff that was first asked for among those equal to it, with the tables already made of it."""
    return tariff


@dataclass(frozen=True, slots=True)
class Chargeable:
    """What may bear charges: ``invoices`` with their pair's policy, and which letter ``asked`` for which of them.

    ``ended_on`` of an invoice is the day its one-off fee and its interest are looked at. ``asked`` comes from
    ``listing.listed``; its letters have ``channel``, ``step_index`` (null: no step taken) and ``is_proposed``, which
    says that the letter is only today's proposal: it bears its step's fee, but puts nobody in default. Letters of which
    :func:`matters` says that they bear on nothing may be missing.
    """

    invoices: pl.DataFrame
    asked: pl.DataFrame


@made_once
def charges_anything(tariff: Tariff) -> bool:
    """Whether any policy charges a fee, interest or compensation; most small businesses charge none."""
    return any(
        policy.late_fee is not None
        or policy.interest.kind != "none"
        or policy.compensation
        or any(step.fee is not None for step in policy.steps)
        for policy in tariff.policies.policies.values()
    )


@made_once
def matters(tariff: Tariff) -> pl.Expr:
    """Whether a letter can bear on a charge: its step has a fee, or it may put a debtor in default.

    By the letter's ``policy_index``, ``party_type``, ``step_index`` and ``is_proposed``.
    """
    has_fee = tariff.fees.is_charged if tariff.fees is not None else pl.lit(value=False)
    return has_fee | _puts_in_default(tariff)


@made_once
def _puts_in_default(tariff: Tariff) -> pl.Expr:
    """Whether a letter was really sent, to a customer whom the law puts in default only by a letter."""
    waiting = tariff.basis_table["needs_default"] | tariff.basis_table["compensation_needs_default"]
    if not waiting.any():
        return pl.lit(value=False)
    number = pl.col("policy_index") * len(PARTY_TYPE.categories) + pl.col("party_type").to_physical().cast(pl.Int64)
    return ~pl.col("is_proposed") & pl.lit(waiting).gather(number).fill_null(value=False)


def charge(chargeable: Chargeable, entries: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """Fee, interest and compensation per invoice, and whether its interest stopped for want of a rate.

    ``chargeable.invoices`` are sorted by ``invoice_id``; so is the result.
    """
    owed = _owed(chargeable, entries, tariff)
    return attached(_late_fees(chargeable, tariff), owed, "invoice_id").with_columns(_charged())


@made_once
def _charged() -> list[pl.Expr]:
    return [pl.col(AMOUNTS).fill_null(0), pl.col("is_rate_missing").fill_null(value=False)]


def _late_fees(chargeable: Chargeable, tariff: Tariff) -> pl.DataFrame:
    """Late fees of the steps taken and the one-off fee, per invoice."""
    invoices = chargeable.invoices
    if tariff.fees is None:
        return invoices.select("invoice_id", pl.lit(0, dtype=pl.Int64).alias("late_fee_minor"))
    once = invoices.select("invoice_id", fees.once_minor(invoices, tariff.fees))
    both = attached(once, fees.step_fees(chargeable.asked, tariff.fees), "invoice_id")
    total = pl.col("once_minor") + pl.col("step_fees_minor").fill_null(0)
    return both.select("invoice_id", total.alias("late_fee_minor"))


def _owed(chargeable: Chargeable, entries: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """Interest and compensation per invoice of a customer whose party type is known; null where there is none."""
    known = chargeable.invoices
    if known["party_type"].null_count() > 0:
        known = known.filter(pl.col("party_type").is_not_null())
    owing = interest.bearing(known, tariff.basis_table, _first_letters(chargeable.asked, tariff))
    rates = _rates(owing, tariff)
    moved = _with_movements(owing, entries, rates)
    return moved.select("invoice_id", _begun_on(), _compensation_minor(tariff)).hstack(
        _interest(moved, entries, rates, tariff).select("interest_minor", "is_rate_missing")
    )


@made_once
def _begun_on() -> pl.Expr:
    """The first day of interest, where any is claimed."""
    return pl.when("claims_interest").then(plus_days(pl.col("anchor_on"), 1)).alias("interest_from_on")


def _rates(owing: pl.DataFrame, tariff: Tariff) -> interest.Rates | None:
    """The rates of the days that the claims need; nothing where no interest is claimed."""
    bearing = owing.select(pl.col("start_on").min(), pl.col("anchor_on").filter(pl.col("start_on").is_not_null()).max())
    first_on, last_on = bearing.row(0)
    if first_on is None:
        return None
    return interest.Rates.of(tariff.rates.window(first_on, max(tariff.as_of, last_on)), owing)


def _with_movements(owing: pl.DataFrame, entries: pl.DataFrame, rates: interest.Rates | None) -> pl.DataFrame:
    """Add what the entries do to interest (``relief``), and what they had settled before a compensation's claim."""
    terms = owing[["invoice_id", "stretch", "start_on", "ended_on", "claim_anchor_on"]]
    relief = _no_relief() if rates is None else interest.relief(rates)
    moves = interest.entries_of(terms, entries).select("invoice_id", _settled_before_minor(), relief)
    return attached(owing, sums_by_group(moves, "invoice_id", ("settled_before_minor", "relief")), "invoice_id")


@made_once
def _settled_before_minor() -> pl.Expr:
    """What of an entry was known on the day that a compensation's claim looks at."""
    is_early = pl.col("paid_on") <= pl.col("claim_anchor_on")
    return pl.when(is_early).then("settled_minor").otherwise(0).alias("settled_before_minor")


@made_once
def _no_relief() -> pl.Expr:
    return pl.lit(0, dtype=pl.Int64).alias("relief")


def _interest(owing: pl.DataFrame, entries: pl.DataFrame, rates: interest.Rates | None, tariff: Tariff) -> pl.DataFrame:
    """The interest of each invoice, in order; debts that compound are walked by the law room."""
    if rates is None:
        nothing = pl.lit(None, dtype=pl.Int64).alias("interest_minor")
        return owing.select("invoice_id").with_columns(nothing, pl.lit(value=False).alias("is_rate_missing"))
    simple = interest.interest_columns(owing, entries, rates)
    if tariff.legal is None or not any(basis.is_compounding for basis in tariff.bases):
        return simple
    claimed = owing.filter(pl.col("start_on").is_not_null()).with_columns(pair_columns())
    return compounded(claimed, simple, entries, tariff.bases, tariff.legal, tariff.as_of)


@made_once
def _compensation_minor(tariff: Tariff) -> pl.Expr:
    """The compensation of each invoice whose interest has begun."""
    if tariff.legal is None or not any(tariff.schemes):
        return pl.lit(None, dtype=pl.Int64).alias("compensation_minor")
    return compensation.compensation_minor(tariff.schemes, tariff.legal)


def _first_letters(asked: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """When the customer received the first letter that asked for an invoice: ``invoice_id``, ``received_on``."""
    warning = asked.filter(_puts_in_default(tariff))
    if warning.is_empty():
        return pl.DataFrame(schema={"invoice_id": pl.Int64, "received_on": pl.Date})
    received_on = plus_days(pl.col("on"), _delivery_days(tariff)).alias("received_on")
    both = (day_number("on") * DAYS_MAX + day_number("received_on")).alias("days")
    dated = warning.with_columns(received_on).select("invoice_id", both)
    first = dated.lazy().group_by("invoice_id").agg(pl.col("days").min())
    return first.select("invoice_id", day_of(pl.col("days") % DAYS_MAX).alias("received_on")).collect()


@made_once
def _delivery_days(tariff: Tariff) -> pl.Expr:
    """How long a letter is on its way, by ``policy_index`` and ``channel``; 0 where the policy does not say."""
    policies = tariff.policies
    channels = sorted({channel for policy in policies.policies.values() for channel in policy.delivery_days})
    days = [policy.delivery_days.get(channel, 0) for policy in policies.policies.values() for channel in channels]
    row = pl.col("policy_index") * len(channels) + numbered("channel", channels)
    return pl.lit(pl.Series(days, dtype=pl.Int64)).gather(row).fill_null(0)

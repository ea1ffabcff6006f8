"""The money demanded on top of the principal (product §2.3): late fees, interest, fixed compensation."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from dunwell.assess import compensation, fees, interest
from dunwell.assess.basis import Basis, RateBook, bases
from dunwell.assess.days import DAYS_MAX, day_number, day_of, plus_days
from dunwell.assess.legal import LegalSetting
from dunwell.assess.running import attached
from dunwell.policy.model import PolicySet

AMOUNTS = ("late_fee_minor", "interest_minor", "compensation_minor")


@dataclass(frozen=True)
class Tariff:
    """What decides about charges: the policies, the law, and the day."""

    policies: PolicySet
    legal: LegalSetting | None
    as_of: date

    @cached_property
    def bases(self) -> list[Basis]:
        """On what basis each policy and party type bears interest."""
        return bases(self.policies, self.legal)

    @cached_property
    def rates(self) -> RateBook:
        """The rates of the bases."""
        return RateBook(self.bases, self.legal)


@dataclass(frozen=True, slots=True)
class Chargeable:
    """What may bear charges: ``invoices`` with their pair's policy, and which letter ``asked`` for which of them.

    ``ended_on`` of an invoice is the day its one-off fee and its interest are looked at. ``asked`` comes from
    ``listing.listed``; its letters have ``channel``, ``step_index`` (null: no step taken) and ``is_proposed``, which
    says that the letter is only today's proposal: it bears its step's fee, but puts nobody in default.
    """

    invoices: pl.DataFrame
    asked: pl.DataFrame


def charges_anything(policies: PolicySet) -> bool:
    """Whether any policy charges a fee, interest or compensation; most small businesses charge none."""
    return any(
        policy.late_fee is not None
        or policy.interest.kind != "none"
        or policy.compensation
        or any(step.fee is not None for step in policy.steps)
        for policy in policies.policies.values()
    )


def charge(chargeable: Chargeable, entries: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """Fee, interest and compensation per invoice, and whether its interest stopped for want of a rate.

    ``chargeable.invoices`` are sorted by ``invoice_id``; so is the result.
    """
    found = tariff.bases
    letters = _first_letters(chargeable.asked, tariff.policies) if _needs_letters(found) else _NO_LETTERS
    owing = interest.bearing(chargeable.invoices, found, letters)
    context = interest.Context(tariff.legal, tariff.as_of, tariff.rates)
    parts = (
        owing.select("invoice_id", pl.when("claims_interest").then(plus_days(pl.col("anchor_on"), 1)).alias(_BEGUN)),
        _late_fees(chargeable, tariff.policies),
        interest.interest_by_invoice(owing.filter("claims_interest"), entries, found, context),
        _compensation(owing, entries, found, tariff),
    )
    charged = chargeable.invoices.select("invoice_id")
    for part in parts:
        charged = attached(charged, part, "invoice_id")
    return charged.with_columns(pl.col(AMOUNTS).fill_null(0), pl.col("is_rate_missing").fill_null(value=False))


_BEGUN = "interest_from_on"


def _compensation(owing: pl.DataFrame, entries: pl.DataFrame, found: list[Basis], tariff: Tariff) -> pl.DataFrame:
    claiming = [i for i, policy in enumerate(tariff.policies.policies.values()) if policy.compensation]
    if not claiming or tariff.legal is None:
        return pl.DataFrame(schema=compensation.RESULT)
    claimed = owing.filter(pl.col("policy_index").is_in(claiming))
    claims = interest.claims_at_start(claimed, entries)
    return compensation.compensation_by_invoice(claimed, claims, found, tariff.policies, tariff.legal)


_NO_LETTERS = pl.DataFrame(schema={"invoice_id": pl.Int64, "received_on": pl.Date})


def _needs_letters(found: list[Basis]) -> bool:
    """Whether the law puts anybody in default only by a letter."""
    return any(basis.rule is not None and basis.rule.needs_default for basis in found)


def _first_letters(asked: pl.DataFrame, policies: PolicySet) -> pl.DataFrame:
    """When the customer received the first letter that asked for an invoice: ``invoice_id``, ``received_on``."""
    channels = sorted({channel for policy in policies.policies.values() for channel in policy.delivery_days})
    days = [policy.delivery_days.get(channel, 0) for policy in policies.policies.values() for channel in channels]
    codes = {channel: code for code, channel in enumerate(channels)}
    code = pl.col("channel").replace_strict(codes, default=None, return_dtype=pl.Int64)
    row = pl.col("policy_index") * len(channels) + code
    delivery_days = pl.lit(pl.Series(days, dtype=pl.Int64)).gather(row).fill_null(0)
    received_on = plus_days(pl.col("on"), delivery_days)
    dated = asked.lazy().filter(~pl.col("is_proposed")).with_columns(received_on.alias("received_on"))
    both = (day_number("on") * DAYS_MAX + day_number("received_on")).alias("days")
    first = dated.select("invoice_id", both).group_by("invoice_id").agg(pl.col("days").min())
    return first.select("invoice_id", day_of(pl.col("days") % DAYS_MAX).alias("received_on")).collect()


def _late_fees(chargeable: Chargeable, policies: PolicySet) -> pl.DataFrame:
    """Late fees of the steps taken and the one-off fee, per invoice."""
    if not fees.charges_fees(policies):
        return pl.DataFrame(schema={"invoice_id": pl.Int64, "late_fee_minor": pl.Int64})
    by_step = chargeable.asked.filter(pl.col("step_index").is_not_null())
    applying = fees.applying_fees(chargeable.invoices, by_step, policies)
    currencies = applying["currency"].unique().cast(pl.String).sort().to_list()
    return fees.late_fees(applying, fees.fee_table(policies, currencies))

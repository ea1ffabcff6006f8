"""The money demanded on top of the principal (product §2.3): late fees, interest, fixed compensation."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.assess import compensation, fees, interest
from dunwell.assess.balances import PAIR
from dunwell.assess.basis import Basis, bases
from dunwell.assess.legal import LegalSetting
from dunwell.assess.listing import listed
from dunwell.policy.model import PolicySet

AMOUNTS = ("late_fee_minor", "interest_minor", "compensation_minor")


@dataclass(frozen=True, slots=True)
class Tariff:
    """What decides about charges: the policies, the law, and the day."""

    policies: PolicySet
    legal: LegalSetting | None
    as_of: date


@dataclass(frozen=True, slots=True)
class Chargeable:
    """What may bear charges: ``invoices`` with their pair's policy, and the letters that count for them.

    ``letters`` have pair, ``on``, ``channel`` and, where a step was taken, ``step``; ``taken`` are the steps with
    today's proposal. ``ended_on`` of an invoice is the day its one-off fee and its interest are looked at.
    """

    invoices: pl.DataFrame
    letters: pl.DataFrame
    taken: pl.DataFrame


def charges_anything(policies: PolicySet) -> bool:
    """Whether any policy charges a fee, interest or compensation; most small businesses charge none."""
    return any(
        policy.late_fee is not None
        or policy.interest.kind != "none"
        or policy.compensation
        or any(step.fee is not None for step in policy.steps)
        for policy in policies.policies.values()
    )


def charge(chargeable: Chargeable, entries: pl.LazyFrame, tariff: Tariff) -> pl.DataFrame:
    """Fee, interest and compensation per invoice, and whether its interest stopped for want of a rate."""
    found = bases(tariff.policies, tariff.legal)
    fee = _late_fees(chargeable, entries, tariff)
    letters = _first_letters(chargeable, entries, tariff.policies) if _needs_letters(found) else _NO_LETTERS
    owing = interest.bearing(chargeable.invoices, found, letters)
    interests = _interest(owing, entries, found, tariff)
    compensations = _compensation(owing, entries, found, tariff)
    first_on = (pl.col("anchor_on") + pl.duration(days=1)).cast(pl.Date)
    begun = owing.filter("claims_interest").select("invoice_id", first_on.alias("interest_from_on"))
    return (
        chargeable.invoices.select("invoice_id")
        .join(begun, on="invoice_id", how="left")
        .join(fee, on="invoice_id", how="left")
        .join(interests, on="invoice_id", how="left")
        .join(compensations, on="invoice_id", how="left")
        .with_columns(pl.col(AMOUNTS).fill_null(0), pl.col("is_rate_missing").fill_null(value=False))
    )


def _interest(owing: pl.DataFrame, entries: pl.LazyFrame, found: list[Basis], tariff: Tariff) -> pl.DataFrame:
    context = interest.Context(tariff.legal, tariff.as_of)
    claimed = owing.filter("claims_interest")
    spans = interest.balance_spans(claimed, entries)
    return interest.interest_by_invoice(claimed, spans, entries, found, context)


def _compensation(owing: pl.DataFrame, entries: pl.LazyFrame, found: list[Basis], tariff: Tariff) -> pl.DataFrame:
    claiming = [name for name, policy in tariff.policies.policies.items() if policy.compensation]
    claimed = owing.filter(pl.col("policy").is_in(claiming))
    spans = interest.balance_spans(claimed, entries, "claim_anchor_on")
    return compensation.compensation_by_invoice(claimed, spans, found, tariff.policies, tariff.legal)


_NO_LETTERS = pl.DataFrame(schema={"invoice_id": pl.Int64, "received_on": pl.Date})


def _needs_letters(found: list[Basis]) -> bool:
    """Whether the law puts anybody in default only by a letter."""
    return any(basis.rule is not None and basis.rule.needs_default for basis in found)


def _first_letters(chargeable: Chargeable, entries: pl.LazyFrame, policies: PolicySet) -> pl.DataFrame:
    """When the customer received the first letter that asked for an invoice: ``invoice_id``, ``received_on``."""
    delivery = pl.DataFrame(
        [
            (policy.name, channel, days)
            for policy in policies.policies.values()
            for channel, days in policy.delivery_days.items()
        ],
        schema={"policy": pl.String, "channel": pl.String, "delivery_days": pl.Int64},
        orient="row",
    )
    days = pl.duration(days=pl.col("delivery_days").fill_null(0))
    return (
        listed(chargeable.invoices, chargeable.letters.select(PAIR, "on", "channel"), entries)
        .join(delivery, on=["policy", "channel"], how="left")
        .with_columns((pl.col("on") + days).cast(pl.Date).alias("received_on"))
        .sort("on", "received_on")
        .group_by("invoice_id")
        .agg(pl.col("received_on").first())
    )


def _late_fees(chargeable: Chargeable, entries: pl.LazyFrame, tariff: Tariff) -> pl.DataFrame:
    """Late fees of the steps taken and the one-off fee, per invoice."""
    currencies = chargeable.invoices["currency"].unique().cast(pl.String).to_list()
    bands = fees.fee_bands(tariff.policies, sorted(currencies))
    if bands.is_empty():
        return pl.DataFrame(schema={"invoice_id": pl.Int64, "late_fee_minor": pl.Int64})
    by_step = listed(chargeable.invoices, chargeable.taken.rename({"step": "fee"}), entries)
    applying = fees.applying_fees(chargeable.invoices, by_step, fees.once_from(tariff.policies))
    return fees.late_fees(applying, bands)

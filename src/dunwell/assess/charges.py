"""The money demanded on top of the principal (product §2.3): late fees, interest, fixed compensation."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.assess import fees, interest
from dunwell.assess.balances import PAIR
from dunwell.law.model import Law
from dunwell.policy.model import PolicySet


@dataclass(frozen=True, slots=True)
class Tariff:
    """What decides about charges: the policies, the law, and the day."""

    policies: PolicySet
    law: Law | None
    as_of: date


def charge(
    open_invoices: pl.DataFrame,
    decided: pl.DataFrame,
    requests: pl.DataFrame,
    entries: pl.LazyFrame,
    tariff: Tariff,
) -> pl.DataFrame:
    """Every open invoice with what may be claimed on it; charges stand on chaseable invoices only."""
    if not _charges_anything(tariff.policies):
        return open_invoices.with_columns(_nothing_charged())
    context = decided.select(PAIR, "policy", "country", "party_type")
    chaseable = open_invoices.filter(pl.col("chaseable_minor") > 0).join(context, on=PAIR)
    fee = _late_fees(chaseable, _steps_taken(decided, requests, tariff.as_of), entries, tariff)
    cost = interest.interest_by_invoice(chaseable, entries, tariff.policies, tariff.as_of)
    amounts = ["late_fee_minor", "interest_minor", "compensation_minor"]
    return (
        open_invoices.join(fee, on="invoice_id", how="left")
        .join(cost, on="invoice_id", how="left")
        .with_columns(
            pl.lit(0, dtype=pl.Int64).alias("compensation_minor"),
            pl.lit(value=False).alias("is_rate_missing"),
        )
        .with_columns(pl.col(amounts).fill_null(0))
        .with_columns(pl.sum_horizontal("chaseable_minor", *amounts).alias("total_minor"))
    )


def _charges_anything(policies: PolicySet) -> bool:
    """Whether any policy charges a fee, interest or compensation; most small businesses charge none."""
    return any(
        policy.late_fee is not None
        or policy.interest.kind != "none"
        or policy.compensation
        or any(step.fee is not None for step in policy.steps)
        for policy in policies.policies.values()
    )


def _nothing_charged() -> list[pl.Expr]:
    return [
        pl.lit(0, dtype=pl.Int64).alias("late_fee_minor"),
        pl.lit(0, dtype=pl.Int64).alias("interest_minor"),
        pl.lit(0, dtype=pl.Int64).alias("compensation_minor"),
        pl.lit(value=False).alias("is_rate_missing"),
        pl.col("chaseable_minor").alias("total_minor"),
    ]


def _steps_taken(decided: pl.DataFrame, requests: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The steps whose letters were sent in the episode, and the one proposed today, with their dates."""
    is_letter = (pl.col("kind") == "request") & pl.col("step_index").is_not_null()
    sent = requests.filter(is_letter).select(PAIR, "step", "on")
    proposing = decided.filter(pl.col("action").is_in(["letter", "hold"]))
    return pl.concat([sent, proposing.select(PAIR, "step", pl.lit(as_of).alias("on"))])


def _late_fees(chaseable: pl.DataFrame, taken: pl.DataFrame, entries: pl.LazyFrame, tariff: Tariff) -> pl.DataFrame:
    """Late fees of the steps taken and the one-off fee, per invoice."""
    currencies = chaseable["currency"].unique().cast(pl.String).to_list()
    bands = fees.fee_bands(tariff.policies, sorted(currencies))
    if bands.is_empty():
        return pl.DataFrame(schema={"invoice_id": pl.Int64, "late_fee_minor": pl.Int64})
    chargeable = fees.chargeable_fees(chaseable, taken, fees.once_from(tariff.policies), entries)
    return fees.late_fees(chargeable, bands)

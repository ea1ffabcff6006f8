"""What is demanded: charges on the chaseable invoices and, where the policy pursues them, on those settled late."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.assess import ageing, charges, episodes
from dunwell.assess.balances import PAIR
from dunwell.assess.charges import AMOUNTS, Chargeable, Tariff
from dunwell.assess.listing import listed

CONTEXT = (PAIR, "policy", "country", "party_type", "grace_days", "tolerance_minor", "pursues_charges")


@dataclass(frozen=True, slots=True)
class Everything:
    """The day's ledger: all invoices with their balances, the open ones with their age, entries, and all requests."""

    invoices: pl.LazyFrame
    open_invoices: pl.DataFrame
    entries: pl.LazyFrame
    requests: pl.DataFrame


def demanded(everything: Everything, decided: pl.DataFrame, requests: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """Every open invoice, and every one settled late whose charges are pursued, with what is claimed on it.

    A day without a rate stops the interest of the whole pair.

    ``requests`` are those of the current episode; ``decided`` has the policy and the action of each pair.
    """
    if not charges.charges_anything(tariff.policies):
        return everything.open_invoices.with_columns(_nothing_charged())
    entries = everything.entries.filter(pl.col("invoice_id").is_not_null())
    parts = [_chaseable(everything, decided, requests, tariff.as_of)]
    if any(policy.pursue_charges_after_principal for policy in tariff.policies.policies.values()):
        parts.append(_pursued(everything, decided, entries, tariff.as_of))
    is_settled = ~pl.col("invoice_id").is_in(everything.open_invoices["invoice_id"].implode())
    settled = [part.invoices.filter(is_settled).select(everything.open_invoices.columns) for part in parts[1:]]
    charged = pl.concat([charges.charge(part, entries, tariff) for part in parts])
    is_missing = pl.col("is_rate_missing").fill_null(value=False).any().over(PAIR)
    return (
        pl.concat([everything.open_invoices, *settled])
        .join(charged, on="invoice_id", how="left")
        .with_columns(is_missing.alias("is_rate_missing"))
        .with_columns(pl.when("is_rate_missing").then(0).otherwise("interest_minor").alias("interest_minor"))
        .with_columns(pl.col(AMOUNTS).fill_null(0))
        .with_columns(pl.sum_horizontal("chaseable_minor", *AMOUNTS).alias("total_minor"))
    )


def _nothing_charged() -> list[pl.Expr]:
    zeros = [pl.lit(0, dtype=pl.Int64).alias(name) for name in AMOUNTS]
    return [*zeros, pl.lit(value=False).alias("is_rate_missing"), pl.col("chaseable_minor").alias("total_minor")]


def _chaseable(everything: Everything, decided: pl.DataFrame, requests: pl.DataFrame, as_of: date) -> Chargeable:
    """What is chased today, with the letters of the episode and the step proposed today."""
    invoices = (
        everything.open_invoices.filter(pl.col("chaseable_minor") > 0)
        .drop("grace_days", "tolerance_minor")
        .join(decided.select(CONTEXT), on=PAIR)
        .with_columns(pl.lit(as_of).alias("ended_on"))
    )
    letters = requests.filter(pl.col("kind") == "request")
    sent = letters.filter(pl.col("step_index").is_not_null()).select(PAIR, "step", "on")
    proposing = decided.filter(pl.col("action").is_in(["letter", "hold"]))
    taken = pl.concat([sent, proposing.select(PAIR, "step", pl.lit(as_of).alias("on"))])
    return Chargeable(invoices, letters.select(PAIR, "on", "channel", "step"), taken)


def _pursued(everything: Everything, decided: pl.DataFrame, entries: pl.LazyFrame, as_of: date) -> Chargeable:
    """Invoices settled late although a letter had asked for them, in the pairs whose policy pursues their charges."""
    pursuing = decided.filter("pursues_charges").select(CONTEXT)
    letters = everything.requests.filter(pl.col("kind") == "request").select(PAIR, "on", "channel", "step")
    is_late = pl.col("is_issued") & (pl.col("last_entry_on") > pl.col("due_on"))
    settled = everything.invoices.filter(is_late).join(pursuing.lazy(), on=PAIR).with_columns(episodes.past_due_from())
    late = episodes.settled_late(settled, entries).collect()
    zero = pl.lit(0, dtype=pl.Int64)
    invoices = late.with_columns(
        pl.col("settled_on").alias("ended_on"),
        ageing.days_past_due(as_of),
        pl.lit(value=False).alias("is_past_due"),
        zero.alias("disputed_minor"),
        zero.alias("chaseable_minor"),
    ).with_columns(ageing.bucket())
    asked = listed(invoices, letters.select(PAIR, "on").unique(), entries).select("invoice_id").unique()
    steps = letters.filter(pl.col("step").is_not_null()).select(PAIR, "step", "on")
    own = invoices.join(asked, on="invoice_id", how="semi")
    return Chargeable(own, letters, steps)

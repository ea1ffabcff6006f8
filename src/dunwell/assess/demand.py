"""What is demanded: charges on the chaseable invoices and, where the policy pursues them, on those settled late."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.assess import ageing, charges, episodes
from dunwell.assess.balances import PAIR, pair_columns
from dunwell.assess.charges import AMOUNTS, Chargeable, Tariff
from dunwell.assess.listing import listed
from dunwell.assess.parameters import of_requests_step, with_terms
from dunwell.assess.running import attached, sorted_by


@dataclass(frozen=True, slots=True)
class Everything:
    """The day's ledger: all invoices with their balances, the open ones with their age, entries, and all requests."""

    invoices: pl.DataFrame
    open_invoices: pl.DataFrame
    entries: pl.DataFrame
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
        parts.append(_pursued(everything, decided, entries, tariff))
    settled = [part.invoices.filter(pl.col("open_minor") <= 0).select(_KEPT) for part in parts[1:]]
    charged = pl.concat([charges.charge(part, entries, tariff) for part in parts])
    claimed = sorted_by(pl.concat([everything.open_invoices.select(_KEPT), *settled]), "invoice_id")
    stated = attached(claimed, charged, "invoice_id")
    return (
        _without_rateless_interest(stated)
        .with_columns(pl.col(AMOUNTS).fill_null(0))
        .with_columns(pl.sum_horizontal("chaseable_minor", *AMOUNTS).alias("total_minor"))
    )


_KEPT = (
    "invoice_id",
    PAIR,
    "due_on",
    "amount_minor",
    "open_minor",
    "days_past_due",
    "bucket",
    "disputed_minor",
    "chaseable_minor",
)


def _without_rateless_interest(charged: pl.DataFrame) -> pl.DataFrame:
    """Take the interest off every invoice of a pair of which one has a day without a rate."""
    stopped = charged.filter("is_rate_missing").select(PAIR).unique()
    if stopped.is_empty():
        return charged.with_columns(pl.lit(value=False).alias("is_rate_missing"))
    is_stopped = pl.col(PAIR).is_in(stopped[PAIR].implode())
    return charged.with_columns(
        is_stopped.alias("is_rate_missing"),
        pl.when(is_stopped).then(0).otherwise("interest_minor").alias("interest_minor"),
    )


def _nothing_charged() -> list[pl.Expr]:
    zeros = [pl.lit(0, dtype=pl.Int64).alias(name) for name in AMOUNTS]
    return [*zeros, pl.lit(value=False).alias("is_rate_missing"), pl.col("chaseable_minor").alias("total_minor")]


def _chaseable(everything: Everything, decided: pl.DataFrame, requests: pl.DataFrame, as_of: date) -> Chargeable:
    """What is chased today, with the letters of the episode and the step proposed today."""
    chased = everything.open_invoices.filter(pl.col("chaseable_minor") > 0)
    known = sorted_by(with_terms(chased, decided, "policy_index", "party_type"), "invoice_id")
    invoices = known.with_columns(
        *pair_columns(),
        pl.lit(as_of).alias("ended_on"),
        pl.lit(None, dtype=pl.Date).alias("settled_on"),
    )
    sent = requests.filter(pl.col("kind") == "request").select(*_LETTER, pl.lit(value=False).alias("is_proposed"))
    proposing = decided.filter(pl.col("action").is_in(["letter", "hold"])).with_columns(
        pl.lit(as_of).alias("on"), pl.lit(None, dtype=pl.String).alias("channel")
    )
    proposed = proposing.select(*_LETTER, pl.lit(value=True).alias("is_proposed"))
    return Chargeable(invoices, listed(invoices, pl.concat([sent, proposed]), everything.entries))


_LETTER = (PAIR, "on", "channel", "step_index")


def _pursued(everything: Everything, decided: pl.DataFrame, entries: pl.DataFrame, tariff: Tariff) -> Chargeable:
    """Invoices settled late although a letter had asked for them, in the pairs whose policy pursues their charges."""
    made = everything.requests.filter(pl.col("kind") == "request").select(PAIR, "on", "channel", "step")
    written_to = made.select(PAIR).unique()
    pursuing = (
        decided.filter("pursues_charges")
        .select(PAIR, "policy_index", "party_type", "grace_days", "tolerance_minor")
        .join(written_to, on=PAIR, how="semi")
    )
    known = made.join(pursuing.select(PAIR, "policy_index"), on=PAIR).with_columns(of_requests_step(tariff.policies))
    letters = known.select(*_LETTER, pl.lit(value=False).alias("is_proposed"))
    is_late = pl.col("is_issued") & (pl.col("last_entry_on") > pl.col("due_on"))
    settled = everything.invoices.lazy().filter(is_late).join(pursuing.lazy(), on=PAIR)
    late = episodes.settled_late(settled.with_columns(episodes.past_due_from()), entries)
    zero = pl.lit(0, dtype=pl.Int64)
    invoices = late.with_columns(
        pl.col("settled_on").alias("ended_on"),
        ageing.days_past_due(tariff.as_of),
        zero.alias("disputed_minor"),
        zero.alias("chaseable_minor"),
        *pair_columns(),
    ).with_columns(ageing.bucket())
    asked = listed(invoices, letters, entries)
    own = invoices.join(asked.select("invoice_id").unique(), on="invoice_id", how="semi")
    return Chargeable(sorted_by(own, "invoice_id"), asked)

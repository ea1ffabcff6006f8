"""What is demanded: charges on the chaseable invoices and, where the policy pursues them, on those settled late."""

from dataclasses import dataclass, replace

import polars as pl

from dunwell.assess import ageing, charges, episodes
from dunwell.assess.balances import PAIR, in_order
from dunwell.assess.charges import AMOUNTS, Chargeable, Tariff
from dunwell.assess.listing import listed
from dunwell.assess.made_once import made_once
from dunwell.assess.parameters import with_terms
from dunwell.assess.running import attached, sorted_by, sums_by_group


@dataclass(frozen=True, slots=True)
class Everything:
    """The day's ledger: all invoices with their balances, the open ones with their age, and all requests.

    ``applied`` are the entries that name an invoice, sorted by it; ``requests`` know the step they named.
    """

    invoices: pl.DataFrame
    open_invoices: pl.DataFrame
    applied: pl.DataFrame
    requests: pl.DataFrame


def demanded(everything: Everything, decided: pl.DataFrame, requests: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """Every open invoice, and every one settled late whose charges are pursued, in order, with what is claimed on it.

    A day without a rate stops the interest of the whole pair.

    ``requests`` are those of the current episode; ``decided`` has the policy and the action of each pair.
    """
    if not charges.charges_anything(tariff):
        return everything.open_invoices.with_columns(_nothing_charged())
    claimed = everything.open_invoices[_KEPT]
    parts = [_chaseable(everything, decided, requests, tariff)]
    letters = everything.requests.filter(_is_pursuing())
    if not letters.is_empty():
        pursued = _pursued(everything, letters, decided, tariff)
        claimed = pl.concat([claimed, pursued.invoices.filter(pl.col("open_minor") <= 0)[_KEPT]])
        parts.append(_placed(pursued, claimed))
    chargeable = _together(parts)
    if chargeable.invoices.is_empty():
        return everything.open_invoices.with_columns(_nothing_charged())
    stated = _stated(claimed, chargeable, everything.applied, tariff)
    if stated.height > everything.open_invoices.height:
        stated = in_order(stated)
    return _without_rateless_interest(stated).with_columns(_amounts()).with_columns(_total_minor())


@made_once
def _is_pursuing() -> pl.Expr:
    """A letter after which charges are pursued even when the principal is paid."""
    return pl.col("pursues_charges") & (pl.col("kind") == "request")


@made_once
def _amounts() -> pl.Expr:
    return pl.col(AMOUNTS).fill_null(0)


@made_once
def _total_minor() -> pl.Expr:
    return pl.sum_horizontal("chaseable_minor", *AMOUNTS).alias("total_minor")


_KEPT = [
    "invoice_id",
    PAIR,
    "due_on",
    "amount_minor",
    "open_minor",
    "days_past_due",
    "bucket",
    "disputed_minor",
    "chaseable_minor",
]


_PLACE = "place"
"""The row number of a claimed invoice. Charges are worked out in the order of keys, in which the entries stand; sorted
by this number they are in the order of the claimed invoices again, in half the time that looking up every key takes."""


def _placed(pursued: Chargeable, claimed: pl.DataFrame) -> Chargeable:
    """Give the few pursued invoices their place among the claimed ones."""
    places = claimed.select("invoice_id").with_row_index(_PLACE)
    return replace(pursued, invoices=pursued.invoices.join(places, on="invoice_id"))


def _stated(claimed: pl.DataFrame, chargeable: Chargeable, applied: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """The claimed invoices with their charges."""
    charged = charges.charge(chargeable, applied, tariff).drop("invoice_id")
    by_place = charged.hstack([chargeable.invoices[_PLACE]]).sort(_PLACE)
    return attached(claimed.with_row_index(_PLACE), by_place, _PLACE)


def _without_rateless_interest(charged: pl.DataFrame) -> pl.DataFrame:
    """Take the interest off every invoice of a pair of which one has a day without a rate."""
    if not charged["is_rate_missing"].any():
        return charged.with_columns(pl.lit(value=False).alias("is_rate_missing"))
    stopped = charged.filter("is_rate_missing").select(PAIR).unique()
    is_stopped = pl.col(PAIR).is_in(stopped[PAIR].implode())
    return charged.with_columns(
        is_stopped.alias("is_rate_missing"),
        pl.when(is_stopped).then(0).otherwise("interest_minor").alias("interest_minor"),
    )


def charged_by_pair(charged: pl.DataFrame) -> pl.DataFrame:
    """What is claimed on top of the principal, per pair that anything is claimed of."""
    claimed = charged[[PAIR, "chaseable_minor", "total_minor", "is_rate_missing", *AMOUNTS]].filter(_is_charged())
    if claimed.is_empty():
        return _no_charges()
    return sums_by_group(claimed.with_columns(_rateless()), PAIR, (*AMOUNTS, "rateless"))


@made_once
def _no_charges() -> pl.DataFrame:
    return pl.DataFrame(schema={PAIR: pl.Int64, **dict.fromkeys((*AMOUNTS, "rateless"), pl.Int64)})


@made_once
def _is_charged() -> pl.Expr:
    return (pl.col("total_minor") != pl.col("chaseable_minor")) | pl.col("is_rate_missing")


@made_once
def _rateless() -> pl.Expr:
    return pl.col("is_rate_missing").cast(pl.Int64).alias("rateless")


@made_once
def _nothing_charged() -> list[pl.Expr]:
    zeros = [pl.lit(0, dtype=pl.Int64).alias(name) for name in AMOUNTS]
    return [
        *zeros,
        pl.lit(value=False).alias("is_rate_missing"),
        pl.lit(None, dtype=pl.Date).alias("interest_from_on"),
        pl.col("chaseable_minor").alias("total_minor"),
    ]


_CHARGEABLE = [
    *_KEPT,
    "policy_index",
    "party_type",
    "issued_on",
    "past_due_from_on",
    "ended_on",
    "settled_on",
    "tolerance_minor",
    "is_only_reduced",
]
_LETTER = [PAIR, "on", "channel", "step_index", "policy_index", "party_type"]


def _together(parts: list[Chargeable]) -> Chargeable:
    invoices = pl.concat([part.invoices[_CHARGED] for part in parts])
    return Chargeable(sorted_by(invoices, "invoice_id"), pl.concat([part.asked for part in parts]))


_CHARGED = [
    "invoice_id",
    _PLACE,
    PAIR,
    "due_on",
    "amount_minor",
    "policy_index",
    "party_type",
    "ended_on",
    "is_only_reduced",
]
"""What charges are worked out from."""


def _chaseable(everything: Everything, decided: pl.DataFrame, requests: pl.DataFrame, tariff: Tariff) -> Chargeable:
    """What is chased today, with the letters of the episode and the step proposed today."""
    chased = everything.open_invoices.with_row_index(_PLACE).filter(pl.col("chaseable_minor") > 0)
    invoices = with_terms(chased, decided, "policy_index", "party_type").with_columns(
        pl.lit(tariff.as_of).alias("ended_on"), pl.lit(None, dtype=pl.Date).alias("settled_on")
    )
    sent = requests.filter(pl.col("kind") == "request").select(*_LETTER, pl.lit(value=False).alias("is_proposed"))
    named = decided[[PAIR, "step_index", "policy_index", "party_type", "action"]]
    proposing = named.filter(pl.col("action").is_in(["letter", "hold"])).with_columns(
        pl.lit(tariff.as_of).alias("on"), pl.lit(None, dtype=pl.String).alias("channel")
    )
    proposed = proposing.select(*_LETTER, pl.lit(value=True).alias("is_proposed"))
    letters = pl.concat([sent, proposed]).filter(charges.matters(tariff))
    return Chargeable(invoices[[_PLACE, *_CHARGEABLE]], listed(invoices, letters, everything.applied))


def _pursued(everything: Everything, letters: pl.DataFrame, decided: pl.DataFrame, tariff: Tariff) -> Chargeable:
    """Invoices settled late although one of these ``letters`` had asked for them."""
    late = _settled_after_letter(everything, letters, decided)
    invoices = late.with_columns(ageing.days_past_due(tariff.as_of), *_settled()).with_columns(ageing.bucket())
    asked = listed(invoices, letters.select(*_LETTER, pl.lit(value=False).alias("is_proposed")), everything.applied)
    own = invoices.join(asked.select("invoice_id").unique(), on="invoice_id", how="semi")
    return Chargeable(own[_CHARGEABLE], asked)


@made_once
def _settled() -> list[pl.Expr]:
    """Nothing is left of a settled invoice, and its charges end with it."""
    zero = pl.lit(0, dtype=pl.Int64)
    ended_on = pl.col("settled_on").alias("ended_on")
    return [ended_on, zero.alias("disputed_minor"), zero.alias("chaseable_minor")]


def _settled_after_letter(everything: Everything, letters: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Invoices settled late, after their pair's first letter, and past due before its last.

    No other can have been open and past due on the day of a letter; an invoice is settled by its last entry at the
    latest. Most were settled before the first letter of all, which one comparison tells.
    """
    written = letters.group_by(PAIR).agg(
        pl.col("on").min().alias("first_letter_on"), pl.col("on").max().alias("last_letter_on")
    )
    terms = decided.select(PAIR, "policy_index", "party_type", "grace_days", "tolerance_minor")
    first_on = pl.lit(letters["on"].min(), dtype=pl.Date)
    is_late = pl.col("is_issued") & (pl.col("last_entry_on") > pl.col("due_on")) & (pl.col("last_entry_on") > first_on)
    settled = (
        everything.invoices.filter(is_late)
        .join(terms.join(written, on=PAIR), on=PAIR)
        .with_columns(episodes.past_due_from())
        .filter(
            pl.col("last_entry_on") > pl.col("first_letter_on"), pl.col("past_due_from_on") <= pl.col("last_letter_on")
        )
    )
    return episodes.settled_late(settled.lazy(), everything.applied)

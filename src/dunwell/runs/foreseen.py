"""What would become of the entries of a statement if it were imported now: the preview of its matching."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import polars as pl

from dunwell.runs.cash import Looked
from dunwell.sources.matching import Part, Proposal, references_in

Fate = Literal["applied", "proposed", "unmatched", "set aside", "known", "not ours"]
"""``known``: it is stored already and stays as it is. ``not ours``: money that went out to others."""

ENTRIES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Foretold:
    """What would become of one entry, and why; ``references`` are those found in it, as the bank or the payer wrote."""

    booked_on: date
    currency: str
    amount_minor: int
    payer_name: str
    references: tuple[str, ...]
    fate: Fate
    account_number: str = ""
    parts: tuple[Part, ...] = ()
    score: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many entries would come to what, and the first of those that may be a customer's money."""

    counts: Mapping[str, int]
    entries: Sequence[Foretold]


def foreseen(entries: pl.DataFrame, looked: Looked) -> Foreseen:
    """Tell what would become of the ``entries`` of a statement, as they were looked at."""
    best: dict[str, Proposal] = {}
    for proposal in looked.matches.proposals:
        best.setdefault(proposal.entry_reference, proposal)
    fresh = set(looked.fresh["entry_reference"])
    told = [(row, _fate(row, fresh, looked, best)) for row in entries.iter_rows(named=True)]
    ours = ((row, fate) for row, fate in told if fate not in ("not ours", "known"))
    first = [_foretold(row, fate, best, looked) for (row, fate), _ in zip(ours, range(ENTRIES_SHOWN), strict=False)]
    return Foreseen(dict(Counter(fate for _, fate in told)), first)


def _fate(row: Mapping[str, Any], fresh: set[str], looked: Looked, best: Mapping[str, Proposal]) -> Fate:
    reference = row["entry_reference"]
    if row["direction"] != "in" and not row["is_reversal"]:
        return "not ours"
    if reference not in fresh:
        return "known"
    if reference in looked.aside:
        return "set aside"
    found = best.get(reference)
    if found is None or found.sureness == "possible":
        return "unmatched"
    return "applied" if found.sureness == "sure" else "proposed"


def _foretold(row: Mapping[str, Any], fate: Fate, best: Mapping[str, Proposal], looked: Looked) -> Foretold:
    found = best.get(row["entry_reference"])
    money = (row["booked_on"], row["currency"], row["amount_minor"])
    said = (*money, row["payer_name"] or "", tuple(_references(row)), fate)
    if found is None:
        why = looked.aside.get(row["entry_reference"], "nothing in the ledger fits")
        return Foretold(*said, reasons=(why,))
    return Foretold(*said, found.account_number, found.parts, found.score, found.reasons)


def _references(row: Mapping[str, Any]) -> Iterator[str]:
    yield from dict.fromkeys(filter(None, (row["structured_reference"], *references_in(row["remittance"] or ""))))

"""Making a proposal: how sure it is follows from its score and from what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.sources.matching.evidence import Evidence
from dunwell.sources.matching.index import Index
from dunwell.sources.matching.model import BankEntry, Part, Proposal, Rules, Sureness

_SURE_MIN = 90
_LIKELY_MIN = 60


@dataclass(frozen=True, slots=True)
class Context:
    """An entry with all that is known about it."""

    entry: BankEntry
    index: Index
    found: Evidence
    rules: Rules


def proposal(
    context: Context, account: str, parts: Sequence[Part], score: int, reasons: Sequence[str], against: Sequence[str]
) -> Proposal:
    """Return the proposal to apply the entry so; anything ``against`` it keeps it from being sure."""
    entry = context.entry
    capped = min(score, _SURE_MIN - 1) if against else score
    sureness: Sureness = "sure" if capped >= _SURE_MIN else "likely" if capped >= _LIKELY_MIN else "possible"
    return Proposal(
        entry_reference=entry.reference,
        sureness=sureness,
        score=capped,
        kind="reversal" if entry.is_reversal else "payment",
        account_number=account,
        paid_on=entry.booked_on,
        currency=entry.currency,
        parts=tuple(parts),
        reasons=tuple(dict.fromkeys((*reasons, *against))),
    )

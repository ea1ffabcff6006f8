"""The stale-data gate (product §2.4): nothing goes out on bank data that is too old, or while money waits.

Chasing someone who has paid is the worst error in this trade.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.assess.reasons import written_day
from dunwell.errors import RefusedError
from dunwell.policy.model import Policy
from dunwell.runs.desk import Desk
from dunwell.runs.wording import amount, sentence
from dunwell.store.cash import Receipt, receipts
from dunwell.store.queries import bank_days


def stale_data_reason(policy: Policy, as_of: date) -> str:
    """Say why nothing may be approved or sent on a day, and what to import; empty when the data is fresh."""
    days = bank_days()
    complete_through = days.complete_through
    if not _is_old(policy, as_of, complete_through):
        return ""
    if days.is_cut_short:
        return (
            f"Money came in on {days.unplaced_on} from nobody knows whom; someone who has paid might be chased."
            " Say whose it is: dunwell match list"
        )
    advice = (
        "Import your bank's newest payments and say through which day they are complete:"
        " dunwell import payments.csv --bank-complete-through DATE"
    )
    if complete_through is None:
        return (
            f"It is not known through which day bank data is complete; someone who has paid might be chased. {advice}"
        )
    return (
        f"Bank data is complete only through {complete_through}; on {as_of} the policy allows at most"
        f" {policy.max_data_age_days} days. {advice}"
    )


def _is_old(policy: Policy, as_of: date, complete_through: date | None) -> bool:
    return complete_through is None or complete_through < as_of - timedelta(days=policy.max_data_age_days)


def waiting_receipts(account_ids: Collection[int] | None = None) -> defaultdict[tuple[int, str], list[Receipt]]:
    """Return the money that waits and may be from these customers, or from anybody, by account and currency."""
    found: defaultdict[tuple[int, str], list[Receipt]] = defaultdict(list)
    for receipt in receipts(account_ids):
        found[receipt.account_id, receipt.currency].append(receipt)
    return found


def held_back_reason(waiting: Sequence[Receipt], language: str = "en") -> str:
    """Say why a customer is not written to while money that may be theirs waits; empty when none does."""
    if not waiting:
        return ""
    first = waiting[0]
    values = {
        "amount": amount(first.amount_minor, first.currency, language),
        "on": written_day(first.booked_on, language),
        "score": first.score,
        "more": len(waiting) - 1,
    }
    return sentence("held_back", "several" if len(waiting) > 1 else "one", values, language)


def require_money_placed(account_id: int, currency: str) -> None:
    """Raise ``RefusedError`` when money waits that may be from this customer; it counts as paid only once applied."""
    reason = held_back_reason(waiting_receipts([account_id])[account_id, currency])
    if reason:
        raise RefusedError(reason)


def require_fresh_data(policy: Policy, as_of: date) -> None:
    """Raise ``RefusedError`` when bank data is too old to approve or send anything."""
    reason = stale_data_reason(policy, as_of)
    if reason:
        raise RefusedError(reason)


@dataclass(frozen=True, slots=True)
class StaleData:
    """Bank data is too old to write to anybody: complete through when (``None``: never said), how old it may be.

    ``unplaced_on`` is the day of money from nobody knows whom, where that is what ends the days that are known.
    """

    complete_through: date | None
    max_data_age_days: int
    unplaced_on: date | None = None


def stale_days(desk: Desk) -> StaleData | None:
    """Return how bank data is too old at a desk, by the default policy; ``None`` when it is fresh."""
    policy = desk.rules.policy(desk.rules.policies.default)
    days = bank_days()
    if not _is_old(policy, desk.as_of, days.complete_through):
        return None
    unplaced_on = days.unplaced_on if days.is_cut_short else None
    return StaleData(days.complete_through, policy.max_data_age_days, unplaced_on)

"""The stale-data gate (product §2.4): nothing goes out on bank data that is too old.

Chasing someone who has paid is the worst error in this trade.
"""

from datetime import date, timedelta

from dunwell.errors import RefusedError
from dunwell.policy.model import Policy
from dunwell.store.queries import bank_complete_through


def stale_data_reason(policy: Policy, as_of: date) -> str:
    """Say why nothing may be approved or sent on a day, and what to import; empty when the data is fresh."""
    complete_through = bank_complete_through()
    advice = (
        "Import your bank's newest payments and say through which day they are complete:"
        " dunwell import payments.csv --bank-complete-through DATE"
    )
    if complete_through is None:
        return (
            f"It is not known through which day bank data is complete; someone who has paid might be chased. {advice}"
        )
    if complete_through < as_of - timedelta(days=policy.max_data_age_days):
        return (
            f"Bank data is complete only through {complete_through}; on {as_of} the policy allows at most"
            f" {policy.max_data_age_days} days. {advice}"
        )
    return ""


def require_fresh_data(policy: Policy, as_of: date) -> None:
    """Raise ``RefusedError`` when bank data is too old to approve or send anything."""
    reason = stale_data_reason(policy, as_of)
    if reason:
        raise RefusedError(reason)

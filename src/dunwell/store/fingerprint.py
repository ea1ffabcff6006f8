"""Whether anything changed since a run: what an assessment depends on, as a short text.

It covers the imports, the letters really sent or cancelled by a person, the holds that began or ended, the
moves of all other cases, calls, and the policy.
What a run itself drafts or withdraws is left out, because it changes no assessment: two runs on an unchanged day
have the same fingerprint.
"""

from django.db.models import Max

from dunwell.store.models import Call, CaseTransition, HoldTransition, LetterTransition
from dunwell.store.queries import latest_batch_id

_LETTER_MOVES = ("sent", "delivered", "bounced", "cancelled")
_HOLD_MOVES = ("in_force", "released")
RUN = "run"
"""Who moved a case when no person did."""


def data_fingerprint(policy_version: str) -> str:
    """Return the fingerprint of the workspace's data under a policy version."""
    letters = LetterTransition.objects.filter(to_state__in=_LETTER_MOVES).exclude(by=RUN)
    holds = HoldTransition.objects.filter(to_state__in=_HOLD_MOVES).exclude(by=RUN)
    parts = [
        latest_batch_id(),
        letters.aggregate(last=Max("id"))["last"] or 0,
        holds.aggregate(last=Max("id"))["last"] or 0,
        CaseTransition.objects.exclude(by=RUN).aggregate(last=Max("id"))["last"] or 0,
        Call.objects.aggregate(last=Max("id"))["last"] or 0,
    ]
    return "-".join([*(str(part) for part in parts), policy_version])

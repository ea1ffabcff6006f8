"""Whether anything changed since a run: what an assessment depends on, as a short text.

It covers the imports, the letters really sent or cancelled by a person, the holds that began or ended, the
moves of all other cases, calls, what a person decided about bank entries, the policy, and which Dunwell assessed it.
What a run itself drafts or withdraws is left out, because it changes no assessment: two runs on an unchanged day
have the same fingerprint.
"""

from django.db.models import Max

from dunwell import __version__
from dunwell.store import bulk
from dunwell.store.models import Call, CaseTransition, HoldTransition
from dunwell.store.queries import latest_batch_id

_HOLD_MOVES = ("in_force", "released")
RUN = "run"
"""Who moved a case when no person did."""
_LAST_LETTER = (  # in the words of the index letter_moved_by_hand, which holds these rows alone
    "SELECT max(id) FROM store_lettertransition WHERE to_state IN ('sent', 'delivered', 'bounced', 'cancelled')"
    f" AND NOT (\"by\" = '{RUN}')"
)
_LAST_BANK_MOVE = f"SELECT max(id) FROM store_bankmove WHERE NOT (\"by\" = '{RUN}')"  # as the index bankmove_by_hand


def data_fingerprint(policy_version: str) -> str:
    """Return the fingerprint of the workspace's data under a policy version."""
    holds = HoldTransition.objects.filter(to_state__in=_HOLD_MOVES).exclude(by=RUN)
    parts = [
        latest_batch_id(),
        bulk.scalar(_LAST_LETTER) or 0,
        holds.aggregate(last=Max("id"))["last"] or 0,
        CaseTransition.objects.exclude(by=RUN).aggregate(last=Max("id"))["last"] or 0,
        Call.objects.aggregate(last=Max("id"))["last"] or 0,
        bulk.scalar(_LAST_BANK_MOVE) or 0,
    ]
    return "-".join([*(str(part) for part in parts), _basis(policy_version)])


def has_same_rules(fingerprint: str, policy_version: str) -> bool:
    """Tell whether a fingerprint was taken under this policy version and by this Dunwell."""
    return fingerprint.split("-", _PARTS)[_PARTS:] == [_basis(policy_version)]


_PARTS = 6
"""How many numbers a fingerprint begins with."""


def _basis(policy_version: str) -> str:
    return f"{__version__}-{policy_version}"

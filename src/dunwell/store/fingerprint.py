"""Whether anything changed since a run: what an assessment depends on, as a short text.

It covers the imports, the letters really sent or cancelled by a person, the holds that began or ended, the
moves of all other cases, calls, what a person decided about bank entries, the policy, and which Dunwell assessed it.
What a run itself drafts or withdraws is left out, because it changes no assessment: two runs on an unchanged day
have the same fingerprint.
"""

from dunwell import __version__
from dunwell.store import bulk

RUN = "run"
"""Who moved a case when no person did."""
# Each in the words of the index that holds these rows alone: letter_moved_by_hand and so on.
_BY_HAND = f"NOT (\"by\" = '{RUN}')"
_LAST = (
    "SELECT max(id) FROM store_importbatch",
    "SELECT max(id) FROM store_lettertransition WHERE to_state IN ('sent', 'delivered', 'bounced', 'cancelled')"
    f" AND {_BY_HAND}",
    f"SELECT max(id) FROM store_holdtransition WHERE to_state IN ('in_force', 'released') AND {_BY_HAND}",
    f"SELECT max(id) FROM store_casetransition WHERE {_BY_HAND}",
    "SELECT max(id) FROM store_call",
    f"SELECT max(id) FROM store_bankmove WHERE {_BY_HAND}",
)
_NUMBERS = " || '-' || ".join(f"COALESCE(({last}), 0)" for last in _LAST)


def data_fingerprint(policy_version: str) -> str:
    """Return the fingerprint of the workspace's data under a policy version."""
    return f"{bulk.scalar(f'SELECT {_NUMBERS}')}-{_basis(policy_version)}"


def has_same_rules(fingerprint: str, policy_version: str) -> bool:
    """Tell whether a fingerprint was taken under this policy version and by this Dunwell."""
    return fingerprint.split("-", _PARTS)[_PARTS:] == [_basis(policy_version)]


def ends_with_rates(fingerprint: str, jurisdiction: str, added_rates: str) -> bool:
    """Tell whether a fingerprint was taken under this jurisdiction and these added rates, whatever the policy."""
    return fingerprint.endswith(f"-{jurisdiction}-{added_rates}")


_PARTS = len(_LAST)
"""How many numbers a fingerprint begins with."""


def _basis(policy_version: str) -> str:
    return f"{__version__}-{policy_version}"

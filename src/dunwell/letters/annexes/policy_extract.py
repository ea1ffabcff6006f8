"""The clauses of the policy that the letter relies on, numbered as in the policy and in the customer's language."""

from dunwell.letters.annexes.titled import titled
from dunwell.letters.content import Annex
from dunwell.letters.kind_blocks import clause_list
from dunwell.letters.setting import Setting


def policy_extract(setting: Setting) -> Annex | None:
    """Set out the clauses that the letter was given; nothing where it was given none."""
    clauses = clause_list(setting)
    return titled(setting, "policy_extract", clauses) if clauses else None

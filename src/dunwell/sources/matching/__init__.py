"""Whose payment is it? From entries of bank statements and open invoices to scored proposals, with their reasons.

>>> matches = match(entries, invoices, accounts)
>>> payments_of(matches.proposals)  # only the sure ones

Pure: what is open, and which bank accounts are known to be whose, is given. A wrong match is worse than a missing one
(a customer who has not paid is left alone, another who has paid is chased), so only what is unambiguous is sure.
"""

from dunwell.sources.matching.model import (
    MATCH_ACCOUNTS,
    OPEN_INVOICES,
    PAYERS,
    PROPOSALS,
    Applied,
    Matches,
    Part,
    Proposal,
    Rules,
    Tolerance,
)
from dunwell.sources.matching.propose import match
from dunwell.sources.matching.structured import in_text as references_in
from dunwell.sources.matching.tables import payments_of, proposals_frame

__all__ = [
    "MATCH_ACCOUNTS",
    "OPEN_INVOICES",
    "PAYERS",
    "PROPOSALS",
    "Applied",
    "Matches",
    "Part",
    "Proposal",
    "Rules",
    "Tolerance",
    "match",
    "payments_of",
    "proposals_frame",
    "references_in",
]

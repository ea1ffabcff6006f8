"""The kinds of annexes, which of them a letter carries when the policy says nothing, and the papers they copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from dunwell.errors import Problem

AnnexKind = Literal[
    "invoice_copies",
    "past_correspondence",
    "contract",
    "policy_extract",
    "statement",
    "plan_schedule",
    "payment_slip",
    "return_envelope",
    "application_form",
]

ANNEX_KINDS: tuple[AnnexKind, ...] = get_args(AnnexKind)
"""Every kind, in the order in which annexes follow the letter."""

PAPER_KINDS = frozenset({"invoice_copies", "past_correspondence", "contract"})
"""Annexes that are copies of files; the others are written by us."""

DEFAULT_ANNEXES: Mapping[str, tuple[AnnexKind, ...]] = {
    "collection": ("invoice_copies", "payment_slip"),
    "hold": ("invoice_copies", "policy_extract", "payment_slip"),
    "final_demand": ("invoice_copies", "past_correspondence", "policy_extract", "payment_slip"),
    "attorney_demand": ("invoice_copies", "past_correspondence", "contract", "payment_slip"),
    "receipt_check": ("invoice_copies", "past_correspondence"),
    "reminder": ("payment_slip",),
    "statement": ("payment_slip",),
    "credit_refusal": ("application_form",),
}
"""What each kind of letter carries unless the policy says otherwise; an annex that has nothing to show is left out.

The proofs of the claim come with the second request, the clauses relied on with the letter that uses them, the whole
story with the last one.
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that an annex copies.

    ``number`` and ``dated_on`` say which invoice or letter it is; a contract may have neither. One with a ``problem``
    cannot ride with the letter and is not listed in it.
    """

    kind: AnnexKind
    file_name: str
    number: str = ""
    dated_on: date | None = None
    problem: Problem | None = None

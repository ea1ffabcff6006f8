"""Things wrong with a ledger that do not stop an assessment, but that the owner must know."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from dunwell.errors import Problem
from dunwell.ledger.frames import Ledger
from dunwell.policy.model import PolicySet

_EXAMPLES_MAX = 100
"""How many rows are named one by one; the rest is counted."""


def check_ledger(ledger: Ledger, policies: PolicySet, as_of: date) -> list[Problem]:
    """Return every problem of the ledger as of a day: undated invoices, unknown policies, steps nobody knows."""
    return [
        *ledger.problems,
        *_undated_invoices(ledger, as_of),
        *_unknown_policies(ledger, policies),
        *_unknown_steps(ledger, policies),
    ]


def _undated_invoices(ledger: Ledger, as_of: date) -> Iterator[Problem]:
    if ledger.invoices["due_on"].null_count() == 0:
        return
    is_issued = pl.col("issued_on").is_null() | (pl.col("issued_on") <= as_of)
    undated = (
        ledger.invoices.filter(pl.col("due_on").is_null() & is_issued)
        .group_by("account_id")
        .len("invoices")
        .join(ledger.accounts.select("account_id", "account_number"), on="account_id")
        .sort("account_number")
    )
    for number, count in undated.select("account_number", "invoices").head(_EXAMPLES_MAX).iter_rows():
        yield Problem(
            f"account {number}",
            0,
            "due_on",
            f"{count} invoice{'s' if count > 1 else ''} without a due date, counted as current.",
            "Add the due date and import again.",
        )
    if undated.height > _EXAMPLES_MAX:
        yield Problem("ledger", 0, "due_on", f"and {undated.height - _EXAMPLES_MAX} more accounts like that.")


def _unknown_policies(ledger: Ledger, policies: PolicySet) -> Iterator[Problem]:
    if ledger.accounts["policy"].null_count() == ledger.accounts.height:
        return
    named = ledger.accounts["policy"].drop_nulls().unique().sort()
    for name in named.filter(~named.is_in(list(policies.policies))):
        yield Problem(
            "customers",
            0,
            "policy",
            f"policy {name!r} is not in the policy file; those customers get {policies.default!r}.",
            f"Known policies: {', '.join(policies.policies)}.",
        )


def _unknown_steps(ledger: Ledger, policies: PolicySet) -> Iterator[Problem]:
    if ledger.events.is_empty():
        return
    known = {step.id for policy in policies.policies.values() for step in policy.steps}
    requests = ledger.events.filter(pl.col("kind") == "request")
    steps = requests["step"].drop_nulls().unique().sort()
    for step in steps.filter(~steps.is_in(list(known))):
        yield Problem(
            "events",
            0,
            "step",
            f"step {step!r} is in no policy; its requests count, but climb no step of the ladder.",
            f"Known steps: {', '.join(sorted(known))}.",
        )

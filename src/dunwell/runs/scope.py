"""Whom a run looks at: everybody, or only the accounts on which something can have changed (decision page 12).

A decision stands until something happens to its account or the day comes on which it said it wants to be looked at
again (``next_look_on``, ``assess/next_look.py``). Wherever that cannot be told for certain, everybody is looked at.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.store import audit, queries
from dunwell.store.fingerprint import has_same_rules
from dunwell.store.models import Run
from dunwell.store.reading import SHARE_MAX
from dunwell.store.recording import LOOKS, WHOLE_RUN, chain_of, read_looks

READ_THROUGH = "read_through_entry"
"""In ``Run.counts``: the last entry of the audit trail that was there when the run began to read."""

CHAIN_MAX = 3
"""With more than so many decisions per account since everybody was looked at, everybody is looked at again."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom to look at (``account_ids``; ``None``: everybody), what stands, since which run, and what was read by then.

    ``standing`` are the actions that the run before left (``recording.LOOKS``), empty when everybody is looked at.
    """

    read_through: int
    since: Run | None
    account_ids: frozenset[int] | None
    standing: pl.DataFrame

    def loses_none(self, accounts: pl.DataFrame) -> bool:
        """Tell whether every currency in which something stands on an account looked at is among ``accounts``."""
        return self._superseded().join(accounts, on=["account_id", "currency"], how="anti").is_empty()

    def actions(self, accounts: pl.DataFrame) -> dict[str, int]:
        """Count the actions on everybody, once those looked at have the actions of ``accounts``."""
        asleep = self.standing.join(self._superseded(), on=["account_id", "currency"], how="anti")
        both = pl.concat([asleep.select("action"), accounts.select("action")])
        return dict(both["action"].cast(pl.String).value_counts().sort("action").iter_rows())

    def kept(self) -> dict[str, int]:
        """Return what the run must keep of this, for the runs after it."""
        if self.account_ids is None or self.since is None:
            return {READ_THROUGH: self.read_through}
        whole = self.since.counts.get(WHOLE_RUN, self.since.pk)
        return {READ_THROUGH: self.read_through, WHOLE_RUN: whole, "looked_at": len(self.account_ids)}

    def _superseded(self) -> pl.DataFrame:
        return self.standing.filter(pl.col("account_id").is_in(list(self.account_ids or ())))


def everybody(since: Run | None) -> Scope:
    """Return the scope of a run that looks at everybody."""
    return Scope(audit.head()[0], since, None, pl.DataFrame(schema=LOOKS))


def scope_on(as_of: date, rules_version: str) -> Scope:
    """Return whom a run must look at, after the latest one; ``as_of`` is not before that one's."""
    before = queries.latest_runs(2)
    since = before[0] if before else None
    whole = everybody(since)
    if since is None or not follows(before, rules_version):
        return whole
    touched = queries.touched_accounts(since.counts[READ_THROUGH])
    if touched is None:
        return whole
    standing = read_looks(since.pk)
    due = standing.filter(pl.col("next_look_on") <= as_of)["account_id"]
    waking = queries.accounts_dated(since.as_of, as_of) | queries.accounts_with_hold_given_up(since.as_of)
    scope = Scope(whole.read_through, since, touched | waking | frozenset(due), standing)
    return scope if _is_worth_it(scope) else whole


def follows(before: list[Run], rules_version: str) -> bool:
    """Tell whether one can build on the latest run, ``before[0]``: it says what it had read, and the same rules held.

    The version of the policy must have held for the run before, too: from its second use on, a version is one that
    customers can have signed under (``runs/versions.py``).
    """
    is_settled = len({run.policy_version_id for run in before}) == 1
    return is_settled and READ_THROUGH in before[0].counts and has_same_rules(before[0].data_fingerprint, rules_version)


def _is_worth_it(scope: Scope) -> bool:
    accounts = scope.standing["account_id"].n_unique()
    if scope.since is None or scope.account_ids is None or len(scope.account_ids) * SHARE_MAX > accounts:
        return False
    chain = Run.objects.filter(pk__in=chain_of(scope.since.pk)).values_list("counts", flat=True)
    return sum(int(counts["decisions"]) for counts in chain) <= CHAIN_MAX * scope.standing.height

"""What stands after the latest run, for screens that a person waits for.

The decisions of a run never change, so they are kept, and after another run of the same day only its own are read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from dunwell.runs.decided import decided_by
from dunwell.runs.kept import Moment, kept, moment
from dunwell.runs.rules import Rules, rules_on
from dunwell.store import queries
from dunwell.store.models import Run
from dunwell.store.recording import accounts_decided, chain_of, read_decided
from dunwell.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Mark:
    """What a list was made of: the moment, and the run that had decided by then, for which day, under which rules."""

    moment: Moment
    run_id: int
    as_of: date
    rules_version: str


@dataclass(frozen=True)
class Standing:
    """The decisions of the latest run on everybody (``ACCOUNT_COLUMNS``), and the rules that decided."""

    moment: Moment
    run: Run
    rules: Rules
    accounts: pl.DataFrame

    @property
    def as_of(self) -> date:
        """The day of the run."""
        return self.run.as_of

    @property
    def mark(self) -> Mark:
        """What this is, without the decisions themselves."""
        return Mark(self.moment, self.run.pk, self.as_of, self.rules.version)

    def of(self, account_ids: Collection[int] | None) -> pl.DataFrame:
        """The decisions on some accounts, or on all."""
        if account_ids is None:
            return self.accounts
        return self.accounts.filter(pl.col("account_id").is_in(list(account_ids)))


def standing(workspace: Workspace) -> Standing | None:
    """Return what stands; ``None`` before the first run."""
    now = moment(workspace)
    return kept(now, "standing", lambda before: _standing(workspace, now, before))


def _standing(workspace: Workspace, now: Moment, before: Standing | None) -> Standing | None:
    run = queries.latest_run()
    if run is None:
        return None
    rules = rules_on(workspace, run.as_of)
    accounts = None if before is None else _taken_over(before, run, rules)
    return Standing(now, run, rules, decided_by(run, rules) if accounts is None else accounts)


def _taken_over(before: Standing, run: Run, rules: Rules) -> pl.DataFrame | None:
    """What stood before, with what runs of the same day decided since; ``None`` where that is not all there is."""
    since = _runs_since(before.mark, run, rules)
    if since is None:
        return None
    decided = read_decided(since) if since else before.accounts.clear()
    if decided.is_empty():
        return before.accounts
    rest = before.accounts.filter(~pl.col("account_id").is_in(decided["account_id"].unique().to_list()))
    return pl.concat([rest, decided]).sort("account_id", "currency")


def _runs_since(before: Mark, run: Run, rules: Rules) -> list[int] | None:
    """The runs of the same day and rules since then, the latest included; ``None`` where others decided something."""
    if before.as_of != run.as_of or before.rules_version != rules.version:
        return None
    if before.run_id == run.pk:
        return []
    chain = chain_of(run.pk)
    return [key for key in chain if key > before.run_id] if before.run_id in chain else None


def accounts_changed(before: Mark, now: Standing) -> frozenset[int] | None:
    """Return the accounts of which something may be otherwise than it was; ``None``: perhaps all.

    Those that an act named since, and those that a run has looked at: it names them by its decisions.
    """
    since = _runs_since(before, now.run, now.rules)
    acted_on = None if since is None else queries.touched_accounts(before.moment.number)
    if since is None or acted_on is None:
        return None
    return acted_on | accounts_decided(since) if since else acted_on

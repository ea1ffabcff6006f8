"""One day's run, from the ledger to drafts and proposals. This page is the table of contents of Dunwell.

    read the rules and the ledger      runs/rules.py, runs/versions.py
    assess                             assess/engine.py: the rules of product §2
    draft letters, propose holds       runs/drafting.py
    withdraw what no longer holds      runs/withdrawing.py
    record it all, or nothing          store/recording.py
    release cured holds                runs/releasing.py
    recognise kept and broken promises,
    credited disputes, paid plans ...  runs/case_keeping.py

What is drafted waits for a person: runs/approving.py. Running twice on a day changes nothing; a run for a day before
the latest recorded one only reads, and gives what was decided then (product §2).
"""

from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property

import polars as pl

from dunwell.assess.engine import assess
from dunwell.errors import Problem
from dunwell.ledger.checks import check_ledger
from dunwell.runs import drafting, releasing, withdrawing
from dunwell.runs.case_keeping import keep_cases
from dunwell.runs.rules import Rules, read_rules, rules_on
from dunwell.runs.versions import ledger_on
from dunwell.store import queries
from dunwell.store.bulk import writing
from dunwell.store.fingerprint import RUN, data_fingerprint
from dunwell.store.models import Run
from dunwell.store.recording import Outcome, finish_run, read_decisions
from dunwell.store.workspace import Workspace


@dataclass(frozen=True)
class DayReport:
    """What a run found and did. ``decided`` are its decisions, or the recorded run that holds them."""

    as_of: date
    rules: Rules
    decided: pl.DataFrame | Run
    problems: tuple[Problem, ...]
    is_recorded: bool
    is_replay: bool = False
    drafted: int = 0
    proposed: int = 0
    withdrawn: int = 0
    released: int = 0

    @cached_property
    def accounts(self) -> pl.DataFrame:
        """The decisions (``ACCOUNT_COLUMNS``); those of a recorded run are read when they are first asked for."""
        return read_decisions(self.decided.pk) if isinstance(self.decided, Run) else self.decided

    @property
    def actions(self) -> dict[str, int]:
        """How many accounts and currencies each action concerns."""
        if isinstance(self.decided, Run):
            return dict(self.decided.counts["actions"])
        return _actions(self.decided)


def _actions(accounts: pl.DataFrame) -> dict[str, int]:
    return dict(accounts["action"].cast(pl.String).value_counts().iter_rows())


def run_day(workspace: Workspace, as_of: date, *, dry_run: bool = False) -> DayReport:
    """Assess every account as of a day; record decisions, draft letters and propose holds unless ``dry_run``.

    Raises ``WorkspaceError`` when the policy cannot be read or none is in force.
    """
    latest = queries.latest_run()
    if latest is not None and as_of < latest.as_of:
        return _replay(workspace, as_of)
    rules = read_rules(workspace, as_of)
    fingerprint = data_fingerprint(rules.version)
    done = queries.finished_run(as_of)
    if done is not None and done.data_fingerprint == fingerprint:
        return _recorded(rules, done)
    ledger = ledger_on(as_of)
    problems = (*rules.notices, *check_ledger(ledger, rules.policies, as_of))
    accounts = assess(ledger, rules.policies, rules.legal, as_of).accounts
    if dry_run:
        return DayReport(as_of, rules, accounts, problems, is_recorded=False)
    return _record(rules, accounts, problems, as_of, fingerprint)


def _record(
    rules: Rules, accounts: pl.DataFrame, problems: tuple[Problem, ...], as_of: date, fingerprint: str
) -> DayReport:
    """Write the day's decisions with the drafts and proposals that follow from them, all or nothing."""
    with writing():
        done = queries.finished_run(as_of)
        if done is not None and done.data_fingerprint == data_fingerprint(rules.version):
            return _recorded(rules, done)  # another run was faster
        version = queries.record_policy(rules.policies.version, rules.text, rules.policies.effective_on)
        run = queries.start_run(as_of, version, fingerprint, by=RUN)
        withdrawn = withdrawing.withdraw_stale(accounts, rules, as_of)
        wanted = drafting.without_given_up_holds(accounts, as_of)
        letters = drafting.letters_to_draft(wanted, rules.policies, as_of)
        kept = {"actions": _actions(accounts), "problems": [asdict(problem) for problem in problems]}
        holds = drafting.holds_to_propose(wanted, rules.policies, as_of)
        outcome = Outcome(accounts, letters, holds, kept)
        recorded = finish_run(run.pk, as_of, outcome, RUN)
        released = releasing.release_cured(accounts, as_of)
        keep_cases(as_of)
    return DayReport(
        as_of,
        rules,
        accounts,
        problems,
        is_recorded=True,
        drafted=recorded.letters,
        proposed=recorded.holds,
        withdrawn=withdrawn,
        released=released,
    )


def _recorded(rules: Rules, done: Run) -> DayReport:
    """Give what was already decided today, because nothing changed since; the ledger is not read again."""
    problems = tuple(Problem(**problem) for problem in done.counts.get("problems", ()))
    return DayReport(done.as_of, rules, done, problems, is_recorded=True)


def _replay(workspace: Workspace, as_of: date) -> DayReport:
    """Give what was decided on an earlier day, or would have been, without writing anything."""
    rules = rules_on(workspace, as_of)
    done = queries.finished_run(as_of)
    ledger = ledger_on(as_of)
    problems = (*rules.notices, *check_ledger(ledger, rules.policies, as_of))
    if done is not None:
        accounts = read_decisions(done.pk)
    else:
        accounts = assess(ledger, rules.policies, rules.legal, as_of).accounts
    return DayReport(as_of, rules, accounts, problems, is_recorded=False, is_replay=True)


def assess_account(workspace: Workspace, account_id: int, as_of: date) -> DayReport:
    """Assess one account, read-only: what was decided on that day if it was, else what would be decided."""
    latest = queries.latest_run()
    is_past = latest is not None and as_of < latest.as_of
    rules = rules_on(workspace, as_of) if is_past else read_rules(workspace, as_of)
    done = queries.finished_run(as_of)
    is_current = done is not None and done.data_fingerprint == data_fingerprint(rules.version)
    ledger = ledger_on(as_of, [account_id])
    if done is not None and (is_past or is_current):
        accounts = read_decisions(done.pk, account_id)
    else:
        accounts = assess(ledger, rules.policies, rules.legal, as_of).accounts
    problems = (*rules.notices, *check_ledger(ledger, rules.policies, as_of))
    return DayReport(as_of, rules, accounts, problems, is_recorded=False, is_replay=is_past)

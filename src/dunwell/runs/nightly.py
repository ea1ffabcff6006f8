"""One day's run, from the ledger to drafts and proposals. This page is the table of contents of Dunwell.

    match again what waits of the bank runs/cash.py
    choose whom to look at             runs/scope.py
    read the rules and the ledger      runs/rules.py, runs/versions.py
    assess                             assess/engine.py: the rules of product §2
    draft letters, propose holds       runs/drafting.py
    withdraw what no longer holds      runs/withdrawing.py
    record it all, or nothing          store/recording.py
    release cured holds                runs/releasing.py
    recognise kept and broken promises,
    credited disputes, paid plans ...  runs/case_keeping.py

What is drafted waits for a person: runs/approving.py. Running twice on a day changes nothing; a run for a day before
the latest recorded one only reads, and gives what was decided then (product §2). Of accounts that a run need not look
at, the last decision stands: runs/decided.py.
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
from dunwell.runs.cash import renew
from dunwell.runs.decided import decided_by
from dunwell.runs.hindsight import unsure_of
from dunwell.runs.rules import Rules, read_rules, rules_on
from dunwell.runs.scope import Scope, everybody, scope_on
from dunwell.runs.tolerances import matching_rules
from dunwell.runs.versions import ledger_on, with_contracts
from dunwell.store import audit, ledger_columns, ledger_digests, queries
from dunwell.store.bulk import writing
from dunwell.store.fingerprint import RUN, data_fingerprint
from dunwell.store.models import Run
from dunwell.store.planner import told_of_growth
from dunwell.store.reading import is_large, keep_columns_again
from dunwell.store.recording import Outcome, finish_run
from dunwell.store.suspects import read_suspects
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
        """The decisions on everybody (``ACCOUNT_COLUMNS``); those of a recorded run are read when first asked for."""
        if isinstance(self.decided, Run):
            return decided_by(self.decided, self.rules, is_replay=self.is_replay)
        return self.decided

    @property
    def actions(self) -> dict[str, int]:
        """How many accounts and currencies each action concerns."""
        if isinstance(self.decided, Run):
            return dict(self.decided.counts["actions"])
        return dict(self.decided["action"].cast(pl.String).value_counts().sort("action").iter_rows())


@dataclass(frozen=True, slots=True)
class _Look:
    """What a run saw and decided, before it is recorded: whom it looked at, their decisions, and all problems."""

    scope: Scope
    accounts: pl.DataFrame
    problems: tuple[Problem, ...]
    fingerprint: str


def run_day(workspace: Workspace, as_of: date, *, dry_run: bool = False) -> DayReport:
    """Assess a day; record decisions, draft letters and propose holds unless ``dry_run``, which assesses everybody.

    Raises ``WorkspaceError`` when the policy cannot be read or none is in force.
    """
    latest = queries.latest_run()
    if latest is not None and as_of < latest.as_of:
        return replay_day(workspace, as_of)
    rules = read_rules(workspace, as_of)
    fingerprint = data_fingerprint(rules.version)
    done = queries.finished_run(as_of)
    if done is not None and done.data_fingerprint == fingerprint:
        return _recorded(rules, done)
    if dry_run:
        look = _look_at(everybody(latest), rules, as_of, fingerprint)
        return DayReport(as_of, rules, look.accounts, look.problems, is_recorded=False)
    if _renewed(rules, as_of):
        fingerprint = data_fingerprint(rules.version)
    return _record(rules, _look(rules, as_of, fingerprint), as_of) or run_day(workspace, as_of)


def _renewed(rules: Rules, as_of: date) -> bool:
    """Match once more what waits of the bank; tell whether anything went into the ledger."""
    with writing():
        return renew(matching_rules(rules.policies), as_of)


def _look(rules: Rules, as_of: date, fingerprint: str) -> _Look:
    """Look at those whom something may have changed; at everybody when one of them has lost a currency.

    Then no new decision takes the place of the one that stands.
    """
    scope = scope_on(as_of, rules.version)
    look = _look_at(scope, rules, as_of, fingerprint)
    return look if scope.loses_none(look.accounts) else _look_at(everybody(scope.since), rules, as_of, fingerprint)


def _look_at(scope: Scope, rules: Rules, as_of: date, fingerprint: str) -> _Look:
    ledger = ledger_on(as_of, scope.account_ids)
    suspects = ledger if scope.account_ids is None else with_contracts(read_suspects(as_of))
    problems = (*rules.notices, *check_ledger(suspects, rules.policies, as_of))
    return _Look(scope, assess(ledger, rules.policies, rules.legal, as_of).accounts, problems, fingerprint)


def _record(rules: Rules, look: _Look, as_of: date) -> DayReport | None:
    """Write the decisions with the drafts and proposals that follow from them, all or nothing.

    ``None``, and nothing is written, when another run was recorded while this one looked, or while it waited for its
    turn to match: then it looked at what that one had left, and would decide the same once more.
    """
    accounts = look.accounts
    with writing(), told_of_growth():
        done = queries.finished_run(as_of)
        is_done = done is not None and done.data_fingerprint == look.fingerprint
        if is_done or queries.latest_run() != look.scope.since:
            return None
        version = queries.record_policy(rules.policies.version, rules.text, rules.policies.effective_on)
        run = queries.start_run(as_of, version, look.fingerprint, by=RUN)
        withdrawn = withdrawing.withdraw_stale(accounts, rules, as_of, look.scope.account_ids)
        wanted = drafting.without_second_letters(drafting.without_given_up_holds(accounts, as_of))
        letters = drafting.letters_to_draft(wanted, rules.policies, as_of, look.scope.account_ids)
        problems = [asdict(problem) for problem in look.problems]
        kept = {"actions": look.scope.actions(accounts), "problems": problems, **look.scope.kept()}
        holds = drafting.holds_to_propose(wanted, rules.policies, as_of)
        digests = None if is_large() else ledger_digests.take()
        recorded = finish_run(run.pk, as_of, Outcome(accounts, letters, holds, kept, digests), RUN)
        released = releasing.release_cured(accounts, as_of)
        keep_cases(as_of)
        ledger_digests.keep(digests, audit.head()[0])
        if look.scope.account_ids is None or ledger_columns.through_entry() is None:
            keep_columns_again()
    return DayReport(
        as_of,
        rules,
        Run.objects.get(pk=run.pk),
        look.problems,
        is_recorded=True,
        drafted=recorded.letters,
        proposed=recorded.holds,
        withdrawn=withdrawn,
        released=released,
    )


def _recorded(rules: Rules, done: Run) -> DayReport:
    """Give what was already decided today, because nothing changed since; the ledger is not read again."""
    return DayReport(done.as_of, rules, done, _problems_told(done), is_recorded=True)


def _problems_told(done: Run) -> tuple[Problem, ...]:
    """The problems that a run found, as it told them."""
    return tuple(Problem(**problem) for problem in done.counts.get("problems", ()))


def replay_day(workspace: Workspace, as_of: date) -> DayReport:
    """Give what was decided on an earlier day, or would have been, without writing anything."""
    rules = rules_on(workspace, as_of)
    done = queries.finished_run(as_of)
    if done is not None:
        accounts = decided_by(done, rules, is_replay=True)
        return DayReport(as_of, rules, accounts, _problems_told(done), is_recorded=False, is_replay=True)
    ledger = ledger_on(as_of)
    problems = (*rules.notices, *check_ledger(ledger, rules.policies, as_of), *unsure_of(as_of, rules))
    accounts = assess(ledger, rules.policies, rules.legal, as_of).accounts
    return DayReport(as_of, rules, accounts, problems, is_recorded=False, is_replay=True)


def assess_account(workspace: Workspace, account_id: int, as_of: date) -> DayReport:
    """Assess one account, read-only: what was decided on that day if it was, else what would be decided."""
    latest = queries.latest_run()
    is_past = latest is not None and as_of < latest.as_of
    rules = rules_on(workspace, as_of) if is_past else read_rules(workspace, as_of)
    done = queries.finished_run(as_of) if is_past else latest if latest and latest.as_of == as_of else None
    is_current = done is not None and done.data_fingerprint == data_fingerprint(rules.version)
    ledger = ledger_on(as_of, [account_id])
    if done is not None and (is_past or is_current):
        accounts = decided_by(done, rules, ledger, is_replay=is_past)
    else:
        accounts = assess(ledger, rules.policies, rules.legal, as_of).accounts
    unsure = unsure_of(as_of, rules, account_id) if is_past and done is None else ()
    problems = (*rules.notices, *check_ledger(ledger, rules.policies, as_of), *unsure)
    return DayReport(as_of, rules, accounts, problems, is_recorded=False, is_replay=is_past)

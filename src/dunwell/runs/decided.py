"""What a recorded run says of a day, with the figures of that day (decision page 12).

A run records the accounts that it looked at. Of the others its last decision stands; what merely ages in it (days past
due, buckets, interest) is worked out here for the day that is asked for, and never changes what was decided.
"""

from collections.abc import Collection
from datetime import date

import polars as pl

from dunwell.assess.assessment import ACCOUNT_COLUMNS
from dunwell.assess.engine import assess
from dunwell.ledger.frames import Ledger
from dunwell.runs.rules import Rules
from dunwell.runs.scope import READ_THROUGH, follows
from dunwell.runs.versions import ledger_on
from dunwell.store import queries
from dunwell.store.fingerprint import ends_with_rates
from dunwell.store.models import Run
from dunwell.store.reading import SHARE_MAX
from dunwell.store.recording import OUTCOMES, read_outcomes, read_standing

_DECIDED = list(OUTCOMES)
_KEY = ["account_id", "currency"]


def decided_by(run: Run, rules: Rules, own: Ledger | None = None, *, is_replay: bool = False) -> pl.DataFrame:
    """Return what stood decided after a run, of all accounts or of one, whose ledger ``own`` is (``ACCOUNT_COLUMNS``).

    Accounts that a run of its day looked at are as that recorded them. The others have the figures of its day, unless
    they would be other ones than were true then: what happened to an account after the run must not be seen in a
    replay. Then, and where an assessment would decide otherwise, the decision is given as it was recorded when it was
    taken.
    """
    aged = None if own is None else _aged(run, rules, own, is_replay=is_replay)
    if aged is not None:
        return aged
    recorded = read_standing(run.pk, None if own is None else own.accounts["account_id"].item())
    ageing = _ageing(run, rules, recorded, is_replay=is_replay)
    if ageing.is_empty():
        return recorded.select(list(ACCOUNT_COLUMNS))
    ledger = _ledger(run, ageing, recorded.height) if own is None else own
    assessed = assess(ledger, rules.policies, rules.legal, run.as_of).accounts
    same = assessed.join(ageing, on=_DECIDED, how="semi", nulls_equal=True)
    rest = recorded.join(same, on=_KEY, how="anti")
    return pl.concat([rest.select(list(ACCOUNT_COLUMNS)), same]).sort(_KEY)


def _aged(run: Run, rules: Rules, own: Ledger, *, is_replay: bool) -> pl.DataFrame | None:
    """The figures of one account for the day, if an assessment decides as was decided; ``None`` if not.

    Somebody waits for it, so of the decisions no more is read than what was decided.
    """
    outcomes = read_outcomes(run.pk, own.accounts["account_id"].item())
    if outcomes.is_empty() or _ageing(run, rules, outcomes, is_replay=is_replay).height < outcomes.height:
        return None
    assessed = assess(own, rules.policies, rules.legal, run.as_of).accounts
    return assessed if assessed[_DECIDED].equals(outcomes[_DECIDED]) else None


def _ageing(run: Run, rules: Rules, standing: pl.DataFrame, *, is_replay: bool) -> pl.DataFrame:
    """The decisions whose figures are to be those of the day, because no run of that day looked at their account."""
    earlier = standing.filter(~pl.col("run_id").is_in(queries.runs_of_day(run.as_of)))
    return earlier if not is_replay else _seen_as_it_was(run, rules, earlier)


def still_stands(account_id: int, rules: Rules, as_of: date) -> pl.DataFrame | None:
    """Return the last decisions on an account if nothing can have changed by a day what they say; ``None`` if it can.

    What is open, past due, ordered and held is then the same on that day as on the day of the decision, because each
    of them changes by something that happens to the account, by a row whose day comes, or on a day that the decision
    itself named (``assess/next_look.py``). Days past due, buckets and interest are those of the day of the decision.
    """
    before = queries.latest_runs(2)
    if not before or as_of < before[0].as_of or not follows(before, rules.version):
        return None
    run = before[0]
    if queries.touched_accounts(run.counts[READ_THROUGH], account_id) != frozenset():
        return None
    if queries.accounts_dated(run.as_of, as_of, account_id):
        return None
    rows = read_standing(run.pk, account_id)
    return rows if rows.filter(pl.col("next_look_on") <= as_of).is_empty() else None


def _ledger(run: Run, ageing: pl.DataFrame, standing: int) -> Ledger:
    """Read the ledger of the accounts whose figures are worked out, or of everybody where that is nearly the same."""
    account_ids: Collection[int] = ageing["account_id"].unique().to_list()
    return ledger_on(run.as_of, None if len(account_ids) * SHARE_MAX > standing else account_ids)


def _seen_as_it_was(run: Run, rules: Rules, earlier: pl.DataFrame) -> pl.DataFrame:
    """The decisions on accounts that nothing happened to since a run, so that its day can be seen as it was.

    None where other rates hold now: with them other interest would be worked out than was said then.
    """
    if not ends_with_rates(run.data_fingerprint, rules.jurisdiction, rules.added_rates):
        return earlier.clear()
    touched = queries.touched_accounts(run.counts[READ_THROUGH]) if READ_THROUGH in run.counts else None
    return earlier.clear() if touched is None else earlier.filter(~pl.col("account_id").is_in(list(touched)))

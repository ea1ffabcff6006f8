"""What a recorded run says of a day, with the figures of that day (decision page 12).

A run records the accounts that it looked at. Of the others its last decision stands; what merely ages in it (days past
due, buckets, interest) is worked out here for the day that is asked for, and never changes what was decided.
"""

from collections.abc import Collection

import polars as pl

from dunwell.assess.assessment import ACCOUNT_COLUMNS
from dunwell.assess.engine import assess
from dunwell.runs.rules import Rules
from dunwell.runs.scope import READ_THROUGH, SHARE_MAX
from dunwell.runs.versions import ledger_on
from dunwell.store import queries
from dunwell.store.models import Run
from dunwell.store.recording import read_standing

_DECIDED = ("account_id", "currency", "action", "step", "letter_kind")
_KEY = ["account_id", "currency"]


def decided_by(run: Run, rules: Rules, account_id: int | None = None, *, is_replay: bool = False) -> pl.DataFrame:
    """Return what stood decided after a run, of one account or of all (``ACCOUNT_COLUMNS``).

    Accounts that the run looked at are as it recorded them. The others have the figures of its day, unless they would
    be other ones than were true then: what happened to an account after the run must not be seen in a replay. Then,
    and where an assessment would decide otherwise, the decision is given as it was recorded when it was taken.
    """
    recorded = read_standing(run.pk, account_id)
    earlier = recorded.filter(pl.col("run_id") != run.pk)
    ageing = earlier if not is_replay else _untouched_since(run, earlier)
    if ageing.is_empty():
        return recorded.select(list(ACCOUNT_COLUMNS))
    account_ids = ageing["account_id"].unique().to_list()
    is_most = account_id is None and len(account_ids) * SHARE_MAX > recorded.height
    assessed = _assessed(run, rules, None if is_most else account_ids)
    same = assessed.join(ageing, on=_DECIDED, how="semi", nulls_equal=True)
    rest = recorded.join(same, on=_KEY, how="anti")
    return pl.concat([rest.select(list(ACCOUNT_COLUMNS)), same]).sort(_KEY)


def _assessed(run: Run, rules: Rules, account_ids: Collection[int] | None) -> pl.DataFrame:
    return assess(ledger_on(run.as_of, account_ids), rules.policies, rules.legal, run.as_of).accounts


def _untouched_since(run: Run, earlier: pl.DataFrame) -> pl.DataFrame:
    """The decisions on accounts that nothing happened to since a run, so that its day can be seen as it was."""
    touched = queries.touched_accounts(run.counts[READ_THROUGH]) if READ_THROUGH in run.counts else None
    return earlier.clear() if touched is None else earlier.filter(~pl.col("account_id").is_in(list(touched)))

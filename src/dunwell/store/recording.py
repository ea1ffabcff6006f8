"""What a run leaves behind: its decisions, the letters it drafted and the holds it proposed.

Everything of one run is written in one transaction together with the run's end (:func:`finish_run`), so a run that
is killed leaves nothing but its own row in state ``started``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from django.db.models.functions import Now

from dunwell.assess.assessment import ACCOUNT_COLUMNS, DECISION, FACTS, REASONS
from dunwell.errors import RefusedError
from dunwell.ledger.frames import CURRENCY
from dunwell.store import audit, bulk
from dunwell.store.audit_rows import Rows, decision_rows, last_id, rows_between, rows_since
from dunwell.store.models import HOLD_LIVE, Run
from dunwell.store.reasons import pack, unpack

LETTERS = pl.Schema(
    {
        "account_id": pl.Int64(),
        "currency": CURRENCY,
        "kind": pl.String(),  # reminder, collection, hold …
        "step": pl.String(),  # ladder step; off the ladder the kind
        "is_request": pl.Boolean(),  # counts as a payment request once it is sent
        "language": pl.String(),
        "channel": pl.String(),
        "episode_start_on": pl.Date(),  # off the ladder: the day of what it is about, such as the hold's first day
        "reference": pl.String(),  # unique; a later attempt of the same step gets "-2", "-3" … appended
        "pay_by_on": pl.Date(),
        "total_due_minor": pl.Int64(),
    }
)
"""One row per letter to draft."""

HOLDS = pl.Schema(
    {
        "account_id": pl.Int64(),
        "currency": CURRENCY,
        "demanded_minor": pl.Int64(),
        "episode_start_on": pl.Date(),  # with the step: which letter carries the hold
        "step": pl.String(),
    }
)
"""One row per hold to propose."""

_TEXTS = ("policy", "step", "letter_kind")
_COLUMNS = (*FACTS, *DECISION)
_DAY = {"letter": "drafted_on", "hold": "proposed_on"}
_FIRST_STATE = {"letter": "draft", "hold": "proposed"}
_MOVES = ("lettertransition", "holdtransition")

_SAME_STEP = (
    "l.account_id = i.account_id AND l.currency = i.currency"
    " AND l.episode_start_on = i.episode_start_on AND l.step = i.step"
)
# A later occasion counts its attempts anew, but not on the day of an earlier one: their references would be the same.
_TRIED = (
    "l.account_id = i.account_id AND l.currency = i.currency AND l.step = i.step"
    " AND (l.episode_start_on = i.episode_start_on OR l.drafted_on = i.drafted_on)"
)
_LETTERS_SQL = (
    "INSERT INTO store_letter (account_id, currency, kind, step, is_request, language, channel, state,"
    " episode_start_on, attempt, reference, drafted_on, pay_by_on, total_due_minor, decision_id, drafted_by,"
    " approved_by) SELECT n.account_id, n.currency, n.kind, n.step, n.is_request, n.language, n.channel,"
    " 'draft', n.episode_start_on, n.tried + 1,"
    " CASE WHEN n.tried = 0 THEN n.reference ELSE n.reference || '-' || (n.tried + 1) END,"
    " n.drafted_on, n.pay_by_on, n.total_due_minor, d.id, %s, '' FROM"
    f" (SELECT i.*, (SELECT COALESCE(max(attempt), 0) FROM store_letter l WHERE {_TRIED}) AS tried"
    f" FROM new_letter i WHERE NOT EXISTS (SELECT 1 FROM store_letter l WHERE {_SAME_STEP}"
    " AND l.state <> 'cancelled')) n"
    " LEFT JOIN store_decision d ON d.run_id = %s AND d.account_id = n.account_id AND d.currency = n.currency"
    " ORDER BY n.account_id, n.currency"
)
_HOLDS_SQL = (
    "INSERT INTO store_hold (account_id, currency, state, proposed_on, demanded_minor, letter_id, decision_id)"
    " SELECT i.account_id, i.currency, 'proposed', i.drafted_on, i.demanded_minor, l.id, d.id"
    f" FROM new_hold i LEFT JOIN store_letter l ON {_SAME_STEP} AND l.state <> 'cancelled'"
    " LEFT JOIN store_decision d ON d.run_id = %s AND d.account_id = i.account_id AND d.currency = i.currency"
    " WHERE NOT EXISTS (SELECT 1 FROM store_hold h WHERE h.account_id = i.account_id"
    " AND h.currency = i.currency"
    f" AND (h.state IN ({', '.join(repr(state) for state in HOLD_LIVE)}) OR h.proposed_on = i.drafted_on))"
    " ORDER BY i.account_id, i.currency"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one run decided; ``counts`` is kept with the run, and so are the problems it found in the ledger."""

    decisions: pl.DataFrame
    letters: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LETTERS))
    holds: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=HOLDS))
    counts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many rows were written: letters and holds that already lived are not written again."""

    decisions: int
    letters: int
    holds: int


def finish_run(run_id: int, as_of: date, outcome: Outcome, by: str = "run") -> Recorded:
    """Write everything of a run and mark it finished, all or nothing."""
    with bulk.writing():
        before = {table: last_id(table) for table in _MOVES}
        decided = write_decisions(run_id, outcome.decisions)
        decisions = decided.count
        letters = write_letters(run_id, as_of, outcome.letters, by)
        holds = write_holds(run_id, as_of, outcome.holds, by)
        counts = {**outcome.counts, "decisions": decisions, "letters": letters, "holds": holds}
        unfinished = Run.objects.filter(pk=run_id, state="started")
        if unfinished.update(state="finished", finished_at=Now(), counts=counts) != 1:
            raise RefusedError(f"Run {run_id} has already finished; nothing of it was written again.")
        moves = [rows for table, last in before.items() for rows in rows_since(table, last)]
        shown = {name: value for name, value in counts.items() if name != "problems"}
        rows = [rows_between("run", run_id, run_id), decided, *moves]
        audit.append(audit.Act("run", by, as_of, run_id, summary={"counts": shown}, rows=rows))
    return Recorded(decisions, letters, holds)


def write_decisions(run_id: int, accounts: pl.DataFrame) -> Rows:
    """Write an assessment's account frame as the decisions of a run; return how many, with their digest."""
    rows = accounts.select(
        pl.lit(run_id, pl.Int64).alias("run_id"),
        *(pl.col(name).cast(pl.String).fill_null("") if name in _TEXTS else pl.col(name) for name in _COLUMNS),
        pack(REASONS),
    )
    bulk.append("store_decision", rows)
    return decision_rows(run_id, rows)


def read_decisions(run_id: int, account_id: int | None = None) -> pl.DataFrame:
    """Return what stood decided after a run, of one account or of all, as the engine gave it (``ACCOUNT_COLUMNS``).

    Of an account that the run did not look at, that is its last decision before.
    """
    return read_standing(run_id, account_id).select(list(ACCOUNT_COLUMNS))


def read_standing(run_id: int, account_id: int | None = None) -> pl.DataFrame:
    """Return what :func:`read_decisions` does, and in ``run_id`` which run decided it."""
    own = "true" if account_id is None else f"account_id = {int(account_id)}"
    schema = pl.Schema({**{name: ACCOUNT_COLUMNS[name] for name in _COLUMNS}, "reasons": pl.Int64(), **_OF_RUN})
    rows = _standing(run_id, schema, own)
    blank = [pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in _TEXTS]
    return rows.with_columns(*blank, *unpack(REASONS)).select(*ACCOUNT_COLUMNS, "run_id")


def read_looks(run_id: int) -> pl.DataFrame:
    """Return of every account and currency the action that stands after a run, and when to look again (``LOOKS``)."""
    return _standing(run_id, pl.Schema({**LOOKS, **_OF_RUN})).select(list(LOOKS))


LOOKS = pl.Schema({name: ACCOUNT_COLUMNS[name] for name in ("account_id", "currency", "action", "next_look_on")})
_OF_RUN = {"run_id": pl.Int64()}


def _standing(run_id: int, schema: pl.Schema, own: str = "true") -> pl.DataFrame:
    """The last decision on every account and currency among the runs since the last one that looked at everybody."""
    chain = ",".join(str(key) for key in chain_of(run_id))
    sql = f"SELECT {', '.join(schema)} FROM store_decision WHERE run_id IN ({chain}) AND {own}"
    with bulk.reading():
        rows = bulk.frame(sql, schema)
    key = ["account_id", "currency"]
    return rows.sort(*key, "run_id").unique(key, keep="last", maintain_order=True)


def chain_of(run_id: int) -> list[int]:
    """Return the runs whose decisions say what stands after a run: from the last that looked at everybody to it."""
    counts = Run.objects.values_list("counts", flat=True).get(pk=run_id)
    first = int(counts.get(WHOLE_RUN, run_id))
    between = Run.objects.filter(pk__range=(first, run_id), state="finished").order_by("id")
    return list(between.values_list("id", flat=True)) or [run_id]


WHOLE_RUN = "whole_run_id"
"""In ``Run.counts``: the last run that looked at everybody. A run without it looked at everybody itself."""


def write_letters(run_id: int | None, on: date, letters: pl.DataFrame, by: str, reason: str = "") -> int:
    """Draft letters, one transition row each; a step with a letter that is not cancelled is left alone.

    Returns how many were drafted.
    """
    if letters.is_empty():
        return 0
    with bulk.staged("new_letter", _with_day(letters.select(list(LETTERS)), on)):
        before = int(bulk.scalar("SELECT COALESCE(max(id), 0) FROM store_letter"))
        drafted = bulk.execute(_LETTERS_SQL, by, run_id or 0)
        told = last_id("lettertransition")
        _first_transitions("letter", before, on, by, reason)
        if run_id is None:
            _audit_by_hand("letter", told, on, by)
    return drafted


def write_holds(run_id: int | None, on: date, holds: pl.DataFrame, by: str, reason: str = "") -> int:
    """Propose holds, one transition row each.

    An account with a live hold in the currency is left alone, and so is one whose proposal of the same day was
    withdrawn: running again must not argue with a person. Returns how many were proposed.
    """
    if holds.is_empty():
        return 0
    with bulk.staged("new_hold", _with_day(holds.select(list(HOLDS)), on)):
        before = int(bulk.scalar("SELECT COALESCE(max(id), 0) FROM store_hold"))
        proposed = bulk.execute(_HOLDS_SQL, run_id or 0)
        told = last_id("holdtransition")
        _first_transitions("hold", before, on, by, reason)
        if run_id is None:
            _audit_by_hand("hold", told, on, by)
    return proposed


def _audit_by_hand(case: str, before: int, on: date, by: str) -> None:
    """Put what a person drafted or proposed into the audit trail; what a run does is in the run's entry."""
    rows = rows_since(f"{case}transition", before)
    if not rows:
        return
    key = last_id(case)
    account_id = int(bulk.scalar(f"SELECT account_id FROM store_{case} WHERE id = {key}"))
    first = {"from": "", "to": _FIRST_STATE[case]}
    audit.append(audit.Act(case, by, on, key, account_id, first, rows))


def _with_day(frame: pl.DataFrame, on: date) -> pl.DataFrame:
    return frame.with_columns(pl.lit(on, pl.Date).alias("drafted_on"))


def _first_transitions(case: str, before: int, on: date, by: str, reason: str) -> None:
    """Write the first transition of every case made since ``before``."""
    bulk.execute(
        f'INSERT INTO store_{case}transition ({case}_id, from_state, to_state, "on", by, reason)'
        f" SELECT c.id, '', '{_FIRST_STATE[case]}', c.{_DAY[case]}, CAST(%s AS text), CAST(%s AS text)"
        f" FROM store_{case} c"
        f" WHERE c.id > {before} AND c.{_DAY[case]} = %s"
        f" AND NOT EXISTS (SELECT 1 FROM store_{case}transition t WHERE t.{case}_id = c.id)",
        by,
        reason,
        on,
    )

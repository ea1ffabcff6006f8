"""What a run leaves behind: its decisions, the letters it drafted and the holds it proposed.

Everything of one run is written in one transaction together with the run's end (:func:`finish_run`), so a run that
is killed leaves nothing but its own row in state ``started``.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from django.db.models.functions import Now

from dunwell.assess.assessment import ACCOUNT_COLUMNS, DECISION, FACTS, REASONS
from dunwell.errors import RefusedError
from dunwell.ledger.frames import CURRENCY
from dunwell.store import audit, bulk, decision_chunks
from dunwell.store.audit_rows import Rows, decision_rows, last_id, rows_between, rows_since
from dunwell.store.ledger_digests import NAMED, Taken
from dunwell.store.models import HOLD_LIVE, Run
from dunwell.store.models.fields import KEY_LENGTH_MAX
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
_WRITTEN = ("lettertransition", "holdtransition", "letter", "hold")

_SAME_STEP = (
    "l.account_id = i.account_id AND l.currency = i.currency"
    " AND l.episode_start_on = i.episode_start_on AND l.step = i.step"
)
_HOLDS_SQL = (
    "INSERT INTO store_hold (account_id, currency, state, proposed_on, demanded_minor, letter_id, run_id)"
    " SELECT i.account_id, i.currency, 'proposed', i.drafted_on, i.demanded_minor, l.id, %s"
    f" FROM new_hold i LEFT JOIN store_letter l ON {_SAME_STEP} AND l.state <> 'cancelled'"
    " WHERE NOT EXISTS (SELECT 1 FROM store_hold h WHERE h.account_id = i.account_id"
    " AND h.currency = i.currency"
    f" AND (h.state IN ({', '.join(repr(state) for state in HOLD_LIVE)}) OR {{given_up}}))"
    " ORDER BY i.account_id, i.currency"
)
_GIVEN_UP_SQL = "h.proposed_on = i.drafted_on"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one run decided; ``counts`` is kept with the run, and so are the problems it found in the ledger.

    ``digests`` are those of the ledger's rows, named by the run's entry in the audit trail.
    """

    decisions: pl.DataFrame
    letters: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LETTERS))
    holds: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=HOLDS))
    counts: Mapping[str, Any] = field(default_factory=dict)
    digests: Taken | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many rows were written: letters and holds that already lived are not written again."""

    decisions: int
    letters: int
    holds: int


@dataclass(frozen=True, slots=True)
class _Made:
    """By whom cases were made, on which day and why; ``run_id`` is ``None`` for those that a person made."""

    run_id: int | None
    on: date
    by: str
    reason: str


def finish_run(run_id: int, as_of: date, outcome: Outcome, by: str = "run") -> Recorded:
    """Write everything of a run and mark it finished, all or nothing."""
    with bulk.writing():
        before = {table: last_id(table) for table in _WRITTEN}
        decided = write_decisions(run_id, outcome.decisions)
        decisions = decided.count
        letters = write_letters(run_id, as_of, outcome.letters, by)
        holds = write_holds(run_id, as_of, outcome.holds, by)
        counts = {**outcome.counts, "decisions": decisions, "letters": letters, "holds": holds}
        unfinished = Run.objects.filter(pk=run_id, state="started")
        if unfinished.update(state="finished", finished_at=Now(), counts=counts) != 1:
            raise RefusedError(f"Run {run_id} has already finished; nothing of it was written again.")
        moves = [rows for table, last in before.items() for rows in rows_since(table, last)]
        rows = [rows_between("run", run_id, run_id), decided, *moves]
        named = {NAMED: outcome.digests.sha256} if outcome.digests else {}
        audit.append(audit.Act("run", by, as_of, run_id, summary={**audit.of_counts(counts), **named}, rows=rows))
    return Recorded(decisions, letters, holds)


def write_decisions(run_id: int, accounts: pl.DataFrame) -> Rows:
    """Write an assessment's account frame as the decisions of a run; return how many, with their digest."""
    return decision_rows(run_id, decision_chunks.write(run_id, kept_rows(accounts)))


def kept_rows(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return an assessment's account frame in the columns in which decisions are kept: no text is null."""
    texts = {name: pl.col(name).cast(pl.String).fill_null("") for name in _TEXTS}
    return accounts.select(*(texts.get(name, pl.col(name)) for name in _COLUMNS), pack(REASONS))


def read_decisions(run_id: int, account_id: int | None = None) -> pl.DataFrame:
    """Return what stood decided after a run, of one account or of all, as the engine gave it (``ACCOUNT_COLUMNS``).

    Of an account that the run did not look at, that is its last decision before.
    """
    return read_standing(run_id, account_id).select(list(ACCOUNT_COLUMNS))


def read_standing(run_id: int, account_id: int | None = None) -> pl.DataFrame:
    """Return what :func:`read_decisions` does, and in ``run_id`` which run decided it."""
    return _as_assessed(_standing(run_id, _KEPT, account_id))


def read_outcomes(run_id: int, account_id: int) -> pl.DataFrame:
    """Return of :func:`read_standing` no more than what was decided on one account (``OUTCOMES`` and ``run_id``)."""
    rows = _standing(run_id, OUTCOMES, account_id)
    return rows.with_columns_seq(_unblanked(OUTCOMES))[[*OUTCOMES, "run_id"]]


def read_decided(run_ids: Collection[int]) -> pl.DataFrame:
    """Return the last decision of these runs on every account and currency that one of them looked at."""
    return _as_assessed(_last(run_ids, _KEPT)).select(list(ACCOUNT_COLUMNS))


def accounts_decided(run_ids: Collection[int]) -> frozenset[int]:
    """Return the accounts on which one of these runs decided."""
    only = pl.Schema({"account_id": ACCOUNT_COLUMNS["account_id"]})
    with bulk.reading():
        return frozenset(decision_chunks.read(run_ids, only)["account_id"])


def _as_assessed(rows: pl.DataFrame) -> pl.DataFrame:
    """Decisions as they are kept, in the columns of the engine, with ``run_id``."""
    return rows.with_columns_seq(*_unblanked(_TEXTS), *unpack(REASONS))[[*ACCOUNT_COLUMNS, "run_id"]]


def _unblanked(names: Iterable[str]) -> list[pl.Expr]:
    """Texts as the engine gave them: null where they are kept empty."""
    return [pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names if name in _TEXTS]


def read_looks(run_id: int) -> pl.DataFrame:
    """Return of every account and currency the action that stands after a run, and when to look again (``LOOKS``)."""
    return _standing(run_id, LOOKS).select(list(LOOKS))


def read_history(account_id: int, *names: str) -> pl.DataFrame:
    """Return every decision on an account, run by run: those columns, or all in which they are kept.

    ``run_id`` and ``as_of`` say which run took it, for which day.
    """
    wanted = pl.Schema({name: _KEPT[name] for name in ("account_id", *names)}) if names else _KEPT
    return decision_chunks.history(account_id, wanted)


LOOKS = pl.Schema({name: ACCOUNT_COLUMNS[name] for name in ("account_id", "currency", "action", "next_look_on")})
OUTCOMES = pl.Schema(
    {name: ACCOUNT_COLUMNS[name] for name in ("account_id", "currency", "action", "step", "letter_kind")}
)
"""What was decided on whom, without its figures."""
_KEPT = pl.Schema({**{name: ACCOUNT_COLUMNS[name] for name in _COLUMNS}, "reasons": pl.Int64()})


def _standing(run_id: int, schema: pl.Schema, account_id: int | None = None) -> pl.DataFrame:
    """The last decision on every account and currency among the runs since the last one that looked at everybody."""
    with bulk.reading():
        return _last(chain_of(run_id), schema, account_id)


def _last(run_ids: Collection[int], schema: pl.Schema, account_id: int | None = None) -> pl.DataFrame:
    rows = decision_chunks.read(run_ids, schema, account_id)
    if len(run_ids) == 1 or rows.height <= 1:
        return rows  # in order, and each once
    key = ["account_id", "currency"]
    return rows.sort(*key, "run_id").unique(key, keep="last", maintain_order=True)


def chain_of(run_id: int) -> list[int]:
    """Return the runs whose decisions say what stands after a run: from the last that looked at everybody to it."""
    counts = Run.objects.values_list("counts", flat=True).get(pk=run_id)
    first = int(counts.get(WHOLE_RUN, run_id))
    between = f"SELECT id FROM store_run WHERE state = 'finished' AND id BETWEEN {first:d} AND {run_id:d} ORDER BY id"
    return bulk.keys(between) or [run_id]


WHOLE_RUN = "whole_run_id"
"""In ``Run.counts``: the last run that looked at everybody. A run without it looked at everybody itself."""


def write_letters(run_id: int | None, on: date, letters: pl.DataFrame, by: str, reason: str = "") -> int:
    """Draft letters, one transition row each; a step with a letter that is not cancelled is left alone.

    Returns how many were drafted.
    """
    if letters.is_empty():
        return 0
    told = {table: last_id(table) for table in ("lettertransition", "letter")}
    before = told["letter"]
    drafts = _untaken(letters.select(list(LETTERS)).sort("account_id", "currency"), on)
    with bulk.unchecked() if _is_known_good(drafts) else nullcontext():
        bulk.append("store_letter", drafts.with_columns(_drafted(run_id, on, by)))
        _first_transitions("letter", before, _Made(run_id, on, by, reason))
    if run_id is None:
        _audit_by_hand("letter", told, on, by)
    return drafts.height


def _is_known_good(drafts: pl.DataFrame) -> bool:
    """Tell whether drafts meet the constraints that depend on their texts; the others they meet by their types."""
    lengths = pl.col("reference", "step").str.len_chars()
    return bool(drafts.select(pl.all_horizontal(lengths.is_between(1, KEY_LENGTH_MAX)).all()).item())


def _drafted(run_id: int | None, on: date, by: str) -> list[pl.Expr]:
    """What the drafts of one day have in common."""
    texts = {"state": _FIRST_STATE["letter"], "drafted_by": by, "approved_by": ""}
    return [
        pl.lit(run_id, pl.Int64).alias("run_id"),
        pl.lit(on).alias("drafted_on"),
        *(pl.lit(text).alias(name) for name, text in texts.items()),
    ]


_STEP = ["account_id", "currency", "step"]
_TRIED = pl.Schema(
    {
        **{name: LETTERS[name] for name in (*_STEP, "episode_start_on")},
        "drafted_on": pl.Date(),
        "attempt": pl.Int64(),
        "state": pl.String(),
    }
)


_NAMING_COST = 5
"""To name an account costs the database as much as to read so many letters."""


def _untaken(letters: pl.DataFrame, on: date) -> pl.DataFrame:
    """Leave out the letters whose step has a living one; say of the others which ``attempt`` they are.

    A later occasion counts its attempts anew, but not on the day of an earlier one: their references would be the same.
    """
    is_few = letters.height * _NAMING_COST < last_id("letter")
    own = bulk.among("account_id", letters["account_id"].unique()) if is_few else "true"
    tried = bulk.frame(f"SELECT {', '.join(_TRIED)} FROM store_letter WHERE {own}", _TRIED)
    living = tried.filter(pl.col("state") != "cancelled")
    untaken = letters.join(living, on=[*_STEP, "episode_start_on"], how="anti", maintain_order="left")
    left = untaken.with_row_index("place")
    is_counted = (pl.col("episode_start_on") == pl.col("episode_start_on_tried")) | (pl.col("drafted_on") == on)
    counted = left.join(tried, on=_STEP, suffix="_tried").filter(is_counted).group_by("place").agg(pl.max("attempt"))
    attempt = pl.col("attempt").fill_null(0) + 1
    reference = pl.when(attempt > 1).then(pl.format("{}-{}", "reference", attempt)).otherwise("reference")
    numbered = left.join(counted, on="place", how="left", maintain_order="left")
    return numbered.with_columns(reference.alias("reference"), attempt.alias("attempt")).drop("place")


def write_holds(run_id: int | None, on: date, holds: pl.DataFrame, by: str, reason: str = "") -> int:
    """Propose holds, one transition row each.

    An account with a live hold in the currency is left alone, and by a run so is one whose proposal of the same day
    was withdrawn: running again must not argue with a person. Returns how many were proposed.
    """
    if holds.is_empty():
        return 0
    told = {table: last_id(table) for table in ("holdtransition", "hold")}
    before = told["hold"]
    with bulk.staged("new_hold", _with_day(holds.select(list(HOLDS)), on)), bulk.unchecked():
        given_up = "false" if run_id is None else _GIVEN_UP_SQL
        proposed = bulk.execute(_HOLDS_SQL.format(given_up=given_up), run_id)
        _first_transitions("hold", before, _Made(run_id, on, by, reason))
    if run_id is None:
        _audit_by_hand("hold", told, on, by)
    return proposed


def _audit_by_hand(case: str, before: Mapping[str, int], on: date, by: str) -> None:
    """Put what a person drafted or proposed into the audit trail; what a run does is in the run's entry."""
    rows = [written for table, last in before.items() for written in rows_since(table, last)]
    if not rows:
        return
    key = last_id(case)
    account_id = int(bulk.scalar(f"SELECT account_id FROM store_{case} WHERE id = {key}"))
    first = {"from": "", "to": _FIRST_STATE[case]}
    audit.append(audit.Act(case, by, on, key, account_id, first, rows))


def _with_day(frame: pl.DataFrame, on: date) -> pl.DataFrame:
    return frame.with_columns(pl.lit(on, pl.Date).alias("drafted_on"))


def _first_transitions(case: str, before: int, made: _Made) -> None:
    """Write the first transition of every case made since ``before``; those of a run are told by the run."""
    has_moved = f"EXISTS (SELECT 1 FROM store_{case}transition t WHERE t.{case}_id = c.id)"
    own = f"NOT {has_moved}" if made.run_id is None else f"c.run_id = {made.run_id}"
    bulk.execute(
        f'INSERT INTO store_{case}transition ({case}_id, from_state, to_state, at, "on", by, reason)'
        f" SELECT c.id, '', '{_FIRST_STATE[case]}', {bulk.now()}, c.{_DAY[case]}, CAST(%s AS text), CAST(%s AS text)"
        f" FROM store_{case} c WHERE c.id > {before} AND c.{_DAY[case]} = %s AND {own}",
        made.by,
        made.reason,
        made.on,
    )

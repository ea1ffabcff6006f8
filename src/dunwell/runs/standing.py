"""What stands after the latest run, for screens that a person waits for: a page of it in a moment.

The decisions of a run never change, so they are read once per run and kept; what happened since (letters approved or
sent, holds lifted) is asked of the database when a page is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from dunwell.assess.reasons import summarise
from dunwell.ledger.frames import CURRENCY
from dunwell.runs.nightly import DayReport
from dunwell.runs.rules import Rules, rules_on
from dunwell.runs.scope import READ_THROUGH
from dunwell.store import audit, queries
from dunwell.store.lookups import account_names
from dunwell.store.models import Letter, Run
from dunwell.store.workspace import Workspace

URGENCY = ("hold", "release", "refer", "review", "match_cash", "letter")
"""What is to be done, most urgent first."""

PAGE_ROWS = 50
_WAITING = ("draft", "approved")
_OF_A_LETTER = ("letter", "hold", "release")


@dataclass(frozen=True)
class Standing:
    """The decisions of the latest run on everybody (``ACCOUNT_COLUMNS``), and the rules that decided."""

    run: Run
    rules: Rules
    accounts: pl.DataFrame

    @property
    def as_of(self) -> date:
        """The day of the run."""
        return self.run.as_of


def standing(workspace: Workspace) -> Standing | None:
    """Return what stands; ``None`` before the first run."""
    run = queries.latest_run()
    return None if run is None else _standing(workspace, run)


@lru_cache(maxsize=2)
def _kept(path: str, run_id: int, head: str) -> dict[str, Standing]:  # noqa: ARG001 - what a kept answer is good for
    return {}


def _standing(workspace: Workspace, run: Run) -> Standing:
    """Decisions of a run are told apart by workspace, run and the audit trail's own digest of that run."""
    kept = _kept(str(workspace.path), run.pk, run.data_fingerprint)
    if "it" not in kept:
        rules = rules_on(workspace, run.as_of)
        report = DayReport(run.as_of, rules, run, (), is_recorded=True)
        kept["it"] = Standing(run, rules, report.accounts)
    return kept["it"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the worklist: an action (empty: all), words to look for, and which page, from 1."""

    action: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: who, what, why in one sentence, how much, since when; ``letter`` waits for a person."""

    account_number: str
    name: str
    currency: str
    action: str
    step: str
    why: str
    total_due_minor: int
    days_past_due: int
    since_on: date | None
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of things to do, how many there are by action, and how many pages."""

    tasks: Sequence[Task]
    counts: Mapping[str, int]
    total: int
    page: int
    pages: int


def worklist_page(now: Standing, wanted: Wanted, language: str = "en") -> Worklist:
    """Return a page of what is still to do, most urgent first, then by money."""
    todo = _to_do(now)
    counts = dict(todo["action"].cast(pl.String).value_counts().iter_rows())
    chosen = todo if not wanted.action else todo.filter(pl.col("action").cast(pl.String) == wanted.action)
    chosen = _named(chosen, wanted.words)
    pages = max(1, -(-chosen.height // PAGE_ROWS))
    page = min(max(wanted.page, 1), pages)
    rows = chosen.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)
    return Worklist(_tasks(now, rows, language), counts, chosen.height, page, pages)


def _to_do(now: Standing) -> pl.DataFrame:
    """Decisions that wait for somebody: those of a letter while it waits, the others until they are acted on."""
    letters = _waiting_letters()
    rows = now.accounts.filter(pl.col("action") != "none")
    of_letter = pl.col("action").cast(pl.String).is_in(_OF_A_LETTER)
    written = rows.filter(of_letter).join(letters, on=["account_id", "currency"], how="inner")
    acted_on = _acted_on(now)
    others = rows.filter(~of_letter & ~pl.col("account_id").is_in(acted_on)).with_columns(
        pl.lit(None, dtype=pl.Int64).alias("letter_id")
    )
    rank = pl.col("action").cast(pl.String).replace_strict(dict(zip(URGENCY, range(len(URGENCY)), strict=True)))
    return pl.concat([written, others.select(written.columns)]).sort(
        rank, -pl.col("total_due_minor"), "account_id", "currency"
    )


def _waiting_letters() -> pl.DataFrame:
    """The first waiting letter of each account and currency."""
    waiting = Letter.objects.filter(state__in=_WAITING).order_by("id").values_list("account_id", "currency", "id")
    schema = pl.Schema({"account_id": pl.Int64(), "currency": CURRENCY, "letter_id": pl.Int64()})
    return pl.DataFrame(list(waiting), schema=schema, orient="row").unique(["account_id", "currency"], keep="first")


def _acted_on(now: Standing) -> list[int]:
    touched = queries.touched_accounts(now.run.counts.get(READ_THROUGH, audit.head()[0]))
    return sorted(touched or ())


def _named(rows: pl.DataFrame, words: str) -> pl.DataFrame:
    if not words.strip():
        return rows
    found = queries.accounts_called(words)
    return rows.filter(pl.col("account_id").is_in(found))


def _tasks(now: Standing, rows: pl.DataFrame, language: str) -> list[Task]:
    names = account_names(rows["account_id"].unique().to_list())
    letters = Letter.objects.select_related("account").in_bulk(rows["letter_id"].drop_nulls().to_list())
    return [_task(now, row, names, letters, language) for row in rows.iter_rows(named=True)]


def _task(
    now: Standing,
    row: Mapping[str, Any],
    names: Mapping[int, tuple[str, str]],
    letters: Mapping[int, Letter],
    language: str,
) -> Task:
    number, name = names[row["account_id"]]
    return Task(
        account_number=number,
        name=name,
        currency=row["currency"],
        action=row["action"],
        step=row["step"] or "",
        why=summarise(row, now.rules.policy(row["policy"]), language),
        total_due_minor=row["total_due_minor"],
        days_past_due=row["oldest_days_past_due"] or 0,
        since_on=row["episode_start_on"],
        letter=letters.get(row["letter_id"]) if row["letter_id"] else None,
    )

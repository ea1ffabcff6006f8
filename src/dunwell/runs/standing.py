"""What stands after the latest run, for screens that a person waits for: a page of it in a moment.

The decisions of a run never change, so they are kept, and after another run of the same day only its own are read; what
is still to do of them is put in order once after each act (``runs.kept``). A page then asks for the rows that it shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dunwell.assess.reasons import summarise
from dunwell.runs.called import accounts_called
from dunwell.runs.decided import decided_by
from dunwell.runs.kept import Moment, kept, moment
from dunwell.runs.rules import Rules, rules_on
from dunwell.runs.scope import READ_THROUGH
from dunwell.store import audit, queries
from dunwell.store.lookups import account_names
from dunwell.store.models import Letter, Run
from dunwell.store.recording import chain_of, read_decided
from dunwell.store.workspace import Workspace

URGENCY = ("hold", "release", "refer", "review", "match_cash", "letter")
"""What is to be done, most urgent first."""

PAGE_ROWS = 50
_OF_A_LETTER = ("letter", "hold", "release")


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
    if before.as_of != run.as_of or before.rules.version != rules.version:
        return None
    chain = chain_of(run.pk)
    if before.run.pk not in chain:
        return None
    since = read_decided([key for key in chain if key > before.run.pk])
    if since.is_empty():
        return before.accounts
    rest = before.accounts.filter(~pl.col("account_id").is_in(since["account_id"].unique().to_list()))
    return pl.concat([rest, since]).sort("account_id", "currency")


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
    todo = kept(now.moment, "to do", lambda _before: _to_do(now))
    counts = dict(todo["action"].cast(pl.String).value_counts().iter_rows())
    chosen = todo if not wanted.action else todo.filter(pl.col("action") == wanted.action)
    chosen = _named(now.moment, chosen, wanted.words)
    pages = max(1, -(-chosen.height // PAGE_ROWS))
    page = min(max(wanted.page, 1), pages)
    shown = chosen.slice((page - 1) * PAGE_ROWS, PAGE_ROWS)
    rows = now.accounts[shown["row"]].with_columns(shown["letter_id"])
    return Worklist(_tasks(now, rows, language), counts, chosen.height, page, pages)


def _to_do(now: Standing) -> pl.DataFrame:
    """Decisions that wait for somebody: those of a letter while it waits, the others until they are acted on.

    ``row`` is the place of each in ``now.accounts``, ``letter_id`` the letter that waits.
    """
    rows = now.accounts.select("account_id", "currency", "action", "total_due_minor").with_row_index("row")
    rows = rows.filter(pl.col("action") != "none")
    is_of_letter = pl.col("action").cast(pl.String).is_in(_OF_A_LETTER)
    letters = queries.waiting_letters()
    written = rows.filter(is_of_letter).join(letters, on=["account_id", "currency"], how="inner")
    others = rows.filter(~is_of_letter & ~pl.col("account_id").is_in(_acted_on(now))).with_columns(
        pl.lit(None, dtype=pl.Int64).alias("letter_id")
    )
    rank = pl.col("action").cast(pl.String).replace_strict(dict(zip(URGENCY, range(len(URGENCY)), strict=True)))
    both = pl.concat([written, others.select(written.columns)])
    return both.sort(rank, -pl.col("total_due_minor"), "row").select("row", "account_id", "action", "letter_id")


def _acted_on(now: Standing) -> list[int]:
    touched = queries.touched_accounts(now.run.counts.get(READ_THROUGH, audit.head()[0]))
    return sorted(touched or ())


def _named(at: Moment, rows: pl.DataFrame, words: str) -> pl.DataFrame:
    return rows.filter(pl.col("account_id").is_in(accounts_called(at, words))) if words.strip() else rows


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

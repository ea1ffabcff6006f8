"""What is still to do after the latest run, in order, a page of it in a moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dunwell.assess.reasons import summarise
from dunwell.runs.called import accounts_called
from dunwell.runs.in_order import Ordering, listed
from dunwell.runs.kept import Moment
from dunwell.runs.pages import page_of
from dunwell.runs.scope import READ_THROUGH
from dunwell.runs.standing import Standing
from dunwell.store import audit, queries
from dunwell.store.lookups import account_names
from dunwell.store.models import Letter

URGENCY = ("hold", "release", "refer", "review", "match_cash", "letter")
"""What is to be done, most urgent first."""

PAGE_ROWS = 50
_OF_A_LETTER = ("letter", "hold", "release")


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
    todo = listed(now, _TO_DO)
    counts = {URGENCY[rank]: count for rank, count in todo["rank"].value_counts().iter_rows()}
    chosen = todo if not wanted.action else todo.filter(pl.col("rank") == URGENCY.index(wanted.action))
    chosen = _named(now.moment, chosen, wanted.words)
    shown, page, pages = page_of(chosen, wanted.page, PAGE_ROWS)
    return Worklist(_tasks(now, shown, language), counts, chosen.height, page, pages)


def _still_to_do(now: Standing, account_ids: Collection[int] | None) -> pl.DataFrame:
    """Decisions that wait for somebody: those of a letter while it waits, the others until they are acted on.

    ``rank`` is the place of the action in ``URGENCY``, ``letter_id`` the letter that waits.
    """
    rows = now.of(account_ids).select(*_KEY, "action", "total_due_minor").filter(pl.col("action") != "none")
    action = pl.col("action").cast(pl.String)
    ranked = rows.with_columns(action.replace_strict(_RANKS, return_dtype=pl.Int64).alias("rank"))
    is_of_letter = action.is_in(_OF_A_LETTER)
    written = ranked.filter(is_of_letter).join(queries.waiting_letters(account_ids), on=_KEY, how="inner")
    others = ranked.filter(~is_of_letter & ~pl.col("account_id").is_in(_acted_on(now)))
    both = pl.concat([written, others.with_columns(pl.lit(None, dtype=pl.Int64).alias("letter_id"))])
    return both.select("rank", "total_due_minor", *_KEY, "letter_id")


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort("rank", -pl.col("total_due_minor"), *_KEY)


def _place(row: tuple[int, int, int, str, int | None]) -> tuple[int, int, int, str]:
    rank, total_due_minor, account_id, currency, _ = row
    return rank, -total_due_minor, account_id, currency


_KEY = ("account_id", "currency")
_RANKS = {action: rank for rank, action in enumerate(URGENCY)}
_TO_DO = Ordering("to do", _still_to_do, _in_order, _place)


def _acted_on(now: Standing) -> list[int]:
    touched = queries.touched_accounts(now.run.counts.get(READ_THROUGH, audit.head()[0]))
    return sorted(touched or ())


def _named(at: Moment, rows: pl.DataFrame, words: str) -> pl.DataFrame:
    return rows.filter(pl.col("account_id").is_in(accounts_called(at, words))) if words.strip() else rows


def _tasks(now: Standing, shown: pl.DataFrame, language: str) -> list[Task]:
    decided = now.of(shown["account_id"].unique().to_list())
    rows = shown.select(*_KEY, "letter_id").join(decided, on=_KEY, how="left", maintain_order="left")
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

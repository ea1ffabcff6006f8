"""One letter beside its reasons, put together once: what it says, why, what the linter finds, what was asked before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from dunwell.errors import DunwellError, Problem
from dunwell.ledger.frames import CURRENCY
from dunwell.letters.content import LetterContent
from dunwell.runs.approving import faults, written
from dunwell.runs.desk import Desk
from dunwell.runs.frozen import thaw
from dunwell.runs.letter_facts import Situation, situation
from dunwell.runs.nightly import DayReport
from dunwell.runs.reporting import why_json
from dunwell.runs.rules import rules_of
from dunwell.store import queries
from dunwell.store.models import Letter
from dunwell.store.recording import read_decisions


@dataclass(frozen=True, slots=True)
class LetterPage:
    """``content`` is what was approved or, for a draft, what would be written now; ``problem`` says why there is none.

    ``why`` are the reasons of today for a draft, else those of the decision from which the letter came.
    """

    content: LetterContent | None
    problem: str
    why: Mapping[str, Any] | None
    faults: Sequence[Problem]
    past: Sequence[queries.PastRequest]


def letter_page(desk: Desk, letter: Letter, language: str = "en") -> LetterPage:
    """Put together what is shown beside a letter."""
    now = situation(desk.rules, letter.account_id, letter.currency, desk.as_of) if letter.state == "draft" else None
    content, problem, found = _content(desk, letter, now)
    past = queries.past_requests(
        letter.account_id, letter.currency, letter.episode_start_on, letter.sent_on or desk.as_of
    )
    earlier = [one for one in past if one.reference != letter.reference]
    return LetterPage(content, problem, _why(desk, letter, now, language), found, earlier)


def _content(desk: Desk, letter: Letter, now: Situation | None) -> tuple[LetterContent | None, str, list[Problem]]:
    if letter.content:
        return thaw(letter.content), "", []
    if now is None:
        return None, "", []
    try:
        facts, content = written(desk, letter, now)
        return content, "", faults(desk, facts, content)
    except DunwellError as error:
        return None, str(error), []


def _why(desk: Desk, letter: Letter, now: Situation | None, language: str) -> Mapping[str, Any] | None:
    if now is not None:
        report = DayReport(desk.as_of, desk.rules, now.assessment.accounts, (), is_recorded=False)
    else:
        run = letter.run
        if run is None or run.policy_version is None:
            return None
        rules = rules_of(desk.workspace, run.policy_version)
        report = DayReport(run.as_of, rules, read_decisions(run.pk, letter.account_id), (), is_recorded=True)
    own = report.accounts.filter(pl.col("currency") == pl.lit(letter.currency, dtype=CURRENCY))
    report = DayReport(report.as_of, report.rules, own, (), is_recorded=False)
    answers = why_json(report, letter.account, language=language)
    return answers[0] if answers else None

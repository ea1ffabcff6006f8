"""What a replay of a day without a run cannot know, said as problems: nobody may take it for what was decided."""

from collections.abc import Collection, Iterator
from datetime import date

from dunwell.errors import Problem
from dunwell.runs.rules import Rules
from dunwell.store.fingerprint import ends_with_rates
from dunwell.store.hindsight import Hindsight, hindsight
from dunwell.store.lookups import account_names
from dunwell.store.models import Run

NAMED_MAX = 5
"""So many customers are named; the rest is counted."""
SOURCE = "replay"


def unsure_of(as_of: date, rules: Rules, account_id: int | None = None) -> list[Problem]:
    """Return why a replay of a day without a run may differ from what would have been decided then; empty if sure."""
    found = hindsight(as_of, account_id)
    return [] if found is None else list(_told(found, as_of, rules))


def _told(found: Hindsight, as_of: date, rules: Rules) -> Iterator[Problem]:
    sure = f"A day with a run of its own is free of this; none was made for {as_of}."
    yield from (Problem(SOURCE, 0, "", message, sure) for message in _messages(found, as_of, rules))


def _messages(found: Hindsight, as_of: date, rules: Rules) -> Iterator[str]:
    day = found.run.as_of
    late = found.late - found.changed
    if late:
        names = _named(late)
        yield f"Of {names} something dated by {as_of} became known only after the run of {day}; it counts here."
    if found.changed:
        names = _named(found.changed)
        yield f"Of {names} something was corrected after the run of {day}; what it said before is not kept."
    if found.is_removed:
        yield f"Rows were taken out by an import after the run of {day}; nothing tells any more whose they were."
    if not _had_rates(found.run, rules):
        yield f"Rates were added, or the jurisdiction was changed, after the run of {day}; those of today are used."


def _had_rates(run: Run, rules: Rules) -> bool:
    return ends_with_rates(run.data_fingerprint, rules.jurisdiction, rules.added_rates)


def _named(account_ids: Collection[int]) -> str:
    numbers = sorted(number for number, _ in account_names(account_ids).values())
    more = len(numbers) - NAMED_MAX
    return ", ".join(numbers[:NAMED_MAX]) + (f" … (+{more})" if more > 0 else "")

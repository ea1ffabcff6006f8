"""What a person may still change on a draft, and what the linter says of it now."""

from dunwell.casework import letter_states
from dunwell.errors import Problem, RefusedError
from dunwell.runs.approving import faults, written
from dunwell.runs.desk import Desk
from dunwell.runs.letter_facts import situation
from dunwell.store.models import Letter


def faults_of(desk: Desk, letter: Letter) -> list[Problem]:
    """Return what would keep a draft from being approved, as it would be written now."""
    now = situation(desk.rules, letter.account_id, letter.currency, desk.as_of)
    return faults(desk, *written(desk, letter, now))


def change_form(desk: Desk, letter: Letter, language: str, channel: str) -> None:
    """Give a draft another language or channel. Raises ``RefusedError`` once it is approved: then it is frozen."""
    if letter.state != "draft":
        raise RefusedError(f"Letter {letter.reference} is {letter.state}; only a draft can be changed.")
    letter_states.change_form(letter, on=desk.as_of, by=desk.by, language=language, channel=channel)

"""What a person may still change on a draft."""

from dunwell.casework import letter_states
from dunwell.errors import RefusedError
from dunwell.runs.desk import Desk
from dunwell.store.models import Letter


def change_form(desk: Desk, letter: Letter, language: str, channel: str) -> None:
    """Give a draft another language or channel. Raises ``RefusedError`` once it is approved: then it is frozen."""
    if letter.state != "draft":
        raise RefusedError(f"Letter {letter.reference} is {letter.state}; only a draft can be changed.")
    letter_states.change_form(letter, on=desk.as_of, by=desk.by, language=language, channel=channel)

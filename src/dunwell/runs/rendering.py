"""Letters as PDF in the workspace's outbox; an approved one exactly as it was approved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dunwell.errors import RefusedError, RenderError
from dunwell.letters.content import LetterContent
from dunwell.letters.render import render_pdf
from dunwell.runs.approving import written
from dunwell.runs.desk import Desk
from dunwell.runs.frozen import thaw
from dunwell.runs.letter_facts import situation, situations
from dunwell.store.models import Letter


def content_of(desk: Desk, letter: Letter) -> LetterContent:
    """Return what a letter says: as frozen at approval, or for a draft as it would be written now."""
    if letter.content:
        return thaw(letter.content)
    if letter.state == "cancelled":
        raise RefusedError(f"Letter {letter.reference} was cancelled; there is nothing to render.")
    now = situation(desk.rules, letter.account_id, letter.currency, desk.as_of)
    return written(desk, letter, now)[1]


@dataclass(frozen=True, slots=True)
class Rendered:
    """One letter and its PDF; without ``path`` the letter could not be made, and ``failure`` says why."""

    letter: Letter
    path: Path | None
    failure: str = ""


def render_letters(desk: Desk, letters: Iterable[Letter], folder: Path) -> Iterator[Rendered]:
    """Write each letter's PDF into ``folder``, named by its reference; one that fails does not stop the others."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting = list(letters)
    known = situations(desk.rules, [letter for letter in waiting if not letter.content], desk.as_of)
    for letter in waiting:
        path = folder / f"{safe_name(letter.reference)}.pdf"
        try:
            content = thaw(letter.content) if letter.content else written(desk, letter, known[letter.pk])[1]
            path.write_bytes(render_pdf(content))
        except RenderError as error:
            yield Rendered(letter, None, str(error))
        else:
            yield Rendered(letter, path)


def safe_name(reference: str) -> str:
    """Turn a reference into a file name that every system takes."""
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in reference)

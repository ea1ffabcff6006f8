"""Letters as PDF in the workspace's outbox; an approved one exactly as it was approved."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from dunwell.errors import RefusedError
from dunwell.letters.content import LetterContent
from dunwell.letters.render import render_pdf
from dunwell.runs.approving import written
from dunwell.runs.desk import Desk
from dunwell.runs.frozen import thaw
from dunwell.runs.letter_facts import situation, situations
from dunwell.store.models import Letter


def content_of(desk: Desk, letter: Letter) -> LetterContent:
    """Return what a letter says: as frozen at approval, or for a draft as it would be written now."""
    if letter.state == "cancelled":
        raise RefusedError(f"Letter {letter.reference} was cancelled; there is nothing to render.")
    if letter.content:
        return thaw(letter.content)
    now = situation(desk.rules, letter.account_id, letter.currency, desk.as_of)
    return written(desk, letter, now)[1]


def render_letters(desk: Desk, letters: Iterable[Letter], folder: Path) -> Iterator[tuple[Letter, Path]]:
    """Write each letter's PDF into ``folder``, named by its reference; yields each as it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting = list(letters)
    drafts = [letter for letter in waiting if not letter.content]
    known = situations(desk.rules, drafts, desk.as_of)
    for letter in waiting:
        content = thaw(letter.content) if letter.content else written(desk, letter, known[letter.pk])[1]
        path = folder / f"{safe_name(letter.reference)}.pdf"
        path.write_bytes(render_pdf(content))
        yield letter, path


def safe_name(reference: str) -> str:
    """Turn a reference into a file name that every system takes."""
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in reference)

"""Letters as files in the workspace's outbox: archival PDF, print version, e-mail; as they were approved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path

from dunwell.errors import Problem, RefusedError, RenderError
from dunwell.letters.annexes.fillable import fillable_form
from dunwell.letters.content import LetterContent
from dunwell.letters.email import Attachment, Envelope, email_of
from dunwell.letters.print_version import render_print
from dunwell.letters.render import render_pdf
from dunwell.runs.annexes import Files, content_files, left_out
from dunwell.runs.approving import written
from dunwell.runs.desk import Desk
from dunwell.runs.frozen import thaw
from dunwell.runs.letter_facts import Situation, situation, situations
from dunwell.store.models import Letter

_FORM_FILE = "application-form.pdf"


def content_of(desk: Desk, letter: Letter) -> LetterContent:
    """Return what a letter says: as frozen at approval, or for a draft as it would be written now.

    Raises ``RefusedError`` when it was cancelled as a draft, or its text was erased.
    """
    if letter.content:
        return thaw(letter.content)
    _require_draft(letter)
    now = situation(desk.rules, letter.account_id, letter.currency, desk.as_of)
    return written(desk, letter, now)[1]


def _require_draft(letter: Letter) -> None:
    """Refuse to write anew what was approved or cancelled: nothing like it ever went out."""
    if letter.state == "cancelled":
        raise RefusedError(f"Letter {letter.reference} was cancelled; there is nothing to render.")
    if letter.state != "draft":
        raise RefusedError(
            f"The text of letter {letter.reference} was erased; what it asked for and when it went out is kept."
        )


@dataclass(frozen=True, slots=True)
class Forms:
    """Which files to write beside the archival PDF."""

    printed: bool = False
    email: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """One letter and its files, the archival PDF first; without ``path`` it could not be made, ``failure`` says why.

    ``problems`` name annexed files that had to be left out.
    """

    letter: Letter
    path: Path | None
    failure: str = ""
    files: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()


def render_letters(
    desk: Desk, letters: Iterable[Letter], folder: Path, forms: Forms | None = None
) -> Iterator[Rendered]:
    """Write each letter's files into ``folder``, named by its reference; one that fails does not stop the others."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting = list(letters)
    drafts = [letter for letter in waiting if letter.state == "draft" and not letter.content]
    known = situations(desk.rules, drafts, desk.as_of)
    for letter in waiting:
        try:
            content, problems = _content(desk, letter, known)
            done = _rendered(desk, letter, content, (folder, forms or Forms()))
            yield replace(done, problems=problems + done.problems)
        except (RenderError, RefusedError) as error:
            yield Rendered(letter, None, str(error))


def _content(desk: Desk, letter: Letter, known: dict[int, Situation]) -> tuple[LetterContent, tuple[Problem, ...]]:
    """Return what a letter says, and for a draft the documents that it would carry and cannot."""
    if letter.content:
        frozen = thaw(letter.content)
        return (frozen if frozen.reference else replace(frozen, reference=letter.reference)), ()
    _require_draft(letter)
    facts, content = written(desk, letter, known[letter.pk])
    return content, left_out(facts)


def _rendered(desk: Desk, letter: Letter, content: LetterContent, target: tuple[Path, Forms]) -> Rendered:
    """Write the files of one letter; those asked for besides the archival PDF come from the same content."""
    folder, forms = target
    files = content_files(desk, content)
    stem = folder / safe_name(letter.reference)
    paths = [_written(stem.with_name(f"{stem.name}.pdf"), render_pdf(content, files.sheets))]
    problems = files.problems
    if forms.printed:
        printed = render_print(content, files.sheets)
        paths.append(_written(stem.with_name(f"{stem.name}-print.pdf"), printed.pdf))
        problems += printed.problems
    if forms.email:
        paths.append(_written(stem.with_name(f"{stem.name}.eml"), email_bytes(desk, letter, content, files)))
    return Rendered(letter, paths[0], files=tuple(paths), problems=problems)


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def email_bytes(desk: Desk, letter: Letter, content: LetterContent, files: Files) -> bytes:
    """Return a letter as an e-mail message: the PDF without files inside it, the annexed files beside it.

    Raises ``RenderError`` when either side has no e-mail address, or the message grows too large.
    """
    form = fillable_form(content)
    attachments = [
        Attachment(f"{safe_name(letter.reference)}.pdf", render_pdf(content)),
        *(Attachment(Path(sheet.file_name).name, sheet.data) for sheet in files.sheets),
        *([Attachment(_FORM_FILE, form)] if form else []),
    ]
    return email_of(content, _envelope(desk, letter, content), attachments).as_bytes()


def _envelope(desk: Desk, letter: Letter, content: LetterContent) -> Envelope:
    creditor = desk.workspace.creditor
    sender = creditor.contact_email or creditor.email
    if not letter.account.email:
        raise RenderError(f"{letter.account.name} has no e-mail address; send letter {letter.reference} by post.")
    if not sender:
        raise RenderError("The creditor has no e-mail address; give one in dunwell.toml.")
    return Envelope(
        from_name=creditor.name,
        from_address=sender,
        to_name=letter.account.name,
        to_address=letter.account.email,
        sent_at=datetime.combine(content.written_on, time(12), tzinfo=desk.workspace.time_zone),
        domain=sender.rpartition("@")[2],
    )


def safe_name(reference: str) -> str:
    """Turn a reference into a file name that every system takes."""
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in reference)

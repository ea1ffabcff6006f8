"""The annexes of a letter: which it carries, and the files they copy, read from the workspace.

A file that is missing, encrypted, broken or too large is named and left out; the letter then does not list it. What an
approved letter lists is frozen with it; a file that has gone since is named again when the letter is rendered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dunwell.errors import Problem, RenderError
from dunwell.letters.annexes.files import Sheet, read_sheet, within_limits
from dunwell.letters.annexes.kinds import ANNEX_KINDS, PAPER_KINDS, AnnexKind, Document
from dunwell.letters.annexes.registry import default_annexes
from dunwell.letters.content import LetterContent
from dunwell.letters.facts import LetterFacts, QuotedClause
from dunwell.letters.render import render_pdf
from dunwell.policy.clauses import clauses
from dunwell.policy.model import Policy
from dunwell.runs.desk import Desk
from dunwell.runs.frozen import thaw
from dunwell.runs.letter_facts import Situation
from dunwell.store import queries
from dunwell.store.models import Letter

_LETTER_PREFIX = "letter-"
_RELIED_ON = {"hold": ("terms", "hold"), "final_demand": ("terms", "hold", "late_fee", "interest", "compensation")}
"""The headings of the policy that a kind of letter relies on, by the keys of their clauses."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files that ride with a letter, and what is wrong with those that cannot."""

    sheets: tuple[Sheet, ...]
    problems: tuple[Problem, ...] = ()


def with_annexes(
    desk: Desk, letter: Letter, now: Situation, facts: LetterFacts, asked: tuple[AnnexKind, ...] | None = None
) -> LetterFacts:
    """Add the annexes ``asked`` for (``None``: those of the policy) with the documents they copy."""
    kinds = _kinds(desk.rules.policy(now.row["policy"]), facts) if asked is None else asked
    documents = [document for document in _documents(letter, now, facts) if document.kind in kinds]
    wrong = {problem.source: problem for problem in files_of(desk, documents).problems}
    said = facts.clauses or _relied_on(desk.rules.policy(now.row["policy"]), letter, facts)
    return replace(
        facts,
        annexes=kinds,
        documents=tuple(replace(document, problem=wrong.get(document.file_name)) for document in documents),
        clauses=said if "policy_extract" in kinds else facts.clauses,
    )


def _kinds(policy: Policy, facts: LetterFacts) -> tuple[AnnexKind, ...]:
    """What the policy encloses with a kind of letter; where it is silent, what such a letter carries."""
    stated = policy.annexes.get(facts.kind)
    return default_annexes(facts) if stated is None else tuple(kind for kind in ANNEX_KINDS if kind in stated)


def left_out(facts: LetterFacts) -> tuple[Problem, ...]:
    """Return what is wrong with the documents that a letter would carry and cannot."""
    return tuple(document.problem for document in facts.documents if document.problem)


def content_files(desk: Desk, content: LetterContent) -> Files:
    """Return the files that a letter's annexes name."""
    named = ((annex.kind, paper.file_name) for annex in content.annexes for paper in annex.papers)
    return files_of(desk, (Document(kind, name) for kind, name in named if kind in PAPER_KINDS))  # type: ignore[arg-type]


def files_of(desk: Desk, documents: Iterable[Document]) -> Files:
    """Read documents, as far as they can be read and the limits of one letter allow."""
    read = [_read(desk, document) for document in documents]
    kept, over = within_limits([found for found in read if isinstance(found, Sheet)])
    return Files(tuple(kept), (*(found for found in read if isinstance(found, Problem)), *over))


def _documents(letter: Letter, now: Situation, facts: LetterFacts) -> Iterator[Document]:
    details = queries.invoice_details(now.ledger.invoices["invoice_id"].to_list())
    named = dict(details.select("invoice_number", "document").iter_rows())
    copied = {""}  # instalments of one invoice have one document
    for line in facts.invoices:
        document = named.get(line.invoice_number, "")
        if document not in copied:
            copied.add(document)
            yield Document("invoice_copies", document, line.invoice_number, line.issued_on)
    yield from _earlier_letters(letter, now)
    if letter.account.contract_document:
        yield Document("contract", letter.account.contract_document)


def _earlier_letters(letter: Letter, now: Situation) -> Iterator[Document]:
    since_on = now.row["episode_start_on"]
    if since_on is None:
        return
    for request in queries.past_requests(letter.account_id, letter.currency, since_on, now.as_of):
        if request.reference and request.reference != letter.reference:
            name = f"{_LETTER_PREFIX}{request.reference}.pdf"
            yield Document("past_correspondence", name, request.reference, request.on)


def _relied_on(policy: Policy, letter: Letter, facts: LetterFacts) -> tuple[QuotedClause, ...]:
    """Quote the sections of the policy that the letter relies on, whole and with their numbers."""
    sections = _RELIED_ON.get(letter.kind, ("terms",))
    found = clauses(policy, facts.language, letter.currency, letter.account.party_type)
    return tuple(
        QuotedClause(clause.number, clause.title, clause.text)
        for clause in found
        if clause.key.partition(".")[0] in sections
    )


def _read(desk: Desk, document: Document) -> Sheet | Problem:
    if document.kind == "past_correspondence":
        return _earlier_letter(document)
    folder = desk.workspace.documents.resolve()
    path = (folder / document.file_name).resolve()
    if not path.is_relative_to(folder):
        return _missing(document, "The file lies outside the folder documents/.")
    try:
        return read_sheet(document.file_name, path.read_bytes())
    except OSError:
        return _missing(document, "There is no such file in the folder documents/.")


def _missing(document: Document, message: str) -> Problem:
    return Problem(document.file_name, 0, "", message, "Put it there, or correct the name in the import file.")


def _earlier_letter(document: Document) -> Sheet | Problem:
    """Render a letter that was sent, from what was frozen: the same pages as then, without its own annexed files."""
    reference = Path(document.file_name).stem.removeprefix(_LETTER_PREFIX)
    earlier = queries.letter_by(reference)
    if earlier is None or not earlier.content:
        return Problem(document.file_name, 0, "", f"The text of letter {reference} was not kept.", "Enclose a copy.")
    try:
        return read_sheet(document.file_name, render_pdf(thaw(earlier.content)))
    except RenderError as error:
        return Problem(document.file_name, 0, "", str(error), "Enclose a copy.")

"""The letter for the printer: one PDF, the letter first, then every annex with its mark, pages counted through.

It is made from the same content as the archival file. Pages of other people's files cannot be made accessible or
archival by us, so this file claims neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dunwell.errors import Problem, RenderError
from dunwell.letters.annexes.files import Sheet
from dunwell.letters.content import Annex, LetterContent
from dunwell.letters.render import Data, typeset_pdf


@dataclass(frozen=True, slots=True)
class PrintVersion:
    """The PDF, and the files whose pages could not be printed with it."""

    pdf: bytes
    problems: tuple[Problem, ...] = ()


def render_print(content: LetterContent, sheets: Sequence[Sheet] = ()) -> PrintVersion:
    """Typeset the letter with the pages of ``sheets`` appended where their annexes stand.

    A file that the typesetter cannot take is left out and named. Raises ``RenderError`` when the letter itself fails.
    """
    try:
        return PrintVersion(_printed(content, sheets))
    except RenderError:
        kept = [sheet for sheet in sheets if _is_printable(content, sheet)]
        problems = tuple(_unprintable(sheet) for sheet in sheets if sheet not in kept)
        return PrintVersion(_printed(content, kept), problems)


def _printed(content: LetterContent, sheets: Sequence[Sheet]) -> bytes:
    by_name = {sheet.file_name: sheet for sheet in sheets}

    def completed(data: Data, places: Mapping[str, str]) -> Data:
        for annex, shown in zip(content.annexes, data["annexes"], strict=True):
            papers = [(marked(annex, number), paper) for number, paper in enumerate(annex.papers, 1)]
            known = [(mark, paper) for mark, paper in papers if paper.file_name in by_name]
            shown["papers"] = [
                _pages(by_name[paper.file_name], mark, paper.title, places[paper.file_name]) for mark, paper in known
            ]
        return data

    return typeset_pdf(content, sheets, completed, ())


def marked(annex: Annex, number: int) -> str:
    """Return what stands on the pages of the n-th paper of an annex: the annex's mark, which paper, and its title."""
    place = f"/{number}" if len(annex.papers) > 1 else ""
    title = annex.papers[number - 1].title
    return f"{annex.mark}{place}" + (f" · {title}" if title else "")


def _pages(sheet: Sheet, mark: str, title: str, path: str) -> dict[str, Any]:
    return {
        "path": path,
        "mark": mark,
        "title": title,
        "pdf": sheet.is_pdf,
        "pages": sheet.page_count,
        "landscape": sorted(sheet.landscape),
    }


def _is_printable(content: LetterContent, sheet: Sheet) -> bool:
    try:
        _printed(content, [sheet])
    except RenderError:
        return False
    return True


def _unprintable(sheet: Sheet) -> Problem:
    message = "The pages of this file cannot be printed with the letter."
    return Problem(sheet.file_name, 0, "", message, "Print it separately and enclose it.")

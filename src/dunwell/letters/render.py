"""Content becomes a PDF by Typst: archival (PDF/A-3a) and accessible (PDF/UA-1), the same bytes each time.

One compiler and one set of fonts serve all letters of a process. Never fork a process after it has rendered:
the typesetter's threads do not survive it; start workers with ``spawn``.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from pypdf import PdfReader

from dunwell.errors import RenderError
from dunwell.letters.annexes.files import Sheet
from dunwell.letters.content import Annex, LetterContent, Table
from dunwell.letters.page_data import letter_data

Standards = Sequence[Literal["a-3a", "ua-1"]]

ARCHIVAL: Standards = ("a-3a", "ua-1")
"""What a letter's own PDF conforms to."""

_HERE = Path(__file__).parent
_LAYOUTS = _HERE / "layouts"
_FONTS = _HERE / "fonts"
_FACES = ("Inter-Regular.otf", "NotoEmoji-Regular.ttf", "DroidSansFallback.ttf")
_TEMPLATES = "templates"

Data = dict[str, Any]


def render_pdf(content: LetterContent, sheets: Sequence[Sheet] = ()) -> bytes:
    """Typeset a letter with the annexes that we write; ``sheets`` are attached to it as files.

    The file conforms to PDF/A-3a and PDF/UA-1, attachments included. Raises ``RenderError`` when it cannot be made.
    """
    described = {paper.file_name: f"{a.mark}: {paper.title or a.title}" for a in content.annexes for paper in a.papers}

    def completed(data: Data, places: Mapping[str, str]) -> Data:
        data["attachments"] = [
            {
                "path": places[sheet.file_name],
                "media_type": sheet.media_type,
                "description": described.get(sheet.file_name, sheet.file_name),
            }
            for sheet in sheets
        ]
        return data

    def tightened(data: Data, places: Mapping[str, str]) -> Data:
        return {**completed(data, places), "tight": True}

    pdf = typeset_pdf(content, sheets, completed, ARCHIVAL)
    if _may_fit_one_page(content) and page_count(pdf) == 2:
        tight = typeset_pdf(content, sheets, tightened, ARCHIVAL)
        return tight if page_count(tight) == 1 else pdf
    return pdf


_ROWS_OF_ONE_PAGE = 4
"""A letter with more rows in its tables than this needs its second page; setting it again would be lost time."""


def _may_fit_one_page(content: LetterContent) -> bool:
    """Whether a letter is short enough that a signature alone on a second page would be a blemish."""
    tables = [block for part in content.parts for block in part.blocks if isinstance(block, Table)]
    return sum(len(table.rows) for table in tables) <= _ROWS_OF_ONE_PAGE and not content.annexes


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(PdfReader(BytesIO(pdf)).pages)


def render_annex(content: LetterContent, annex: Annex) -> bytes:
    """Typeset one annex that we write as a file of its own, without a letter before it and without a standard."""

    def completed(data: Data, _: Mapping[str, str]) -> Data:
        return {**data, "alone": True}

    return typeset_pdf(replace(content, annexes=(annex,)), (), completed, ())


def render_pages(content: LetterContent, ppi: int = 110) -> list[bytes]:
    """Return each page as a PNG picture, for previews and galleries."""
    data = letter_data(content, printable=shipped_characters())
    try:
        pages = _compiler().compile(sys_inputs=_inputs(data), format="png", ppi=ppi)
    except typst.TypstError as error:
        raise RenderError(f"The letter could not be typeset: {error}") from error
    return [pages] if isinstance(pages, bytes) else list(pages or ())


def typeset_pdf(
    content: LetterContent,
    sheets: Sequence[Sheet],
    completed: Callable[[Data, Mapping[str, str]], Data],
    standards: Standards,
) -> bytes:
    """Typeset a letter whose data ``completed`` fills in, knowing where each sheet lies.

    A character that no shipped font has is shown as □ in a second try: the archival standards refuse it, and it must
    not be lost in silence.
    """
    printable = None if standards else shipped_characters()
    with _workplace(sheets) as (compiler, places):
        data = completed(letter_data(content, printable), places)
        try:
            return _compiled(compiler, data, content.written_on, standards)
        except typst.TypstError as error:
            if printable is not None or ("displayed" not in str(error) and "codepoint" not in str(error)):
                raise RenderError(f"The letter could not be typeset: {error}") from error
        return _with_boxes(content, (compiler, places), completed, standards)


def _with_boxes(
    content: LetterContent,
    workplace: tuple[typst.Compiler, Mapping[str, str]],
    completed: Callable[[Data, Mapping[str, str]], Data],
    standards: Standards,
) -> bytes:
    compiler, places = workplace
    data = completed(letter_data(content, shipped_characters()), places)
    try:
        return _compiled(compiler, data, content.written_on, standards)
    except typst.TypstError as error:
        raise RenderError(f"The letter could not be typeset: {error}") from error


def _compiled(compiler: typst.Compiler, data: Data, written_on: date, standards: Standards) -> bytes:
    stamp = datetime.combine(written_on, time(12), tzinfo=UTC)
    pdf, warnings = compiler.compile_with_warnings(
        sys_inputs=_inputs(data), format="pdf", pdf_standards=list(standards), timestamp=stamp
    )
    if warnings or not isinstance(pdf, bytes):
        # A warning means that something was left out, and a letter never loses a word in silence.
        raise RenderError(f"The letter could not be typeset: {'; '.join(str(warning) for warning in warnings)}")
    return pdf


def _inputs(data: Data) -> dict[str, str]:
    return {"letter": json.dumps(data, ensure_ascii=False)}


@contextmanager
def _workplace(sheets: Sequence[Sheet]) -> Iterator[tuple[typst.Compiler, Mapping[str, str]]]:
    """Lend a compiler and the places of the sheets, as the page template names them.

    Without sheets it is the one compiler of the process; files can only be reached below a folder of the job's own.
    """
    if not sheets:
        yield _compiler(), {}
        return
    with TemporaryDirectory(prefix="dunwell-letter-") as folder:
        root = Path(folder)
        (root / _TEMPLATES).mkdir()
        for template in _LAYOUTS.glob("*.typ"):
            shutil.copyfile(template, root / _TEMPLATES / template.name)
        yield (
            typst.Compiler(str(root / _TEMPLATES / "main.typ"), root=folder, font_paths=_fonts()),
            _placed(sheets, root),
        )


def _placed(sheets: Sequence[Sheet], root: Path) -> dict[str, str]:
    """Write the sheets into ``root``; names that would clash or surprise a file system are made harmless."""
    places: dict[str, str] = {}
    for sheet in sheets:
        name = "".join(char if char.isalnum() or char in "-_." else "_" for char in Path(sheet.file_name).name)
        path = root / name.lstrip(".")
        if path.exists() or not path.suffix:
            path = path.with_name(f"{len(places) + 1}-{path.name}")
        path.write_bytes(sheet.data)
        places[sheet.file_name] = f"/{path.name}"
    return places


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(_LAYOUTS / "main.typ"), root=str(_LAYOUTS), font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(_FONTS)])


@cache
def shipped_characters() -> frozenset[int]:
    """Return the code points of the shipped fonts."""
    found: set[int] = set()
    for name in _FACES:
        with TTFont(_FONTS / name, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)

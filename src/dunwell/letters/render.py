"""Content becomes a PDF by Typst: archival (PDF/A-3a) and accessible (PDF/UA-1), the same bytes each time.

One compiler and one set of fonts serve all letters of a process. Never fork a process after it has rendered:
the typesetter's threads do not survive it; start workers with ``spawn``.
"""

import json
import re
import shutil
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Literal
from zlib import decompressobj

import typst

from dunwell.errors import RenderError
from dunwell.letters.annexes.files import Sheet
from dunwell.letters.clean import is_composed
from dunwell.letters.content import Annex, Cell, LetterContent, Table
from dunwell.letters.faces import FONTS, characters_of
from dunwell.letters.page_data import bottom_mm, letter_data, page_form

Standards = Sequence[Literal["a-3a", "ua-1"]]

ARCHIVAL: Standards = ("a-3a", "ua-1")
"""What a letter's own PDF conforms to."""

_HERE = Path(__file__).parent
_LAYOUTS = _HERE / "layouts"
_FACES = ("Inter-Regular.otf", "NotoEmoji-Regular.ttf", "DroidSansFallback.ttf")
_MAIN = "main.typ"
_DATA_FILE, _FEATURES_FILE = "letter.json", "features.json"
_COMPOSED_FEATURES = {"ccmp": 0}
"""The font's rules for putting signs together take time and do nothing where every sign is whole."""

_PAPERS = "papers"

Data = dict[str, Any]
Completed = Callable[[Data, Mapping[str, str]], Data]
"""Fills in a letter's data, knowing where each of its sheets lies."""

_SETTING = Lock()
"""The compiler sets one letter at a time; threads that share the process wait for each other."""


def render_pdf(content: LetterContent, sheets: Sequence[Sheet] = ()) -> bytes:
    """Typeset a letter with the annexes that we write; ``sheets`` are attached to it as files.

    The file conforms to PDF/A-3a and PDF/UA-1, attachments included. Raises ``RenderError`` when it cannot be made.
    """
    described = {paper.file_name: f"{a.mark}: {paper.title or a.title}" for a in content.annexes for paper in a.papers}

    def completed(data: Data, places: Mapping[str, str]) -> Data:
        data["attachments"] = [
            {
                "path": places[sheet.file_name],
                "name": Path(places[sheet.file_name]).name,
                "media_type": sheet.media_type,
                "description": described.get(sheet.file_name, sheet.file_name),
            }
            for sheet in sheets
        ]
        return data

    return _Typesetter(content, sheets, completed).pdf()


_ROWS_OF_ONE_PAGE = 4
"""A letter with more rows in its tables than this needs its second page."""

_OVERFLOW_MAX_MM = 8.0
"""Setting a letter tighter gains about 4 mm; one that overflows by more than twice as much is not set again."""

_PAGES = re.compile(rb"/Type/Pages/Count (\d+)")
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_LINE = re.compile(rb"q 1 0 0 -1 [\d.]+ ([\d.]+) cm[^q]{0,60}BT")
"""A line of text in a page: the second figure is its height above the foot of the sheet, in points."""

_SHAPES_MAX = 10_000
_pages: dict[tuple[object, ...], int] = {}
"""How many pages letters of a shape had when last set: a guess, which never changes what is printed."""


@dataclass(frozen=True, slots=True)
class _Typesetter:
    """Typesets a letter whose template knows whether it has one page or two.

    Such a letter needs no look at its own page numbers, for which it would be laid out twice. The guess is checked, so
    that the same letter gives the same bytes whatever was set before it.
    """

    content: LetterContent
    sheets: Sequence[Sheet]
    completed: Completed

    def pdf(self) -> bytes:
        """Return the letter, set tighter where that saves it a second page with little on it."""
        rows = map(len, _table_rows(self.content))
        shape = (self.content.kind, self.content.layout, self.content.language, len(self.content.annexes), *rows)
        guess = _pages.get(shape, 0)
        pdf = self.typeset(guess)
        pages = self.known(page_count(pdf))
        if len(_pages) < _SHAPES_MAX:
            _pages[shape] = pages
        if _may_fit_one_page(self.content, pdf):
            tight = self.typeset(1, tight=True)
            if page_count(tight) == 1:
                return tight
        return pdf if pages == guess else self.typeset(pages)

    def known(self, pages: int) -> int:
        """Return the number of pages where the template can use it, else 0: an annex numbers its own pages."""
        return pages if pages == 1 or (pages == 2 and not self.content.annexes) else 0

    def typeset(self, pages: int, *, tight: bool = False) -> bytes:
        """Typeset with so many pages in mind; 0: look at the numbers."""

        def knowing(data: Data, places: Mapping[str, str]) -> Data:
            data = self.completed(data, places)
            return {**data, "tight": tight, "frame": {**data["frame"], "pages": pages}}

        return typeset_pdf(self.content, self.sheets, knowing, ARCHIVAL)


def _table_rows(content: LetterContent) -> list[tuple[tuple[Cell, ...], ...]]:
    return [block.rows for part in content.parts for block in part.blocks if isinstance(block, Table)]


def _may_fit_one_page(content: LetterContent, pdf: bytes) -> bool:
    """Whether a letter overflows its page by so little that a signature alone on the second would be a blemish."""
    short = sum(map(len, _table_rows(content))) <= _ROWS_OF_ONE_PAGE and not content.annexes
    return short and page_count(pdf) == 2 and overflow_mm(content, pdf) <= _OVERFLOW_MAX_MM


def overflow_mm(content: LetterContent, pdf: bytes) -> float:
    """Return by how much the text on the second page is higher than the room left on the first."""
    form = page_form(content.layout)
    height = bottom_mm(form) + form["margin"]["bottom"]
    first, second = (_lowest_mm(stream, form["margin"]["bottom"]) for stream in _page_streams(pdf))
    used = height - form["margin"]["top"] - second
    return float(used - (first - form["margin"]["bottom"]))


def _page_streams(pdf: bytes) -> Iterator[bytes]:
    """Yield what is drawn on each page of a PDF of ours, in their order; a reader of any PDF takes 20 times as long."""
    for number in _CONTENTS.findall(pdf):
        start = pdf.index(b"stream\n", pdf.index(b"\n%b 0 obj" % number)) + len(b"stream\n")
        yield decompressobj().decompress(pdf[start:])


def _lowest_mm(stream: bytes, above_mm: float) -> float:
    """Return the height of the lowest line of text that stands above the footer."""
    lines = (float(y) * 25.4 / 72 for y in _LINE.findall(stream))
    return min((y for y in lines if y > above_mm), default=above_mm)


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF of ours has: the largest count in its tree of pages."""
    return max(int(found) for found in _PAGES.findall(pdf))


def render_annex(content: LetterContent, annex: Annex) -> bytes:
    """Typeset one annex that we write as a file of its own, without a letter before it and without a standard."""

    def completed(data: Data, _: Mapping[str, str]) -> Data:
        return {**data, "alone": True}

    return typeset_pdf(replace(content, annexes=(annex,)), (), completed, ())


def render_pages(content: LetterContent, ppi: int = 110) -> list[bytes]:
    """Return each page as a PNG picture, for previews and galleries."""
    data = letter_data(content, printable=shipped_characters())
    try:
        with _SETTING:
            pages = _compiler().compile(input=_inputs(data), format="png", ppi=ppi)
    except typst.TypstError as error:
        raise RenderError(f"The letter could not be typeset: {error}") from error
    return [pages] if isinstance(pages, bytes) else list(pages or ())


def typeset_pdf(
    content: LetterContent,
    sheets: Sequence[Sheet],
    completed: Completed,
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
    completed: Completed,
    standards: Standards,
) -> bytes:
    compiler, places = workplace
    data = completed(letter_data(content, shipped_characters()), places)
    try:
        return _compiled(compiler, data, content.written_on, standards)
    except typst.TypstError as error:
        raise RenderError(f"The letter could not be typeset: {error}") from error


def typeset_template(
    template: str, function: str, data: Callable[[Container[int] | None], Data], made_on: date
) -> bytes:
    """Typeset a page of another template than the letter's, archival and accessible too.

    ``data`` gives what ``function`` of the template reads, for the characters that can be printed, ``None``: all.
    Raises ``RenderError``.
    """
    main = f'#import "{template}": {function}\n#{function}(json("{_DATA_FILE}"))\n'.encode()
    try:
        return _compiled(_compiler(), data(None), made_on, ARCHIVAL, main)
    except typst.TypstError as error:
        if "displayed" not in str(error) and "codepoint" not in str(error):
            raise RenderError(f"The page could not be typeset: {error}") from error
    return _compiled(_compiler(), data(shipped_characters()), made_on, ARCHIVAL, main)


def _compiled(
    compiler: typst.Compiler, data: Data, written_on: date, standards: Standards, main: bytes | None = None
) -> bytes:
    stamp = datetime.combine(written_on, time(12), tzinfo=UTC)
    with _SETTING:
        pdf, warnings = compiler.compile_with_warnings(
            input=_inputs(data, main), format="pdf", pdf_standards=list(standards), timestamp=stamp
        )
    if warnings or not isinstance(pdf, bytes):
        # A warning means that something was left out, and a letter never loses a word in silence.
        raise RenderError(f"The letter could not be typeset: {'; '.join(str(warning) for warning in warnings)}")
    return pdf


def _inputs(
    data: Data, main: bytes | None = None
) -> Any:  # the typesetter's types leave out that it reads files from memory
    """Return the files that are made for one letter; the templates lie below the compiler's root.

    As a file, data leave the typesetter's library as it is, so that it keeps what it knows of the templates.
    """
    text = json.dumps(data, ensure_ascii=False)
    features = _COMPOSED_FEATURES if is_composed(text) else {}
    files = {_DATA_FILE: text, _FEATURES_FILE: json.dumps(features)}
    return {_MAIN: main or _main(), **{name: text.encode("utf-8", "replace") for name, text in files.items()}}


@cache
def _main() -> bytes:
    return (_LAYOUTS / _MAIN).read_bytes()


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
        for template in _LAYOUTS.glob("*.typ"):
            shutil.copyfile(template, root / template.name)
        (root / _PAPERS).mkdir()
        yield typst.Compiler(root=folder, font_paths=_fonts()), _placed(sheets, root / _PAPERS)


def _placed(sheets: Sequence[Sheet], folder: Path) -> dict[str, str]:
    """Write the sheets into ``folder``; names that would clash or surprise a file system are made harmless."""
    places: dict[str, str] = {}
    for sheet in sheets:
        name = "".join(char if char.isalnum() or char in "-_." else "_" for char in Path(sheet.file_name).name)
        path = folder / name.lstrip(".")
        if path.exists() or not path.suffix:
            path = path.with_name(f"{len(places) + 1}-{path.name}")
        path.write_bytes(sheet.data)
        places[sheet.file_name] = f"/{folder.name}/{path.name}"
    return places


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(_LAYOUTS), font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


@cache
def shipped_characters() -> frozenset[int]:
    """Return the code points of the shipped fonts."""
    return frozenset().union(*(characters_of(name) for name in _FACES))

"""Content becomes a PDF by Typst: archival (PDF/A-3a) and accessible (PDF/UA-1), the same bytes each time.

One compiler and one set of fonts serve all letters of a process. Never fork a process after it has rendered:
the typesetter's threads do not survive it; start workers with ``spawn``.
"""

import json
import re
import tomllib
from collections.abc import Container, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from dunwell.errors import RenderError
from dunwell.letters import fit
from dunwell.letters.clean import cleaned
from dunwell.letters.content import Block, Bullets, LetterContent, Paragraph, Payment, PaymentCode, Table
from dunwell.letters.tables import CELL_WORD_MAX, column_widths, table_size

LOGO_BYTES_MAX = 256 * 1024

_HERE = Path(__file__).parent
_LAYOUTS = _HERE / "layouts"
_FONTS = _HERE / "fonts"
_PAPER_WIDTHS_MM = {"a4": 210.0, "us-letter": 215.9}
_LONG_CELL_WORD = re.compile(rf"[^\s\u200b]{{{CELL_WORD_MAX}}}(?=\S)")
_NAME_SIZES = (16.0, 14.0, 12.0, 10.0, 8.0)
_ADDRESS_SIZES = (10.0, 9.0, 8.0, 7.0, 6.0, 5.0)
_RETURN_SIZES = (7.0, 6.0, 5.0, 4.0)
_INFO_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5)
_INFO_GUTTER_MM = 4
_MASK = 2
"""Every mask is readable; trying all eight for the prettiest takes three times as long as the rest of the code."""

_DARK = re.compile(b"\x01+")
_CODE_WIDTH_MM = {"epc": 26, "swiss": 32, "vietqr": 26}


def render_pdf(content: LetterContent) -> bytes:
    """Typeset a letter; raise ``RenderError`` when it cannot be."""
    data = letter_data(content, printable=None)
    try:
        return _compile(data, content.written_on)
    except typst.TypstError as error:
        if "displayed" not in str(error) and "codepoint" not in str(error):
            raise RenderError(f"The letter could not be typeset: {error}") from error
    return _rendered_without_rare_characters(content)


def render_pages(content: LetterContent, ppi: int = 110) -> list[bytes]:
    """Return each page as a PNG picture, for previews and galleries."""
    data = letter_data(content, printable=shipped_characters())
    try:
        pages = _compiler().compile(sys_inputs=_inputs(data), format="png", ppi=ppi)
    except typst.TypstError as error:
        raise RenderError(f"The letter could not be typeset: {error}") from error
    return [pages] if isinstance(pages, bytes) else list(pages or ())


def _rendered_without_rare_characters(content: LetterContent) -> bytes:
    """Try again with every character that the shipped fonts lack shown as □."""
    try:
        return _compile(letter_data(content, printable=shipped_characters()), content.written_on)
    except typst.TypstError as error:
        raise RenderError(f"The letter could not be typeset: {error}") from error


def _compile(data: dict[str, Any], written_on: date) -> bytes:
    stamp = datetime.combine(written_on, time(12), tzinfo=UTC)
    pdf, warnings = _compiler().compile_with_warnings(
        sys_inputs=_inputs(data), format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=stamp
    )
    if warnings or not isinstance(pdf, bytes):
        # A warning means that something was left out, and a letter never loses a word in silence.
        raise RenderError(f"The letter could not be typeset: {'; '.join(str(warning) for warning in warnings)}")
    return pdf


def _inputs(data: dict[str, Any]) -> dict[str, str]:
    return {"letter": json.dumps(data, ensure_ascii=False)}


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(_FONTS)])
    return typst.Compiler(str(_LAYOUTS / "main.typ"), root=str(_LAYOUTS), font_paths=fonts)


@cache
def shipped_characters() -> frozenset[int]:
    """Return the code points of the shipped fonts."""
    found: set[int] = set()
    for name in ("Inter-Regular.otf", "NotoEmoji-Regular.ttf"):
        with TTFont(_FONTS / name, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)


@cache
def page_form(name: str) -> dict[str, Any]:
    """Return a country's page form: paper, margins, window, positions in millimetres."""
    path = _LAYOUTS / name / "layout.toml"
    if not path.is_file():
        raise RenderError(f"There is no page form {name!r}.")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def letter_data(content: LetterContent, printable: Container[int] | None) -> dict[str, Any]:
    """Return what the template reads: the content as plain data, cleaned, with its page form."""

    def plain(value: Any) -> Any:
        return cleaned(value, content.language, printable)

    form = page_form(content.layout)
    space = _line_mm(form)
    tables = [block for part in content.parts for block in part.blocks if isinstance(block, Table)]
    size, inset = table_size(tables, space)

    def block_data(block: Block) -> dict[str, Any]:
        data = _block_data(block, plain)
        if isinstance(block, Table):
            data["widths"] = column_widths(block, size, inset, space)
        return data

    return {
        "form": form,
        "table": {"size": size, "inset": inset},
        "language": content.language,
        "region": content.region or None,
        "subject": plain(content.subject) or content.kind,
        "running": " · ".join(value for _, value in plain(content.frame.info)[:2]),
        "opening": plain(content.opening),
        "closing": plain(content.closing),
        "signature": plain(content.signature),
        "parts": [{"blocks": [block_data(block) for block in part.blocks]} for part in content.parts],
        "frame": _frame_data(content, form, plain),
    }


def _line_mm(form: dict[str, Any]) -> float:
    """Return the width between the margins."""
    margin = form["margin"]
    return float(_PAPER_WIDTHS_MM[form["paper"]] - margin["left"] - margin["right"])


def _frame_data(content: LetterContent, form: dict[str, Any], plain: Any) -> dict[str, Any]:
    """Return the frame with the type sizes at which its texts fit their places."""
    logo = content.frame.logo
    if len(logo) > LOGO_BYTES_MAX:
        raise RenderError(f"The logo is larger than {LOGO_BYTES_MAX // 1024} kB.")
    data: dict[str, Any] = plain(content.frame)
    data["logo"] = list(logo) if logo else None
    data["name_size"] = fit.one_line_size(data["creditor_name"], _line_mm(form), _NAME_SIZES)
    if "address" in form:
        data |= _window_sizes(data, form)
        data["info"] = _info_rows(data["info"], form["info"]["width"])
    return data


def _window_sizes(data: dict[str, Any], form: dict[str, Any]) -> dict[str, float]:
    box, width = form["address"], form.get("return_line", form["address"])["width"]
    return {
        "address_size": fit.lines_size(data["address"], box["width"], box["height"], _ADDRESS_SIZES),
        "return_size": fit.one_line_size(data["return_line"], width, _RETURN_SIZES),
    }


def _info_rows(rows: list[list[str]], width: float) -> list[list[Any]]:
    """Return the rows of the info block with the size of each value, beside the widest label."""
    labels = max((fit.width_em(label) for label, _ in rows), default=0.0) * _INFO_SIZES[0] * fit.MM_PER_POINT
    space = width - labels - _INFO_GUTTER_MM
    return [[label, value, fit.one_line_size(value, space, _INFO_SIZES)] for label, value in rows]


_TYPES: dict[type, str] = {Paragraph: "paragraph", Bullets: "bullets", Table: "table", Payment: "payment"}


def _block_data(block: Block, plain: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"type": _TYPES[type(block)], **plain(block)}
    if isinstance(block, Table):
        data["rows"] = [
            [{name: _breakable(text) for name, text in cell.items()} for cell in row] for row in data["rows"]
        ]
    if isinstance(block, Payment) and block.code:
        svg, width = code_svg(block.code), _CODE_WIDTH_MM[block.code.scheme]
        data["code"] = {
            "svg": svg,
            "width": width,
            "alt": plain(block.code.alt),
            "label": plain(block.code.label),
        }
    return data


def _breakable(text: str) -> str:
    """Let a word that is too long for a table cell break, invisibly."""
    return _LONG_CELL_WORD.sub("\\g<0>\u200b", text)


def code_svg(code: PaymentCode) -> str:
    """Draw a payment code; error correction M as EPC, SIX and NAPAS ask; a Swiss code carries the cross."""
    encoding = None if code.payload.isascii() else "utf-8"
    qr = segno.make_qr(code.payload, error="m", encoding=encoding, mask=_MASK, boost_error=False)
    swiss = code.scheme == "swiss"
    border = 0 if swiss else 1
    side = len(qr.matrix) + 2 * border
    cross = _swiss_cross(side) if swiss else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">'
        f'<path stroke="#000" d="{_modules(qr.matrix, border)}"/>{cross}</svg>'
    )


def _modules(matrix: Sequence[bytearray], border: int) -> str:
    """Return the dark modules as one path: each run of them in a row is one stroke, one module wide."""
    return "".join(
        f"M{run.start() + border} {y + border}.5h{run.end() - run.start()}"
        for y, row in enumerate(matrix)
        for run in _DARK.finditer(bytes(row))
    )


def _swiss_cross(modules: float) -> str:
    """Return the 7 mm cross in the middle of a 46 mm symbol (SIX style guide), in modules."""
    unit, middle = modules / 46, modules / 2

    def box(width: float, height: float, fill: str) -> str:
        x, y, w, h = middle - width * unit / 2, middle - height * unit / 2, width * unit, height * unit
        return f'<rect x="{x:.3f}" y="{y:.3f}" width="{w:.3f}" height="{h:.3f}" fill="{fill}"/>'

    return box(7, 7, "#fff") + box(6, 6, "#000") + box(1.2, 3.9, "#fff") + box(3.9, 1.2, "#fff")

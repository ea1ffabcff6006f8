"""What the page template reads: the content as plain data, cleaned, with its page form and the fitting sizes."""

import re
import tomllib
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dunwell.errors import RenderError
from dunwell.letters import fit
from dunwell.letters.annexes.form_layout import field_boxes
from dunwell.letters.clean import cleaned
from dunwell.letters.codes import code_svg, payload_svg
from dunwell.letters.content import Annex, Block, Bullets, LetterContent, Paragraph, Payment, Table
from dunwell.letters.tables import CELL_WORD_MAX, column_widths, is_one_line, one_line_mm, row_heights, table_size

LOGO_BYTES_MAX = 256 * 1024

_LAYOUTS = Path(__file__).parent / "layouts"
_PAPER_WIDTHS_MM = {"a4": 210.0, "us-letter": 215.9}
_PAPER_HEIGHTS_MM = {"a4": 297.0, "us-letter": 279.4}
_LONG_CELL_WORD = re.compile(rf"[^\s\u200b]{{{CELL_WORD_MAX}}}(?=\S)")
_ADDRESS_SIGN = re.compile(r"[@./]")
_NAME_SIZES = (16.0, 14.0, 12.0, 10.0, 8.0)
_ADDRESS_SIZES = (10.0, 9.0, 8.0, 7.0, 6.0, 5.0)
_RETURN_SIZES = (7.0, 6.0, 5.0, 4.0)
_INFO_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5)
_INFO_GUTTER_MM = 4
_FOOTER_SIZE, _FOOTER_GUTTER_MM, _FOOTER_LAST_MM, _FOOTER_PAGE_MM = 7.0, 8, 24, 15
_CODE_WIDTH_MM = {"epc": 26, "swiss": 32, "vietqr": 26}

_PAYMENT_SIZES, _CODE_LABEL_SIZE = (8.25, 9.0), 7.0
_PAYMENT_INSET_MM, _PAIR_GUTTER_MM = 4, 6

_REPLY_SPOT, _REPLY_FOLDS, _REPLY_TEXT_Y = {"x": 25, "y": 57.5, "width": 80}, [99, 198], 125
"""Where the address of a reply stands on paper without a window of its own: as in the British form."""

Plain = Callable[[Any], Any]
"""A function that turns content into plain, printable data."""


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
    blocks = [block for part in content.parts for block in part.blocks]
    sizes = _Sizes(plain, line_mm(form), *table_size(_tables(blocks), line_mm(form)))
    return {
        "form": form,
        "table": sizes.table,
        "language": content.language,
        "region": content.region or None,
        "subject": plain(content.subject) or content.kind,
        "running": " · ".join(value for _, value in plain(content.frame.info)[:2]),
        "opening": plain(content.opening),
        "closing": plain(content.closing),
        "signature": plain(content.signature),
        "parts": [{"blocks": [_block_data(block, sizes) for block in part.blocks]} for part in content.parts],
        "frame": _frame_data(content, form, plain),
        "annexes": [_annex_data(annex, form, plain) for annex in content.annexes],
        "attachments": [],
        "alone": False,
        "tight": False,
    }


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How blocks are made plain, and the sizes that the tables beside each other share."""

    plain: Plain
    space: float
    size: float
    inset: float

    @property
    def table(self) -> dict[str, float]:
        return {"size": self.size, "inset": self.inset}


def _tables(blocks: Iterable[Block]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def _annex_data(annex: Annex, form: dict[str, Any], plain: Plain) -> dict[str, Any]:
    """Return an annex with its tables sized on their own; its papers' pages are added where they are printed."""
    space = line_mm(form)
    sizes = _Sizes(plain, space, *table_size(_tables(annex.blocks), space))
    boxes = field_boxes(annex.fields, form["margin"]["left"], space, bottom_mm(form))
    data: dict[str, Any] = plain(annex)
    return {
        **data,
        "blocks": [_block_data(block, sizes) for block in annex.blocks],
        "table": sizes.table,
        "fields": [plain(box) for box in boxes],
        "papers": [],
        "code": payload_svg(annex.slip.payload, swiss=True) if annex.slip else None,
        "spot": form.get("address", _REPLY_SPOT),
        "folds": form["folds"] or _REPLY_FOLDS,
        "text_y": _REPLY_TEXT_Y,
    }


def bottom_mm(form: dict[str, Any]) -> float:
    """Return how far down the sheet its text may reach."""
    return float(_PAPER_HEIGHTS_MM[form["paper"]] - form["margin"]["bottom"])


def line_mm(form: dict[str, Any]) -> float:
    """Return the width between the margins."""
    margin = form["margin"]
    return float(_PAPER_WIDTHS_MM[form["paper"]] - margin["left"] - margin["right"])


def _frame_data(content: LetterContent, form: dict[str, Any], plain: Plain) -> dict[str, Any]:
    """Return the frame with the type sizes at which its texts fit their places."""
    logo = content.frame.logo
    if len(logo) > LOGO_BYTES_MAX:
        raise RenderError(f"The logo is larger than {LOGO_BYTES_MAX // 1024} kB.")
    data: dict[str, Any] = plain(content.frame)
    data["logo"] = list(logo) if logo else None
    data["name_size"] = fit.one_line_size(data["creditor_name"], line_mm(form), _NAME_SIZES)
    data["pages"] = 0
    data["footer_even"] = _is_footer_crowded(data["footer"], line_mm(form))
    if "address" in form:
        data |= _window_sizes(data, form)
        data |= _info_data(data["info"], form["info"]["width"])
    return data


def _is_footer_crowded(columns: list[list[str]], space_mm: float) -> bool:
    """Tell whether the last column of company data would be squeezed if the others stood on one line each."""
    unit = _FOOTER_SIZE * fit.MM_PER_POINT
    *others, last = [max(fit.width_em(line) for line in column) * unit for column in columns] or [0.0]
    wide = sum(others) + len(columns) * _FOOTER_GUTTER_MM
    return wide + min(last, _FOOTER_LAST_MM) + _FOOTER_PAGE_MM > space_mm


def _window_sizes(data: dict[str, Any], form: dict[str, Any]) -> dict[str, float]:
    box, width = form["address"], form.get("return_line", form["address"])["width"]
    return {
        "address_size": fit.lines_size(data["address"], box["width"], box["height"], _ADDRESS_SIZES),
        "return_size": fit.one_line_size(data["return_line"], width, _RETURN_SIZES),
    }


def _info_data(rows: list[list[str]], width: float) -> dict[str, Any]:
    """Return the rows of the info block with the size of each value, the width of the labels, each row's height."""
    labels = max((fit.width_em(label) for label, _ in rows), default=0.0) * _INFO_SIZES[0] * fit.MM_PER_POINT
    space = width - labels - _INFO_GUTTER_MM
    sized = [(label, value, fit.one_line_size(value, space, _INFO_SIZES)) for label, value in rows]
    return {
        "info": [[label, _breakable_address(value, size, space), size] for label, value, size in sized],
        "info_label_width": labels,
        "info_heights": [
            one_line_mm(_INFO_SIZES[0])
            if is_one_line(label, labels, _INFO_SIZES[0]) and is_one_line(value, space, size)
            else None
            for label, value, size in sized
        ],
    }


def _breakable_address(value: str, size: float, space: float) -> str:
    """Let an e-mail or web address that is too long for its line break after its signs, not in a word."""
    if " " in value or fit.width_em(value) * size * fit.MM_PER_POINT <= space:
        return value
    return _ADDRESS_SIGN.sub("\\g<0>\u200b", value.replace("\u200b", ""))


_TYPES: dict[type, str] = {Paragraph: "paragraph", Bullets: "bullets", Table: "table", Payment: "payment"}


def _block_data(block: Block, sizes: _Sizes) -> dict[str, Any]:
    plain = sizes.plain
    data: dict[str, Any] = {"type": _TYPES[type(block)], **plain(block)}
    if isinstance(block, Table):
        widths = column_widths(block, sizes.size, sizes.inset, sizes.space)
        rest = sizes.space - sum(width for width in widths if width is not None)
        known = [rest if width is None else width for width in widths]
        data |= {"widths": widths, "heights": row_heights(block, sizes.size, sizes.inset, known)}
        data["rows"] = [
            [{name: _breakable(text) for name, text in cell.items()} for cell in row] for row in data["rows"]
        ]
    if isinstance(block, Payment):
        data |= _pair_sizes(block.rows, _payment_room(block, sizes.space), _PAYMENT_SIZES)
    if isinstance(block, Payment) and block.code:
        svg, width = code_svg(block.code), _CODE_WIDTH_MM[block.code.scheme]
        data["code"] = {
            "svg": svg,
            "width": width,
            "alt": plain(block.code.alt),
            "label": plain(block.code.label),
        }
    return data


def _payment_room(block: Payment, space: float) -> float:
    """Return the width of the rows of a payment block beside its code, whose label may be wider than it."""
    if block.code is None:
        return space - _PAYMENT_INSET_MM
    label = fit.width_em(block.code.label) * _CODE_LABEL_SIZE * fit.MM_PER_POINT
    return space - _PAYMENT_INSET_MM - _PAIR_GUTTER_MM - max(_CODE_WIDTH_MM[block.code.scheme], label)


def _pair_sizes(rows: Sequence[tuple[str, str]], space: float, sizes: tuple[float, float]) -> dict[str, Any]:
    """Return the width of the labels and the height of each row, ``None`` where a value may need a second line."""
    small, size = sizes
    label = max((fit.width_em(label) for label, _ in rows), default=0.0) * small * fit.MM_PER_POINT
    room = space - label - _PAIR_GUTTER_MM
    heights = [
        one_line_mm(size) if is_one_line(name, label, small) and is_one_line(value, room, size) else None
        for name, value in rows
    ]
    return {"label_width": label, "heights": heights}


def _breakable(text: str) -> str:
    """Let a word that is too long for a table cell break, invisibly."""
    return _LONG_CELL_WORD.sub("\\g<0>\u200b", text)

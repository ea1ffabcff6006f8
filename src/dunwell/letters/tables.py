"""Type size, column widths and row heights of a letter's tables, so that the widest cells stand side by side.

The typesetter could find widths and heights itself, but would set every cell two or three times for it.
"""

import re
from collections.abc import Iterable, Sequence

from dunwell.letters import fit
from dunwell.letters.content import Table, TotalRow

CELL_WORD_MAX = 22
"""A longer word in a table cell may be broken, invisibly."""

SIZES = (
    (9.0, 2.2),
    (9.0, 1.6),
    (8.5, 1.4),
    (8.0, 1.2),
    (7.5, 1.0),
    (7.0, 0.9),
    (6.5, 0.8),
    (6.0, 0.7),
    (5.5, 0.6),
)
"""Type size in points and cell padding in millimetres, the best first."""

_SMALL = 0.84
"""Heads and notes are set in this share of the table's size."""

_FLEXIBLE = frozenset({"entry", "goods", "instalment_due"})
"""Columns that take the room left over; where a table has none of them, its first column does."""

_BREAKABLE_EM = CELL_WORD_MAX * 0.62

_CELL_INSET_MM = 1.35
"""The space above and below the text of a cell."""

_LINE_EM = 2048 / 2816
"""Height of a line in a cell: the capitals of the letters' font above its base line, to the unit (its table OS/2)."""

_OWN_SIGNS = re.compile(
    "[ -~\u00a0-\u0148\u014a-\u017f\u01a0\u01a1\u01af\u01b0\u0218-\u021b\u1ea0-\u1ef9"
    "\u2010-\u2015\u2018-\u201e\u2026\u202f\u20ab\u20ac\u2212]*"
)
"""Signs that the letters' font has in every face; others may come from a font with taller lines."""


def table_size(tables: list[Table], space_mm: float) -> tuple[float, float]:
    """Choose one size and padding for all tables of a letter."""
    needs = [[needed_em(table, index) for index in range(len(table.columns))] for table in tables]

    def fits(size: float, inset: float) -> bool:
        return all(sum(em) * size * fit.MM_PER_POINT + 2 * inset * (len(em) - 1) <= space_mm for em in needs)

    return next((pair for pair in SIZES if fits(*pair)), SIZES[-1])


def needed_em(table: Table, index: int) -> float:
    """Return the width of the widest cell, note, total or head word of a column; a head may wrap between words."""
    column = table.columns[index]
    texts = [row[index].text for row in table.rows] + [total.cells[index] for total in table.totals]
    notes = [row[index].note for row in table.rows]
    words = [*column.label.split(), *column.note.split()]
    cells = max(_widest(texts), _SMALL * _widest(notes))
    return max(min(cells, _BREAKABLE_EM) if column.align == "left" else cells, _SMALL * _widest(words))


def column_widths(table: Table, size: float, inset: float, space_mm: float) -> list[float | None]:
    """Return the width of each column in millimetres, ``None`` for the one that takes what the others leave.

    Where there is room, heads get the width they need on one line, the shortest first.
    """
    unit = size * fit.MM_PER_POINT
    last = len(table.columns) - 1
    padding = [2 * inset if 0 < index < last else inset for index in range(last + 1)]
    widths = [needed_em(table, index) * unit + padding[index] for index in range(last + 1)]
    room = space_mm - sum(widths)
    heads = [_SMALL * fit.width_em(table.columns[i].label) * unit + padding[i] for i in range(last + 1)]
    for index in sorted(range(last + 1), key=lambda i: heads[i] - widths[i]):
        more = heads[index] - widths[index]
        if 0 < more <= room:
            widths[index] += more
            room -= more
    flexible = next((i for i, column in enumerate(table.columns) if column.key in _FLEXIBLE), 0)
    return [None if i == flexible else width for i, width in enumerate(widths)]


def row_heights(table: Table, size: float, inset: float, widths: Sequence[float | None]) -> list[float | None]:
    """Return the height of the head, of each row and each total in millimetres.

    ``widths`` are those of all columns, the flexible one's too. ``None`` stands where a cell may need a second line
    or a character of another font: the typesetter then measures.
    """
    last = len(widths) - 1
    rooms = [(width or 0.0) - (2 * inset if 0 < index < last else inset) for index, width in enumerate(widths)]
    head = [(column.label, column.note, room) for column, room in zip(table.columns, rooms, strict=True)]
    rows = [[(c.text, c.note, room) for c, room in zip(row, rooms, strict=True)] for row in table.rows]
    totals = [_total_cells(total, rooms) for total in table.totals]
    return [_row_height(head, size * _SMALL), *(_row_height(cells, size) for cells in (*rows, *totals))]


def _total_cells(total: TotalRow, rooms: Sequence[float]) -> list[tuple[str, str, float]]:
    """Return the cells of a total with their rooms; its label spans the empty ones."""
    lead = next((index for index, text in enumerate(total.cells) if text), len(rooms))
    amounts = [(text, "", room) for text, room in zip(total.cells, rooms, strict=True)]
    return [(total.label, "", sum(rooms[:lead])), *amounts[lead:]]


def _row_height(cells: Iterable[tuple[str, str, float]], size: float) -> float | None:
    """Return the height of a row of cells (text, note, room in millimetres) that all stand on one line."""
    if all(not note and is_one_line(text, room, size) for text, note, room in cells):
        return one_line_mm(size) + 2 * _CELL_INSET_MM
    return None


def is_one_line(text: str, width_mm: float, size: float) -> bool:
    """Tell whether a text surely stands on one line of ``width_mm`` at ``size`` points, in the letters' font alone."""
    return _OWN_SIGNS.fullmatch(text) is not None and fit.width_em(text) * size * fit.MM_PER_POINT <= width_mm


def one_line_mm(size: float) -> float:
    """Return the height of one line of the letters' font alone, in millimetres."""
    return _LINE_EM * size * fit.MM_PER_POINT


def _widest(texts: list[str]) -> float:
    return max((fit.width_em(text) for text in texts if text), default=0.0)

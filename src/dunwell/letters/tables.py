"""Type size and column widths of a letter's tables, so that the widest cells stand side by side on the sheet.

The typesetter could find the widths itself, but would set every cell twice for it.
"""

from dunwell.letters import fit
from dunwell.letters.content import Table

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


def _widest(texts: list[str]) -> float:
    return max((fit.width_em(text) for text in texts if text), default=0.0)

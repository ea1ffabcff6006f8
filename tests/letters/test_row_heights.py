"""Rows of tables: a fixed height only where every cell surely stands on one line; else the typesetter measures."""

import pytest

from dunwell.letters.content import Cell, Column, Table, TotalRow
from dunwell.letters.tables import is_one_line, one_line_mm, row_heights

SIZE, INSET, WIDTHS = 9.0, 1.0, (30.0, 40.0, 25.0)
COLUMNS = (Column("number", "Invoice"), Column("order", "Order"), Column("open", "Open", align="right"))


def heights(*cells: Cell, total: str = "250.00") -> list[float | None]:
    table = Table("invoices", COLUMNS, (cells,), (TotalRow("Total", ("", "", total)),))
    return row_heights(table, SIZE, INSET, WIDTHS)


def test_a_row_of_short_cells_has_the_height_of_one_line() -> None:
    head, row, total = heights(Cell("4711"), Cell("PO-55210"), Cell("250.00"))
    assert row is not None
    assert total == row
    assert row > one_line_mm(SIZE)
    assert head is not None
    assert head < row


@pytest.mark.parametrize(
    "cell",
    [
        Cell("an order number of many words that cannot stand on one line of its column"),
        Cell("PO-55210", note="delivered in two parts"),
        Cell("訂單 55210"),
        Cell("PO\u202e55210"),
    ],
    ids=["it wraps", "it has a note below", "another font prints it", "its direction changes"],
)
def test_a_row_that_may_need_more_is_measured_by_the_typesetter(cell: Cell) -> None:
    assert heights(Cell("4711"), cell, Cell("250.00"))[1] is None


def test_a_text_on_one_line_may_be_as_wide_as_its_place_and_no_wider() -> None:
    text, width_mm = "PO-55210", 40.0
    while is_one_line(text, width_mm, SIZE):
        width_mm -= 0.5
    assert not is_one_line(text, width_mm, SIZE)
    assert is_one_line(text, width_mm + 0.5, SIZE)
    assert not is_one_line(text, width_mm + 0.5, SIZE * 1.1)

"""A long list a page at a time."""

import polars as pl


def page_of(rows: pl.DataFrame, page: int, size: int) -> tuple[pl.DataFrame, int, int]:
    """Return the rows of a page, counted from 1, which page that is and of how many: the nearest one that there is."""
    pages = max(1, -(-rows.height // size))
    page = min(max(page, 1), pages)
    return rows.slice((page - 1) * size, size), page, pages

"""A call sheet as a page to lie beside the telephone: PDF/A-3a and PDF/UA-1, always one page, with boxes to tick."""

from collections.abc import Container
from dataclasses import asdict
from datetime import date
from typing import Any

from dunwell.errors import RenderError
from dunwell.letters.calls import CallSheet
from dunwell.letters.clean import cleaned
from dunwell.letters.render import page_count, typeset_template

_TEMPLATE = "call.typ"
_SIZES = (9.2, 8.6, 8.0, 7.4, 6.8, 6.2)
"""Type sizes in points, the best first: the first at which the sheet stands on one page is taken."""


def render_call_sheet(sheet: CallSheet, made_on: date) -> bytes:
    """Typeset a call sheet; ``made_on`` is the day of its figures. Raises ``RenderError`` when it takes two pages."""
    for size in _SIZES:
        pdf = _typeset(sheet, made_on, size)
        if page_count(pdf) == 1:
            return pdf
    raise RenderError("The call sheet does not fit one page: its texts in calls.toml are too long.")


def _typeset(sheet: CallSheet, made_on: date, size: float) -> bytes:
    def data(printable: Container[int] | None) -> dict[str, Any]:
        plain: dict[str, Any] = cleaned({**asdict(sheet)}, sheet.language, printable)
        return {**plain, "size": size, "region": sheet.region or None}

    return typeset_template(_TEMPLATE, "call-sheet", data, made_on)

"""Payment codes drawn as SVG: sharp at any size, the same bytes each time."""

import re
from collections.abc import Sequence
from functools import lru_cache

import segno

from dunwell.letters.content import PaymentCode

_MASK = 2
"""Every mask is readable; trying all eight for the prettiest takes three times as long as the rest of the code."""

_DARK = re.compile(b"\x01+")


def code_svg(code: PaymentCode) -> str:
    """Draw a payment code; a Swiss code carries the cross."""
    return payload_svg(code.payload, swiss=code.scheme == "swiss")


@lru_cache(maxsize=16)
def payload_svg(payload: str, *, swiss: bool) -> str:
    """Draw a QR code; error correction M as EPC, SIX and NAPAS ask; ``swiss`` adds the cross and leaves no border."""
    encoding = None if payload.isascii() else "utf-8"
    qr = segno.make_qr(payload, error="m", encoding=encoding, mask=_MASK, boost_error=False)
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

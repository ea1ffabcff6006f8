"""Typesetting for screens: one letter at a time (the typesetter is not made for threads), pictures kept for a while."""

from collections import OrderedDict
from hashlib import sha256
from threading import Lock

from dunwell.letters.annexes.files import Sheet
from dunwell.letters.content import LetterContent
from dunwell.letters.render import render_pages, render_pdf

PIXELS_PER_INCH = 96
KEPT_MAX = 40
"""Letters whose pages are kept as pictures: a few megabytes."""

_lock = Lock()
_kept: OrderedDict[str, list[bytes]] = OrderedDict()


def pages_of(content: LetterContent) -> list[bytes]:
    """Return the pages of a letter as PNG pictures."""
    key = sha256(repr(content).encode()).hexdigest()
    with _lock:
        if key not in _kept:
            _kept[key] = render_pages(content, PIXELS_PER_INCH)
            while len(_kept) > KEPT_MAX:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def pdf_of(content: LetterContent, sheets: tuple[Sheet, ...] = ()) -> bytes:
    """Return a letter as an archival PDF, annexed files inside it."""
    with _lock:
        return render_pdf(content, sheets)


def alone() -> Lock:
    """Return the lock under which a service may typeset by itself."""
    return _lock

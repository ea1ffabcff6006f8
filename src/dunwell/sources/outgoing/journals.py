"""Plain-text journals for hledger and beancount: bookings of two postings each, balanced in one currency.

A customer is an account of its own below the receivables. Names that a program cannot take as they are get a form
that it takes and that stays the same from export to export; the number as it is stands beside it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from dunwell.money import format_plain

MARK = "; Written by dunwell export; importing it changes nothing."
"""The first line of a journal; both programs take it as a comment."""

_COMPONENT = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_OWN_FORM = "X-"


@dataclass(frozen=True, slots=True)
class Booking:
    """One amount from account ``credit`` to account ``debit``; ``amount_minor`` may be below zero.

    ``words`` describe it; ``notes`` are values by name that go with it (invoice, letter, reference).
    """

    on: date
    words: str
    debit: str
    credit: str
    currency: str
    amount_minor: int
    notes: Sequence[tuple[str, str]] = ()


def component(text: str) -> str:
    """Return a part of an account's name that both programs take: as it is where that is possible.

    >>> component("C-100"), component("müller & co")
    ('C-100', 'X-m-ller-co-7b83be60')
    """
    if _COMPONENT.fullmatch(text) and not text.startswith(_OWN_FORM):
        return text
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:40]
    return "-".join(filter(None, ("X", plain, sha256(text.encode()).hexdigest()[:8])))


def hledger(bookings: Iterable[Booking]) -> Iterator[str]:
    """Write a journal for hledger, line by line; it balances by itself."""
    yield f"{MARK}\n"
    for booking in bookings:
        yield f"\n{booking.on.isoformat()} {_words(booking.words)}\n"
        yield from (f"    ; {name}: {_value(value)}\n" for name, value in booking.notes if value)
        amount = format_plain(booking.amount_minor, booking.currency)
        yield f"    {booking.debit}  {amount} {booking.currency}\n"
        yield f"    {booking.credit}\n"


def beancount(bookings: Iterable[Booking]) -> Iterator[str]:
    """Write a journal for beancount, line by line; accounts are opened on the day that they first occur."""
    yield f"{MARK}\n"
    opened: dict[str, date] = {}
    lines: list[str] = []
    for booking in bookings:
        for account in (booking.debit, booking.credit):
            opened[account] = min(booking.on, opened.get(account, booking.on))
        lines += _beancount_lines(booking)
    yield "\n"
    yield from (f"{on.isoformat()} open {account}\n" for account, on in sorted(opened.items()))
    yield from lines


def _beancount_lines(booking: Booking) -> Iterator[str]:
    yield f'\n{booking.on.isoformat()} * "{_quoted(booking.words)}"\n'
    yield from (f'  {name}: "{_quoted(value)}"\n' for name, value in booking.notes if value)
    for account, minor in ((booking.debit, booking.amount_minor), (booking.credit, -booking.amount_minor)):
        yield f"  {account}  {format_plain(minor, booking.currency)} {booking.currency}\n"


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _words(text: str) -> str:
    """Take out what hledger reads as status, code, comment or the end of the payee."""
    return re.sub(r"[;|]", ",", _one_line(text)).lstrip("!*( ").strip() or "-"


def _value(text: str) -> str:
    return re.sub(r"[,:]", " ", _one_line(text)).strip()


def _quoted(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace('"', '\\"')

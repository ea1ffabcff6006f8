"""What every statement format comes down to: statements of one account, and their booked entries.

Amounts are minor units of the entry's currency and never negative; :attr:`Entry.is_in` says which way the money went.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from dunwell import money
from dunwell.errors import Problem
from dunwell.sources.rows import TOLD_EVERY, Watch

STREAMED_BYTES_MAX = 1_000_000_000
"""Size of a statement in XML, which is read piece by piece."""
TEXT_BYTES_MAX = 100_000_000
"""Size of a statement in a text format, which is held in memory."""
ENTRIES_MAX = 1_000_000
"""Entries of one file."""
TEXT_CHARS_MAX = 5_000
"""Length of the text that is kept of one entry; a batch booked in one sum may hold much more."""

StatementKind = Literal["statement", "interim", "notification"]
"""``statement``: closed days. ``interim``: a day that still goes on (MT942, CAMT.052). ``notification``: single
bookings told beside the statement (CAMT.054)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One booked movement, or one payment out of a batch that the bank itemised.

    ``references`` are structured creditor references as written; ``remittance`` is what the payer wrote.
    ``batch_of`` is the bank's reference of the booking that this payment is a part of. ``is_batch``: several payments
    in one sum, not itemised.
    """

    line: int
    booked_on: date
    amount_minor: int
    currency: str
    is_in: bool
    valued_on: date | None = None
    is_reversal: bool = False
    is_batch: bool = False
    bank_reference: str = ""
    batch_of: str = ""
    references: tuple[str, ...] = ()
    remittance: str = ""
    end_to_end_id: str = ""
    party_name: str = ""
    party_account: str = ""
    code: str = ""
    return_reason: str = ""

    @property
    def signed_minor(self) -> int:
        """Return the amount as it changes the balance."""
        return self.amount_minor if self.is_in else -self.amount_minor


@dataclass(frozen=True, slots=True)
class Statement:
    """The entries of one account over a period; balances are signed, ``None`` where the bank gives none.

    ``complete_through`` is the last day of which the bank says that it is closed. ``is_whole`` is false when an entry
    of it could not be read.
    """

    line: int
    account: str
    currency: str
    entries: tuple[Entry, ...]
    kind: StatementKind = "statement"
    number: str = ""
    opening_minor: int | None = None
    closing_minor: int | None = None
    complete_through: date | None = None
    is_whole: bool = True


_AMOUNT = re.compile(r"[0-9]{1,18}(?:[.,][0-9]{0,10})?")


def amount_minor(text: str, currency: str) -> int:
    """Read an unsigned amount with a decimal point or comma as minor units.

    Raises ``ValueError``, with a message for people, when it is none, has more decimals than the currency, or is
    beyond any real amount.
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f'"{text[:40]}" is not an amount.')
    try:
        minor = money.to_minor(Decimal(text.replace(",", ".")), currency)
    except ValueError as error:
        raise ValueError(f"{error}.") from error
    if minor > money.AMOUNT_MINOR_MAX:
        raise ValueError(f'The amount "{text}" is too large.')
    return minor


def iso_date(text: str) -> date:
    """Read the day of an ISO date or time stamp; raises ``ValueError`` with a message for people."""
    try:
        return _day(text[:10])
    except ValueError:
        raise ValueError(f'"{text[:40]}" is not a date.') from None


@lru_cache(maxsize=1_000)
def _day(text: str) -> date:
    """Read an ISO date: the same day as one object, since a statement has many entries of few days."""
    return date.fromisoformat(text)


def known_currency(code: str) -> str:
    """Return ``code`` in capitals; raises ``ValueError`` when ISO 4217 has no such currency."""
    upper = code.strip().upper()
    if not money.is_currency(upper):
        raise ValueError(f'"{code[:20]}" is not a currency.')
    return sys.intern(upper)


class Log:
    """Collects what there is to say about one file, with the file's name filled in.

    ``tell`` hears how much of the file is read.
    """

    def __init__(self, source: str, tell: Watch | None = None) -> None:
        self.source = source
        self.tell: Watch = tell or _nobody_listens
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []

    def problem(self, line: int, column: str, message: str, suggestion: str = "") -> None:
        """Add something wrong: what it concerns does not go in."""
        self.problems.append(Problem(self.source, line, column, message, suggestion))

    def notice(self, line: int, column: str, message: str, suggestion: str = "") -> None:
        """Add something to know: nothing was rejected for it."""
        self.notices.append(Problem(self.source, line, column, message, suggestion))


def _nobody_listens(_done: int, _whole: int, _unit: str) -> None:
    """Hear nothing."""


def lines(text: str, log: Log) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with their numbers, one at a time, and tell now and then how many are read."""
    whole = text.count("\n") + 1
    start = 0
    for number in range(1, whole + 1):
        end = text.find("\n", start)
        if number % TOLD_EVERY == 0:
            log.tell(number, whole, "lines")
        yield number, text[start:] if end < 0 else text[start:end]
        start = end + 1


ASK_AGAIN = "Export the statement from the bank again."
"""What to do about a file that is damaged."""

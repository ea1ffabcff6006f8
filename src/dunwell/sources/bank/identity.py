"""The reference of an entry: the same in every statement that holds it, so that overlapping ones never double it.

It is made of account, booking day, signed amount and the bank's own reference; where the bank gives none, of the
letters and digits of its texts, which survive other line breaks. Entries alike in all this are numbered in the
order of the statement.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from schwifty import IBAN

from dunwell.sources.bank.statement import Entry, Statement

_NOT_ALNUM = re.compile(r"[\W_]+")
_NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "NONE", "NA"})
_GERMAN_ACCOUNT = re.compile(r"([0-9]{8})/([0-9]{1,10})(?:EUR)?")


def plain(text: str) -> str:
    """Reduce ``text`` to its letters and digits, in capitals."""
    return _NOT_ALNUM.sub("", text).upper()


def is_reference(text: str) -> bool:
    """Tell whether a bank's reference field refers to anything ("NONREF" and zeros do not)."""
    return plain(text).strip("0") not in _NO_REFERENCE


def same_account(account: str) -> str:
    """Return one writing for an account that formats write differently: German bank code and number as IBAN."""
    german = _GERMAN_ACCOUNT.fullmatch(account.replace(" ", ""))
    if german is None:
        return plain(account)
    try:
        return str(IBAN.generate("DE", german[1], german[2].zfill(10)))
    except ValueError:
        return plain(account)


def references(statements: Iterable[Statement]) -> list[list[str]]:
    """Return the reference of each entry of each statement."""
    found: list[list[str]] = []
    counted: Counter[str] = Counter()
    before: tuple[Statement, list[str]] | None = None
    for statement in statements:
        account = same_account(statement.account)
        bases = [_base(account, entry) for entry in statement.entries]
        if before is None or not _continues(before, (statement, bases)):
            counted = Counter()
        found.append([_numbered(base, counted) for base in bases])
        before = statement, bases
    return found


def _base(account: str, entry: Entry) -> str:
    told = plain(entry.bank_reference) if is_reference(entry.bank_reference) else _texts(entry)
    parts = (account, entry.booked_on.isoformat(), entry.currency, str(entry.signed_minor), told)
    digest = hashlib.sha256("|".join(parts).encode()).hexdigest()
    return f"{entry.booked_on:%Y%m%d}-{digest[:16]}"


def _texts(entry: Entry) -> str:
    return "|".join(map(plain, (entry.remittance, *entry.references, entry.end_to_end_id, entry.party_account)))


def _numbered(base: str, counted: Counter[str]) -> str:
    counted[base] += 1
    return base if counted[base] == 1 else f"{base}-{counted[base]}"


def _continues(before: tuple[Statement, list[str]], now: tuple[Statement, list[str]]) -> bool:
    """Tell whether a statement goes on where the one before it ended, and is not that one once more."""
    earlier, later = before[0], now[0]
    is_copy = earlier.number == later.number and before[1] == now[1]
    joins = later.opening_minor is not None and earlier.closing_minor == later.opening_minor
    return earlier.account == later.account and earlier.currency == later.currency and joins and not is_copy

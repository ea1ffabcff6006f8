"""Structured creditor references: recognised by their check digits, and reduced to what the creditor put in.

RF: ISO 11649. QRR/ISR: 27 or 16 digits with a recursive modulo-10 digit (Swiss payment standards). OGM/VCS: Belgian,
modulo 97. Finnish and Estonian: weights 7-3-1. KID (Norway) and OCR (Sweden): modulo 10 or 11. A single check digit
fits one number in ten by chance, so these last are believed only in the bank's reference field.
"""

import re
from collections.abc import Iterator

from stdnum import iso11649, luhn
from stdnum.be import ogm_vcs
from stdnum.ch import esr

_NOT_ALNUM = re.compile(r"[\W_]+")
_RF_IN_TEXT = re.compile(r"\bRF\d\d(?: ?[0-9A-Z]){1,21}\b")
_OGM_IN_TEXT = re.compile(r"[+*]{3}\s?(\d{3}/\d{4}/\d{5})\s?[+*]{3}")
_QRR_IN_TEXT = re.compile(r"(?<!\d)\d{2}(?: ?\d{5}){5}(?!\d)")
_FINNISH_WEIGHTS = (7, 3, 1)
_MOD11_WEIGHTS = (2, 3, 4, 5, 6, 7)


def plain(text: str) -> str:
    """Reduce a number to its letters and digits, in capitals."""
    return _NOT_ALNUM.sub("", text).upper()


def payloads(reference: str) -> frozenset[str]:
    """Return what a valid reference carries, by every scheme that its check digits fit; leading zeros go."""
    return frozenset(found.lstrip("0") for found in _payloads(plain(reference)) if found.strip("0"))


def _payloads(text: str) -> Iterator[str]:
    if text.startswith("RF"):
        if iso11649.is_valid(text):
            yield text[4:]
            yield from _payloads(text[4:])
        return
    if not (text.isdecimal() and text.isascii()) or not 4 <= len(text) <= 27:
        return
    if len(text) in (16, 27) and esr.is_valid(text):
        yield text[:-1]
    if len(text) == 12 and ogm_vcs.is_valid(text):
        yield text[:-2]
    if _finnish(text) or luhn.is_valid(text) or _mod11(text):
        yield text[:-1]


def _finnish(digits: str) -> bool:
    weighted = sum(int(d) * _FINNISH_WEIGHTS[i % 3] for i, d in enumerate(reversed(digits[:-1])))
    return len(digits) <= 20 and -weighted % 10 == int(digits[-1])


def _mod11(digits: str) -> bool:
    weighted = sum(int(d) * _MOD11_WEIGHTS[i % 6] for i, d in enumerate(reversed(digits[:-1])))
    return len(digits) <= 25 and -weighted % 11 == int(digits[-1])


def in_text(text: str) -> tuple[str, ...]:
    """Return the references that stand in free text: RF, QRR and OGM only, which chance does not make."""
    upper = text.upper()
    found = [match[0] for match in _QRR_IN_TEXT.finditer(upper) if esr.is_valid(plain(match[0]))]
    found += [match[1] for match in _OGM_IN_TEXT.finditer(upper) if ogm_vcs.is_valid(plain(match[1]))]
    for match in _RF_IN_TEXT.finditer(upper):
        found += _longest_rf(match[0])
    return tuple(dict.fromkeys(map(plain, found)))


def _longest_rf(text: str) -> list[str]:
    """Return the longest valid RF reference that ``text`` begins with; the words after it may belong to the payer."""
    words = text.split(" ")
    for count in range(len(words), 0, -1):
        candidate = "".join(words[:count])
        if len(candidate) <= 25 and iso11649.is_valid(candidate):
            return [candidate]
    return []

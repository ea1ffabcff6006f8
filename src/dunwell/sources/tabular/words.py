"""The words of headers in six languages (``words.toml``), compared without case, accents and punctuation."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from dunwell.sources.rows import Kind

Fields = Mapping[str, tuple[str, ...]]
"""Words by field, the best first."""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER = re.compile(r"(?:\bnr\b|\bn°|\bnº|\bno\b|№|#)\.?", re.IGNORECASE)
_UNIT = re.compile(
    r"\s*[(\[]\s*([^()\[\]]{1,20})\s*[)\]]\s*$|\s+in\s+([A-Z]{3}|€|%)\s*$|[\s_]+([A-Z]{3}|€)\s*$|_([a-z]{3})$"
)
_HEADER_CHARS_MAX = 120
_REMEMBERED = 20_000
"""Texts whose reduced form is remembered: cells of a large file are asked for too."""


@lru_cache(maxsize=_REMEMBERED)
def folded(text: str) -> str:
    """Reduce a header to what is compared: ``*InvoiceNumber`` and ``Invoice number:`` are both ``invoice number``."""
    spaced = _CAMEL.sub(" ", text[:_HEADER_CHARS_MAX])
    spaced = _NUMBER.sub(" no ", spaced).replace("đ", "d").replace("Đ", "D")
    plain = unicodedata.normalize("NFKD", spaced).casefold()
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def without_unit(header: str) -> tuple[str, str]:
    """Split ``Amount (EUR)`` or ``Betrag EUR`` into the header proper and what stands behind it."""
    found = _UNIT.search(header)
    if found is None or found.start() == 0:
        return header, ""
    return header[: found.start()], next(group for group in found.groups() if group).upper()


@cache
def _tables() -> Mapping[str, Fields]:
    text = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return {
        group: {name: tuple(dict.fromkeys(folded(word) for word in words)) for name, words in fields.items()}
        for group, fields in tomllib.loads(text).items()
    }


def fields_of(kind: Kind) -> Fields:
    """Return the words of the fields a table of ``kind`` has."""
    return {**_tables()["any"], **_tables().get(kind, {})}


def statuses() -> Fields:
    """Return what the states of an invoice are called: draft, void, paid."""
    return _tables()["status"]


def row_types() -> Fields:
    """Return what a column of types is called, and its words for credit notes, payments and purchases."""
    return _tables()["types"]


@cache
def known_headers() -> frozenset[str]:
    """Return every word that names a column of anything."""
    groups = ("any", "customers", "invoices", "payments")
    return frozenset(word for group in groups for words in _tables()[group].values() for word in words)


@cache
def may_be_total() -> str:
    """Return a pattern that every text fits which :func:`is_total` holds for, to ask it of few texts only."""
    initials = "".join(sorted({word[0] for word in _tables()["rows"]["total"]}))
    return rf"(?i)^[^\p{{L}}\p{{N}}]*([{initials}]|[^\x00-\x7f])"


def is_total(cell: str) -> bool:
    """Tell whether a row that begins so adds others up: ``Total``, ``Summe Müller GmbH``, ``Sous-total :``."""
    text = folded(cell)
    words = _tables()["rows"]["total"]
    return text in words or any(text.startswith(f"{word} ") for word in words)

"""Spanish Norma 43 (Cuaderno 43 of the AEB): fixed-width records 11, 22, 23, 24, 33 and 88.

Amounts have two implied decimals, currencies are ISO 4217 numbers, and 1 means debit. Concept 14 is a returned or
unpaid item, 98 a correction.
"""

import re
from dataclasses import replace
from datetime import date

import pycountry

from dunwell.sources.bank.gathering import read_text
from dunwell.sources.bank.statement import ASK_AGAIN, TEXT_CHARS_MAX, Entry, Log, Statement, amount_minor, lines
from dunwell.sources.contract import Confidence, Reading, SourceFile
from dunwell.sources.rows import Options

_HEADER = re.compile(rb"11[\d ]{18}\d{12}[12]\d{14}\d{3}")
_RETURN_CONCEPTS = frozenset({"14", "98"})


class _Draft:
    """A statement while its records are read."""

    def __init__(self, line: int, record: str) -> None:
        self.line = line
        self.account = record[2:20].replace(" ", "")
        self.currency = _currency(record[47:50])
        self.opening = _signed(record[32], record[33:47], self.currency)
        self.closing: int | None = None
        self.through: date | None = None
        self.until = record[26:32]
        self.entries: list[Entry] = []
        self.is_whole = True


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the content decides
    """Recognise Norma 43 by its first record."""
    return Confidence("certain", "Norma 43", "its first record 11") if _HEADER.match(head.lstrip()) else None


def read(file: SourceFile, options: Options) -> Reading:
    """Read every account of a Norma 43 file."""
    return read_text(file, options, "Norma 43", _parse)


def _parse(text: str, log: Log) -> list[Statement]:
    drafts: list[_Draft] = []
    for number, line in lines(text, log):
        record = line.rstrip("\r")
        if not record.strip() or record == "\x1a":
            continue
        try:
            _take(number, record, drafts, log)
        except (ValueError, IndexError) as error:
            if drafts:
                drafts[-1].is_whole = False
            log.problem(number, record[:2], f"The record cannot be read: {error}", ASK_AGAIN)
    return [_finished(draft, log) for draft in drafts]


def _take(number: int, record: str, drafts: list[_Draft], log: Log) -> None:
    kind = record[:2]
    if kind == "11":
        drafts.append(_Draft(number, record))
    elif kind == "88":
        return
    elif not drafts:
        raise ValueError("it stands before the record 11 of its account.")
    elif kind == "22":
        drafts[-1].entries.append(_entry(number, record, drafts[-1].currency))
    elif kind == "23" and drafts[-1].entries:
        drafts[-1].entries[-1] = _with_text(drafts[-1].entries[-1], record)
    elif kind == "33":
        _close(number, record, drafts[-1], log)


def _entry(number: int, record: str, currency: str) -> Entry:
    if record[27] not in "12":
        raise ValueError(f'"{record[27]}" is neither 1 (debit) nor 2 (credit).')
    first, second = record[52:64].strip(), record[64:80].strip()
    concept = record[22:24]
    return Entry(
        line=number,
        booked_on=_day(record[10:16]),
        valued_on=_day(record[16:22]),
        amount_minor=amount_minor(record[28:42], "JPY"),
        currency=currency,
        is_in=record[27] == "2",
        is_reversal=concept in _RETURN_CONCEPTS,
        remittance=" ".join(part for part in (first, second) if part.strip("0")),
        code=f"{concept}-{record[24:27]}",
    )


def _with_text(entry: Entry, record: str) -> Entry:
    if len(entry.remittance) > TEXT_CHARS_MAX:
        return entry
    said = " ".join((record[4:42] + " " + record[42:80]).split())
    return replace(entry, remittance=f"{entry.remittance} {said}".strip())


def _day(text: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise ValueError(f'"{text}" is not a date.') from None


def _signed(sign: str, digits: str, currency: str) -> int:
    """Read a balance: the implied decimals are those of the minor unit."""
    minor = amount_minor(digits.strip(), "JPY")
    return -minor if sign == "1" and currency else minor


def _currency(number: str) -> str:
    currency = pycountry.currencies.get(numeric=number)
    if currency is None:
        raise ValueError(f'"{number}" is not the number of a currency.')
    return str(currency.alpha_3)


def _close(number: int, record: str, draft: _Draft, log: Log) -> None:
    draft.closing = _signed(record[58], record[59:73], draft.currency)
    draft.through = _day(draft.until)
    for way, is_in, count, total in (
        ("debits", False, record[20:25], record[25:39]),
        ("credits", True, record[39:44], record[44:58]),
    ):
        moved = sum(entry.amount_minor for entry in draft.entries if entry.is_in == is_in and entry.amount_minor)
        if moved != amount_minor(total, "JPY"):
            draft.is_whole = False
            message = f"The {int(count)} {way} do not add up to their total."
            log.problem(number, "33", message, f"An entry may be missing. {ASK_AGAIN}")


def _finished(draft: _Draft, log: Log) -> Statement:
    if draft.closing is None:
        log.problem(draft.line, "33", "The account has no closing record 33; the file is cut off.", ASK_AGAIN)
    return Statement(
        line=draft.line,
        account=draft.account,
        currency=draft.currency,
        entries=tuple(draft.entries),
        opening_minor=draft.opening,
        closing_minor=draft.closing,
        complete_through=draft.through,
        is_whole=draft.is_whole and draft.closing is not None,
    )

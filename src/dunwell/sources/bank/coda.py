"""Belgian CODA (Febelfin, version 2): records of 128 characters, amounts with three implied decimals.

0 header · 1 old balance · 2.1 to 2.3 a movement · 3.x information on it · 8 new balance · 4 message · 9 totals. A
movement with detail number 0 changes the balance; those above 0 itemise it. Structured communications of type 101 and
102 hold the twelve-digit reference (OGM/VCS).
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from dunwell.sources.bank.gathering import read_text
from dunwell.sources.bank.statement import (
    ASK_AGAIN,
    TEXT_CHARS_MAX,
    Entry,
    Log,
    Statement,
    amount_minor,
    known_currency,
    lines,
)
from dunwell.sources.contract import Confidence, Reading, SourceFile
from dunwell.sources.rows import Options

_HEADER = re.compile(rb"00000\d{6}[\d ]{3}05")
_WIDTH = 128
_RETURN_FAMILIES = {"05": frozenset({"03", "05"}), "03": frozenset({"66", "87"}), "01": frozenset({"54"})}
"""Transactions that take money back, by family: unpaid or reversed direct debits, unpaid cheques, returns."""


@dataclass(slots=True)
class _Movement:
    """A movement of record 2, with what the records after it add."""

    line: int
    sequence: str
    detail: int
    entry: Entry
    is_structured: bool
    text: str = ""
    itemised: list["_Movement"] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    line: int
    account: str = ""
    currency: str = ""
    number: str = ""
    opening: int | None = None
    closing: int | None = None
    through: date | None = None
    is_whole: bool = True
    movements: list[_Movement] = field(default_factory=list)
    current: _Movement | None = None
    is_closed: bool = False


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the content decides
    """Recognise CODA by its header record."""
    return Confidence("certain", "CODA", "its header record") if _HEADER.match(head.lstrip(b"\r\n")) else None


def read(file: SourceFile, options: Options) -> Reading:
    """Read every statement of a CODA file."""
    return read_text(file, options, "CODA", _parse)


def _parse(text: str, log: Log) -> list[Statement]:
    drafts: list[_Draft] = []
    for number, line in lines(text, log):
        record = line.rstrip("\r").ljust(_WIDTH)
        if not record.strip():
            continue
        try:
            _take(number, record, drafts, log)
        except (ValueError, IndexError) as error:
            if drafts:
                drafts[-1].is_whole = False
            log.problem(number, record[:2], f"The record cannot be read: {error}", ASK_AGAIN)
    return [_finished(draft, log) for draft in drafts if draft.account or draft.movements]


def _take(number: int, record: str, drafts: list[_Draft], log: Log) -> None:
    kind = record[0]
    if kind == "0" or not drafts:
        drafts.append(_Draft(number))
    draft = drafts[-1]
    if kind == "1":
        _open(record, draft)
    elif kind == "2":
        _take_movement(number, record, draft)
    elif kind == "3":
        _take_information(record, draft)
    elif kind == "8":
        draft.is_closed = True
        draft.closing = _signed(record[41], record[42:57], draft.currency)
        draft.through = _day(record[57:63])
    elif kind == "9":
        _check_turnover(number, record, drafts, log)


def _open(record: str, draft: _Draft) -> None:
    is_iban = record[1] in "23"
    draft.account = record[5 : 39 if is_iban else 17].strip()
    draft.currency = known_currency(record[39:42] if is_iban else record[18:21])
    draft.number = record[2:5]
    draft.opening = _signed(record[42], record[43:58], draft.currency)


def _take_movement(number: int, record: str, draft: _Draft) -> None:
    part = record[1]
    if part == "1":
        movement = _movement(number, record, draft.currency)
        parent = draft.movements[-1] if draft.movements else None
        is_detail = movement.detail > 0 and parent is not None and parent.sequence == movement.sequence
        if is_detail and parent is not None:
            parent.itemised.append(movement)
        else:
            draft.movements.append(movement)
        draft.current = movement
    elif draft.current is None:
        raise ValueError("it stands before its record 2.1.")
    elif part == "2":
        _say(draft.current, record[10:63])
        reason = record[113:117].strip()
        draft.current.entry = replace(
            draft.current.entry,
            end_to_end_id=record[63:98].strip(),
            return_reason=reason,
            is_reversal=draft.current.entry.is_reversal or bool(reason),
        )
    elif part == "3":
        _say(draft.current, record[82:125])
        account = record[10:47].split()
        draft.current.entry = replace(
            draft.current.entry, party_account=account[0] if account else "", party_name=record[47:82].strip()
        )


def _movement(number: int, record: str, currency: str) -> _Movement:
    code = record[53:61]
    minor = _signed(record[31], record[32:47], currency)
    booked = record[115:121]
    valued_on = _day(record[47:53]) if record[47:53].strip("0 ") else None
    booked_on = _day(booked) if booked.strip("0 ") else valued_on
    if booked_on is None:
        raise ValueError("it has no date.")
    entry = Entry(
        line=number,
        booked_on=booked_on,
        valued_on=valued_on,
        amount_minor=abs(minor),
        currency=currency,
        is_in=minor >= 0 and record[31] == "0",
        is_reversal=code[3:5] in _RETURN_FAMILIES.get(code[1:3], frozenset()),
        bank_reference=record[10:31].strip(),
        code=code,
    )
    return _Movement(number, record[2:6], int(record[6:10]), entry, record[61] == "1", record[62:115])


def _say(movement: _Movement, text: str) -> None:
    if len(movement.text) < TEXT_CHARS_MAX:
        movement.text += text


def _take_information(record: str, draft: _Draft) -> None:
    """Add the free text of the records 3; their structured form repeats the counterparty's name first."""
    movement = draft.current
    if movement is None:
        return
    if record[1] == "1":
        is_name = record[39] == "1" and record[40:43] == "001"
        text = record[43:113] if is_name else record[40:113]
        if is_name:
            movement.entry = replace(movement.entry, party_name=text.strip())
        _say(movement, "" if is_name else text)


def _signed(sign: str, digits: str, currency: str) -> int:
    """Read an amount with three implied decimals."""
    if not (digits.isdecimal() and digits.isascii()):
        raise ValueError(f'"{digits}" is not an amount.')
    minor = amount_minor(f"{digits[:-3]}.{digits[-3:]}", currency)
    return -minor if sign == "1" else minor


def _day(text: str) -> date:
    try:
        return date(2000 + int(text[4:6]), int(text[2:4]), int(text[:2]))
    except ValueError:
        raise ValueError(f'"{text}" is not a date.') from None


def _check_turnover(number: int, record: str, drafts: list[_Draft], log: Log) -> None:
    """Compare the totals of the file with its movements (record 9)."""
    draft = drafts[-1]
    moved = [movement.entry for movement in draft.movements]
    for way, is_in, digits in (("debits", False, record[22:37]), ("credits", True, record[37:52])):
        total = _signed("0", digits, draft.currency)
        found = sum(entry.amount_minor for entry in moved if entry.is_in == is_in)
        if found != total:
            draft.is_whole = False
            log.problem(
                number, "9", f"The {way} do not add up to their total.", f"An entry may be missing. {ASK_AGAIN}"
            )


def _finished(draft: _Draft, log: Log) -> Statement:
    if not draft.is_closed:
        log.problem(draft.line, "8", "The statement has no new balance; the file is cut off.", ASK_AGAIN)
    return Statement(
        line=draft.line,
        account=draft.account,
        currency=draft.currency,
        entries=tuple(entry for movement in draft.movements for entry in _entries(movement)),
        number=draft.number,
        opening_minor=draft.opening,
        closing_minor=draft.closing,
        complete_through=draft.through,
        is_whole=draft.is_whole and draft.closing is not None,
    )


def _entries(movement: _Movement) -> list[Entry]:
    """Return the movement, or the payments it consists of when they add up to it."""
    whole = _told(movement)
    parts = [_told(part) for part in movement.itemised if part.entry.amount_minor]
    if len(parts) < 2 or sum(part.signed_minor for part in parts) != whole.signed_minor:
        return [replace(whole, is_batch=len(parts) > 1)]
    name, account = whole.party_name, whole.party_account
    return [
        replace(
            part,
            batch_of=whole.bank_reference,
            bank_reference=f"{part.bank_reference} {movement.itemised[index].detail:04d}",
            party_name=part.party_name or name,
            party_account=part.party_account or account,
        )
        for index, part in enumerate(parts)
    ]


def _told(movement: _Movement) -> Entry:
    text = movement.text
    if not movement.is_structured:
        return replace(movement.entry, remittance=" ".join(text.split()))
    kind, told = text[:3], text[3:]
    if kind in ("101", "102") and told[:12].isdecimal():
        return replace(movement.entry, references=(told[:12],), remittance=" ".join(told[12:].split()))
    return replace(movement.entry, remittance=" ".join(told.split()))

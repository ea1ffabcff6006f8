"""BAI2, the cash management format of US and Canadian banks (BAI, version 2): records 01, 02, 03, 16, 88, 49, 98, 99.

Fields are separated by commas, a record ends with ``/``, 88 continues the record before. Amounts have the currency's
implied decimals. Type codes 100 to 399 are credits, 400 to 699 debits.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

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

_HEADER = re.compile(rb"01,[^,\r\n]*,[^,\r\n]*,\d{6},\d{0,4},[^,\r\n]*,\d*,\d*,2\s*/")
_RETURNS = frozenset({"555", "557", "558"})
"""Deposited items returned, individual ACH returns and reversals."""
_OPENING, _CLOSING = "010", "015"
_SAME_DAY = frozenset({"3", "4"})
_DETAIL_HEAD = 3
_FIELDS_MAX = 2_000
"""Fields of one record with its continuations; what is beyond cannot be a summary, and the control total tells."""


@dataclass(slots=True)
class _Record:
    line: int
    fields: list[str]
    text: str = ""


@dataclass(slots=True)
class _Draft:
    line: int
    account: str
    currency: str
    booked_on: date
    is_same_day: bool
    number: str
    balances: dict[str, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    control: int = 0
    is_whole: bool = True
    is_closed: bool = False


@dataclass(slots=True)
class _Group:
    booked_on: date | None = None
    currency: str = ""
    is_same_day: bool = False
    number: str = ""


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the content decides
    """Recognise BAI2 by its first record and version."""
    return Confidence("certain", "BAI2", "its first record 01") if _HEADER.match(head.lstrip()) else None


def read(file: SourceFile, options: Options) -> Reading:
    """Read every account of a BAI2 file."""
    return read_text(file, options, "BAI2", _parse)


def _parse(text: str, log: Log) -> list[Statement]:
    drafts: list[_Draft] = []
    group = _Group()
    for record in _records(text, log):
        try:
            _take(record, group, drafts, log)
        except (ValueError, IndexError) as error:
            if drafts:
                drafts[-1].is_whole = False
            log.problem(record.line, record.fields[0][:2], f"The record cannot be read: {error}", ASK_AGAIN)
    return [_finished(draft, log) for draft in drafts]


def _records(text: str, log: Log) -> list[_Record]:
    """Join the records with their continuations; the text of a detail may hold commas and slashes."""
    records: list[_Record] = []
    for number, line in lines(text, log):
        body = line.strip()
        if not body:
            continue
        if body.startswith("88,") and records:
            _continue(records[-1], body[3:])
        else:
            records.append(_Record(number, _split(body), body))
    return records


def _split(body: str) -> list[str]:
    return [field.strip() for field in body.rstrip("/").split(",", _FIELDS_MAX)]


def _continue(record: _Record, body: str) -> None:
    if len(record.text) > TEXT_CHARS_MAX or len(record.fields) > _FIELDS_MAX:
        return
    if record.fields[0] == "16":
        record.text = record.text.rstrip("/ ") + " " + body.rstrip("/ ")
        return
    record.fields += _split(body)


def _take(record: _Record, group: _Group, drafts: list[_Draft], log: Log) -> None:
    kind, fields = record.fields[0], record.fields
    if kind == "02":
        group.booked_on = _day(fields[4])
        group.currency = fields[6] if len(fields) > 6 else ""
        group.is_same_day = len(fields) > 7 and fields[7] in _SAME_DAY
        group.number = f"{fields[4]} {fields[2]}"
    elif kind == "03":
        drafts.append(_account(record, group))
    elif kind == "16":
        if not drafts:
            raise ValueError("it stands before the record 03 of its account.")
        entry, minor = _entry(record, drafts[-1])
        drafts[-1].control += minor
        drafts[-1].entries += [entry] if entry else []
    elif kind == "49" and drafts:
        _close(record, drafts[-1], log)


def _account(record: _Record, group: _Group) -> _Draft:
    if group.booked_on is None:
        raise ValueError("it stands before the record 02 of its group.")
    currency = known_currency(record.fields[2] or group.currency or "USD")
    draft = _Draft(record.line, record.fields[1], currency, group.booked_on, group.is_same_day, group.number)
    rest = record.fields[3:]
    while len(rest) >= 2 and any(rest):
        code, amount = rest[0], rest[1]
        if amount:
            minor = _signed(amount)
            draft.balances[code] = minor
            draft.control += minor
        rest = _after_funds(rest[3:])
    return draft


def _after_funds(rest: list[str]) -> list[str]:
    """Skip the funds type and what it brings along: V a date and time, S three amounts, D a list of pairs."""
    if not rest:
        return []
    if rest[0] == "V":
        return rest[3:]
    if rest[0] == "S":
        return rest[4:]
    if rest[0] == "D":
        pairs = int(rest[1]) if len(rest) > 1 and rest[1].isdecimal() and len(rest[1]) < 4 else 0
        return rest[2 + 2 * pairs :]
    return rest[1:]


def _signed(text: str) -> int:
    minor = amount_minor(text.lstrip("+-"), "JPY")
    return -minor if text.startswith("-") else minor


def _entry(record: _Record, draft: _Draft) -> tuple[Entry | None, int]:
    pieces = [piece.strip() for piece in record.text.split(",")]
    code, minor = pieces[1], _signed(pieces[2]) if pieces[2] else 0
    if not code.isdecimal() or not 100 <= int(code) <= 699:
        return None, minor
    rest = _after_funds(pieces[_DETAIL_HEAD:])
    bank, customer = [*rest, "", ""][:2]
    entry = Entry(
        line=record.line,
        booked_on=draft.booked_on,
        amount_minor=abs(minor),
        currency=draft.currency,
        is_in=int(code) < 400 if minor >= 0 else int(code) >= 400,
        is_reversal=code in _RETURNS,
        bank_reference=bank.strip("/ "),
        end_to_end_id=customer.strip("/ "),
        remittance=" ".join(", ".join(rest[2:]).rstrip("/ ").split()),
        code=code,
    )
    return entry, minor


def _day(text: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise ValueError(f'"{text[:20]}" is not a date.') from None


def _close(record: _Record, draft: _Draft, log: Log) -> None:
    draft.is_closed = True
    if _signed(record.fields[1]) != draft.control:
        draft.is_whole = False
        message = "The amounts of the account do not add up to its control total."
        log.problem(record.line, "49", message, f"An entry may be missing. {ASK_AGAIN}")


def _finished(draft: _Draft, log: Log) -> Statement:
    if not draft.is_closed:
        log.problem(draft.line, "49", "The account has no trailer 49; the file is cut off.", ASK_AGAIN)
    return Statement(
        line=draft.line,
        account=draft.account,
        currency=draft.currency,
        entries=tuple(draft.entries),
        kind="interim" if draft.is_same_day else "statement",
        number=draft.number,
        opening_minor=draft.balances.get(_OPENING),
        closing_minor=draft.balances.get(_CLOSING),
        complete_through=draft.booked_on - timedelta(days=1) if draft.is_same_day else draft.booked_on,
        is_whole=draft.is_whole and draft.is_closed,
    )

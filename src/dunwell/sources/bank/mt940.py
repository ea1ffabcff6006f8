"""SWIFT MT940 and MT942 in the dialects of national banks, line by line, each problem with its line.

Fields begin at the start of a line (``:61:``); what follows up to the next field belongs to it. Field 86 is free for
banks to fill, and ``mt940_text`` knows their ways. Rules of the fields: SWIFT user handbook, category 9; the German
ones (structured 86, 30 February as the end of the month): DFÜ agreement of the German banks, annex 3, chapter 8.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from dunwell.sources.bank.gathering import read_text
from dunwell.sources.bank.mt940_text import Told, told
from dunwell.sources.bank.statement import ASK_AGAIN, Entry, Log, Statement, amount_minor, known_currency, lines
from dunwell.sources.contract import Confidence, Reading, SourceFile
from dunwell.sources.rows import Options

_FIELD = re.compile(r"(?:\{4:)?:(20|21|25P?|28C?|34F|13D?|60[FM]|61|62[FM]|64|65|86|90[CD]|940|942|NS):(.*)")
_END = re.compile(r"-\}?|-XXX|\{.*|\}.*")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d.,]+)")
_ENTRY = re.compile(
    r"(?P<valued>\d{6})(?P<booked>\d{4})?(?P<mark>[RE]?[CD])(?P<funds>[A-Z])?(?P<amount>\d[\d,.]*)"
    r"(?P<type>[A-Z][A-Z0-9]{3})?(?P<reference>.*)"
)
_RETURN_CODES = frozenset({"059", "108", "109", "159", "184"})
"""German business transaction codes of returned direct debits, transfers and cheques."""
_NO_REFERENCE = frozenset({"", "NONREF", "EREF", "KREF", "KREF+", "EREF+", "NOTPROVIDED", "PREF", "MARF"})
_LATE_DAY = 28


class _Field(NamedTuple):
    line: int
    tag: str
    lines: tuple[str, ...]

    @property
    def head(self) -> str:
        return self.lines[0].strip()


@dataclass(slots=True)
class _Draft:
    """A statement while its fields are read."""

    line: int
    account: str = ""
    currency: str = ""
    number: str = ""
    opening: int | None = None
    closing: int | None = None
    through: date | None = None
    is_interim: bool = False
    is_whole: bool = True
    is_closed: bool = False
    entries: list[Entry] = field(default_factory=list)


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the content decides
    """Recognise MT940/942 by its fields 20, 25 and a balance or an entry, each at the start of a line."""
    text = head.decode("latin-1").replace("\r", "\n")
    tags = set(re.findall(r"^(?:\{4:)?:(20|25P?|60[FM]|61|62[FM]|34F):", text, re.MULTILINE))
    if not {"25", "25P"} & tags or not {"60F", "60M", "61", "62F", "34F"} & tags:
        return None
    layout = "MT942" if not {"60F", "60M"} & tags and "34F" in tags else "MT940"
    return Confidence("certain" if "20" in tags else "likely", layout, "its fields :20:, :25:, :60F:")


def read(file: SourceFile, options: Options) -> Reading:
    """Read every statement of an MT940 or MT942 file."""
    recognised = recognise(file.name, file.head()) if file.size() else None
    return read_text(file, options, recognised.layout if recognised else "MT940", _parse)


def _parse(text: str, log: Log) -> list[Statement]:
    drafts: list[_Draft] = []
    for found, after in _with_next(_fields(text, log)):
        if found.tag == "20" or not drafts:
            drafts.append(_Draft(found.line))
        explanation = after if after is not None and after.tag == "86" else None
        try:
            _take(found, explanation, drafts, log)
        except ValueError as error:
            drafts[-1].is_whole = False
            log.problem(found.line, f":{found.tag}:", f"The field cannot be read: {error}", ASK_AGAIN)
    return [_finished(draft) for draft in drafts if draft.account or draft.entries]


def _fields(text: str, log: Log) -> Iterator[_Field]:
    """Split the text into fields; lines before the first and after the end of a message belong to none."""
    current: tuple[int, str, list[str]] | None = None
    for number, line in lines(text, log):
        found = _FIELD.match(line)
        if found is not None:
            if current is not None:
                yield _Field(current[0], current[1], tuple(current[2]))
            current = number, found[1], [found[2]]
        elif current is not None and _END.fullmatch(line.strip()):
            yield _Field(current[0], current[1], tuple(current[2]))
            current = None
        elif current is not None:
            current[2].append(line)
    if current is not None:
        yield _Field(current[0], current[1], tuple(current[2]))


def _with_next(fields: Iterable[_Field]) -> Iterator[tuple[_Field, _Field | None]]:
    before: _Field | None = None
    for found in fields:
        if before is not None:
            yield before, found
        before = found
    if before is not None:
        yield before, None


def _take(found: _Field, explanation: _Field | None, drafts: list[_Draft], log: Log) -> None:
    draft = drafts[-1]
    if found.tag in ("25", "25P"):
        draft.account = found.head.replace(" ", "")
        if draft.account[-3:].isalpha() and draft.account[:2].isalpha() and draft.account[-4:-3].isdigit():
            draft.account = draft.account[:-3]  # the currency some banks append to the IBAN
    elif found.tag in ("28", "28C"):
        draft.number = found.head
    elif found.tag in ("34F", "942"):
        draft.is_interim = True
        draft.currency = draft.currency or found.head[:3]
    elif found.tag[:2] in ("60", "62"):
        _take_balance(found, draft)
    elif found.tag == "61":
        _take_entry(found, explanation, drafts, log)


def _take_balance(found: _Field, draft: _Draft) -> None:
    parts = _BALANCE.match(found.head)
    if parts is None:
        raise ValueError(f'"{found.head[:40]}" is not a balance.')
    draft.currency = known_currency(parts[3])
    minor = amount_minor(_decimal(parts[4]), draft.currency)
    signed = minor if parts[1] == "C" else -minor
    if found.tag.startswith("60"):
        draft.opening = signed
    else:
        is_last_page = found.tag == "62F"
        day = _six_digits(parts[2])
        draft.closing, draft.is_closed = signed, True
        draft.through = day if is_last_page else day - timedelta(days=1)


def _decimal(text: str) -> str:
    """Return the amount with one decimal sign; a few banks write points between thousands."""
    return text.replace(".", "") if "," in text else text


def _six_digits(text: str) -> date:
    """Read YYMMDD; 29 and 30 February become its last day, as banks that count 30 days to a month write it."""
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:6])
    if month == 2 and _LATE_DAY < day <= 30:
        return date(year, 3, 1) - timedelta(days=1)
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f'"{text}" is not a date.') from None


def _take_entry(found: _Field, explanation: _Field | None, drafts: list[_Draft], log: Log) -> None:
    if drafts[-1].is_closed:
        before = drafts[-1]
        message = f"The entry stands outside of any statement; it was taken for account {before.account}."
        log.notice(found.line, ":61:", message, "Check it with the bank.")
        drafts.append(_Draft(found.line, before.account, before.currency, before.number, is_whole=False))
    draft = drafts[-1]
    parts = _ENTRY.match(found.head)
    if parts is None:
        raise ValueError(f'"{found.head[:60]}" is not an entry.')
    if parts["mark"].startswith("E"):
        log.notice(found.line, ":61:", "The entry is only expected, is not booked and was left out.")
        return
    draft.entries.append(_entry(found, parts, told(explanation.lines if explanation else ()), draft.currency))


def _entry(found: _Field, parts: re.Match[str], said: Told, currency: str) -> Entry:
    if not currency:
        raise ValueError("no balance before it names the currency.")
    valued_on = _six_digits(parts["valued"])
    customer, _, bank = parts["reference"].partition("//")
    supplement = " ".join(" ".join(found.lines[1:]).split())
    customer = "" if customer.strip().upper() in _NO_REFERENCE else customer.strip()
    type_code = parts["type"] or ""
    text = said.remittance or " ".join(filter(None, (customer, supplement)))
    return Entry(
        line=found.line,
        booked_on=_booked(valued_on, parts["booked"]),
        valued_on=valued_on,
        amount_minor=amount_minor(_decimal(parts["amount"]), currency),
        currency=currency,
        is_in=parts["mark"] in ("C", "RD"),
        is_reversal=parts["mark"].startswith("R") or type_code == "NRTI" or said.code in _RETURN_CODES,
        is_batch=said.is_batch,
        bank_reference="" if bank.strip().upper() in _NO_REFERENCE else bank.strip(),
        references=said.references,
        remittance=text,
        end_to_end_id=said.end_to_end_id or customer,
        party_name=said.party_name,
        party_account=said.party_account,
        code=" ".join(filter(None, (type_code, said.code))),
        return_reason=said.return_reason,
    )


def _booked(valued_on: date, month_day: str | None) -> date:
    """Return the booking day, which is written without its year: the one nearest to the value date."""
    if not month_day:
        return valued_on
    candidates = []
    for year in (valued_on.year - 1, valued_on.year, valued_on.year + 1):
        try:
            candidates.append(_six_digits(f"{year % 100:02d}{month_day}"))
        except ValueError:
            continue
    if not candidates:
        raise ValueError(f'"{month_day}" is not a booking date.')
    return min(candidates, key=lambda day: abs((day - valued_on).days))


def _finished(draft: _Draft) -> Statement:
    return Statement(
        line=draft.line,
        account=draft.account,
        currency=draft.currency,
        entries=tuple(draft.entries),
        kind="interim" if draft.is_interim and not draft.is_closed else "statement",
        number=draft.number,
        opening_minor=draft.opening,
        closing_minor=draft.closing,
        complete_through=draft.through,
        is_whole=draft.is_whole,
    )

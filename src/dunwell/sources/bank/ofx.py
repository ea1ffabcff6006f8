"""OFX 1 (SGML, closing tags optional), OFX 2 (XML) and QFX: bank and card statements.

Read as a run of tags, not as XML, because most banks write tags without closing them. Amounts are signed. OFX has no
opening balance, so totals cannot be checked; ``FITID`` is the bank's reference of an entry.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from dunwell.sources.bank.gathering import read_text
from dunwell.sources.bank.statement import (
    ASK_AGAIN,
    Entry,
    Log,
    Statement,
    amount_minor,
    known_currency,
)
from dunwell.sources.contract import Confidence, Reading, SourceFile
from dunwell.sources.rows import TOLD_EVERY, Options

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9._]{0,40})[^<>]{0,40}>([^<]*)")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{2,6}(?:\.\d{1,6})?)?(?:\[.{0,20}\])?")
_STATEMENTS = ("STMTRS", "CCSTMTRS")
_RETURN_WORDS = re.compile(
    r"\b(returned (check|cheque|item|deposit|ach)|ach return|nsf return|chargeback)\b", re.IGNORECASE
)
_RETURN_FEE = re.compile(r"\b(fee|charge)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Draft:
    line: int
    values: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    is_whole: bool = True


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the content decides
    """Recognise OFX by its header or its root."""
    text = head.decode("latin-1").upper()
    if "OFXHEADER" in text and "<OFX>" in text:
        return Confidence("certain", "OFX", "its header OFXHEADER")
    if re.search(r"<OFX>", text):
        return Confidence("certain", "OFX", "its root OFX")
    return None


def read(file: SourceFile, options: Options) -> Reading:
    """Read every account of an OFX file."""
    return read_text(file, options, "OFX", _parse)


def _without_cdata(text: str) -> str:
    """Return ``text`` with its CDATA sections as escaped text."""
    before, *sections = text.split(_CDATA)
    parts = (section.partition(_CDATA_END) for section in sections)
    return before + "".join(html.escape(inside, quote=False) + after for inside, _, after in parts)


def _tokens(text: str, log: Log) -> Iterator[tuple[int, bool, str, str]]:
    """Yield (line, closing?, tag, text after it)."""
    escaped = _without_cdata(text)
    line, seen = 1, 0
    for number, found in enumerate(_TAG.finditer(escaped)):
        if number % TOLD_EVERY == 0:
            log.tell(found.start(), len(escaped), "characters")
        line += escaped.count("\n", seen, found.start())
        seen = found.start()
        yield line, bool(found[1]), found[2].upper(), " ".join(html.unescape(found[3]).split())


def _parse(text: str, log: Log) -> list[Statement]:
    statements: list[Statement] = []
    draft: _Draft | None = None
    entry: dict[str, str] | None = None
    entry_line, inside, server_day = 0, "", ""
    for line, closes, tag, value in _tokens(text, log):
        if entry is not None and (tag in ("STMTTRN", "BANKTRANLIST") or (closes and tag in _STATEMENTS)):
            _take_entry(entry, entry_line, draft, log)
            entry = None
        if tag == "DTSERVER":
            server_day = value
        elif tag in _STATEMENTS:
            if draft is not None:
                statements.append(_finished(draft, server_day, log))
            draft = None if closes else _Draft(line)
        elif tag == "STMTTRN" and not closes:
            entry, entry_line = {}, line
        elif tag in ("LEDGERBAL", "AVAILBAL"):
            inside = "" if closes else tag
        elif entry is not None and value:
            entry.setdefault(tag, value)
        elif draft is not None and value:
            draft.values.setdefault(f"{inside}.{tag}" if inside else tag, value)
    return _rest(statements, draft, entry, log, server_day)


def _rest(
    statements: list[Statement], draft: _Draft | None, entry: dict[str, str] | None, log: Log, server_day: str
) -> list[Statement]:
    """Take what is left open by a file that is cut off."""
    if draft is None:
        return statements
    if entry is not None:
        log.problem(draft.line, "STMTTRN", "The file breaks off within an entry; it was left out.", ASK_AGAIN)
        draft.is_whole = False
    return [*statements, _finished(draft, server_day, log)]


def _take_entry(values: dict[str, str], line: int, draft: _Draft | None, log: Log) -> None:
    if draft is None:
        log.problem(line, "STMTTRN", "The entry stands outside of any statement and was left out.", ASK_AGAIN)
        return
    try:
        draft.entries.append(_entry(values, line, draft.values.get("CURDEF", "")))
    except ValueError as error:
        draft.is_whole = False
        log.problem(line, "STMTTRN", f"The entry cannot be read: {error}", "Correct the file or ask the bank.")


def _entry(values: dict[str, str], line: int, default_currency: str) -> Entry:
    currency = known_currency(values.get("CURSYM", "") if "CURRATE" in values else default_currency)
    signed = _signed(values.get("TRNAMT", ""), currency)
    name, memo = values.get("NAME", ""), values.get("MEMO", "")
    text = memo if memo.startswith(name) else f"{name} {memo}".strip()
    is_return = _RETURN_WORDS.search(text) is not None and _RETURN_FEE.search(text) is None
    return Entry(
        line=line,
        booked_on=_day(values.get("DTPOSTED", "")),
        valued_on=_day(values["DTAVAIL"]) if "DTAVAIL" in values else None,
        amount_minor=abs(signed),
        currency=currency,
        is_in=signed > 0,
        is_reversal=is_return and signed < 0,
        bank_reference=values.get("FITID", ""),
        remittance=text,
        party_name=name,
        party_account=values.get("ACCTID", ""),
        code=values.get("TRNTYPE", ""),
    )


def _signed(text: str, currency: str) -> int:
    """Read a signed amount; a comma is the decimal sign unless a point follows, then it separates thousands."""
    plain = text.replace(" ", "")
    digits = plain.lstrip("+-")
    if "," in digits and "." in digits:
        thousands = "," if digits.rfind(".") > digits.rfind(",") else "."
        digits = digits.replace(thousands, "")
    minor = amount_minor(digits, currency)
    return -minor if plain.startswith("-") else minor


def _day(text: str) -> date:
    parts = _DATE.match(text)
    if parts is None:
        raise ValueError(f'"{text[:40]}" is not a date.' if text else "it has no date.")
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        raise ValueError(f'"{text[:40]}" is not a date.') from None


def _finished(draft: _Draft, server_day: str, log: Log) -> Statement:
    values = draft.values
    account = " ".join(filter(None, (values.get("BANKID", ""), values.get("ACCTID", ""))))
    try:
        currency = known_currency(values.get("CURDEF", ""))
        balance = values.get("LEDGERBAL.BALAMT")
        closing = _signed(balance, currency) if balance else None
    except ValueError as error:
        log.problem(draft.line, "LEDGERBAL", f"The statement is odd: {error}", ASK_AGAIN)
        currency, closing = "", None
    return Statement(
        line=draft.line,
        account=account,
        currency=currency,
        entries=tuple(draft.entries),
        closing_minor=closing,
        complete_through=_closed_through(values, server_day),
        is_whole=draft.is_whole,
    )


def _closed_through(values: dict[str, str], server_day: str) -> date | None:
    """Return the end of the list, but no day that was still going on when the bank wrote the file."""
    days = []
    for text, back in ((values.get("DTEND", ""), 0), (server_day, 1), (values.get("LEDGERBAL.DTASOF", ""), 1)):
        try:
            days.append(_day(text) - timedelta(days=back))
        except (ValueError, OverflowError):
            continue
    return min(days) if days and "DTEND" in values else None

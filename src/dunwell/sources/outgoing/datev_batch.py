"""DATEV batches of bookings (``EXTF``, version 700, category 21 "Buchungsstapel", format version 13).

The documented form: a first line of 31 fields, a second with the names of 125 columns, then the bookings; Windows-1252,
semicolons, decimal comma, CRLF. A booking's date has no year, so a batch lies within one financial year. Source:
DATEV, "DATEV-Format", Formatbeschreibung Header and Buchungsstapel (developer.datev.de).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from dunwell.money import format_plain
from dunwell.sources.outgoing.charges import Charge

FROM_US = "DW"
"""Two letters in the field of origin, by which we know our own batches again."""

_AMOUNT_MINOR_MAX = 999_999_999_999
_ROWS_MAX = 99_999
"""Bookings that one batch may have."""
_DOCUMENT_CHARS_MAX, _WORDS_CHARS_MAX = 36, 60
_NO_DOCUMENT_SIGN = re.compile(r"[^A-Za-z0-9$&%*+/-]")
_WORDS = {"late_fee": "Mahngebühr", "interest": "Verzugszinsen", "compensation": "Verzugspauschale"}


_FIRST_COLUMNS = """
Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;WKZ Basis-Umsatz;Konto
Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;Belegfeld 1;Belegfeld 2;Skonto;Buchungstext;Postensperre
Diverse Adressnummer;Geschäftspartnerbank;Sachverhalt;Zinssperre;Beleglink
"""
_MIDDLE_COLUMNS = """
KOST1 - Kostenstelle;KOST2 - Kostenstelle;Kost-Menge;EU-Land u. UStID (Bestimmung);EU-Steuersatz (Bestimmung)
Abw. Versteuerungsart;Sachverhalt L+L;Funktionsergänzung L+L;BU 49 Hauptfunktionstyp;BU 49 Hauptfunktionsnummer
BU 49 Funktionsergänzung
"""
_LAST_COLUMNS = """
Stück;Gewicht;Zahlweise;Forderungsart;Veranlagungsjahr;Zugeordnete Fälligkeit;Skontotyp;Auftragsnummer;Buchungstyp
USt-Schlüssel (Anzahlungen);EU-Land (Anzahlungen);Sachverhalt L+L (Anzahlungen);EU-Steuersatz (Anzahlungen)
Erlöskonto (Anzahlungen);Herkunft-Kz;Buchungs GUID;KOST-Datum;SEPA-Mandatsreferenz;Skontosperre;Gesellschaftername
Beteiligtennummer;Identifikationsnummer;Zeichnernummer;Postensperre bis;Bezeichnung SoBil-Sachverhalt
Kennzeichen SoBil-Buchung;Festschreibung;Leistungsdatum;Datum Zuord. Steuerperiode;Fälligkeit;Generalumkehr (GU)
Steuersatz;Land;Abrechnungsreferenz;BVV-Position;EU-Land u. UStID (Ursprung);EU-Steuersatz (Ursprung);Abw. Skontokonto
"""


def _columns() -> Iterator[str]:
    yield from _names(_FIRST_COLUMNS)
    for number in range(1, 9):
        yield from (f"Beleginfo - Art {number}", f"Beleginfo - Inhalt {number}")
    yield from _names(_MIDDLE_COLUMNS)
    for number in range(1, 21):
        yield from (f"Zusatzinformation - Art {number}", f"Zusatzinformation- Inhalt {number}")
    yield from _names(_LAST_COLUMNS)


def _names(text: str) -> list[str]:
    return text.strip().replace("\n", ";").split(";")


COLUMNS = tuple(_columns())
_PLACE = {name: place for place, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True)
class Books:
    """The tax adviser's side: whose books, which financial year, which accounts.

    ``receivables`` takes the charges of customers whose account number is none of DATEV's; ``incomes`` are accounts by
    kind of charge. ``year_begins`` is month and day, ``digits`` the length of general ledger accounts.
    """

    consultant: str
    client: str
    digits: int
    year_begins: tuple[int, int]
    receivables: str
    incomes: Mapping[str, str]
    currency: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One file: the financial year it belongs to, its number among those of the year, and its content."""

    year_begins_on: date
    number: int
    content: bytes
    rows: int


def batches(charges: Iterable[Charge], books: Books, made_at: datetime) -> Iterator[Batch]:
    """Write charges as batches, one for each financial year, more where a batch would be too long."""
    ordered = sorted(charges, key=lambda charge: charge.booked_on)
    for year_begins_on, found in groupby(ordered, lambda charge: year_of(charge.booked_on, books.year_begins)):
        rows = list(found)
        for number, first in enumerate(range(0, len(rows), _ROWS_MAX), 1):
            part = rows[first : first + _ROWS_MAX]
            yield Batch(year_begins_on, number, _content(part, books, year_begins_on, made_at), len(part))


def year_of(on: date, begins: tuple[int, int]) -> date:
    """Return the first day of the financial year of a day."""
    first_on = date(on.year, *begins)
    return first_on if first_on <= on else date(on.year - 1, *begins)


def is_customer_account(account_number: str, digits: int) -> bool:
    """Tell whether a number is that of a customer in DATEV: one digit more than the ledger's, beginning with 1 to 6."""
    return bool(re.fullmatch(rf"[1-6][0-9]{{{digits}}}", account_number))


def too_large(charge: Charge) -> bool:
    """Tell whether an amount does not fit a booking: ten digits before the comma."""
    return abs(charge.amount_minor) > _AMOUNT_MINOR_MAX


def _content(charges: list[Charge], books: Books, year_begins_on: date, made_at: datetime) -> bytes:
    lines = [_head(charges, books, year_begins_on, made_at), ";".join(COLUMNS)]
    lines += [_line(charge, books) for charge in charges]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252", errors="replace")


def _head(charges: list[Charge], books: Books, year_begins_on: date, made_at: datetime) -> str:
    days = [charge.booked_on for charge in charges]
    stamp = f"{made_at:%Y%m%d%H%M%S}{made_at.microsecond // 1000:03}"
    fields = [
        _text("EXTF"),
        "700",
        "21",
        _text("Buchungsstapel"),
        "13",
        stamp,
        "",
        _text(FROM_US),
        _text("Dunwell"),
        _text(""),
        books.consultant,
        books.client,
        f"{year_begins_on:%Y%m%d}",
        str(books.digits),
        f"{min(days):%Y%m%d}",
        f"{max(days):%Y%m%d}",
        _text("Mahnkosten"),
        _text(""),
        "1",
        "0",
        "0",
        _text(books.currency),
        "",
        _text(""),
        "",
        "",
        _text(""),
        "",
        "",
        _text(""),
        _text(""),
    ]
    return ";".join(fields)


def _line(charge: Charge, books: Books) -> str:
    known = is_customer_account(charge.account_number, books.digits)
    words = f"{_WORDS[charge.kind]} {charge.invoice_number} {'' if known else charge.account_number} {charge.name}"
    plain = format_plain(abs(charge.amount_minor), charge.currency).replace(".", ",")
    filled = {
        "Umsatz (ohne Soll/Haben-Kz)": plain if "," in plain else f"{plain},00",
        "Soll/Haben-Kennzeichen": _text("S" if charge.amount_minor > 0 else "H"),
        "WKZ Umsatz": _text(charge.currency),
        "Konto": charge.account_number if known else books.receivables,
        "Gegenkonto (ohne BU-Schlüssel)": books.incomes[charge.kind],
        "Belegdatum": f"{charge.booked_on:%d%m}",
        "Belegfeld 1": _text(_NO_DOCUMENT_SIGN.sub("-", charge.invoice_number)[:_DOCUMENT_CHARS_MAX]),
        "Buchungstext": _text(" ".join(words.split())[:_WORDS_CHARS_MAX]),
        "Herkunft-Kz": "",
        "Festschreibung": "0",
    }
    cells = ["" for _ in COLUMNS]
    for name, value in filled.items():
        cells[_PLACE[name]] = value
    return ";".join(cells)


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'

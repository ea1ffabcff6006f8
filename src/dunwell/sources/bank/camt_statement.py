"""A CAMT statement around its entries: account, currency, balances, and through which day it is closed."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from lxml import etree

from dunwell.sources.bank.camt_entry import Flat, Place, first, flat, is_credit
from dunwell.sources.bank.statement import Entry, Statement, StatementKind, amount_minor, iso_date, known_currency

KINDS: Mapping[str, StatementKind] = {"Stmt": "statement", "Rpt": "interim", "Ntfctn": "notification"}
"""The element that holds the entries, by message."""

_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)
_END_OF_DAY = "23:59"

Balance = tuple[int, str, date | None]
"""Signed minor units, currency, day."""


def statement_of(element: etree._Element, kind: StatementKind, entries: list[Entry], place: Place) -> Statement:
    """Return the statement that ``element`` ends, with the ``entries`` read before."""
    values = flat(element)
    balances = dict(_balances(element, place))
    opening = next((balances[code] for code in _OPENING if code in balances), None)
    closing = next((balances[code] for code in _CLOSING if code in balances), None)
    currency = _currency(values, opening, closing, entries)
    if opening and closing and opening[1] != closing[1]:
        message = f"The opening balance is in {opening[1]} and the closing balance in {closing[1]}."
        place.problem(element, "Bal", message, "Ask the bank; the totals cannot be checked.")
    return Statement(
        line=element.sourceline or 0,
        account=_account(values),
        currency=currency,
        entries=tuple(entries),
        kind="statement" if kind == "interim" and opening and closing else kind,
        number=_number(values),
        opening_minor=opening[0] if opening and opening[1] == currency else None,
        closing_minor=closing[0] if closing and closing[1] == currency else None,
        complete_through=_closed_through(values, closing),
        is_whole=place.is_whole,
    )


def _balances(element: etree._Element, place: Place) -> Iterator[tuple[str, Balance]]:
    for found in element.iterfind("{*}Bal"):
        balance = flat(found)
        code = first(balance, "Tp/CdOrPrtry/Cd")
        if code not in _OPENING + _CLOSING:
            continue
        try:
            currency = known_currency(first(balance, "Amt@Ccy"))
            minor = amount_minor(first(balance, "Amt"), currency)
            on = first(balance, "Dt/Dt") or first(balance, "Dt/DtTm")
            yield code, (minor if is_credit(balance) else -minor, currency, iso_date(on) if on else None)
        except ValueError as error:
            place.problem(found, "Bal", f"The balance {code} cannot be read: {error}")


def _currency(values: Flat, opening: Balance | None, closing: Balance | None, entries: list[Entry]) -> str:
    stated = first(values, "Acct/Ccy")
    balance = opening or closing
    if balance is not None:
        return balance[1]
    return stated or (entries[0].currency if entries else "")


def _account(values: Flat) -> str:
    return first(values, "Acct/Id/IBAN") or first(values, "Acct/Id/Othr/Id")


def _number(values: Flat) -> str:
    number = first(values, "LglSeqNb") or first(values, "ElctrncSeqNb") or first(values, "Id")
    page = first(values, "StmtPgntn/PgNb")
    return f"{number}/{page}" if page else number


def _closed_through(values: Flat, closing: Balance | None) -> date | None:
    """Return the day of the closing balance, else the end of the period if that is the end of a day."""
    if closing is not None and closing[2] is not None:
        return closing[2]
    until = first(values, "FrToDt/ToDtTm")
    try:
        day = iso_date(until)
    except ValueError:
        return None
    return day if until[11:16] >= _END_OF_DAY else day - timedelta(days=1)

"""FatturaPA 1.1 and 1.2, the Italian format for authorities, businesses and consumers, also signed (``.p7m``)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from dunwell.errors import Problem
from dunwell.money import exponent
from dunwell.sources.contract import Confidence, Reading, SourceFile, nothing_read
from dunwell.sources.einvoice import p7m
from dunwell.sources.einvoice.model import Due, EInvoice, Party, PartyType
from dunwell.sources.einvoice.reading import Syntax, currency_of, loaded, names_space, read_data
from dunwell.sources.einvoice.totals import Totals
from dunwell.sources.einvoice.xml import (
    INVOICE_BYTES_MAX,
    Element,
    Fields,
    every,
    first,
    line_of,
    local,
    place,
    space,
    text,
    texts,
)
from dunwell.sources.rows import Options

SPACES = (
    "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1",
    "http://www.fatturapa.gov.it/sdi/fatturapa/v1",
    "http://microsoft.com/wsdl/types/FatturaPA",
)
"""Namespaces begin so; the version follows."""

CREDIT_NOTE = "TD04"
_SELF_BILLED = frozenset({"TD16", "TD17", "TD18", "TD19", "TD20", "TD21", "TD22", "TD23", "TD27", "TD28", "TD29"})
"""Documents that a business writes to itself for the tax office; nobody owes them."""
_DAYS_MAX = 3650
_GENERAL = "DatiGenerali/DatiGeneraliDocumento"


def recognise(name: str, head: bytes) -> Confidence | None:
    """Recognise the namespace of FatturaPA, plain or in a signed envelope."""
    if names_space(head, SPACES):
        return Confidence("certain", "FatturaPA", "its namespace")
    if not p7m.is_envelope(head):
        return None
    if b"FatturaElettronica" in head:
        return Confidence("certain", "FatturaPA, signed", "a signed envelope that names it")
    return Confidence("likely", "FatturaPA, signed", "a signed envelope") if name.lower().endswith(".p7m") else None


def read(file: SourceFile, options: Options) -> Reading:
    """Read the invoice or the batch of invoices, out of its envelopes where it is signed."""
    data = loaded(file, min(INVOICE_BYTES_MAX, options.limits.xml_bytes_max), "invoice_bytes_max")
    if isinstance(data, Problem):
        return nothing_read(file.name, data)
    try:
        plain = p7m.unwrap(data) if p7m.is_envelope(data[:64]) else data
    except p7m.EnvelopeError as error:
        message = f"The signed envelope cannot be opened: {error}."
        return nothing_read(file.name, Problem(file.name, 0, "", message, "Import the XML inside it."))
    return read_data(plain, file.name, options, SYNTAX)


def parse(unit: Element, fields: Fields) -> EInvoice | None:
    """Return the invoice that ``unit`` is; nothing where it has no number, date or amount."""
    root = unit.getroottree().getroot()
    head, general = first(root, "FatturaElettronicaHeader"), first(unit, _GENERAL)
    code = text(general, "TipoDocumento")
    number = fields.needed(unit, f"{_GENERAL}/Numero", "number")
    if code in _SELF_BILLED:
        fields.note(unit, "", f"Document {number} ({code}) is written to oneself for the tax office; left out.")
        return None
    currency = currency_of(fields, unit, f"{_GENERAL}/Divisa")
    issued_on = fields.needed_day(unit, f"{_GENERAL}/Data", "date of issue")
    payable = _payable(unit, fields, currency)
    if issued_on is None or payable is None:
        return None
    details = every(unit, "DatiPagamento/DettaglioPagamento")
    invoice = EInvoice(
        syntax="FatturaPA",
        number=number,
        type_code=code,
        is_credit=code == CREDIT_NOTE,
        issued_on=issued_on,
        delivered_on=fields.day(unit, "DatiGenerali/DatiTrasporto/DataOraConsegna"),
        currency=currency,
        payable_minor=payable,
        dues=(Due(None, payable),),
        seller=_party(first(head, "CedentePrestatore"), ""),
        buyer=_party(first(head, "CessionarioCommittente"), text(head, "DatiTrasmissione/FormatoTrasmissione")),
        preceding=texts(unit, "DatiGenerali/DatiFattureCollegate/IdDocumento"),
        order_number=text(unit, "DatiGenerali/DatiOrdineAcquisto/IdDocumento"),
        payment_reference=text(unit, "DatiPagamento/DettaglioPagamento/CodicePagamento"),
        bank_accounts=texts(unit, "DatiPagamento/DettaglioPagamento/IBAN"),
        where=place(unit),
    )
    return _planned(invoice, _dues(details, issued_on, currency, fields), fields, unit)


def _payable(unit: Element, fields: Fields, currency: str) -> int | None:
    """Return the total less what the buyer pays to the tax office: tax withheld, and VAT under split payment."""
    totals = Totals(fields, first(unit, _GENERAL))
    summaries = every(unit, "DatiBeniServizi/DatiRiepilogo")
    taxed = totals.over(summaries, "ImponibileImporto") + totals.over(summaries, "Imposta")
    counted = taxed + totals.at("Arrotondamento")
    stamp = totals.at("DatiBollo/ImportoBollo")
    totals.one_of("ImportoTotaleDocumento", "total of the document", [counted, counted + stamp, taxed])
    totals.check(line_of(unit))
    if not summaries and first(totals.root, "ImportoTotaleDocumento") is None:
        fields.wrong(unit, "DatiBeniServizi/DatiRiepilogo", "The invoice has no total.", "Ask for a right file.")
        return None
    stated = fields.decimal(totals.root, "ImportoTotaleDocumento")
    withheld = totals.over(every(totals.root, "DatiRitenuta"), "ImportoRitenuta")
    split = totals.over([one for one in summaries if text(one, "EsigibilitaIVA") == "S"], "Imposta")
    whole = (counted if stated is None else stated) - withheld - split
    return fields.in_minor(whole, currency, unit, f"{_GENERAL}/ImportoTotaleDocumento")


def _dues(details: list[Element], issued_on: date, currency: str, fields: Fields) -> list[Due]:
    found = []
    for detail in details:
        amount = fields.minor(detail, "ImportoPagamento", currency)
        if amount is not None:
            found.append(Due(_due_on(detail, issued_on, fields), amount))
    return found


def _due_on(detail: Element, issued_on: date, fields: Fields) -> date | None:
    """Return the due date, or the day that the terms in days come to, from their own date or the invoice's."""
    stated = fields.day(detail, "DataScadenzaPagamento")
    days = fields.decimal(detail, "GiorniTerminiPagamento")
    if stated is not None or days is None:
        return stated
    if not 0 <= days <= _DAYS_MAX:
        fields.wrong(detail, "GiorniTerminiPagamento", f"{days} days are no terms.", "Ask for a right file.")
        return None
    return (fields.day(detail, "DataRiferimentoTerminiPagamento") or issued_on) + timedelta(days=int(days))


def _planned(invoice: EInvoice, dues: list[Due], fields: Fields, unit: Element) -> EInvoice:
    """Return ``invoice`` with its dues.

    Several entries over the whole amount are ways to pay, not instalments. Instalments over less than the invoice
    are what is asked for: the rest was settled in a way that the file does not tell.
    """
    planned, payable = sum(due.amount_minor for due in dues), invoice.payable_minor
    if not dues or invoice.is_credit:
        return invoice
    if len(dues) > 1 and all(due.amount_minor == payable for due in dues):
        days = [due.due_on for due in dues if due.due_on is not None]
        return replace(invoice, dues=(Due(max(days, default=None), payable),))
    if 0 < planned < payable:
        short = Decimal(payable - planned).scaleb(-exponent(invoice.currency))
        message = f"The payments of invoice {invoice.number} are {short} less than its total; only they are asked for."
        fields.note(unit, "", message, "If the rest is owed, correct the invoice.")
        return replace(invoice, payable_minor=planned, dues=tuple(dues))
    return replace(invoice, dues=tuple(dues))


def _party(outer: Element | None, transmission: str) -> Party:
    person, seat = first(outer, "DatiAnagrafici"), first(outer, "Sede")
    vat = "".join(texts(person, "IdFiscaleIVA/IdPaese") + texts(person, "IdFiscaleIVA/IdCodice"))
    names = texts(person, "Anagrafica/Nome") + texts(person, "Anagrafica/Cognome")
    return Party(
        name=text(person, "Anagrafica/Denominazione") or " ".join(names),
        tax_ids=tuple(filter(None, (vat, text(person, "CodiceFiscale")))),
        street=" ".join(texts(seat, "Indirizzo") + texts(seat, "NumeroCivico")),
        postcode=text(seat, "CAP"),
        city=text(seat, "Comune"),
        country=text(seat, "Nazione"),
        email=text(outer, "Contatti/Email"),
        phone=text(outer, "Contatti/Telefono"),
        type=_type(transmission, vat),
    )


def _type(transmission: str, vat: str) -> PartyType:
    """FPA goes to authorities; a VAT number is a business's; a tax code alone may be anybody's."""
    if transmission.startswith(("FPA", "SDI")):
        return "public"
    return "business" if vat and transmission else ""


def _units(root: Element) -> list[Element]:
    is_known = local(root) == "FatturaElettronica" and space(root).startswith(SPACES)
    return every(root, "FatturaElettronicaBody") if is_known else []


SYNTAX = Syntax(_units, parse)
"""A FatturaPA file is a batch of invoices of one seller to one buyer."""

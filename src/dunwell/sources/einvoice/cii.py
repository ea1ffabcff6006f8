"""UN/CEFACT Cross Industry Invoice: EN 16931, XRechnung, Factur-X and ZUGFeRD 2 (D16B), and ZUGFeRD 1."""

from collections.abc import Sequence
from datetime import date

from dunwell.sources.contract import Confidence, Reading, SourceFile
from dunwell.sources.einvoice.model import Due, EInvoice, Party
from dunwell.sources.einvoice.reading import Syntax, currency_of, names_space, read_xml
from dunwell.sources.einvoice.totals import Totals
from dunwell.sources.einvoice.ubl import CREDIT_CODES, LEITWEG
from dunwell.sources.einvoice.xml import Element, Fields, every, first, line_of, place, space, text, texts, words_of
from dunwell.sources.rows import Options

SPACES = (
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "urn:ferd:CrossIndustryDocument:invoice:1p0",
)
_TRADE = ("SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
_HEAD = ("ExchangedDocument", "HeaderExchangedDocument")
_SUMMATION = (
    "SpecifiedTradeSettlementHeaderMonetarySummation",
    "SpecifiedTradeSettlementMonetarySummation",
)
_LINE_SUMMATION = (
    "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation",
    "SpecifiedSupplyChainTradeSettlement/SpecifiedTradeSettlementMonetarySummation",
)
_LAYOUTS = {
    "xrechnung": "XRechnung (CII)",
    "urn:ferd:CrossIndustryDocument": "ZUGFeRD 1 (CII)",
    "factur-x": "Factur-X (CII)",
    "zugferd": "ZUGFeRD (CII)",
}


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the name tells nothing
    """Recognise the namespace of a Cross Industry Invoice or of its forerunner in ZUGFeRD 1."""
    if not names_space(head, SPACES):
        return None
    layout = next((layout for sign, layout in _LAYOUTS.items() if sign.encode() in head), "CII invoice")
    return Confidence("certain", layout, "its namespace")


def read(file: SourceFile, options: Options) -> Reading:
    """Read the invoice or credit note."""
    return read_xml(file, options, SYNTAX)


def parse(root: Element, fields: Fields) -> EInvoice | None:
    """Return the invoice that ``root`` is; nothing where it has no number, date or amount."""
    head = first(root, *_HEAD)
    trade = first(root, *_TRADE)
    agreement = first(trade, "ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
    settlement = first(trade, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
    currency = currency_of(fields, root if settlement is None else settlement, "InvoiceCurrencyCode")
    total = first(settlement, *_SUMMATION)
    _check(root, Totals(fields, total), currency)
    number = fields.needed(root if head is None else head, "ID", "number")
    issued_on = fields.needed_day(root if head is None else head, "IssueDateTime/DateTimeString", "date of issue")
    payable = _payable(fields, root if total is None else total, currency)
    if issued_on is None or payable is None:
        return None
    code = text(head, "TypeCode")
    return EInvoice(
        syntax="CII" if space(root) == SPACES[0] else "ZUGFeRD 1",
        number=number,
        type_code=code,
        is_credit=code in CREDIT_CODES,
        issued_on=issued_on,
        delivered_on=_delivered(trade, settlement, fields),
        currency=currency,
        payable_minor=payable,
        prepaid_minor=fields.minor(total, "TotalPrepaidAmount", currency) or 0,
        dues=_dues(settlement, fields, currency, payable),
        seller=_party(first(agreement, "SellerTradeParty")),
        buyer=_party(first(agreement, "BuyerTradeParty")),
        preceding=texts(settlement, "InvoiceReferencedDocument/IssuerAssignedID"),
        order_number=text(
            agreement, "BuyerOrderReferencedDocument/IssuerAssignedID", "BuyerOrderReferencedDocument/ID"
        ),
        payment_reference=text(settlement, "PaymentReference"),
        bank_accounts=_bank_accounts(settlement),
        terms=text(settlement, "SpecifiedTradePaymentTerms/Description"),
        where=place(root),
    )


def _payable(fields: Fields, total: Element, currency: str) -> int | None:
    """Return the amount to be paid; ZUGFeRD 1 may leave it to the total with tax less what was prepaid."""
    if text(total, "DuePayableAmount"):
        return fields.minor(total, "DuePayableAmount", currency)
    whole = fields.needed_minor(total, "GrandTotalAmount", currency)
    return None if whole is None else whole - (fields.minor(total, "TotalPrepaidAmount", currency) or 0)


def _delivered(trade: Element | None, settlement: Element | None, fields: Fields) -> date | None:
    delivery = first(trade, "ApplicableHeaderTradeDelivery", "ApplicableSupplyChainTradeDelivery")
    on = fields.day(delivery, "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString")
    return on or fields.day(settlement, "BillingSpecifiedPeriod/EndDateTime/DateTimeString")


def _dues(settlement: Element | None, fields: Fields, currency: str, payable_minor: int) -> tuple[Due, ...]:
    """Take instalments from payment terms that name day and amount (EXTENDED), else the one due date."""
    terms = every(settlement, "SpecifiedTradePaymentTerms")
    found = list(_instalments(terms, fields, currency))
    if len(found) > 1:
        return tuple(found)
    days = (fields.day(term, "DueDateDateTime/DateTimeString") for term in terms)
    return (Due(next((day for day in days if day is not None), None), payable_minor),)


def _instalments(terms: Sequence[Element], fields: Fields, currency: str) -> list[Due]:
    found = []
    for term in terms:
        due_on = fields.day(term, "DueDateDateTime/DateTimeString")
        amount = fields.minor(term, "PartialPaymentAmount", currency)
        if due_on is not None and amount is not None:
            found.append(Due(due_on, amount))
    return found


def _check(root: Element, totals: Totals, currency: str) -> None:
    """EN 16931: BR-CO-10, BR-CO-13, BR-CO-15, BR-CO-16, as far as the profile states the parts."""
    lines = _line_totals(root)
    if lines:
        totals.agree("LineTotalAmount", "sum of the lines", totals.over(lines, "LineTotalAmount"))
    if first(totals.root, "LineTotalAmount") is not None:
        net = totals.at("LineTotalAmount") - totals.at("AllowanceTotalAmount") + totals.at("ChargeTotalAmount")
        totals.agree("TaxBasisTotalAmount", "total without tax", net)
    tax = totals.in_currency("TaxTotalAmount", currency)
    totals.agree("GrandTotalAmount", "total with tax", totals.at("TaxBasisTotalAmount") + tax)
    if not _is_minimum(root):
        due = totals.at("GrandTotalAmount") - totals.at("TotalPrepaidAmount") + totals.at("RoundingAmount")
        totals.agree("DuePayableAmount", "amount to be paid", due)
    totals.check(line_of(root))


def _line_totals(root: Element) -> list[Element]:
    """Return what holds the totals of the lines that count; none where a line has no total.

    Lines that only gather or explain others do not count (EXTENDED, BT-X-8).
    """
    trade = first(root, *_TRADE)
    lines = [line for line in every(trade, "IncludedSupplyChainTradeLineItem") if not _is_grouping(line)]
    found = [first(line, *_LINE_SUMMATION) for line in lines]
    return [one for one in found if one is not None] if None not in found else []


def _is_grouping(line: Element) -> bool:
    return text(line, "AssociatedDocumentLineDocument/LineStatusReasonCode") in ("GROUP", "INFORMATION")


def _is_minimum(root: Element) -> bool:
    """Tell whether the profile is MINIMUM, which has no place for what was prepaid."""
    profile = text(root, "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID")
    return profile.lower().endswith(":minimum")


def _bank_accounts(settlement: Element | None) -> tuple[str, ...]:
    account = "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount"
    return tuple(dict.fromkeys(texts(settlement, f"{account}/IBANID") + texts(settlement, f"{account}/ProprietaryID")))


def _party(inner: Element | None) -> Party:
    address = first(inner, "PostalTradeAddress")
    contact = first(inner, "DefinedTradeContact")
    registrations = every(inner, "SpecifiedTaxRegistration/ID")
    vat = [words_of(one) for one in registrations if one.get("schemeID") == "VA"]
    return Party(
        name=text(inner, "Name", "SpecifiedLegalOrganization/TradingBusinessName"),
        number=next((words_of(one) for one in every(inner, "ID") if not one.get("schemeID") and words_of(one)), ""),
        tax_ids=tuple(filter(None, [*vat, *(words_of(one) for one in registrations)])),
        other_ids=texts(inner, "SpecifiedLegalOrganization/ID", "GlobalID", "ID"),
        street=", ".join(texts(address, "LineOne", "LineTwo", "LineThree")),
        postcode=text(address, "PostcodeCode"),
        city=text(address, "CityName"),
        country=text(address, "CountryID"),
        email=text(contact, "EmailURIUniversalCommunication/URIID") or _endpoint(inner, "EM"),
        contact_name=text(contact, "PersonName"),
        phone=text(contact, "TelephoneUniversalCommunication/CompleteNumber"),
        type="public" if _endpoint(inner, LEITWEG) else "business" if any(vat) else "",
    )


def _endpoint(inner: Element | None, scheme: str) -> str:
    """Return the electronic address of ``scheme``: EM e-mail, 0204 the German Leitweg-ID of an authority."""
    found = every(inner, "URIUniversalCommunication/URIID")
    return next((words_of(one) for one in found if one.get("schemeID") == scheme), "")


def _units(root: Element) -> list[Element]:
    return [root] if space(root) in SPACES else []


SYNTAX = Syntax(_units, parse)
"""A CII file is one invoice or credit note."""

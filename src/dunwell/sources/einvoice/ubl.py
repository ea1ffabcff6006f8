"""UBL 2.1 invoices and credit notes: EN 16931, Peppol BIS Billing 3, XRechnung with its extension, CIUS-RO."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from dunwell.sources.contract import Confidence, Reading, SourceFile
from dunwell.sources.einvoice.model import Due, EInvoice, Party, PartyType
from dunwell.sources.einvoice.reading import Syntax, currency_of, names_space, read_xml
from dunwell.sources.einvoice.totals import Totals
from dunwell.sources.einvoice.xml import (
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
    words_of,
)
from dunwell.sources.rows import Options

SPACES = (
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
)

CREDIT_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})
"""UNTDID 1001 codes of credit notes, as EN 16931 lists them."""

_LAYOUTS = {"xrechnung": "XRechnung (UBL)", "CIUS-RO": "CIUS-RO (UBL)", "poacc:billing": "Peppol BIS Billing (UBL)"}
LEITWEG = "0204"
"""Scheme of the electronic address of a German authority."""


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the name tells nothing
    """Recognise the namespace of a UBL invoice or credit note."""
    if not names_space(head, SPACES):
        return None
    layout = next((layout for sign, layout in _LAYOUTS.items() if sign.encode() in head), "UBL invoice")
    return Confidence("certain", layout, "its namespace")


def read(file: SourceFile, options: Options) -> Reading:
    """Read the invoice or credit note."""
    return read_xml(file, options, SYNTAX)


def parse(root: Element, fields: Fields) -> EInvoice | None:
    """Return the invoice that ``root`` is; nothing where it has no number, date or amount."""
    total = first(root, "LegalMonetaryTotal")
    currency = currency_of(fields, root, "DocumentCurrencyCode", first(total, "PayableAmount"))
    _check(root, Totals(fields, total), currency)
    number = fields.needed(root, "ID", "number")
    issued_on = fields.needed_day(root, "IssueDate", "date of issue")
    payable = fields.needed_minor(root, "LegalMonetaryTotal/PayableAmount", currency)
    if issued_on is None or payable is None:
        return None
    code = text(root, "InvoiceTypeCode", "CreditNoteTypeCode")
    return EInvoice(
        syntax=f"UBL {local(root)}",
        number=number,
        type_code=code,
        is_credit=local(root) == "CreditNote" or code in CREDIT_CODES,
        issued_on=issued_on,
        delivered_on=_delivered(root, fields),
        currency=currency,
        payable_minor=payable,
        prepaid_minor=fields.minor(total, "PrepaidAmount", currency) or 0,
        dues=_dues(root, fields, currency, payable),
        seller=_party(first(root, "AccountingSupplierParty")),
        buyer=_party(first(root, "AccountingCustomerParty")),
        preceding=texts(root, "BillingReference/InvoiceDocumentReference/ID"),
        order_number=text(root, "OrderReference/ID"),
        payment_reference=text(root, "PaymentMeans/PaymentID"),
        bank_accounts=texts(root, "PaymentMeans/PayeeFinancialAccount/ID"),
        terms=text(root, "PaymentTerms/Note"),
        where=place(root),
    )


def _delivered(root: Element, fields: Fields) -> date | None:
    return fields.day(root, "Delivery/ActualDeliveryDate") or fields.day(root, "InvoicePeriod/EndDate")


def _dues(root: Element, fields: Fields, currency: str, payable_minor: int) -> tuple[Due, ...]:
    """Take instalments from payment terms that name day and amount, else the one due date."""
    found = list(_instalments(every(root, "PaymentTerms"), fields, currency))
    if len(found) > 1:
        return tuple(found)
    means = fields.day(root, "PaymentMeans/PaymentDueDate") or fields.day(root, "PaymentTerms/PaymentDueDate")
    return (Due(fields.day(root, "DueDate") or means, payable_minor),)


def _instalments(terms: Sequence[Element], fields: Fields, currency: str) -> list[Due]:
    found = []
    for term in terms:
        due_on = fields.day(term, "InstallmentDueDate") or fields.day(term, "PaymentDueDate")
        amount = fields.minor(term, "Amount", currency)
        if due_on is not None and amount is not None:
            found.append(Due(due_on, amount))
    return found


def _check(root: Element, totals: Totals, currency: str) -> None:
    """EN 16931: BR-CO-10, BR-CO-13, BR-CO-15, BR-CO-16; XRechnung's extension adds what third parties are owed."""
    lines = [*every(root, "InvoiceLine"), *every(root, "CreditNoteLine")]
    totals.agree("LineExtensionAmount", "sum of the lines", totals.over(lines, "LineExtensionAmount"))
    net = totals.at("LineExtensionAmount") - totals.at("AllowanceTotalAmount") + totals.at("ChargeTotalAmount")
    totals.agree("TaxExclusiveAmount", "total without tax", net)
    tax = Totals(totals.fields, root).in_currency("TaxTotal/TaxAmount", currency)
    totals.agree("TaxInclusiveAmount", "total with tax", totals.at("TaxExclusiveAmount") + tax)
    due = totals.at("TaxInclusiveAmount") - totals.at("PrepaidAmount") + totals.at("PayableRoundingAmount")
    totals.agree("PayableAmount", "amount to be paid", due + _of_third_parties(root, totals))
    totals.check(line_of(root))


def _of_third_parties(root: Element, totals: Totals) -> Decimal:
    is_extended = "kosit:extension" in text(root, "CustomizationID")
    return totals.over(every(root, "PrepaidPayment"), "PaidAmount") if is_extended else Decimal(0)


def _party(outer: Element | None) -> Party:
    inner = first(outer, "Party")
    address = first(inner, "PostalAddress")
    vat = texts(inner, "PartyTaxScheme/CompanyID")
    return Party(
        name=text(inner, "PartyLegalEntity/RegistrationName", "PartyName/Name"),
        number=text(outer, "SupplierAssignedAccountID") or _given_number(inner),
        tax_ids=vat,
        other_ids=texts(inner, "PartyLegalEntity/CompanyID", "PartyIdentification/ID"),
        street=", ".join(texts(address, "StreetName", "AdditionalStreetName")),
        postcode=text(address, "PostalZone"),
        city=text(address, "CityName"),
        country=text(address, "Country/IdentificationCode"),
        email=text(inner, "Contact/ElectronicMail") or _mail_endpoint(inner),
        contact_name=text(inner, "Contact/Name"),
        phone=text(inner, "Contact/Telephone"),
        type=_type(inner, vat),
    )


def _given_number(inner: Element | None) -> str:
    """Return an identifier of the buyer (BT-46) that is of no public scheme: the one in the seller's books."""
    found = (words_of(one) for one in every(inner, "PartyIdentification/ID") if not one.get("schemeID"))
    return next(filter(None, found), "")


def _mail_endpoint(inner: Element | None) -> str:
    endpoint = first(inner, "EndpointID")
    return text(inner, "EndpointID") if endpoint is not None and endpoint.get("schemeID") == "EM" else ""


def _type(inner: Element | None, vat: tuple[str, ...]) -> PartyType:
    """A Leitweg-ID is an authority's, a VAT number a business's; nothing tells a consumer."""
    endpoint = first(inner, "EndpointID")
    if endpoint is not None and endpoint.get("schemeID") == LEITWEG:
        return "public"
    return "business" if vat else ""


def _units(root: Element) -> list[Element]:
    return [root] if space(root) in SPACES else []


SYNTAX = Syntax(_units, parse)
"""A UBL file is one invoice or credit note."""

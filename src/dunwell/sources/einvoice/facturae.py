"""Facturae 3.0 to 3.2.2, the Spanish format: one invoice or a batch, with instalments and taxes withheld."""

from datetime import date

from dunwell.sources.contract import Confidence, Reading, SourceFile
from dunwell.sources.einvoice.model import Due, EInvoice, Party, PartyType
from dunwell.sources.einvoice.reading import Syntax, currency_of, names_space, read_xml
from dunwell.sources.einvoice.totals import Totals
from dunwell.sources.einvoice.xml import Element, Fields, every, first, line_of, local, place, space, text, texts
from dunwell.sources.rows import Options

SPACES = ("http://www.facturae.gob.es/formato/Versiones/Facturae", "http://www.facturae.es/Facturae/")
"""Namespaces begin so; the version follows."""

_CORRECTIVE = frozenset({"OR", "CR"})
_CORRECTS_WHOLE = "01"


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the name tells nothing
    """Recognise the namespace of a Facturae file of any version."""
    return Confidence("certain", "Facturae", "its namespace") if names_space(head, SPACES) else None


def read(file: SourceFile, options: Options) -> Reading:
    """Read the invoice or the batch of invoices."""
    return read_xml(file, options, SYNTAX)


def parse(unit: Element, fields: Fields) -> EInvoice | None:
    """Return the invoice that ``unit`` is; nothing where it has no number, date or amount.

    What is to be paid is the executable amount: taxes that the buyer withholds are not owed to the seller.
    """
    root = unit.getroottree().getroot()
    header, issue, total = first(unit, "InvoiceHeader"), first(unit, "InvoiceIssueData"), first(unit, "InvoiceTotals")
    currency = currency_of(fields, unit, "InvoiceIssueData/InvoiceCurrencyCode")
    _check(Totals(fields, total), unit, currency)
    number = _number(header, fields.needed(unit, "InvoiceHeader/InvoiceNumber", "number"))
    issued_on = fields.needed_day(unit, "InvoiceIssueData/IssueDate", "date of issue")
    payable = fields.needed_minor(unit, "InvoiceTotals/TotalExecutableAmount", currency)
    if issued_on is None or payable is None:
        return None
    _note_replacement(header, payable, number, fields)
    seller, buyer = first(root, "Parties/SellerParty"), first(root, "Parties/BuyerParty")
    instalments = every(unit, "PaymentDetails/Installment")
    return EInvoice(
        syntax=f"Facturae {text(root, 'FileHeader/SchemaVersion')}".strip(),
        number=number,
        type_code=text(header, "InvoiceClass"),
        is_credit=False,
        issued_on=issued_on,
        delivered_on=_delivered(issue, fields),
        currency=currency,
        payable_minor=payable,
        prepaid_minor=fields.minor(total, "TotalPaymentsOnAccount", currency) or 0,
        dues=_dues(instalments, payable, currency, fields),
        seller=_party(seller),
        buyer=_party(buyer),
        preceding=_preceding(header),
        order_number=text(unit, "Items/InvoiceLine/ReceiverTransactionReference"),
        payment_reference=text(unit, "PaymentDetails/Installment/PaymentReconciliationReference"),
        bank_accounts=_bank_accounts(unit),
        terms=text(unit, "PaymentDetails/Installment/CollectionAdditionalInformation"),
        where=place(unit),
    )


def _number(header: Element | None, number: str) -> str:
    series = text(header, "InvoiceSeriesCode")
    return f"{series}/{number}" if series and number else number


def _preceding(header: Element | None) -> tuple[str, ...]:
    found = every(header, "Corrective")
    return tuple(number for one in found if (number := _number(one, text(one, "InvoiceNumber"))))


def _note_replacement(header: Element | None, payable_minor: int, number: str, fields: Fields) -> None:
    """Say so where an invoice replaces another as a whole: its amount is the new one, not the difference."""
    method = text(header, "Corrective/CorrectionMethod")
    if text(header, "InvoiceClass") in _CORRECTIVE and method == _CORRECTS_WHOLE and payable_minor > 0:
        named = ", ".join(_preceding(header)) or "another"
        hint = "Import the credit note for that one, or both are asked for."
        fields.note(header, "", f"Invoice {number} corrects invoice {named}, which still stands.", hint)


def _delivered(issue: Element | None, fields: Fields) -> date | None:
    return fields.day(issue, "OperationDate") or fields.day(issue, "InvoicingPeriod/EndDate")


def _dues(found: list[Element], payable_minor: int, currency: str, fields: Fields) -> tuple[Due, ...]:
    dues = []
    for one in found:
        amount = fields.minor(one, "InstallmentAmount", currency)
        dues.append(Due(fields.day(one, "InstallmentDueDate"), payable_minor if amount is None else amount))
    return tuple(dues) or (Due(None, payable_minor),)


def _check(totals: Totals, unit: Element, currency: str) -> None:
    """Totals follow each other as the format's manual says.

    Whether the invoice total still holds the taxes withheld differs by program; that they are taken off once does not.
    """
    net = totals.at("TotalGrossAmount") - totals.at("TotalGeneralDiscounts") + totals.at("TotalGeneralSurcharges")
    totals.nearly("TotalGrossAmountBeforeTaxes", "total before taxes", [net], currency)
    taxed = totals.at("TotalGrossAmountBeforeTaxes") + totals.at("TotalTaxOutputs")
    withheld = totals.at("TotalTaxesWithheld")
    totals.nearly("InvoiceTotal", "invoice total", [taxed - withheld, taxed], currency)
    advances = totals.at("TotalPaymentsOnAccount") + totals.over(every(totals.root, "Subsidies/Subsidy"), _SUBSIDY)
    totals.nearly("TotalOutstandingAmount", "amount outstanding", [taxed - withheld - advances], currency)
    due = totals.at("TotalOutstandingAmount") - totals.at("AmountsWithheld/WithholdingAmount")
    due += totals.at("TotalReimbursableExpenses") + totals.at("TotalFinancialExpenses")
    totals.nearly("TotalExecutableAmount", "amount to be paid", [due], currency)
    totals.check(line_of(unit))


_SUBSIDY = "SubsidyAmount"


def _bank_accounts(unit: Element) -> tuple[str, ...]:
    account = "PaymentDetails/Installment/AccountToBeCredited"
    return texts(unit, f"{account}/IBAN", f"{account}/AccountNumber")


def _party(outer: Element | None) -> Party:
    inner = first(outer, "LegalEntity", "Individual")
    address = first(inner, "AddressInSpain", "OverseasAddress")
    person = " ".join(texts(inner, "Name") + texts(inner, "FirstSurname") + texts(inner, "SecondSurname"))
    postcode, city = text(address, "PostCode"), text(address, "Town")
    if not postcode:
        postcode, _, city = text(address, "PostCodeAndTown").partition(" ")
    return Party(
        name=text(inner, "CorporateName") or person,
        tax_ids=texts(outer, "TaxIdentification/TaxIdentificationNumber"),
        other_ids=texts(outer, "PartyIdentification"),
        street=text(address, "Address"),
        postcode=postcode,
        city=city,
        country=text(address, "CountryCode"),
        email=text(inner, "ContactDetails/ElectronicMail"),
        contact_name=text(inner, "ContactDetails/ContactPersons"),
        phone=text(inner, "ContactDetails/Telephone"),
        type=_type(outer),
    )


def _type(outer: Element | None) -> PartyType:
    """Administrative centres are an authority's; a legal person is a business; a natural one may be either."""
    if first(outer, "AdministrativeCentres") is not None:
        return "public"
    return "business" if text(outer, "TaxIdentification/PersonTypeCode") == "J" else ""


def _units(root: Element) -> list[Element]:
    is_known = local(root) == "Facturae" and space(root).startswith(SPACES)
    return every(root, "Invoices/Invoice") if is_known else []


SYNTAX = Syntax(_units, parse)
"""A Facturae file is a batch of invoices of one seller to one buyer."""

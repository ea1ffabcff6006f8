"""The header and the customers of a SAF-T file."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from dunwell.money import is_currency
from dunwell.sources.accounts.clearing import Row
from dunwell.sources.einvoice.model import Party
from dunwell.sources.einvoice.tables import customer
from dunwell.sources.einvoice.xml import Element, Fields, day_of, first, line_of, space, text

_UNKNOWN = "desconhecido"
"""What a Portuguese file writes for an address that nobody asked for."""
_DAYS_MAX = 3650


@dataclass(frozen=True, slots=True)
class Header:
    """Whose file it is and what it covers; ``country`` decides which accounts are banks and which revenue."""

    company: str = ""
    country: str = ""
    currency: str = "EUR"
    begins_on: date | None = None


@dataclass(frozen=True, slots=True)
class Master:
    """A customer: balances in minor units, debit above zero; ``terms_days`` count from the end of the month if so."""

    number: str
    party: Party
    line: int
    opening_minor: int = 0
    closing_minor: int | None = None
    terms_days: int | None = None
    is_from_month_end: bool = False

    def row(self) -> Row:
        """Return the row of the canonical table."""
        return customer(self.number, self.party, self.line)

    def due_on(self, on: date) -> date | None:
        """Return when an invoice of the day ``on`` is due by the customer's own terms."""
        if self.terms_days is None:
            return None
        since = on.replace(day=monthrange(on.year, on.month)[1]) if self.is_from_month_end else on
        return since + timedelta(days=self.terms_days)


def header_of(element: Element, fields: Fields) -> Header:
    """Read the header."""
    currency = text(element, "DefaultCurrencyCode", "CurrencyCode") or "EUR"
    if not is_currency(currency):
        fields.wrong(element, "DefaultCurrencyCode", f'"{currency[:60]}" is no currency.', "Export it again.")
        currency = "EUR"
    return Header(
        company=text(element, "CompanyName", "Company/Name", "Company/CompanyStructure/Name"),
        country=text(element, "AuditFileCountry") or _country_of(space(element)),
        currency=currency,
        begins_on=_begins_on(element, fields),
    )


def _country_of(namespace: str) -> str:
    return next((country for sign, country in (("PT", "PT"), ("NO", "NO"), ("d406", "RO")) if sign in namespace), "")


def _begins_on(element: Element, fields: Fields) -> date | None:
    stated = fields.day(element, "StartDate") or fields.day(element, "SelectionCriteria/SelectionStartDate")
    month, year = text(element, "SelectionCriteria/PeriodStart"), text(element, "SelectionCriteria/PeriodStartYear")
    return stated or day_of(f"{year}-{month.zfill(2)}-01")


def master_of(element: Element, fields: Fields, header: Header) -> Master:
    """Read a customer."""
    days = text(element, "PartyInfo/PaymentTerms/Days", "PaymentTerms/Days")
    closing = _balance(element, "Closing", fields, header.currency)
    return Master(
        number=fields.needed(element, "CustomerID", "customer's number"),
        party=_party(element),
        line=line_of(element),
        opening_minor=_balance(element, "Opening", fields, header.currency) or 0,
        closing_minor=closing,
        terms_days=int(days) if days.isdecimal() and len(days) <= 4 and int(days) <= _DAYS_MAX else None,
        is_from_month_end=text(element, "PartyInfo/PaymentTerms/FreeBillingMonth") == "true",
    )


def _balance(element: Element, side: str, fields: Fields, currency: str) -> int | None:
    debit = fields.minor(element, f"{side}DebitBalance", currency)
    credit = fields.minor(element, f"{side}CreditBalance", currency)
    return None if debit is None and credit is None else (debit or 0) - (credit or 0)


def _party(element: Element) -> Party:
    inner = first(element, "CompanyStructure") if first(element, "CompanyStructure") is not None else element
    address = first(inner, "BillingAddress", "Address")
    contact = first(inner, "Contact")
    street = " ".join(filter(None, (_known(address, "StreetName", "AddressDetail"), _known(address, "Number"))))
    person = " ".join(filter(None, (text(contact, "ContactPerson/FirstName"), text(contact, "ContactPerson/LastName"))))
    return Party(
        name=text(inner, "CompanyName", "Name"),
        tax_ids=tuple(filter(None, [text(inner, "CustomerTaxID", "TaxRegistration/TaxRegistrationNumber")])),
        street=street,
        postcode=_known(address, "PostalCode"),
        city=_known(address, "City"),
        country=_known(address, "Country"),
        email=text(contact, "Email") or text(inner, "Email"),
        contact_name=person,
        phone=text(contact, "Telephone") or text(inner, "Telephone"),
    )


def _known(address: Element | None, *paths: str) -> str:
    found = text(address, *paths)
    return "" if found.lower() == _UNKNOWN else found

"""What an electronic invoice says, whichever syntax it is written in. Amounts are minor units of its currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

PartyType = Literal["business", "public", ""]
"""What the invoice tells about a buyer; a consumer is never told, so the rest is left open (decision 0007)."""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer.

    ``number`` is the account number that the seller gave the buyer, where the invoice has it; ``tax_ids`` are VAT and
    tax numbers, ``other_ids`` register and location numbers.
    """

    name: str
    number: str = ""
    tax_ids: tuple[str, ...] = ()
    other_ids: tuple[str, ...] = ()
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    email: str = ""
    contact_name: str = ""
    phone: str = ""
    type: PartyType = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A part of an invoice and when it is due; ``None``: the invoice does not say."""

    due_on: date | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A total of the invoice and what its parts make of it; they must agree to the cent (EN 16931, BR-CO-10 to 16)."""

    where: str
    what: str
    stated: Decimal
    counted: Decimal


@dataclass(frozen=True, slots=True)
class EInvoice:
    """One invoice or credit note.

    ``payable_minor`` is what the buyer owed on the day of issue, ``prepaid_minor`` what had been paid before;
    ``dues`` add up to the payable amount. Both are above zero on credit notes too: ``is_credit`` tells which way
    they count. ``preceding`` are the numbers of the invoices that it corrects. ``where`` is its XPath, ``line`` the
    line on which it begins.
    """

    syntax: str
    number: str
    type_code: str
    is_credit: bool
    issued_on: date
    currency: str
    payable_minor: int
    dues: tuple[Due, ...]
    seller: Party
    buyer: Party
    prepaid_minor: int = 0
    delivered_on: date | None = None
    preceding: tuple[str, ...] = ()
    order_number: str = ""
    payment_reference: str = ""
    bank_accounts: tuple[str, ...] = ()
    terms: str = ""
    where: str = ""
    line: int = 1

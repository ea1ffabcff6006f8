"""Invoices as rows of the canonical tables (design §3)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import pycountry

from dunwell.money import format_plain
from dunwell.sources.einvoice.model import EInvoice, Party
from dunwell.sources.einvoice.parties import account_number
from dunwell.sources.rows import KINDS, Kind, Table, schema

Row = Mapping[str, Any]


def tables_of(invoices: Sequence[EInvoice], documents: Mapping[str, str]) -> tuple[Table, ...]:
    """Return the rows of ``invoices``; ``documents`` tell the file names of their copies by number.

    All rows of an invoice carry its line, so that they go in or stay out together.
    """
    rows: dict[Kind, list[Row]] = {
        "customers": list(_customers(invoices)),
        "invoices": [row for one in invoices if not one.is_credit for row in _items(one, documents.get(one.number))],
        "payments": [row for one in invoices for row in _payments(one)],
    }
    return tuple(table(kind, rows[kind]) for kind in KINDS if rows.get(kind))


def table(kind: Kind, rows: Iterable[Row]) -> Table:
    """Return a table of ``rows``; columns that they do not name are empty."""
    columns = schema(kind)
    return Table(kind, pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns))


def _customers(invoices: Iterable[EInvoice]) -> Iterator[Row]:
    """Yield each buyer once; the invoice issued last knows the address best."""
    latest: dict[str, EInvoice] = {}
    for invoice in sorted(invoices, key=lambda one: one.issued_on):
        latest[account_number(invoice.buyer)] = invoice
    for number, invoice in latest.items():
        yield customer(number, invoice.buyer, invoice.line)


def customer(number: str, party: Party, line: int) -> Row:
    """Return the row of a customer; what the paper does not say stays empty."""
    return {
        "account_number": number,
        "name": party.name or number,
        "country": _country(party.country),
        "party_type": party.type or None,
        "email": party.email or None,
        "street": party.street or None,
        "postcode": party.postcode or None,
        "city": party.city or None,
        "contact_name": party.contact_name or None,
        "phone": party.phone or None,
        "extra": _extra(tax_id=party.tax_ids[0] if party.tax_ids else ""),
        "source_line": line,
    }


def _country(code: str) -> str | None:
    """Return the alpha-2 code of a country given by two or three letters, ``None`` where there is none such."""
    plain = code.strip().upper()
    found = pycountry.countries.get(alpha_3=plain) if len(plain) == 3 else pycountry.countries.get(alpha_2=plain)
    return found.alpha_2 if found else None


def _extra(**texts: str) -> str | None:
    filled = {name: text for name, text in texts.items() if text}
    return json.dumps(filled, ensure_ascii=False) if filled else None


def _items(invoice: EInvoice, document: str | None) -> Iterator[Row]:
    """Yield one row for the invoice, or one for each instalment.

    What was prepaid is part of the gross amount. It stands on the item that is due first, which is the one that the
    prepayment fills first (decision 0008), so that exactly the instalments stay open.
    """
    dues = sorted(invoice.dues, key=lambda due: (due.due_on is None, due.due_on or invoice.issued_on))
    for position, due in enumerate(dues, 1):
        yield {
            "invoice_number": invoice.number,
            "account_number": account_number(invoice.buyer),
            "order_number": invoice.order_number or None,
            "issued_on": invoice.issued_on,
            "delivered_on": invoice.delivered_on,
            "due_on": due.due_on,
            "currency": invoice.currency,
            "amount_minor": due.amount_minor + (invoice.prepaid_minor if position == 1 else 0),
            "document": document,
            "instalment": position if len(dues) > 1 else None,
            "extra": _extra(
                payment_reference=invoice.payment_reference,
                bank_accounts=" ".join(account.replace(" ", "") for account in invoice.bank_accounts),
                payment_terms=invoice.terms,
            ),
            "source_line": invoice.line,
        }


def _payments(invoice: EInvoice) -> Iterator[Row]:
    """Yield a credit note, or what had been paid before an invoice was written."""
    row = {
        "account_number": account_number(invoice.buyer),
        "paid_on": invoice.issued_on,
        "currency": invoice.currency,
        "source_line": invoice.line,
    }
    if invoice.is_credit:
        against = invoice.preceding[0] if len(invoice.preceding) == 1 else None
        own = {"payment_reference": invoice.number, "invoice_number": against, "kind": "credit_note"}
        yield {**row, **own, "amount_minor": invoice.payable_minor}
    elif invoice.prepaid_minor:
        own = {"payment_reference": f"prepaid-{invoice.number}", "invoice_number": invoice.number, "kind": "payment"}
        extra = _extra(prepaid=format_plain(invoice.prepaid_minor, invoice.currency))
        yield {**row, **own, "amount_minor": invoice.prepaid_minor, "extra": extra}

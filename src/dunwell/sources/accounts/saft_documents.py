"""The sales invoices and receipts of a SAF-T file: Portugal's layout, and Romania's D406."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from dunwell.sources.accounts.clearing import Entry, EntryKind
from dunwell.sources.accounts.saft_master import Header
from dunwell.sources.einvoice.ubl import CREDIT_CODES
from dunwell.sources.einvoice.xml import Element, Fields, day_of, every, first, line_of, text, texts

CANCELLED = "A"
CREDIT_TYPES = frozenset({"NC", *CREDIT_CODES})
PAID_TYPES = frozenset({"FR", "VD", "TV", "TD"})
"""Portaria 302/2016: invoice-receipts and cash sales are paid when they are written."""
_TOTALS = ("DocumentTotals", "InvoiceDocumentTotals")


class Documents:
    """Gathers invoices and payments; what a payment pays is decided when all are there."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.header = Header()
        self.count = 0
        self.found: list[Entry] = []
        self.cancelled = 0
        self.numbers: set[str] = set()

    def invoice(self, element: Element) -> None:
        """Take an invoice or credit note."""
        self.count += 1
        if text(element, "DocumentStatus/InvoiceStatus") == CANCELLED:
            self.cancelled += 1
            return
        before = len(self.fields.problems)
        number = self.fields.needed(element, "InvoiceNo", "number")
        on = self.fields.needed_day(element, "InvoiceDate", "date")
        owed = self._owed(element)
        account = text(element, "CustomerID", "CustomerInfo/CustomerID")
        if on is None or not owed or len(self.fields.problems) > before:
            return
        self._repeated(element, number)
        entry = Entry(
            account_number=account,
            number=number,
            on=on,
            currency=self.header.currency,
            amount_minor=abs(owed),
            kind=self._kind(element, owed),
            against=self._reference(element),
            due_on=self._due_on(element),
            line=line_of(element),
        )
        if len(self.fields.problems) == before:
            self.found += [entry, *self._paid_at_once(element, entry)]

    def _repeated(self, element: Element, number: str) -> None:
        if number in self.numbers:
            message = f"The number {number} stands in the file twice."
            self.fields.wrong(element, "InvoiceNo", message, "Keep the one that is right.")
        self.numbers.add(number)

    def _owed(self, element: Element) -> int | None:
        """Return what the customer owes: the total less the tax that the customer withholds."""
        total = first(element, *_TOTALS)
        gross = self.fields.minor(total, "GrossTotal", self.header.currency)
        if gross is None:
            self.fields.wrong(element, "DocumentTotals/GrossTotal", "The invoice has no total.", "Export it again.")
            return None
        held = [self.fields.minor(one, "WithholdingTaxAmount", self.header.currency) or 0
                for one in every(element, "WithholdingTax")]  # fmt: skip
        return gross - sum(held)

    def _kind(self, element: Element, owed_minor: int) -> EntryKind:
        is_credit = text(element, "InvoiceType") in CREDIT_TYPES
        return "credit_note" if is_credit == (owed_minor > 0) else "invoice"

    def _reference(self, element: Element) -> str:
        """Return the one invoice that a credit note names, empty where it names none or several."""
        path = "References/Reference"
        named = texts(element, f"Line/{path}", "Line/References/CreditNote/Reference")
        return named[0] if len(named) == 1 else ""

    def _due_on(self, element: Element) -> date | None:
        """Return the due date, where the payment terms are a date; words are passed over."""
        return day_of(text(element, "DocumentTotals/Settlement/PaymentTerms"))

    def _paid_at_once(self, element: Element, entry: Entry) -> list[Entry]:
        """Return the payment that an invoice tells about itself."""
        if entry.kind != "invoice":
            return []
        total = first(element, *_TOTALS)
        named = [self.fields.minor(one, "PaymentAmount", entry.currency) or 0 for one in every(total, "Payment")]
        paid = sum(named) or (entry.amount_minor if text(element, "InvoiceType") in PAID_TYPES else 0)
        if paid <= 0:
            return []
        on = self.fields.day(total, "Payment/PaymentDate") or entry.on
        paid = min(paid, entry.amount_minor)
        own = f"paid-{entry.number}"
        return [replace(entry, number=own, kind="payment", amount_minor=paid, against=entry.number, on=on, due_on=None)]

    def payment(self, element: Element) -> None:
        """Take a receipt: what it pays of each invoice that it names."""
        if text(element, "DocumentStatus/PaymentStatus") == CANCELLED:
            self.cancelled += 1
            return
        number = self.fields.needed(element, "PaymentRefNo", "number")
        on = self.fields.needed_day(element, "TransactionDate", "date")
        if on is None or not number:
            return
        base = Entry(
            account_number=text(element, "CustomerID"),
            number=number,
            on=on,
            currency=self.header.currency,
            amount_minor=0,
            kind="payment",
            line=line_of(element),
        )
        romanian = [line for line in every(element, "PaymentLine") if text(line, "CustomerID") not in ("", "0")]
        self.found += self._by_lines(romanian, base) if romanian else self._receipt(element, base)

    def _by_lines(self, lines: list[Element], base: Entry) -> list[Entry]:
        """Take Romania's lines: each has its customer, its invoice and its side."""
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for line in lines:
            path = "PaymentLineAmount/Amount" if text(line, "PaymentLineAmount/Amount") else "PaymentLineAmount"
            amount = self.fields.minor(line, path, base.currency) or 0
            is_credit = text(line, "DebitCreditIndicator") != "D"
            sums[text(line, "CustomerID"), text(line, "SourceDocumentID")] += amount if is_credit else -amount
        return [
            replace(base, account_number=account, against=document, amount_minor=abs(amount), kind=_way(amount))
            for (account, document), amount in sums.items()
            if amount
        ]

    def _receipt(self, element: Element, base: Entry) -> list[Entry]:
        """Take Portugal's receipt: the parts of its invoices where they make its total, else one sum.

        A discount that was granted when paying settles its invoice as a credit note does.
        """
        parts, discounts = self._parts(element, base)
        total = self.fields.minor(element, "DocumentTotals/GrossTotal", base.currency) or 0
        known = {document: amount for document, amount in parts.items() if amount}
        if len(known) == 1 and total:
            known = dict.fromkeys(known, total - sum(discounts.values()))
        elif sum(known.values()) != total:
            named = ", ".join(known) or "no invoice"
            message = (
                f"Receipt {base.number} is over its total but names {named} with other amounts; it stays unapplied."
            )
            self.fields.note(element, "", message)
            known = {"": total}
        paid = [replace(base, against=document, amount_minor=abs(amount), kind=_way(amount))
                for document, amount in known.items() if amount]  # fmt: skip
        granted = [replace(base, against=document, amount_minor=amount, kind="credit_note")
                   for document, amount in discounts.items() if amount > 0]  # fmt: skip
        return paid + granted

    def _parts(self, element: Element, base: Entry) -> tuple[dict[str, int], dict[str, int]]:
        parts: dict[str, int] = defaultdict(int)
        discounts: dict[str, int] = defaultdict(int)
        for line in every(element, "Line"):
            document = text(line, "SourceDocumentID/OriginatingON")
            parts[document] += self.fields.minor(line, "CreditAmount", base.currency) or 0
            parts[document] -= self.fields.minor(line, "DebitAmount", base.currency) or 0
            discounts[document] += self.fields.minor(line, "SettlementAmount", base.currency) or 0
        return parts, discounts

    def entries(self, stored: Mapping[str, str]) -> list[Entry]:
        """Return everything; what names an invoice that nobody knows is unapplied, and told.

        ``stored`` tells whose the invoices are that the ledger has already.
        """
        own = {one.number: one.account_number for one in self.found if one.kind == "invoice"}
        owners = {**stored, **own}
        if self.cancelled:
            self.fields.note(None, "", f"{self.cancelled:,} cancelled documents were left out.")
        return [self._applied(entry, owners) for entry in self.found]

    def _applied(self, entry: Entry, owners: dict[str, str]) -> Entry:
        if entry.kind == "invoice" or not entry.against:
            return replace(entry, against="")
        if owners.get(entry.against) == entry.account_number:
            return entry
        message = f"{entry.number} names document {entry.against}, which is not known; it stays unapplied."
        self.fields.note(None, "References", message)
        return replace(entry, against="")


def _way(amount_minor: int) -> EntryKind:
    return "payment" if amount_minor > 0 else "refund"

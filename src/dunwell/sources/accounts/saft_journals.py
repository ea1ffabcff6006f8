"""The journals of a SAF-T file: the lines on customers' accounts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from dunwell.money import format_plain
from dunwell.sources.accounts.clearing import Entry, EntryKind, Numbers
from dunwell.sources.accounts.saft_master import Header, Master
from dunwell.sources.einvoice.xml import Element, Fields, every, line_of, text

BANKS: Mapping[str, tuple[str, ...]] = {"NO": ("19",), "RO": ("512", "531", "581"), "PT": ("11", "12")}
REVENUE: Mapping[str, tuple[str, ...]] = {"NO": ("3",), "RO": ("70",), "PT": ("71", "72")}
"""How the numbers of bank and of revenue accounts begin in the national charts of accounts."""


class Journals:
    """Gathers the lines that name a customer."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.header = Header()
        self.customers: list[Master] = []
        self.numbers = Numbers()
        self.lines: list[Entry] = []

    def take(self, transaction: Element) -> None:
        """Take a transaction's lines on customers' accounts."""
        lines = [*every(transaction, "Line"), *every(transaction, "TransactionLine")]
        if not any(text(line, "CustomerID") for line in lines):
            return
        on = self.fields.needed_day(transaction, "TransactionDate", "date")
        accounts = [text(line, "AccountID") for line in lines]
        for line in lines:
            if text(line, "CustomerID") not in ("", "0") and on is not None:
                self._line(line, on, text(transaction, "TransactionID"), accounts)

    def _line(self, line: Element, on: date, transaction: str, accounts: list[str]) -> None:
        before = len(self.fields.problems)
        amount = self._amount(line)
        entry_number = f"{transaction}-{text(line, 'RecordID', 'LineNumber')}"
        number = self.numbers.give(text(line, "SourceDocumentID") or entry_number, entry_number)
        if not amount or len(self.fields.problems) > before:
            return
        entry = Entry(
            account_number=text(line, "CustomerID"),
            number=number,
            on=on,
            currency=self.header.currency,
            amount_minor=abs(amount),
            kind=self._kind(amount, accounts),
            mark=text(line, "CrossReference"),
            due_on=self.fields.day(line, "DueDate"),
            description=text(line, "Description"),
            line=line_of(line),
        )
        self.lines.append(entry)

    def _amount(self, line: Element) -> int:
        """Return the line's amount, debit above zero."""
        currency = self.header.currency
        sides = []
        for side in ("DebitAmount", "CreditAmount"):
            path = f"{side}/Amount" if text(line, f"{side}/Amount") else side
            sides.append(self.fields.minor(line, path, currency) or 0)
        return sides[0] - sides[1]

    def _kind(self, amount: int, accounts: list[str]) -> EntryKind:
        """Tell by the transaction's other accounts what moved: revenue makes invoices and credit notes, banks pay."""
        is_bank = any(account.startswith(BANKS.get(self.header.country, ())) for account in accounts)
        is_revenue = any(account.startswith(REVENUE.get(self.header.country, ())) for account in accounts)
        if amount > 0:
            return "refund" if is_bank and not is_revenue else "invoice"
        return "credit_note" if is_revenue and not is_bank else "payment"

    def all_entries(self) -> list[Entry]:
        """Return the opening balances and the lines, invoices with their due dates; say where balances differ."""
        masters = {one.number: one for one in self.customers}
        self._note_terms(masters)
        dated = [self._with_due(entry, masters.get(entry.account_number)) for entry in self.lines]
        openings = [opening for one in self.customers if (opening := self._opening(one))]
        self._note_balances(masters)
        return [*openings, *dated]

    def _with_due(self, entry: Entry, master: Master | None) -> Entry:
        if entry.kind != "invoice" or entry.due_on is not None or master is None:
            return entry
        return replace(entry, due_on=master.due_on(entry.on))

    def _opening(self, master: Master) -> Entry | None:
        """Return a customer's balance at the beginning of the file's period."""
        if not master.opening_minor or self.header.begins_on is None:
            return None
        return Entry(
            account_number=master.number,
            number=f"OPENING-{master.number}-{self.header.begins_on}",
            on=self.header.begins_on,
            currency=self.header.currency,
            amount_minor=abs(master.opening_minor),
            kind="invoice" if master.opening_minor > 0 else "payment",
            line=master.line,
            is_opening=True,
        )

    def _note_terms(self, masters: Mapping[str, Master]) -> None:
        open_ones = [one for one in self.lines if one.kind == "invoice" and one.due_on is None]
        count = sum(one.account_number in masters and masters[one.account_number].terms_days is not None
                    for one in open_ones)  # fmt: skip
        if count:
            message = f"{count:,} invoices are due by the terms of their customers in this file, in days."
            self.fields.note(None, "PaymentTerms", message)

    def _note_balances(self, masters: Mapping[str, Master]) -> None:
        """Opening balance and movements should make the closing balance; where not, entries are missing."""
        moved: Counter[str] = Counter()
        for entry in self.lines:
            is_debit = entry.kind in ("invoice", "refund", "reversal")
            moved[entry.account_number] += entry.amount_minor if is_debit else -entry.amount_minor
        for number, one in masters.items():
            counted = one.opening_minor + moved[number]
            if one.closing_minor is not None and counted != one.closing_minor:
                stated = format_plain(one.closing_minor, self.header.currency)
                message = f'Customer "{number}" closes with {stated}, its entries make '
                message += f"{format_plain(counted, self.header.currency)}."
                self.fields.note(None, "ClosingDebitBalance", message, "Entries may be missing in the file.")

"""From the lines of a story to the files that its business would import, and to its policy."""

import csv
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.stories.language import Line, StoryError

HEADERS: Mapping[str, tuple[str, ...]] = {
    "customers": (
        *("account_number", "name", "country", "language", "party_type", "currency", "credit_limit", "policy"),
        *("segment", "contract_allows_hold", "email", "street", "postcode", "city", "overdue_limit"),
    ),
    "invoices": (
        *("invoice_number", "account_number", "order_number", "issued_on", "delivered_on", "due_on"),
        *("currency", "amount", "description", "instalment"),
    ),
    "payments": ("payment_reference", "account_number", "invoice_number", "paid_on", "currency", "amount", "kind"),
    "events": ("account_number", "on", "kind", "channel", "invoice_number", "currency", "amount", "until_on", "step"),
}
ENTRY_KINDS = {
    "payment": "payment",
    "credit note": "credit_note",
    "write-off": "write_off",
    "refund": "refund",
    "reversal": "reversal",
}

_MONEY = r"(?P<amount>[\d.]+)(?: (?P<currency>[A-Z]{3}))?"
_OPTIONS = r"(?P<options>(?: \w+=(?:\"[^\"]*\"|\S+))*)"
_INVOICE = re.compile(rf"invoice (?P<invoice_number>\S+) {_MONEY}(?: of (?P<of>\S+))?(?: due (?P<due>\S+))?{_OPTIONS}")
_ENTRY = re.compile(
    rf"(?P<kind>{'|'.join(ENTRY_KINDS)}) {_MONEY}(?: of (?P<of>\S+))?(?: for (?P<invoice>\S+))?{_OPTIONS}"
)
_EVENT = re.compile(
    rf"event (?P<kind>\w+)(?: of (?P<of>\S+))?(?: for (?P<invoice>\S+))?(?: until (?P<until>\S+))?{_OPTIONS}"
)


@dataclass
class Facts:
    """The ledger as the business knows it: rows by file, those not imported yet, and who the customers are."""

    currency: str
    waiting: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    customers: list[str] = field(default_factory=list)
    due: dict[str, str] = field(default_factory=dict)
    entries: int = 0

    def customer(self, text: str) -> None:
        """Take ``ACME name="Acme GmbH" country=FR contract_allows_hold=no``; a business unless it says otherwise."""
        number, *options = shlex.split(text)
        known = {"account_number": number, "name": f"{number} Trading", "party_type": "business"}
        place = {"street": "1 Harbour Street", "postcode": "20457", "city": "Hamburg", "email": "ap@example.com"}
        self._add("customers", {**known, **place, **_options(options)})
        self.customers.append(number)

    def take(self, text: str, on: date) -> bool:
        """Take an invoice, a payment and its like, or an event; say whether the line was one of them."""
        for pattern, take in ((_INVOICE, self._invoice), (_ENTRY, self._entry), (_EVENT, self._event)):
            if found := pattern.fullmatch(text):
                take(found.groupdict(default=""), on)
                return True
        return False

    def _invoice(self, told: Mapping[str, str], on: date) -> None:
        due_on = told["due"] or (on + timedelta(days=30)).isoformat()
        due_on = "" if due_on == "unknown" else due_on
        row = {"invoice_number": told["invoice_number"], "issued_on": on.isoformat(), "due_on": due_on}
        self._add("invoices", {**row, **self._money(told), **_options(shlex.split(told["options"]))})

    def _entry(self, told: Mapping[str, str], on: date) -> None:
        self.entries += 1
        row = {"payment_reference": f"B{self.entries}", "invoice_number": told["invoice"], "paid_on": on.isoformat()}
        kind = {"kind": ENTRY_KINDS[told["kind"]]}
        self._add("payments", {**row, **kind, **self._money(told), **_options(shlex.split(told["options"]))})

    def _event(self, told: Mapping[str, str], on: date) -> None:
        row = {"account_number": self._account(told), "on": on.isoformat(), "kind": told["kind"]}
        more = {"invoice_number": told["invoice"], "until_on": told["until"]}
        self._add("events", {**row, **more, **_options(shlex.split(told["options"]))})

    def _money(self, told: Mapping[str, str]) -> dict[str, str]:
        currency = told["currency"] or self.currency
        return {"account_number": self._account(told), "amount": told["amount"], "currency": currency}

    def _account(self, told: Mapping[str, str]) -> str:
        if not told["of"] and len(self.customers) != 1:
            raise StoryError("say of which customer, there are several")
        return told["of"] or self.customers[0]

    def _add(self, kind: str, row: dict[str, str]) -> None:
        unknown = set(row) - set(HEADERS[kind])
        if unknown:
            raise StoryError(f"{kind} have no {', '.join(sorted(unknown))}")
        self.waiting.setdefault(kind, []).append(row)

    def write(self, folder: Path) -> list[Path]:
        """Write the rows that are not imported yet; payments always, since they carry the bank's date."""
        self.waiting.setdefault("payments", [])
        paths = [_write(folder / f"{kind}.csv", kind, self.waiting[kind]) for kind in HEADERS if kind in self.waiting]
        self.waiting = {}
        return paths


def _options(words: Iterable[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words)


def _write(path: Path, kind: str, rows: Iterable[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADERS[kind])
        writer.writeheader()
        writer.writerows(rows)
    return path


_STEP = re.compile(r"step (?P<id>\w+) on day (?P<day>\d+): (?P<rest>.+)")
_POLICY = re.compile(r"policy (?:(?P<name>\w+): )?(?P<key>.+)")


def policy_text(lines: Iterable[Line]) -> str:
    """Return a policy file: the default policy with the keys and steps of these lines, and further named ones."""
    policies: dict[str, list[str]] = {"standard": []}
    steps, rules = [], []
    for line in lines:
        if found := _STEP.fullmatch(line.text):
            steps.append(f'{{ id = "{found["id"]}", day = {found["day"]}, {found["rest"]} }}')
        elif line.text.startswith("select "):
            rules.append(f"[[select]]\n{line.text.removeprefix('select ').replace(', ', chr(10))}")
        elif found := _POLICY.fullmatch(line.text):
            policies.setdefault(found["name"] or "standard", []).append(found["key"])
    if steps:
        policies["standard"].append(f"steps = [{', '.join(steps)}]")
    tables = ["\n".join([f"[policy.{name}]", *keys]) for name, keys in policies.items()]
    return "\n\n".join(['default = "standard"', *rules, *tables, ""])

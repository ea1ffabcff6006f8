"""What is known about customers and open invoices, arranged for looking up."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from dunwell.sources.matching.model import Invoice, Payer
from dunwell.sources.matching.numbers import tail
from dunwell.sources.matching.structured import payloads, plain

Numbers = dict[str, list[Invoice]]
_LEGAL_FORMS = re.compile(
    r"\b(gmbh|mbh|co|kg|ag|ug|ohg|e ?k|ltd|limited|llc|inc|corp|plc|sarl|sas|sa|sl|slu|s ?r ?l|srl|bv|nv|bvba|sprl|"
    r"oy|ab|as|aps|spa|pte|pty|the|and|und|et|y)\b"
)
_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "d"}


@dataclass(slots=True)
class Index:
    """Look-ups by plain number, digits, reference, amount, account, and payer: by bank account and by name."""

    numbers: Numbers = field(default_factory=lambda: defaultdict(list))
    digits: Numbers = field(default_factory=lambda: defaultdict(list))
    references: Numbers = field(default_factory=lambda: defaultdict(list))
    tails: Numbers = field(default_factory=lambda: defaultdict(list))
    by_account: dict[str, list[Invoice]] = field(default_factory=lambda: defaultdict(list))
    by_amount: dict[tuple[str, int], list[Invoice]] = field(default_factory=lambda: defaultdict(list))
    accounts: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    payers: dict[str, Payer] = field(default_factory=dict)
    aliases: dict[str, Payer] = field(default_factory=dict)
    number_lengths: frozenset[int] = frozenset()
    account_lengths: frozenset[int] = frozenset()


_NUMBER_CHARS_MIN = 3


def build(invoices: pl.DataFrame, accounts: pl.DataFrame, payers: pl.DataFrame) -> Index:
    """Arrange the tables of ``model.py`` for looking up."""
    index = Index()
    for row in invoices.sort("due_on", "invoice_number", nulls_last=True).iter_rows(named=True):
        _add(index, _invoice(row))
    for number, name in accounts.select("account_number", "name").iter_rows():
        if len(plain(number)) >= _NUMBER_CHARS_MIN and any(sign.isdigit() for sign in number):
            index.accounts[plain(number)] = number
        index.names[number] = comparable(name or "")
    index.payers = _known(payers, "payer_account")
    index.aliases = _known(payers, "payer_name")
    index.number_lengths = frozenset(map(len, index.numbers))
    index.account_lengths = frozenset(map(len, index.accounts))
    return index


def _known(payers: pl.DataFrame, column: str) -> dict[str, Payer]:
    """Return whom a bank account, or a name, has always paid for; what paid for two customers tells nothing."""
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in payers.iter_rows(named=True):
        text = row[column] or ""
        told[plain(text) if column == "payer_account" else comparable(text)].append(row)
    return {
        key: _payer(rows) for key, rows in told.items() if key and len({row["account_number"] for row in rows}) == 1
    }


def _payer(rows: list[dict[str, Any]]) -> Payer:
    return Payer(
        account=rows[0]["account_number"],
        payments=sum(row["payments"] or 0 for row in rows),
        is_by_hand=any(row["is_by_hand"] for row in rows),
        last_on=max((row["last_on"] for row in rows if row["last_on"]), default=None),
        names=frozenset(comparable(row["payer_name"] or "") for row in rows),
    )


def _invoice(row: dict[str, object]) -> Invoice:
    due_on, issued_on = row["due_on"], row.get("issued_on")
    return Invoice(
        number=str(row["invoice_number"]),
        account=str(row["account_number"]),
        currency=str(row["currency"]),
        gross_minor=int(str(row["amount_minor"])),
        open_minor=int(str(row["open_minor"])),
        due_on=due_on if isinstance(due_on, date) else None,
        reference=plain(str(row["payment_reference"] or "")),
        issued_on=issued_on if isinstance(issued_on, date) else None,
    )


def _add(index: Index, invoice: Invoice) -> None:
    number = plain(invoice.number)
    if len(number) >= _NUMBER_CHARS_MIN and any(sign.isdigit() for sign in number):
        index.numbers[number].append(invoice)
        digits = "".join(sign for sign in number if sign.isdigit()).lstrip("0")
        if len(digits) >= _NUMBER_CHARS_MIN:
            index.digits[digits].append(invoice)
        if tail(number):
            index.tails[tail(number)].append(invoice)
    if invoice.reference:
        index.references[invoice.reference.lstrip("0")].append(invoice)
        for payload in payloads(invoice.reference):
            index.references[payload].append(invoice)
    index.by_account[invoice.account].append(invoice)
    index.by_amount[invoice.currency, invoice.open_minor].append(invoice)


@lru_cache(maxsize=100_000)
def comparable(name: str) -> str:
    """Reduce a name to what two writings of it share: no case, signs or legal form, accents as banks write them.

    Banks that know no accents write ü as ue and é as e.
    """
    words = re.sub(r"[\W_]+", " ", name.casefold())
    known = " ".join(_LEGAL_FORMS.sub(" ", words).split())
    spelled = "".join(_SPELLED.get(sign, sign) for sign in known)
    return "".join(sign for sign in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(sign))

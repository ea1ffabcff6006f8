"""What one entry says about who paid and what for, looked up in the index."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz

from dunwell.sources.matching.index import Index, comparable
from dunwell.sources.matching.model import BankEntry, Invoice
from dunwell.sources.matching.numbers import find
from dunwell.sources.matching.structured import in_text, payloads, plain

Strength = Literal["reference", "exact", "joined"]

NAME_SCORE_MIN = 88
"""Similarity of two names, of 100, from which they count as one."""
_TRUSTED_CHARS = 6
_TRUSTED_WITH_LETTERS = 5
_TRUSTED_JOINED = 8
_DATE_LIKE = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(\d\d)?|(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])((19|20)?\d\d)")
"""Numbers that may as well be a day or a month: payers write "rent 202601"."""
_NAMESAKES_MAX = 200
_DIGITS = re.compile(r"\d+")
_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "d"}


@dataclass(slots=True)
class Evidence:
    """The invoices that an entry names, and the customers that it points to.

    ``payer`` is the customer whose bank account it is known to be. ``unclear`` are reasons why no match can be sure.
    """

    named: dict[str, tuple[Invoice, Strength]] = field(default_factory=dict)
    settled: list[Invoice] = field(default_factory=list)
    accounts: frozenset[str] = frozenset()
    payer: str | None = None
    unclear: list[str] = field(default_factory=list)


def collect(entry: BankEntry, index: Index) -> Evidence:
    """Return what ``entry`` says."""
    found = Evidence(payer=index.payers.get(plain(entry.payer_account)) if entry.payer_account else None)
    references = dict.fromkeys((*map(plain, entry.structured), *in_text(entry.text)))
    for reference in references:
        _take_reference(reference, index, found)
    for number in find(entry.text, index.numbers, index.number_lengths):
        _name(index.numbers[number.number], "exact" if number.grade == "exact" else "joined", found)
    _set_apart(entry.currency, found)
    in_words = {
        each.number for each in find(entry.text, index.accounts, index.account_lengths) if each.grade == "exact"
    }
    carried = {payload for reference in references for payload in payloads(reference)}
    found.accounts = frozenset(index.accounts[number] for number in (in_words | carried) & set(index.accounts))
    return found


def _take_reference(reference: str, index: Index, found: Evidence) -> None:
    own = index.references.get(reference.lstrip("0"))
    if own:
        _name(own, "reference", found)
        return
    for payload in sorted(payloads(reference)):
        invoices = index.references.get(payload) or index.numbers.get(payload) or index.digits.get(payload)
        if invoices:
            _name(invoices, "reference" if payload in index.references else "exact", found)


def _name(invoices: list[Invoice], strength: Strength, found: Evidence) -> None:
    if len(invoices) > 1:
        found.unclear.append(f"The number {invoices[0].number} stands for {len(invoices)} open items.")
    for invoice in invoices:
        known = found.named.get(invoice.number)
        if known is None or _RANK[strength] > _RANK[known[1]]:
            found.named[invoice.number] = (invoice, strength)


_RANK = {"joined": 0, "exact": 1, "reference": 2}


def _set_apart(currency: str, found: Evidence) -> None:
    """Take out what is named but cannot be paid by this entry, and remember that it was named."""
    for number, (invoice, _) in list(found.named.items()):
        if invoice.currency != currency:
            found.unclear.append(f"The invoice {number} is in {invoice.currency}, the payment in {currency}.")
        elif invoice.open_minor <= 0:
            found.unclear.append(f"The invoice {number} is paid already.")
            found.settled.append(invoice)
        else:
            continue
        del found.named[number]


def is_trusted(number: str, strength: Strength) -> bool:
    """Tell whether a number is long enough that it does not stand in a text by chance."""
    chars = plain(number)
    if strength == "reference":
        return True
    if _DATE_LIKE.fullmatch(chars):
        return False
    if strength == "joined":
        return len(chars) >= _TRUSTED_JOINED
    return len(chars) >= _TRUSTED_CHARS or (len(chars) >= _TRUSTED_WITH_LETTERS and not chars.isdecimal())


def name_score(payer_name: str, account: str, index: Index) -> int:
    """Return how alike the payer's and the customer's names are, 0 to 100."""
    ours, theirs = _folded(index.names.get(account, "")), _folded(comparable(payer_name))
    if not ours or not theirs or _DIGITS.findall(ours) != _DIGITS.findall(theirs):
        return 0  # "Client 1" and "Client 11" are alike to the eye, but not the same
    return int(max(fuzz.ratio(ours, theirs), fuzz.token_sort_ratio(ours, theirs)))


def _folded(name: str) -> str:
    """Write ``name`` as banks do that know no accents: ü as ue, é as e."""
    spelled = "".join(_SPELLED.get(sign, sign) for sign in name)
    return "".join(sign for sign in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(sign))


def support(entry: BankEntry, account: str, found: Evidence, index: Index) -> list[str]:
    """Return why the payer is the customer ``account``, apart from any invoice number."""
    reasons = []
    if found.payer == account:
        reasons.append(f"The payer's bank account is known as that of {account}.")
    if account in found.accounts:
        reasons.append(f"The text names the customer {account}.")
    score = name_score(entry.payer_name, account, index)
    if score >= NAME_SCORE_MIN:
        reasons.append(f'The payer "{entry.payer_name}" is called like the customer ({score} of 100).')
    return reasons


def namesake(entry: BankEntry, account: str, index: Index) -> str | None:
    """Return why the payer seems to be another customer, who owes the same amount: the number may be mistyped."""
    if not entry.payer_name or name_score(entry.payer_name, account, index) >= NAME_SCORE_MIN:
        return None
    same_amount = index.by_amount.get((entry.currency, entry.amount_minor), [])
    others = {invoice.account for invoice in same_amount[:_NAMESAKES_MAX]} - {account}
    for other in sorted(others):
        if name_score(entry.payer_name, other, index) >= NAME_SCORE_MIN:
            return f"The payer is called like the customer {other}, who owes the same amount."
    return None


def contradiction(account: str, found: Evidence) -> str | None:
    """Return what speaks against the customer ``account``, if anything does."""
    if found.payer is not None and found.payer != account:
        return f"The payer's bank account is known as that of {found.payer}."
    if found.accounts and account not in found.accounts:
        return f"The text names another customer, {', '.join(sorted(found.accounts))}."
    return None

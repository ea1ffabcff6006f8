"""What one entry says about who paid and what for, looked up in the index."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz, process

from dunwell.sources.matching.index import Index, comparable
from dunwell.sources.matching.model import BankEntry, Invoice, Payer
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


@dataclass(slots=True)
class Evidence:
    """The invoices that an entry names, and the customers that it points to.

    ``known`` is what earlier payments of the same payer tell, ``payer`` the customer that they were for.
    ``unclear`` are reasons why no match can be sure.
    """

    named: dict[str, tuple[Invoice, Strength]] = field(default_factory=dict)
    settled: list[Invoice] = field(default_factory=list)
    accounts: frozenset[str] = frozenset()
    known: Payer | None = None
    unclear: list[str] = field(default_factory=list)

    @property
    def payer(self) -> str | None:
        """The customer whom the payer has always paid for."""
        return self.known.account if self.known else None


def collect(entry: BankEntry, index: Index) -> Evidence:
    """Return what ``entry`` says."""
    found = Evidence(known=_known(entry, index))
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


def _known(entry: BankEntry, index: Index) -> Payer | None:
    """Return what is known of the payer: by bank account; where the bank gives none, by a name that is proven."""
    if entry.payer_account:
        return index.payers.get(plain(entry.payer_account))
    alias = index.aliases.get(comparable(entry.payer_name))
    return alias if alias is not None and alias.is_proven else None


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
    """Return how alike the payer's and the customer's names are, 0 to 100; 100 for a name that always paid for it."""
    if _is_alias(payer_name, account, index):
        return 100
    ours, theirs = index.names.get(account, ""), comparable(payer_name)
    if not ours or not theirs or _DIGITS.findall(ours) != _DIGITS.findall(theirs):
        return 0  # "Client 1" and "Client 11" are alike to the eye, but not the same
    return int(max(fuzz.ratio(ours, theirs), fuzz.token_sort_ratio(ours, theirs)))


def _is_alias(payer_name: str, account: str, index: Index) -> bool:
    known = index.aliases.get(comparable(payer_name))
    return known is not None and known.is_proven and known.is_by_hand and known.account == account


def called_like(payer_name: str, index: Index) -> list[str]:
    """Return the customers that a payer is called like, the first by number."""
    wanted = comparable(payer_name)
    if not wanted:
        return []
    near = {
        account
        for scorer in (fuzz.ratio, fuzz.token_sort_ratio)
        for _, _, account in process.extract(
            wanted, index.names, scorer=scorer, score_cutoff=NAME_SCORE_MIN, limit=None
        )
    }
    alias = index.aliases.get(wanted)
    near |= {alias.account} if alias else set()
    return sorted(account for account in near if name_score(payer_name, account, index) >= NAME_SCORE_MIN)


def named_alike(payer_name: str, account: str, index: Index) -> str:
    """Return why the payer's name points to the customer; empty when it does not."""
    if _is_alias(payer_name, account, index):
        return f'The payer "{payer_name}" is known: {index.aliases[comparable(payer_name)].story}.'
    score = name_score(payer_name, account, index)
    return f'The payer "{payer_name}" is called like the customer ({score} of 100).' if score >= NAME_SCORE_MIN else ""


def support(entry: BankEntry, account: str, found: Evidence, index: Index) -> list[str]:
    """Return why the payer is the customer ``account``, apart from any invoice number."""
    reasons = []
    if entry.payer_account and found.known is not None and found.payer == account:
        reasons.append(f"The payer's bank account is known as that of {account}: {found.known.story}.")
    if account in found.accounts:
        reasons.append(f"The text names the customer {account}.")
    reasons += filter(None, [named_alike(entry.payer_name, account, index)])
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


def too_early(entry: BankEntry, invoices: Sequence[Invoice]) -> list[str]:
    """Return which of the invoices did not exist yet when the payment was booked: another may be meant."""
    later = (each for each in invoices if each.issued_on is not None and each.issued_on > entry.booked_on)
    return [f"The invoice {each.number} was issued on {each.issued_on}, after the payment." for each in later]


def contradiction(entry: BankEntry, account: str, found: Evidence, index: Index) -> str | None:
    """Return what speaks against the customer ``account``, if anything does."""
    alias = index.aliases.get(comparable(entry.payer_name))
    if alias is not None and alias.account != account:
        return f'The payer "{entry.payer_name}" is known to pay for {alias.account}.'
    if found.payer is not None and found.payer != account:
        return f"The payer's bank account is known as that of {found.payer}."
    if found.accounts and account not in found.accounts:
        return f"The text names another customer, {', '.join(sorted(found.accounts))}."
    return None

"""The tables that matching reads and gives, and the values in between."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

from dunwell.sources.rows import Watch

OPEN_INVOICES = pl.Schema(
    {
        "invoice_number": pl.String(),
        "account_number": pl.String(),
        "currency": pl.String(),
        "amount_minor": pl.Int64(),  # gross
        "open_minor": pl.Int64(),  # what is left to pay; 0 for a settled invoice whose payment may come back
        "due_on": pl.Date(),
        "payment_reference": pl.String(),  # the structured reference printed on the invoice; null: none is known
    }
)
"""One row per invoice that a payment may concern; a column ``issued_on`` may come with it."""

MATCH_ACCOUNTS = pl.Schema({"account_number": pl.String(), "name": pl.String()})
"""One row per customer."""

PAYERS = pl.Schema(
    {
        "payer_account": pl.String(),
        "payer_name": pl.String(),
        "account_number": pl.String(),
        "payments": pl.Int64(),  # how many entries of theirs were applied to the customer
        "is_by_hand": pl.Boolean(),  # a person has decided at least one of them
        "last_on": pl.Date(),
    }
)
"""Who paid for whom, as a person's decisions and the sure matches before have shown."""

PROPOSALS = pl.Schema(
    {
        "entry_reference": pl.String(),
        "rank": pl.Int64(),  # 1: the best proposal for the entry
        "sureness": pl.String(),  # sure, likely, possible
        "score": pl.Int64(),  # 0 to 100
        "kind": pl.String(),  # payment, reversal
        "account_number": pl.String(),
        "invoice_number": pl.String(),  # null: the rest stands on the account, unapplied
        "paid_on": pl.Date(),
        "currency": pl.String(),
        "amount_minor": pl.Int64(),
        "reasons": pl.String(),  # a JSON list of sentences
    }
)
"""Proposals as a table: one row per part, so that a payment of three invoices has three rows of one rank."""

Sureness = Literal["sure", "likely", "possible"]
"""``sure``: nothing else is possible, it is applied. ``likely``: a person confirms. ``possible``: a hint."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as matching knows it."""

    number: str
    account: str
    currency: str
    gross_minor: int
    open_minor: int
    due_on: date | None
    reference: str
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """What is known of a bank account, or of a payer's name: it has always paid for the customer ``account``.

    ``names`` are the names, made comparable, under which it paid.
    """

    account: str
    payments: int
    is_by_hand: bool
    last_on: date | None
    names: frozenset[str]

    @property
    def is_proven(self) -> bool:
        """Whether it paid often enough to be believed by itself; once may have been an exception."""
        return self.payments >= PROVEN_PAYMENTS

    @property
    def story(self) -> str:
        """How it is known, in words."""
        times = "once" if self.payments == 1 else f"{self.payments} times"
        last = f", last on {self.last_on}" if self.last_on else ""
        return f"paid {times}{last}" + ("; a person has confirmed it" if self.is_by_hand else "")


PROVEN_PAYMENTS = 2
"""So many payments for one customer, and none for another, prove whose a bank account or a payer's name is."""

Applied = frozenset[tuple[str, str | None, int]]
"""How an entry was applied: triples of customer, invoice (``None``: on the account) and amount."""


@dataclass(frozen=True, slots=True)
class BankEntry:
    """A row of ``contract.BANK_ENTRY``, with what its ``extra`` says unfolded."""

    reference: str
    booked_on: date
    currency: str
    amount_minor: int
    is_in: bool
    is_reversal: bool
    is_batch: bool
    payer_name: str
    payer_account: str
    structured: tuple[str, ...]
    text: str
    bank_reference: str
    batch_of: str


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a payment goes on this invoice; without a number it stands on the account, unapplied."""

    invoice_number: str | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way of applying an entry; its parts add up to the entry."""

    entry_reference: str
    sureness: Sureness
    score: int
    kind: Literal["payment", "reversal"]
    account_number: str
    paid_on: date
    currency: str
    parts: tuple[Part, ...]
    reasons: tuple[str, ...]

    def as_applied(self) -> Applied:
        """Return how the entry would be applied."""
        return frozenset((self.account_number, part.invoice_number, part.amount_minor) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What may be missing of an invoice when the rest was a discount or a bank fee; such matches are never sure.

    ``percent_hundredths`` of what is open and ``fee_minor`` may both be missing; ``amount_minor`` is any rest.
    """

    percent_hundredths: int = 0
    amount_minor: Mapping[str, int] = field(default_factory=dict)
    fee_minor: Mapping[str, int] = field(default_factory=dict)

    def allows(self, currency: str, open_minor: int, paid_minor: int) -> bool:
        """Tell whether ``paid_minor`` is short of ``open_minor`` by no more than this."""
        short = open_minor - paid_minor
        reduced = self.fee_minor.get(currency, 0) * 10_000 + open_minor * self.percent_hundredths
        return short > 0 and (short <= self.amount_minor.get(currency, 0) or short * 10_000 <= reduced)


@dataclass(frozen=True, slots=True)
class Rules:
    """What matching is told beside the tables.

    ``tolerance`` holds for every customer who is not in ``tolerances``.
    ``undone``: entries that a person has decided about, with what was applied and taken out again. They are never sure,
    and what was taken out is not proposed again. ``watch`` hears how many entries have been looked at.
    """

    tolerance: Tolerance = field(default_factory=Tolerance)
    tolerances: Mapping[str, Tolerance] = field(default_factory=dict)
    undone: Mapping[str, Collection[Applied]] = field(default_factory=dict)
    watch: Watch | None = field(default=None, repr=False, compare=False)

    def allows(self, account: str, currency: str, open_minor: int, paid_minor: int) -> bool:
        """Tell whether a payment of a customer is short by no more than their tolerance."""
        return self.tolerances.get(account, self.tolerance).allows(currency, open_minor, paid_minor)


@dataclass(frozen=True, slots=True)
class Matches:
    """What matching gives: proposals by entry, the best first, and the entries nobody can tell anything about.

    ``worklist`` holds the references of entries that need a person: those without a sure proposal. ``ignored`` are no
    customer payments: money that went out, and batches whose single payments are in another statement.
    """

    proposals: tuple[Proposal, ...] = ()
    worklist: tuple[str, ...] = ()
    ignored: tuple[str, ...] = field(default=())

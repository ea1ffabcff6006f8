"""The facts of one letter: plain values that the caller fills in, not localised, nothing looked up.

Money is integer minor units of ``LetterFacts.currency``. Dates are business dates of the creditor. An empty
string, ``None`` or an empty tuple means "not known" or "not the case"; a letter never states what is not here
(product §3). One letter speaks of one account in one currency.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from dunwell.letters.annexes.kinds import AnnexKind, Document

PartyType = Literal["business", "consumer", "public"]
Tone = Literal["friendly", "firm", "final"]
Channel = Literal["letter", "email", "call", "portal"]

CONSEQUENCES = frozenset(
    {
        "interest",
        "credit_limit",
        "account_closure",
        "legal_action",
        "lawyer",
        "collection_agency",
        "credit_report",
    }
)
"""What may be announced to follow.

Glossary words that texts, policy and the table of unlawful threats share.
"""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One account to pay into. Which fields are filled depends on where it is held.

    SEPA, Romania, Switzerland: ``iban`` (and ``bic``). Great Britain: ``sort_code`` and ``account_number``.
    United States: ``routing_number`` and ``account_number``. Vietnam: ``bank_bin`` (six digits, NAPAS) and
    ``account_number``. ``currency`` empty means any currency; the letter prints the accounts of its own
    currency first.
    """

    bank_name: str = ""
    iban: str = ""
    bic: str = ""
    account_number: str = ""
    sort_code: str = ""
    routing_number: str = ""
    bank_bin: str = ""
    currency: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Creditor:
    """The business that writes: letterhead, bank accounts, the person to call and the person who signs.

    ``country`` and ``jurisdiction`` are ISO 3166 alpha-2. ``website`` is printed as given. ``logo`` holds the
    bytes of an SVG, PNG or JPEG file. ``place`` is where letters are dated from (France, Vietnam); empty
    means ``city``.
    """

    name: str
    street: str
    postcode: str
    city: str
    country: str
    jurisdiction: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    tax_id: str = ""
    register_entry: str = ""
    bank_accounts: tuple[BankAccount, ...] = ()
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    signatory_name: str = ""
    signatory_title: str = ""
    place: str = ""
    logo: bytes = b""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is written to. ``country`` ISO alpha-2, ``language`` ISO 639-1.

    ``salutation`` is Ms, Mr or empty (forms of other languages such as Frau, Mme, Sra. are understood, see
    ``texts/forms.toml``). ``surname`` empty means the last word of ``contact_name``. ``street`` may hold
    several lines.
    """

    account_number: str
    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    language: str = "en"
    party_type: PartyType = "business"
    contact_name: str = ""
    surname: str = ""
    salutation: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice the letter speaks of.

    ``amount_minor`` is the gross amount, ``open_minor`` what is still open of it, ``total_minor`` the open
    amount plus late fee, interest and compensation claimed on it. In a release letter ``open_minor`` is what
    was demanded and paid. ``payment_reference`` is what the invoice itself asked to be quoted, "" where it asked
    nothing.
    """

    invoice_number: str
    due_on: date
    days_past_due: int
    amount_minor: int
    open_minor: int
    total_minor: int
    issued_on: date | None = None
    delivered_on: date | None = None
    order_number: str = ""
    late_fee_minor: int = 0
    interest_minor: int = 0
    compensation_minor: int = 0
    payment_reference: str = ""


@dataclass(frozen=True, slots=True)
class InterestSegment:
    """Interest on one invoice while one balance and one rate held.

    Both days inclusive; ``rate_percent`` per year.
    """

    invoice_number: str
    from_on: date
    to_on: date
    days: int
    rate_percent: Decimal
    balance_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PastRequest:
    """One payment request that was really sent or made earlier in the episode (product §1)."""

    on: date
    channel: Channel = "letter"
    letter_kind: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class HoldTerms:
    """The credit hold the letter places, warns of or lifts.

    ``days_past_due`` is the policy's threshold (30), ``warned_on`` the date of the letter that warned,
    ``in_force_on`` the first day of the hold, ``cure_days`` the term to cure it, ``released_on`` the day it
    was lifted. ``paid_on`` and ``paid_minor`` are the payment that lifted it; ``release_reason`` is ``paid``,
    ``plan`` or ``override``. ``orders_waiting`` are numbers of orders that the hold keeps back and that go
    out when it lifts.
    """

    days_past_due: int = 30
    cure_days: int = 0
    warned_on: date | None = None
    in_force_on: date | None = None
    released_on: date | None = None
    paid_on: date | None = None
    paid_minor: int = 0
    release_reason: Literal["paid", "plan", "override"] = "paid"
    orders_waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment of a payment plan; ``amount_minor`` includes ``interest_minor``, if the plan bears any."""

    number: int
    due_on: date
    amount_minor: int
    interest_minor: int = 0
    paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """A payment plan that the letter offers, confirms or declares ended (product §4).

    ``interest_percent`` per year, ``None`` without interest. ``agreed_by`` is who accepted it, ``agreed_how`` by which
    channel. After ``grace_days`` an unpaid instalment ends the plan. ``missed`` is the first unpaid instalment
    of a plan that ended on ``ended_on``; ``resumes_by_on`` the day until which paying it lets the plan go on,
    ``None`` where it does not.
    """

    instalments: tuple[Instalment, ...]
    interest_percent: Decimal | None = None
    grace_days: int = 0
    agreed_on: date | None = None
    agreed_by: str = ""
    agreed_how: Channel = "letter"
    missed: Instalment | None = None
    ended_on: date | None = None
    resumes_by_on: date | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One alternative to paying at once, open until ``open_until_on`` (product §4).

    ``longer_terms``: every invoice of the letter may be paid by ``pay_by_on``. ``early_discount``: paying by
    ``pay_by_on`` takes ``discount_minor`` (``discount_percent`` of the principal) off, so that
    ``pay_minor`` settles everything. ``plan``: ``instalment_count`` instalments.
    """

    kind: Literal["longer_terms", "early_discount", "plan"]
    open_until_on: date
    pay_by_on: date | None = None
    discount_percent: Decimal = Decimal(0)
    discount_minor: int = 0
    pay_minor: int = 0
    instalment_count: int = 0


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order of the customer that is not invoiced yet; ``goes_out_on`` when it can leave once nothing holds it."""

    order_number: str
    amount_minor: int
    ordered_on: date | None = None
    description: str = ""
    goes_out_on: date | None = None


REFUSAL_REASONS = frozenset({"on_hold", "past_due", "over_limit", "no_application", "references"})
"""Why credit can be refused; the words of ``[refusal_reasons]`` in ``common.toml``."""

WAYS_TO_BUY = frozenset({"cash", "prepay", "part_payment", "smaller_order", "application"})
"""How a customer can buy without the credit that was refused; the words of ``[ways_to_buy]``."""


@dataclass(frozen=True, slots=True)
class CreditDecision:
    """Credit that was asked for and refused, for an order or in general (product §4).

    ``requested_minor`` is what would have been owed, ``limit_minor`` the limit (``None``: none was granted),
    ``exposure_minor`` what counts against it already, ``deposit_minor`` the part payment that would let the
    order go out. ``reasons`` holds words of ``REFUSAL_REASONS``, ``ways`` of ``WAYS_TO_BUY``.
    """

    requested_on: date
    requested_minor: int
    limit_minor: int | None = None
    exposure_minor: int = 0
    deposit_minor: int = 0
    reasons: frozenset[str] = field(default_factory=frozenset)
    ways: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class ProblemNote:
    """A mistake of ours, as a person wrote it down in the letter's language.

    ``problem``, ``solution`` and each of ``next_steps`` are whole sentences. ``credit_note_minor`` is what we
    credit for it.
    """

    problem: str
    solution: str
    next_steps: tuple[str, ...] = ()
    reported_on: date | None = None
    order_number: str = ""
    invoice_number: str = ""
    credit_note_number: str = ""
    credit_note_minor: int = 0


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of a statement of account; ``amount_minor`` is what it adds to the balance (a payment: negative)."""

    on: date
    kind: Literal["invoice", "payment", "credit_note", "write_off", "refund", "charge"]
    document_number: str
    amount_minor: int
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """The entries of an account from ``from_on`` to ``to_on``; opening balance and entries make the closing one.

    ``overdue_minor`` is the part of the closing balance that is past due.
    """

    from_on: date
    to_on: date
    lines: tuple[StatementLine, ...]
    opening_minor: int = 0
    closing_minor: int = 0
    overdue_minor: int = 0


@dataclass(frozen=True, slots=True)
class QuotedClause:
    """One clause of the policy, numbered, in the letter's language; a heading has no text."""

    number: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything one letter may say.

    ``kind`` names the text file (reminder, collection, hold, hold_release, …); ``language`` the letter's
    language. ``request_number`` counts this request within the episode (1 for the reminder). ``tone`` and
    ``warns_of_hold`` come from the ladder step. ``legal_basis`` and ``compensation_basis`` cite the law or
    contract for interest and compensation, in the letter's language. ``clause_reference`` and ``clause_text``
    quote the policy in the letter's language. ``consequences`` holds words of ``CONSEQUENCES`` that the
    policy has switched on. ``layout`` forces a page form (a folder of ``layouts/``); empty means the
    recipient's country. ``credit_limit_minor`` is the limit that is open again after a release.
    ``offers_plan`` says whether a payment plan may be offered. ``answered_before``: the customer has answered in
    this episode (a reply, a call, a payment, a promise) and the amount is open all the same.

    ``pay_minor`` is what ``pay_by_on`` asks for where that is not the total: an instalment, the overdue part of a
    statement. ``reply_by_on`` is the day until which an answer is hoped for: an offer's expiry, a receipt
    check. ``attorney`` is the lawyer or firm on whose letterhead the letter goes out; the creditor stays the
    one to be paid, into the attorney's bank accounts where they have any. ``clauses`` are the policy as
    a letter of terms sets it out; ``payment_days`` the days to pay an invoice, ``terms_from_on`` the first day of
    the terms. ``annexes`` are the kinds of annexes asked for, ``documents`` the files that some of them copy. The other
    parts serve the kinds of letters that are named after them.
    """

    kind: str
    language: str
    written_on: date
    currency: str
    reference: str
    creditor: Creditor
    recipient: Recipient
    invoices: tuple[InvoiceLine, ...] = ()
    pay_by_on: date | None = None
    request_number: int = 1
    tone: Tone = "friendly"
    warns_of_hold: bool = False
    past_requests: tuple[PastRequest, ...] = ()
    interest_segments: tuple[InterestSegment, ...] = ()
    unapplied_credit_minor: int = 0
    principal_minor: int = 0
    late_fee_minor: int = 0
    interest_minor: int = 0
    compensation_minor: int = 0
    total_minor: int = 0
    legal_basis: str = ""
    compensation_basis: str = ""
    clause_reference: str = ""
    clause_text: str = ""
    consequences: frozenset[str] = field(default_factory=frozenset)
    hold: HoldTerms | None = None
    offers_plan: bool = True
    credit_limit_minor: int | None = None
    layout: str = ""
    answered_before: bool = False
    pay_minor: int | None = None
    reply_by_on: date | None = None
    plan: PlanTerms | None = None
    offers: tuple[Offer, ...] = ()
    orders: tuple[OrderLine, ...] = ()
    credit_decision: CreditDecision | None = None
    problem: ProblemNote | None = None
    statement: Statement | None = None
    clauses: tuple[QuotedClause, ...] = ()
    payment_days: int = 0
    terms_from_on: date | None = None
    attorney: Creditor | None = None
    annexes: tuple[AnnexKind, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def sender(self) -> Creditor:
        """Whose letterhead the letter bears and who is to be called: the attorney, if there is one."""
        return self.attorney or self.creditor

"""Questions that the rooms above ask; each is a query, none is a rule."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from django.db.models import Q, QuerySet, TextField, Value

from dunwell.ledger.frames import CURRENCY
from dunwell.store import audit, bulk
from dunwell.store.cash import UNPLACED_SINCE_SQL
from dunwell.store.matches import ACT
from dunwell.store.models import (
    HOLD_LIVE,
    LETTER_SENT,
    Account,
    AuditEntry,
    Event,
    Hold,
    HoldTransition,
    ImportBatch,
    Letter,
    LetterTransition,
    PolicyVersion,
    Run,
)

INVOICE_DETAILS = pl.Schema(
    {
        "invoice_id": pl.Int64(),
        "account_id": pl.Int64(),
        "invoice_number": pl.String(),
        "order_number": pl.String(),
        "issued_on": pl.Date(),
        "delivered_on": pl.Date(),
        "due_on": pl.Date(),
        "currency": CURRENCY,
        "amount_minor": pl.Int64(),
        "description": pl.String(),
        "document": pl.String(),
        "payment_reference": pl.String(),
    }
)
"""What a letter prints of an invoice; texts are empty, not null, when they are not known.

``payment_reference`` is what the invoice itself asked to be quoted; null where it asked nothing.
"""

LIVE_HOLDS = pl.Schema({"account_id": pl.Int64(), "currency": CURRENCY, "hold_id": pl.Int64(), "state": pl.String()})
"""One row per account and currency with a live hold."""

WAITING_LETTERS = pl.Schema({"account_id": pl.Int64(), "currency": CURRENCY, "letter_id": pl.Int64()})
"""One row per account and currency with a letter that is a draft or approved."""

LIVE_LETTERS = pl.Schema(
    {
        "account_id": pl.Int64(),
        "currency": CURRENCY,
        "letter_id": pl.Int64(),
        "step": pl.String(),
        "episode_start_on": pl.Date(),
        "state": pl.String(),
        "drafted_by": pl.String(),
    }
)
"""One row per letter that is neither cancelled nor finished going out."""


@dataclass(frozen=True, slots=True)
class PastRequest:
    """A request that was really sent or made; ``letter_kind`` and ``reference`` are empty before Dunwell."""

    on: date
    kind: str
    channel: str
    step: str
    letter_kind: str = ""
    reference: str = ""


def account_by_number(account_number: str) -> Account | None:
    """Return the account of that number."""
    return Account.objects.filter(account_number=account_number).first()


def has_accounts() -> bool:
    """Tell whether anything was imported yet."""
    return Account.objects.exists()


def count_accounts() -> int:
    """Return how many customers there are."""
    return Account.objects.count()


def accounts_by_id(account_ids: Collection[int]) -> dict[int, Account]:
    """Return accounts by their key; unknown keys are left out."""
    return Account.objects.in_bulk(list(account_ids))


def invoice_details(invoice_ids: Collection[int]) -> pl.DataFrame:
    """Return what letters print of these invoices; of several instalments, the number says which: ``4711 (1/2)``."""
    made = ("invoice_id", "invoice_number", "payment_reference")
    plain = ", ".join(name for name in INVOICE_DETAILS if name not in made)
    chosen = bulk.among("id", invoice_ids)
    sql = (
        f"SELECT id AS invoice_id, {_SHOWN_NUMBER} AS invoice_number, {plain},"
        f" extra ->> 'payment_reference' AS payment_reference FROM store_invoice v WHERE {chosen}"
    )
    with bulk.reading():
        found = bulk.frame(sql, INVOICE_DETAILS)
    return found.sort("invoice_id")


_INSTALMENTS = (
    "(SELECT count(*) FROM store_invoice w WHERE w.account_id = v.account_id AND w.invoice_number = v.invoice_number)"
)
_SHOWN_NUMBER = (
    f"invoice_number || CASE WHEN {_INSTALMENTS} > 1 THEN ' (' || instalment || '/' || {_INSTALMENTS} || ')'"
    " ELSE '' END"
)


def past_requests(account_id: int, currency: str, since_on: date, until_on: date) -> list[PastRequest]:
    """Return the requests of an account in a currency from ``since_on`` to ``until_on``, oldest first."""
    days = (since_on, until_on)
    events = Event.objects.filter(account_id=account_id, kind__in=("request", "call"), on__range=days).filter(
        Q(invoice__isnull=True, currency__in=("", currency)) | Q(invoice__currency=currency)
    )
    letters = Letter.objects.filter(
        account_id=account_id, currency=currency, is_request=True, state__in=LETTER_SENT, sent_on__range=days
    )
    nothing, request = (Value(text, TextField()) for text in ("", "request"))
    before = events.values_list("on", "kind", "channel", "step", nothing, nothing)
    written = letters.values_list("sent_on", request, "channel", "step", "kind", "reference")
    found = [PastRequest(*row) for row in before.union(written, all=True)]
    return sorted(found, key=lambda one: (one.on, one.step))


def latest_run() -> Run | None:
    """Return the finished run with the latest as-of date, the last made of those."""
    return Run.objects.filter(state="finished").order_by("-as_of", "-id").first()


def finished_run(as_of: date) -> Run | None:
    """Return the last finished run for a day."""
    return Run.objects.filter(state="finished", as_of=as_of).order_by("-id").first()


def runs_of_day(as_of: date) -> list[int]:
    """Return the keys of the finished runs for a day."""
    return bulk.keys("SELECT id FROM store_run WHERE state = 'finished' AND as_of = %s", as_of)


def latest_runs(count: int) -> list[Run]:
    """Return the latest finished runs, newest first."""
    return list(Run.objects.filter(state="finished").order_by("-as_of", "-id")[:count])


def start_run(as_of: date, version: PolicyVersion, data_fingerprint: str = "", by: str = "") -> Run:
    """Record that a run has begun; a policy version enters the audit trail with the first run that uses it."""
    with bulk.writing():
        if not Run.objects.filter(policy_version=version).exists():
            audit.added(version, "policy", on=as_of, by=by)
        return Run.objects.create(as_of=as_of, policy_version=version, data_fingerprint=data_fingerprint, run_by=by)


def record_policy(version: str, text: str, effective_on: date | None) -> PolicyVersion:
    """Keep a policy text under its digest; the same text is kept once."""
    return PolicyVersion.objects.get_or_create(version=version, defaults={"text": text, "effective_on": effective_on})[
        0
    ]


def letters(*, states: Collection[str] = (), account_number: str = "", kind: str = "") -> QuerySet[Letter]:
    """Return letters with their accounts, in the order in which they were drafted; empty means any."""
    found = Letter.objects.select_related("account").order_by("id")
    if states:
        found = found.filter(state__in=list(states))
    if account_number:
        found = found.filter(account__account_number=account_number)
    return found.filter(kind=kind) if kind else found


def letter_by(name: str) -> Letter | None:
    """Return the letter of a reference or, for digits, of a key."""
    by_key = Q(pk=int(name)) if name.isdecimal() and len(name) < 19 else Q(pk__in=())
    found = Letter.objects.select_related("account").filter(Q(reference=name) | by_key)
    return next((letter for letter in found if letter.reference == name), None) or found.first()


def waiting_letters(account_ids: Collection[int] | None = None) -> pl.DataFrame:
    """Return the first letter of each account and currency that waits for a person (``WAITING_LETTERS``), or of some.

    Of some accounts the state is no plain column: the index by state would lead to every letter that waits.
    """
    own = "state" if account_ids is None else f"{bulk.among('account_id', account_ids)} AND state || ''"
    with bulk.reading():
        rows = bulk.frame(
            f"SELECT account_id, currency, id AS letter_id FROM store_letter WHERE {own} IN ('draft', 'approved')",
            WAITING_LETTERS,
        )
    return rows.group_by("account_id", "currency").agg(pl.col("letter_id").min())


def live_letters(account_ids: Collection[int] | None = None) -> pl.DataFrame:
    """Return the letters that are drafted or on their way, of some accounts or of all."""
    own = "true" if account_ids is None else bulk.among("account_id", account_ids)
    with bulk.reading():
        return bulk.frame(
            "SELECT account_id, currency, id AS letter_id, step, episode_start_on, state, drafted_by FROM store_letter"
            f" WHERE state IN ('draft', 'approved', 'queued', 'in_flight', 'uncertain', 'bounced') AND {own}",
            LIVE_LETTERS,
        )


def live_holds(account_ids: Collection[int] | None = None) -> pl.DataFrame:
    """Return the holds that are proposed, approved, notified or in force, of some accounts or of all."""
    own = "true" if account_ids is None else bulk.among("account_id", account_ids)
    states = ", ".join(f"'{state}'" for state in HOLD_LIVE)
    with bulk.reading():
        return bulk.frame(
            f"SELECT account_id, currency, id AS hold_id, state FROM store_hold WHERE state IN ({states}) AND {own}",
            LIVE_HOLDS,
        )


def holds(*, states: Collection[str] = HOLD_LIVE, account_number: str = "") -> QuerySet[Hold]:
    """Return holds with their accounts and letters, oldest first; live ones unless told otherwise."""
    found = Hold.objects.select_related("account", "letter").filter(state__in=list(states)).order_by("id")
    return found.filter(account__account_number=account_number) if account_number else found


@dataclass(frozen=True, slots=True)
class BankDays:
    """Through which day imports say that bank data is complete, and since when money has nobody's name."""

    imported_through: date | None
    unplaced_on: date | None

    @property
    def is_cut_short(self) -> bool:
        """Whether money from nobody knows whom ends the days that are known: it may be anybody's."""
        return (
            self.imported_through is not None
            and self.unplaced_on is not None
            and self.unplaced_on - timedelta(days=1) <= self.imported_through
        )

    @property
    def complete_through(self) -> date | None:
        """The last day that is known, by all imports together (product §2.4)."""
        if self.is_cut_short and self.unplaced_on is not None:
            return self.unplaced_on - timedelta(days=1)
        return self.imported_through


def bank_days() -> BankDays:
    """Return through which day it is known what came in."""
    with bulk.reading():
        return BankDays(*bulk.frame(_BANK_DAYS_SQL, _BANK_DAYS).row(0))


_BANK_DAYS = pl.Schema({"imported_through": pl.Date(), "unplaced_on": pl.Date()})
_BANK_DAYS_SQL = (
    "SELECT (SELECT max(bank_complete_through) FROM store_importbatch) AS imported_through,"
    f" ({UNPLACED_SINCE_SQL}) AS unplaced_on"
)


def bank_complete_through() -> date | None:
    """Return through which day bank data is complete; ``None`` when nobody has said so."""
    return bank_days().complete_through


def touched_accounts(since_entry: int, account_id: int | None = None) -> frozenset[int] | None:
    """Return the accounts that an entry of the audit trail later than ``since_entry`` concerns; ``account_id``: if it.

    ``None`` when that may be anybody: an import removed rows, whose accounts nothing tells any more, or an act that is
    not known here concerns no one account.
    """
    found: set[int] = set()
    batches: list[int] = []
    later = AuditEntry.objects.filter(number__gt=since_entry)
    own = later if account_id is None else later.filter(Q(account_id=account_id) | Q(account_id=None))
    for what, of_account_id, subject_id in own.values_list("what", "account_id", "subject_id"):
        if of_account_id is not None:
            found.add(of_account_id)
        elif what == "import" and subject_id is not None:
            batches.append(subject_id)
        elif what not in _OF_NO_ACCOUNT:
            return None
    if ImportBatch.objects.filter(pk__in=batches, rows_removed__gt=0).exists():
        return None
    return frozenset(found) | (_imported_since(min(batches), account_id) if batches else frozenset())


def has_happened(account_id: int, since_entry: int) -> bool:
    """Tell whether anything was done since an entry of the audit trail that can concern an account: money, too."""
    later = AuditEntry.objects.filter(number__gt=since_entry)
    elsewhere = [what for what in _OF_NO_ACCOUNT if what != ACT]  # what the bank booked may be anybody's
    return later.filter(Q(account_id=account_id) | Q(account_id=None) & ~Q(what__in=elsewhere)).exists()


_OF_NO_ACCOUNT = (audit.BEGIN, "policy", "run", "withdraw", "backup", "move", "export", ACT, *audit.OF_PEOPLE)
"""Acts that leave every account as it was. A run's withdrawals follow from its look; its other moves name accounts."""


def _imported_since(batch_id: int, account_id: int | None) -> frozenset[int]:
    """The accounts of which an import from ``batch_id`` on wrote a row."""
    return _accounts_where(f"{{column}} >= {int(batch_id)}", dict.fromkeys(_IMPORTED, ("batch_id",)), account_id)


def kinds_imported_since(since_entry: int) -> frozenset[str] | None:
    """Return the kinds of table imported after an entry; ``None``: something else was done to accounts, too."""
    acts = AuditEntry.objects.filter(number__gt=since_entry).exclude(what__in=_OF_NO_ACCOUNT, account_id=None)
    if acts.exclude(what="import").exists():
        return None
    batches = ImportBatch.objects.filter(pk__in=acts.values("subject_id"))
    return frozenset(batches.values_list("kind", flat=True).distinct())


_IMPORTED = ("account", "invoice", "entry", "event")
_DAYS = {
    "invoice": ("issued_on",),
    "entry": ("paid_on",),
    "event": ("on",),
    "letter": ("sent_on",),
    "hold": ("in_force_on", "released_on"),
    "promise": ("opened_on", "closed_on"),
    "dispute": ("opened_on", "closed_on"),
    "exclusion": ("opened_on", "closed_on"),
    "plan": ("agreed_on", "closed_on"),
    "referral": ("handed_over_on", "closed_on"),
    "call": ("on",),
    "casetransition": ("on",),
}
"""From which day on the rows of a table count (``store.reading``)."""


def accounts_dated(after_on: date, until_on: date, account_id: int | None = None) -> frozenset[int]:
    """Return the accounts with a row that counts from a day after ``after_on`` and not after ``until_on``.

    ``account_id``: only that one, if it has such a row.
    """
    if after_on >= until_on:
        return frozenset()
    back = LetterTransition.objects.filter(
        letter__state="bounced", to_state="bounced", on__gt=after_on, on__lte=until_on
    )
    own = back if account_id is None else back.filter(letter__account_id=account_id)
    returned = frozenset(own.values_list("letter__account_id", flat=True))
    days = f"{{column}} > '{after_on.isoformat()}' AND {{column}} <= '{until_on.isoformat()}'"
    return returned | _accounts_where(days, _DAYS, account_id)


def accounts_with_hold_given_up(since_on: date) -> frozenset[int]:
    """Return the accounts with a hold that was withdrawn, or proposed and withdrawn, on ``since_on`` or later."""
    moves = HoldTransition.objects.filter(to_state="withdrawn", on__gte=since_on).values("hold_id")
    given_up = Hold.objects.filter(Q(proposed_on__gte=since_on) | Q(pk__in=moves), state="withdrawn")
    return frozenset(given_up.values_list("account_id", flat=True))


def _accounts_where(
    condition: str, tables: Mapping[str, Collection[str]], account_id: int | None = None
) -> frozenset[int]:
    """The accounts of the rows for which a condition on one of the columns holds, table by table; of one, or of all."""
    key = {table: "id" if table == "account" else "account_id" for table in tables}
    own = {table: "true" if account_id is None else bulk.among(name, [account_id]) for table, name in key.items()}
    sql = " UNION ".join(
        f"SELECT {key[table]} AS account_id FROM store_{table} WHERE {own[table]} AND "
        + condition.format(column=f'"{column}"')
        for table, columns in tables.items()
        for column in columns
    )
    with bulk.reading():
        return frozenset(bulk.frame(sql, pl.Schema({"account_id": pl.Int64()}))["account_id"])

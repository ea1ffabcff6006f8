"""Everything that can be done to a customer between two runs, each as one deed on a day, some dated ahead."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from dunwell.law import RateRow
from dunwell.runs.rules import add_rates
from dunwell.store import audit, privacy
from dunwell.store.bulk import writing
from dunwell.store.claims import Move, move_case, move_hold, move_letter, open_case
from dunwell.store.matches import Share, move_entry
from dunwell.store.models import (
    Account,
    Application,
    BankEntry,
    Call,
    Dispute,
    Exclusion,
    Hold,
    Instalment,
    Invoice,
    Letter,
    Order,
    Plan,
    Promise,
    Referral,
)
from dunwell.store.workspace import Workspace
from tests.store.tables import customer, invoice, payment, put

DAY = timedelta(days=1)
BY = "anna"
Deed = Callable[[Account, date, int], None]


def first_invoice(account: Account) -> Invoice | None:
    return Invoice.objects.filter(account=account, instalment=1).order_by("pk").first()


def part_disputed(account: Account, on: date, place: int) -> None:
    own = first_invoice(account)
    if own is not None:
        part = min(own.amount_minor, 3_000)
        who = {
            "account": account,
            "currency": own.currency,
            "invoice": own,
            "amount_minor": None if place % 2 else part,
        }
        open_case(Dispute(**who, opened_on=on), Move("", "opened", on, BY, event="open"))


def upheld(account: Account, on: date, place: int) -> None:
    on += DAY * (place % 3)
    for found in Dispute.objects.filter(account=account, state="opened", invoice__isnull=False):
        move = Move("opened", "upheld", on, BY, event="uphold", was={"amount_minor": found.amount_minor or 0})
        move_case(found, move, {"amount_minor": 1_000})


def called(account: Account, on: date, place: int) -> None:
    outcome = ("asked", "answered", "no_answer", "called_us")[place % 4]
    with writing():
        made = Call.objects.create(account=account, on=on + DAY * (place % 3), outcome=outcome, by=BY)
        audit.added(made, "call", on=made.on, by=BY, account_id=account.pk)


def credited(account: Account, on: date, place: int) -> None:
    own = first_invoice(account)
    kind = ("credit_note", "write_off", "refund", "reversal")[place % 4]
    number = own.invoice_number if own is not None and place % 2 else None
    currency = own.currency if own is not None else account.currency
    row = payment(f"K{on}-{place}", number, 2_500, kind=kind, paid_on=on, currency=currency)
    put("payments", {**row, "account_number": account.account_number})


def described_anew(account: Account, on: date, place: int) -> None:
    del on
    said: dict[str, Any] = {"credit_limit_minor": 1_000 * place, "contract_allows_hold": (None, True, False)[place % 3]}
    said |= {
        "party_type": ("business", "consumer")[place % 2],
        "currency": account.currency,
        "country": account.country,
    }
    put("customers", customer(account.account_number, **said))


def corrected(account: Account, on: date, place: int) -> None:
    own = first_invoice(account)
    if own is not None:
        days = {"issued_on": own.issued_on, "due_on": on - DAY * (5 * place)}
        row = invoice(own.invoice_number, account.account_number, 1_000 * (place + 1), **days, currency=own.currency)
        put("invoices", row)


def ordered(account: Account, on: date, place: int) -> None:
    on += DAY * (place % 3)
    who = {"account": account, "currency": account.currency or "EUR", "order_number": f"O{on}-{place}"}
    made = Order(**who, ordered_on=on, amount_minor=3_000)
    if not Order.objects.filter(account=account, order_number=made.order_number).exists():
        open_case(made, Move("", "approved", on, BY, event="approve"))


def planned(account: Account, on: date, place: int) -> None:
    own = {"account": account, "currency": account.currency or "EUR"}
    if Plan.objects.filter(**own, state__in=("offered", "accepted", "active")).exists():
        return
    plan = Plan(**own, opened_on=on, expires_on=on + DAY * 7, total_minor=9_000, covered_minor=9_000, grace_days=5)
    open_case(plan, Move("", "offered", on, BY, event="offer"))
    amounts = {"principal_minor": 9_000, "interest_minor": 0, "amount_minor": 9_000, "rest_minor": 0}
    with writing():
        Instalment.objects.create(plan=plan, number=1, due_on=on + DAY * place, **amounts)
        audit.instalments_added(plan, on=on, by=BY)
    agreed_on = on + DAY * (place % 3)
    move_case(plan, Move("offered", "accepted", agreed_on, BY, event="accept"), {"agreed_on": agreed_on})
    move_case(plan, Move("accepted", "active", agreed_on, BY, event="start"))


def referred(account: Account, on: date, place: int) -> None:
    own = {"account": account, "currency": account.currency or "EUR"}
    if Referral.objects.filter(**own, state__in=("proposed", "approved", "handed_over")).exists():
        return
    made = Referral(**own, option="agency", opened_on=on, amount_minor=9_000)
    open_case(made, Move("", "proposed", on, BY, event="propose"))
    move_case(made, Move("proposed", "approved", on, BY, event="approve"))
    gone_on = on + DAY * (place % 3)
    move_case(made, Move("approved", "handed_over", gone_on, BY, event="hand over"), {"handed_over_on": gone_on})


def closed(account: Account, on: date, place: int) -> None:
    """Promises, exclusions, plans and referrals end by a person's word."""
    del place
    ends: tuple[tuple[Any, str, str], ...] = (
        (Promise, "made", "withdrawn"),
        (Exclusion, "in_force", "ended"),
        (Plan, "active", "cancelled"),
        (Referral, "handed_over", "closed"),
    )
    for model, state, to_state in ends:
        for case in model.objects.filter(account=account, state=state):
            ended = {"closed_on": on, "held_through_on": on - DAY}
            move_case(case, Move(state, to_state, on, BY, event="end"), ended)


def granted(account: Account, on: date, place: int) -> None:
    on += DAY * (place % 3)
    currency = account.currency or "EUR"
    made = Application(account=account, currency=currency, opened_on=on, requested_minor=9_000)
    open_case(made, Move("", "received", on, BY, event="receive"))
    was = {"credit_limit_minor": account.credit_limit_minor, "currency": account.currency}
    given = {"closed_on": on, "granted_minor": 5_000}
    with writing():
        move_case(made, Move("received", "granted", on, BY, event="grant", was=was), given)
        Account.objects.filter(pk=account.pk).update(credit_limit_minor=5_000, currency=currency)


def lifted(account: Account, on: date, place: int) -> None:
    on += DAY * (place % 3)
    for hold in Hold.objects.filter(account=account, state="in_force"):
        move_hold(hold.pk, Move("in_force", "released", on, BY, "a word"), {"released_on": on})


def came_back(account: Account, on: date, place: int) -> None:
    for letter in Letter.objects.filter(account=account, state="sent"):
        move_letter(letter.pk, Move("sent", "bounced", on + DAY * (place % 3), BY))


def split_anew(account: Account, on: date, place: int) -> None:
    """A payment in two parts, of which the next file has one."""
    row = {**payment(f"S{on}-{place}", None, 700, paid_on=on), "account_number": account.account_number}
    row["currency"] = account.currency or "EUR"
    put("payments", row, {**row, "amount_minor": 900})
    put("payments", row)


def placed(account: Account, on: date, place: int) -> None:
    """A person says whose money it is."""
    currency = account.currency or "EUR"
    own = BankEntry.objects.create(
        entry_reference=f"B{BankEntry.objects.count()}", booked_on=on - DAY * place, currency=currency,
        amount_minor=2_000, direction="in",
    )  # fmt: skip
    move_entry(own, Move("unmatched", "applied", on, BY, "his", "apply"), [Share(account, None, 2_000)])


def taken_back(account: Account, on: date, place: int) -> None:
    del place
    for entry in BankEntry.objects.filter(account=account, state="applied"):
        move_entry(entry, Move("applied", "unmatched", on, BY, "not his", "undo"))


def forgotten(account: Account, on: date, place: int) -> None:
    del place
    privacy.erase([privacy.Erasure(account)], on=on, by=BY, reason="asked")


DEEDS: dict[str, Deed] = {
    deed.__name__: deed
    for deed in (
        part_disputed, upheld, called, credited, described_anew, corrected, ordered, planned, referred, closed, granted,
        lifted, came_back, split_anew, placed, taken_back, forgotten,
    )
}  # fmt: skip


def other_policy(workspace: Workspace, texts: tuple[str, ...], place: int) -> None:
    (workspace.path / "policy.toml").write_text(texts[place % len(texts)], encoding="utf-8")


def other_rates(workspace: Workspace, place: int) -> None:
    add_rates(
        workspace, [RateRow("bundesbank_base", date(2027 + place, 1, 1), 12_700, "for this test", verified=False)]
    )

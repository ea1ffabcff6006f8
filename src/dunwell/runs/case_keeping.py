"""What a run recognises of the cases by itself, from payments, invoices and the calendar (product §2.1, §4).

    promises     kept or broken
    exclusions   expired
    disputes     credited: the expected credit note has come
    plans        lapsed; instalments paid; completed or defaulted
    offers       lapsed
    orders       invoiced; released when the hold on their account has ended

Nothing is called broken on bank data that does not reach its day, or while money waits that may be the customer's. What
is recognised today counts in the next assessment. What a person has dated ahead waits for its day.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

from dunwell.casework import letter_states
from dunwell.casework.cases import Act, advance, is_ahead
from dunwell.casework.recognition import Fulfilled, Promised, Settlement, kept_promises
from dunwell.runs.ordering import held_for_hold, limit_left_minor, release_waiting
from dunwell.runs.plan_keeping import keep_plans, lapse_offers
from dunwell.store.cases import EntryRow, cases, entries
from dunwell.store.cash import complete_for
from dunwell.store.fingerprint import RUN
from dunwell.store.models import HOLD_LIVE, Account, Dispute, Hold, Invoice, Letter, Order, Promise
from dunwell.store.queries import bank_complete_through, latest_run
from dunwell.store.recording import read_decisions


def keep_cases(as_of: date) -> None:
    """Move every case on that the ledger or the day has moved on."""
    known_through = min(bank_complete_through() or date.min, as_of - timedelta(days=1))
    _keep_promises(as_of, known_through)
    _expire_exclusions(as_of)
    _credit_disputes(as_of)
    keep_plans(as_of, known_through)
    lapse_offers(as_of)
    _invoice_orders(as_of)
    _release_orders(as_of)


def settlement(entry: EntryRow) -> Settlement:
    """Return an entry as recognition looks at it."""
    return Settlement(entry.on, entry.amount_minor, entry.invoice_id, entry.reference)


def _keep_promises(as_of: date, known_through: date) -> None:
    """Of each account and currency together: what kept one promise keeps no other."""
    open_ones: list[Promise] = cases("promise", states=("made",))
    if not open_ones:
        return
    account_ids = {one.account_id for one in open_ones}
    before: list[Promise] = [one for one in cases("promise", states=("kept",)) if one.account_id in account_ids]
    money = entries(account_ids, min(one.opened_on for one in (*open_ones, *before)), as_of)
    beside = _by_pair(before)
    for pair, promises in _by_pair(open_ones).items():
        own = [settlement(entry) for entry in money if (entry.account_id, entry.currency) == pair]
        kept = kept_promises([_promised(one) for one in (*promises, *beside[pair])], own)
        for one in promises:
            _close_promise(one, kept.get(one.pk), as_of, known_through)


def _by_pair(promises: Iterable[Promise]) -> defaultdict[tuple[int, str], list[Promise]]:
    found: defaultdict[tuple[int, str], list[Promise]] = defaultdict(list)
    for one in promises:
        found[one.account_id, one.currency].append(one)
    return found


def _promised(one: Promise) -> Promised:
    return Promised(one.pk, one.opened_on, one.until_on, one.amount_minor, one.invoice_id, one.state == "kept")


def _close_promise(one: Promise, fulfilled: Fulfilled | None, as_of: date, known_through: date) -> None:
    if is_ahead(one, as_of):
        return
    if fulfilled is not None:
        reason = f"paid in full on {fulfilled.on}"
        act = Act(as_of, RUN, reason, ", ".join(fulfilled.references))
        advance(one, "keep", act, closed_on=as_of, held_through_on=one.until_on)
    elif one.until_on <= complete_for(one.account_id, known_through):
        act = Act(as_of, RUN, f"not paid in full by {one.until_on}", f"bank data complete through {known_through}")
        advance(one, "break", act, closed_on=as_of, held_through_on=one.until_on)


def _expire_exclusions(as_of: date) -> None:
    for one in cases("exclusion", states=("in_force",)):
        if one.until_on is not None and one.until_on < as_of and not is_ahead(one, as_of):
            act = Act(as_of, RUN, f"its last day was {one.until_on}")
            advance(one, "expire", act, closed_on=as_of, held_through_on=one.until_on)


def _credit_disputes(as_of: date) -> None:
    """What settled one dispute of an invoice settles no other."""
    upheld: list[Dispute] = cases("dispute", states=("upheld",))
    for invoice_id, own in _by_invoice(upheld).items():
        before: list[Dispute] = list(Dispute.objects.filter(invoice_id=invoice_id, state="credited"))
        every = (*own, *before)
        money = entries({one.account_id for one in own}, min(one.opened_on for one in every), as_of)
        notes = [settlement(each) for each in money if each.kind == "credit_note" and each.invoice_id == invoice_id]
        found = kept_promises([_expected(one) for one in every], notes)
        for one in (one for one in own if one.pk in found and not is_ahead(one, as_of)):
            act = Act(as_of, RUN, "the credit note has come", ", ".join(found[one.pk].references))
            advance(one, "credit", act, closed_on=as_of, held_through_on=as_of - timedelta(days=1))


def _by_invoice(disputes: Iterable[Dispute]) -> dict[int, list[Dispute]]:
    found: dict[int, list[Dispute]] = defaultdict(list)
    for one in disputes:
        if one.invoice_id is not None:
            found[one.invoice_id].append(one)
    return found


def _expected(one: Dispute) -> Promised:
    """A credit note that was agreed to, as recognition looks at it: it may come on any later day."""
    return Promised(one.pk, one.opened_on, date.max, one.amount_minor or 1, one.invoice_id, one.state == "credited")


def _invoice_orders(as_of: date) -> None:
    """An imported invoice that names an order takes its place."""
    for order in Order.objects.select_related("account").filter(state__in=("approved", "released")):
        invoice = Invoice.objects.filter(account=order.account, order_number=order.order_number).first()
        is_issued = invoice is not None and (invoice.issued_on is None or invoice.issued_on <= as_of)
        if invoice is not None and is_issued and not is_ahead(order, as_of):
            advance(order, "invoice", Act(as_of, RUN, "", f"invoice {invoice.invoice_number}"))


def _release_orders(as_of: date) -> None:
    """Orders that waited for a hold go out when the account has none any more, in the order in which they came."""
    waiting = Order.objects.filter(state="held", waits_for_hold=True).values_list("account_id", flat=True).distinct()
    held = Hold.objects.filter(state__in=HOLD_LIVE).values_list("account_id", flat=True)
    for account in Account.objects.filter(pk__in=waiting).exclude(pk__in=held).order_by("pk"):
        if _is_held_from_before(account):
            continue
        release_waiting(account, limit_left_minor(account, as_of), Act(as_of, RUN, "the hold has ended"))
        if not held_for_hold(account):
            _withdraw_order_letters(account, as_of)


def _is_held_from_before(account: Account) -> bool:
    """Tell whether the imported history holds an account: such a hold is no case until it is lifted."""
    latest = latest_run()
    if latest is None:
        return False
    rows = read_decisions(latest.pk, account.pk)
    return not rows.filter(pl.col("is_held"), pl.col("action") != "release").is_empty()


def _withdraw_order_letters(account: Account, as_of: date) -> None:
    drafts = Letter.objects.filter(account=account, kind="order_on_hold", state__in=("draft", "approved"))
    for letter in drafts.select_related("account"):
        letter_states.give_up(letter, on=as_of, by=RUN, reason="No order waits any more.")

"""The lifecycles (product §2.1, §3–§5), one table per kind of case; docs/develop/lifecycles.md is drawn from them."""

from dunwell.casework.lifecycle import NEW, Deed, Lifecycle, Row
from dunwell.store.models import LETTER_SENT, Dispute, Hold, Offer, Plan


def letter_has_gone_out(hold: Hold, deed: Deed) -> str:
    """Its letter has gone out."""
    del deed
    if hold.letter is not None and hold.letter.state in LETTER_SENT:
        return ""
    return f"The letter of the hold on {hold.account} has not gone out; send it first."


LETTER = Lifecycle(
    "letter",
    "Sending is at-most-once: what is uncertain goes to a person, nothing is tried again by itself. A bounce is a task"
    " for a person, not silence.",
    (
        Row(NEW, "draft", "draft", "waits for approval"),
        Row("draft", "approve", "approved", "what it says is frozen"),
        Row("draft", "cancel", "cancelled", "its step can be taken again"),
        Row("approved", "queue", "queued"),
        Row("approved", "hand over", "sent", "printed and posted by a person; counts as a request"),
        Row("approved", "cancel", "cancelled", "its step can be taken again"),
        Row("queued", "begin", "in_flight"),
        Row("queued", "cancel", "cancelled", "its step can be taken again"),
        Row("in_flight", "arrive", "sent", "counts as a request; its hold comes into force"),
        Row("in_flight", "put back", "queued", "surely not handed over"),
        Row("in_flight", "lose sight", "uncertain", "a person finds out"),
        Row("uncertain", "find sent", "sent", "counts as a request"),
        Row("uncertain", "find unsent", "queued"),
        Row("uncertain", "cancel", "cancelled", "its step can be taken again"),
        Row("sent", "deliver", "delivered"),
        Row("sent", "bounce", "bounced", "no longer counts as a request; a task for a person"),
        Row("delivered", "bounce", "bounced", "no longer counts as a request; a task for a person"),
    ),
    over="it is finished",
)

HOLD = Lifecycle(
    "hold",
    "No hold is in force without its letter: it is notified when its letter has gone out, and starts then.",
    (
        Row(NEW, "propose", "proposed", "its letter is drafted"),
        Row("proposed", "approve", "approved", "with its letter"),
        Row("proposed", "withdraw", "withdrawn", "its letter is cancelled"),
        Row("approved", "notify", "notified", "its letter was sent", letter_has_gone_out),
        Row("approved", "withdraw", "withdrawn", "its letter is cancelled"),
        Row("notified", "start", "in_force", "no more credit; the time to cure runs", letter_has_gone_out),
        Row("notified", "withdraw", "withdrawn"),
        Row("in_force", "release", "released", "the release letter is drafted; waiting orders go out"),
    ),
)

PROMISE = Lifecycle(
    "promise",
    "A promise suspends chasing through its day. The run recognises from payments whether it was kept; broken only when"
    " bank data is complete through its day.",
    (
        Row(NEW, "make", "made", "an answer; what it covers is not chased"),
        Row("made", "keep", "kept", "recognised by the run"),
        Row("made", "break", "broken", "recognised by the run; requests sent since count as unanswered"),
        Row("made", "withdraw", "withdrawn", "chased again"),
    ),
)


def names_its_invoice(dispute: Dispute, deed: Deed) -> str:
    """It names an invoice."""
    del deed
    if dispute.invoice_id is not None:
        return ""
    return "A credit note belongs to an invoice: record the dispute of each invoice, then uphold those."


DISPUTE = Lifecycle(
    "dispute",
    "What is disputed is not chased, the rest stays chaseable. An upheld dispute waits for its credit note.",
    (
        Row(NEW, "open", "opened", "an answer; the disputed part is not chased"),
        Row("opened", "answer", "answered", "still not chased"),
        Row("opened", "uphold", "upheld", "a credit note is expected; still not chased", names_its_invoice),
        Row("opened", "reject", "rejected", "chased again"),
        Row("opened", "withdraw", "withdrawn", "chased again"),
        Row("answered", "uphold", "upheld", "a credit note is expected; still not chased", names_its_invoice),
        Row("answered", "reject", "rejected", "chased again"),
        Row("answered", "withdraw", "withdrawn", "chased again"),
        Row("upheld", "credit", "credited", "its credit note has come: recognised by the run; chased again"),
    ),
)

EXCLUSION = Lifecycle(
    "exclusion",
    "Nothing of an excluded account or invoice is chased.",
    (
        Row(NEW, "exclude", "in_force", "not chased"),
        Row("in_force", "end", "ended", "chased again"),
        Row("in_force", "expire", "expired", "its last day has passed: recognised by the run"),
    ),
)

ORDER = Lifecycle(
    "order",
    "Approved and released orders count into the exposure until they are invoiced.",
    (
        Row(NEW, "approve", "approved", "counts into the exposure"),
        Row(NEW, "hold", "held", "waits for the hold to end, or for a person"),
        Row("approved", "hold", "held", "no longer counts"),
        Row("approved", "refuse", "refused", "no longer counts"),
        Row("approved", "invoice", "invoiced", "its invoice counts instead"),
        Row("held", "release", "released", "counts into the exposure; it can go out"),
        Row("held", "refuse", "refused"),
        Row("released", "hold", "held", "no longer counts"),
        Row("released", "invoice", "invoiced", "its invoice counts instead"),
    ),
)


def is_open_for_answer(offered: Plan | Offer, deed: Deed) -> str:
    """On or before its last day."""
    if deed.on <= offered.expires_on:
        return ""
    return f"The offer to {offered.account} was open through {offered.expires_on}; make a new one."


PLAN = Lifecycle(
    "plan",
    "A payment plan. The run recognises paid instalments, the end, and a default: an instalment unpaid past its grace,"
    " with bank data complete through it.",
    (
        Row(NEW, "offer", "offered", "its letter is drafted"),
        Row("offered", "accept", "accepted", "by whom and how is kept", is_open_for_answer),
        Row("offered", "decline", "declined"),
        Row("offered", "lapse", "lapsed", "its last day to accept has passed: recognised by the run"),
        Row("offered", "cancel", "cancelled", "its draft is cancelled"),
        Row(
            "accepted",
            "start",
            "active",
            "suspends chasing; a hold in force is released, one not yet in force is withdrawn; its letter is drafted",
        ),
        Row("active", "complete", "completed", "everything is paid: recognised by the run"),
        Row(
            "active",
            "default",
            "defaulted",
            "recognised by the run; chased again; its letter brings back the hold that it had released",
        ),
        Row("active", "cancel", "cancelled", "chased again"),
    ),
)

OFFER = Lifecycle(
    "offer",
    "A longer credit line or an early-payment discount. Accepted, it is a promise to pay by its day.",
    (
        Row(NEW, "offer", "offered", "its letter is drafted"),
        Row("offered", "accept", "accepted", "a promise is recorded", is_open_for_answer),
        Row("offered", "decline", "declined"),
        Row("offered", "lapse", "lapsed", "its last day has passed: recognised by the run"),
    ),
)

APPLICATION = Lifecycle(
    "application",
    "A customer's application for credit.",
    (
        Row(NEW, "receive", "received"),
        Row("received", "grant", "granted", "the amount becomes the account's credit limit"),
        Row("received", "refuse", "refused"),
    ),
)

REFERRAL = Lifecycle(
    "referral",
    "A debt handed to an attorney, a court, an agency or a credit register.",
    (
        Row(NEW, "propose", "proposed"),
        Row(
            "proposed",
            "approve",
            "approved",
            "where the policy wants four eyes, by somebody else",
        ),
        Row("proposed", "withdraw", "withdrawn"),
        Row("approved", "hand over", "handed_over", "we chase no more"),
        Row("approved", "withdraw", "withdrawn"),
        Row("handed_over", "recover", "recovered", "what came in is kept with it; chased again, if anything is left"),
        Row("handed_over", "close", "closed", "chased again, if anything is left"),
    ),
)

BANK_ENTRY = Lifecycle(
    "bank entry",
    "What the bank booked and who it is from. It counts as paid only while it is applied; while it waits, letters to"
    " those it may be from are held back. What a person has decided about is never applied by itself again.",
    (
        Row(NEW, "find nothing", "unmatched", "waits for a person; the bank is complete only through the day before"),
        Row(NEW, "propose", "proposed", "waits for a person; letters to the likely payer are held back"),
        Row(NEW, "apply", "applied", "a sure match: its payments are in the ledger"),
        Row(NEW, "set aside", "set_aside", "its single payments are in another statement"),
        Row("unmatched", "propose", "proposed", "looked at again with a later import"),
        Row("unmatched", "apply", "applied", "its payments are in the ledger; who pays from where is learned"),
        Row("unmatched", "set aside", "set_aside", "no customer's payment, or booked otherwise"),
        Row("proposed", "find nothing", "unmatched", "looked at again with a later import"),
        Row("proposed", "apply", "applied", "its payments are in the ledger; who pays from where is learned"),
        Row("proposed", "set aside", "set_aside", "no customer's payment, or booked otherwise"),
        Row("applied", "undo", "unmatched", "its payments are taken out of the ledger; what was learned is forgotten"),
        Row("set_aside", "undo", "unmatched", "it waits again"),
        Row("set_aside", "apply", "applied", "its payments are in the ledger; who pays from where is learned"),
    ),
    over="it is decided",
)

LIFECYCLES = (LETTER, HOLD, PROMISE, DISPUTE, EXCLUSION, ORDER, PLAN, OFFER, APPLICATION, REFERRAL, BANK_ENTRY)
"""Every kind of case, in the order of the documents."""

"""Our own exports other than the ledger, recognised when somebody imports them: they are left out with a word.

Without this, a DATEV batch of late fees would come back as invoices.
"""

import re

from dunwell.errors import Problem
from dunwell.sources.contract import Confidence, Reading, SourceFile
from dunwell.sources.outgoing.charges import CHARGE_COLUMNS
from dunwell.sources.outgoing.datev_batch import FROM_US
from dunwell.sources.outgoing.journals import MARK
from dunwell.sources.rows import Options

DECISION_COLUMNS = (
    "as_of", "account_number", "name", "currency", "policy", "action", "step", "letter_kind", "hold", "open_amount",
    "overdue_amount", "chaseable_amount", "current_amount", "days_1_30_amount", "days_31_60_amount",
    "days_61_90_amount", "days_over_90_amount", "unapplied_amount", "exposure_amount", "credit_limit_amount",
    "late_fee_amount", "interest_amount", "compensation_amount", "total_due_amount", "oldest_days_past_due",
    "requests_sent", "unanswered_requests", "pay_by_on", "next_look_on", "why",
)  # fmt: skip
"""The header of ``decisions.csv``."""

_BEGINNINGS = {
    MARK.encode(): "a journal",
    ",".join(CHARGE_COLUMNS).encode(): "the charges to be booked",
    ",".join(DECISION_COLUMNS).encode(): "the decisions of a run",
}
_BATCH = re.compile(rb'"?EXTF"?;\d+;"?21"?;[^;\r\n]*;\d+;\d*;\d*;"' + FROM_US.encode() + rb'";')


def what_is(head: bytes) -> str:
    """Return what of ours a file is that begins with ``head``, in words; empty: it is none of ours."""
    plain = head.removeprefix(b"\xef\xbb\xbf")
    found = next((what for beginning, what in _BEGINNINGS.items() if plain.startswith(beginning)), "")
    return found or ("a batch of charges for DATEV" if _BATCH.match(plain) else "")


def recognise(name: str, head: bytes) -> Confidence | None:  # noqa: ARG001 - the name tells nothing
    """Recognise what ``dunwell export`` wrote."""
    what = what_is(head)
    return Confidence("certain", f"{what}, written by dunwell export", "its first line") if what else None


def read(file: SourceFile, options: Options) -> Reading:  # noqa: ARG001 - nothing of it is read
    """Leave the file out, and say so."""
    message = f"This is {what_is(file.head())}, written by dunwell export; there is nothing in it to import."
    notice = Problem(file.name, 0, "", message)
    return Reading(file.name, "written by dunwell export: left out", notices=(notice,))

"""Which columns the audit trail digests, table by table.

They are written down here and not taken from the models, so that a column added later leaves earlier digests as they
are. ``tests/store/test_every_column.py`` changes each column of each table and says which are left out, and why.
"""

from collections.abc import Mapping

Columns = Mapping[str, str]
"""The columns of a table with what each is: number, text, date, instant, truth or json."""

_MOVE = {"from_state": "text", "to_state": "text", "at": "instant", "on": "date", "by": "text", "reason": "text"}

TABLES: Mapping[str, Columns] = {
    "importbatch": {
        "source": "text", "sha256": "text", "kind": "text", "imported_at": "instant", "imported_by": "text",
        "rows_inserted": "number", "rows_updated": "number", "rows_removed": "number", "rows_unchanged": "number",
        "rows_rejected": "number", "bank_complete_through": "date", "is_bank_date_derived": "truth",
    },
    "policyversion": {"version": "text", "text": "text", "effective_on": "date", "recorded_at": "instant"},
    "run": {
        "as_of": "date", "started_at": "instant", "finished_at": "instant", "state": "text",
        "policy_version_id": "number", "data_fingerprint": "text", "run_by": "text",
    },
    "lettertransition": {"letter_id": "number", **_MOVE},
    "holdtransition": {"hold_id": "number", **_MOVE},
    "casetransition": {
        "kind": "text", "case_id": "number", "account_id": "number", "event": "text", **_MOVE, "evidence": "text",
    },
    "call": {
        "account_id": "number", "on": "date", "currency": "text", "outcome": "text", "spoke_with": "text",
        "note": "text", "by": "text", "at": "instant",
    },
    "note": {"account_id": "number", "on": "date", "text": "text", "by": "text", "at": "instant"},
    "bankmove": {"bankentry_id": "number", "event": "text", **_MOVE, "parts": "text"},
}  # fmt: skip
"""The tables whose rows are added and never changed."""

_OF_CASE = {"account_id": "number", "currency": "text"}
_LETTER = {
    **_OF_CASE, "kind": "text", "step": "text", "is_request": "truth", "episode_start_on": "date", "attempt": "number",
    "reference": "text", "drafted_on": "date", "run_id": "number", "drafted_by": "text",
}  # fmt: skip
_HOLD = {**_OF_CASE, "proposed_on": "date", "demanded_minor": "number", "letter_id": "number", "run_id": "number"}
_BANK_ENTRY = {
    "entry_reference": "text", "bank_account": "text", "booked_on": "date", "valued_on": "date", "currency": "text",
    "amount_minor": "number", "direction": "text", "is_reversal": "truth", "is_batch": "truth", "payer_name": "text",
    "payer_account": "text", "structured_reference": "text", "remittance": "text", "end_to_end_id": "text",
    "bank_reference": "text", "batch_of": "text", "extra": "json", "first_batch_id": "number",
}  # fmt: skip

MADE: Mapping[str, Columns] = {
    "letter": _LETTER,
    "hold": _HOLD,
    "bankentry": _BANK_ENTRY,
    "caseletter": {"letter_id": "number", "kind": "text", "case_id": "number", "details": "json"},
    "instalment": {
        "plan_id": "number", "number": "number", "due_on": "date", "principal_minor": "number",
        "interest_minor": "number", "amount_minor": "number", "rest_minor": "number",
    },
}  # fmt: skip
"""What stays as it was made of rows that change otherwise; covered since rows of these tables are."""

_SAID = {**_OF_CASE, "invoice_id": "number", "opened_on": "date", "closed_on": "date", "held_through_on": "date",
         "note": "text"}  # fmt: skip

CASES: Mapping[str, Columns] = {
    "letter": {
        **_LETTER, "language": "text", "channel": "text", "pay_by_on": "date", "total_due_minor": "number",
        "approved_at": "instant", "approved_by": "text", "sent_on": "date",
    },
    "hold": {**_HOLD, "in_force_on": "date", "cure_by_on": "date", "released_on": "date"},
    "promise": {**_SAID, "amount_minor": "number", "until_on": "date"},
    "dispute": {**_SAID, "amount_minor": "number"},
    "exclusion": {**_SAID, "until_on": "date"},
    "order": {
        **_OF_CASE, "order_number": "text", "ordered_on": "date", "amount_minor": "number", "waits_for_hold": "truth",
        "description": "text", "reasons": "json",
    },
    "plan": {
        **_OF_CASE, "opened_on": "date", "expires_on": "date", "total_minor": "number", "covered_minor": "number",
        "interest_hundredths": "number", "grace_days": "number", "agreed_on": "date", "agreed_by": "text",
        "agreed_how": "text", "closed_on": "date", "held_through_on": "date", "suspended_hold_id": "number",
    },
    "offer": {
        **_OF_CASE, "kind": "text", "opened_on": "date", "expires_on": "date", "pay_by_on": "date",
        "pay_minor": "number", "discount_minor": "number", "discount_hundredths": "number", "closed_on": "date",
        "promise_id": "number",
    },
    "application": {
        **_OF_CASE, "opened_on": "date", "requested_minor": "number", "granted_minor": "number", "closed_on": "date",
        "document": "text", "note": "text",
    },
    "referral": {
        **_OF_CASE, "option": "text", "opened_on": "date", "amount_minor": "number", "proposed_by": "text",
        "handed_over_on": "date", "recovered_minor": "number", "closed_on": "date", "held_through_on": "date",
        "note": "text",
    },
    "bankentry": {**_BANK_ENTRY, "account_id": "number", "is_by_hand": "truth"},
}  # fmt: skip
"""What the row of a case says besides its state: as it was left by the last move that has an entry of its own."""

"""The columns in which one line of a bank statement travels, from the file to the store."""

import polars as pl

STORED_ENTRY = pl.Schema(
    {
        "entry_reference": pl.String(),
        "bank_account": pl.String(),
        "booked_on": pl.Date(),
        "valued_on": pl.Date(),
        "currency": pl.String(),
        "amount_minor": pl.Int64(),
        "direction": pl.String(),
        "is_reversal": pl.Boolean(),
        "payer_name": pl.String(),
        "payer_account": pl.String(),
        "structured_reference": pl.String(),
        "remittance": pl.String(),
        "end_to_end_id": pl.String(),
        "extra": pl.String(),
    }
)
"""One line of a bank statement, before anybody knows whose payment it is.

``entry_reference`` is the bank's own, else made from the content of the entry, the same in every statement that holds
it, so that overlapping statements never double a payment. ``amount_minor`` is above zero; ``direction`` is ``in`` or
``out``; ``is_reversal`` marks a returned or bounced payment. ``payer_*`` is the other party, whichever way the money
went. ``extra`` is a JSON object of what else the bank says.
"""

BANK_ENTRY = pl.Schema({**STORED_ENTRY, "source_line": pl.Int64()})
"""The same with the line of its file; where it came from is not stored."""

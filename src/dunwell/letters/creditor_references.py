"""Structured creditor references: ISO 11649 (RF) for IBANs, the Swiss QR reference (QRR) for QR-IBANs.

A reference carries one of our own numbers and nothing else: the invoice's where the letter asks for one invoice, the
customer's where it asks for several. So nothing has to be kept: whoever reads a reference back, as the matching of
bank entries does, takes off what the scheme added and has the number.
"""

import re

from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10

from dunwell.letters.facts import LetterFacts

QR_IIDS = range(30000, 32000)
"""Institution numbers of QR-IBANs (SIX implementation guidelines 2.3)."""

_NOT_ALNUM = re.compile(r"[\W_]+")
_RF_CHARS_MAX = 21
_QRR_DIGITS = 26


def is_qr_iban(iban: str) -> bool:
    """Tell whether an IBAN without blanks is a Swiss QR-IBAN, which takes QR references only."""
    return iban[:2] in {"CH", "LI"} and iban[4:9].isdecimal() and int(iban[4:9]) in QR_IIDS


def creditor_reference(facts: LetterFacts, iban: str) -> str:
    """Return the reference for a payment into ``iban``, without blanks; "" where our number does not fit one.

    A number must be of ASCII letters and digits once its signs are gone, and not begin with 0, which whoever reads a
    reference takes for filling.
    """
    number = carried_number(facts)
    if not (number.isascii() and number.isalnum()) or number.startswith("0"):
        return ""
    if is_qr_iban(iban):
        return _qr_reference(number)
    return f"RF{mod_97_10.calc_check_digits(f'{number}RF')}{number}" if len(number) <= _RF_CHARS_MAX else ""


def carried_number(facts: LetterFacts) -> str:
    """Return the number that a letter's reference carries, its letters and digits in capitals."""
    single = facts.invoices[0].invoice_number if len(facts.invoices) == 1 else facts.recipient.account_number
    return _NOT_ALNUM.sub("", single).upper()


def _qr_reference(number: str) -> str:
    if not number.isdecimal() or len(number) > _QRR_DIGITS:
        return ""
    digits = number.rjust(_QRR_DIGITS, "0")
    return f"{digits}{esr.calc_check_digit(digits)}"


def printed_reference(reference: str) -> str:
    """Write a reference as on paper: RF in groups of four, QRR in groups of five from its end; it does not break."""
    if reference.startswith("RF"):
        groups = [reference[i : i + 4] for i in range(0, len(reference), 4)]
    else:
        groups = [reference[:2], *(reference[i : i + 5] for i in range(2, len(reference), 5))]
    return "\u00a0".join(groups)

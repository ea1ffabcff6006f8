"""Structured creditor references: ISO 11649 (RF) for IBANs, the Swiss QR reference (QRR) for QR-IBANs.

A reference carries one of our own numbers and nothing else: the invoice's where the letter asks for one invoice, the
customer's where it asks for several. So nothing has to be kept: whoever reads a reference back, as the matching of
bank entries does, takes off what the scheme added and has the number.
"""

import re

from stdnum import iso11649
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

    Where the letter asks for one invoice that has a reference of its own, it is that one: the payer's books and bank
    may know it already. One that is of another scheme than the account's is quoted as text (``own_text``).

    A number must be of ASCII letters and digits once its signs are gone, and not begin with 0, which whoever reads a
    reference takes for filling.
    """
    own = own_reference(facts)
    if own and (_is_qrr(own) if is_qr_iban(iban) else iso11649.is_valid(own)):
        return own
    if own_text(facts) and not is_qr_iban(iban):
        return ""
    number = carried_number(facts)
    if not (number.isascii() and number.isalnum()) or number.startswith("0"):
        return ""
    if is_qr_iban(iban):
        return _qr_reference(number)
    return f"RF{mod_97_10.calc_check_digits(f'{number}RF')}{number}" if len(number) <= _RF_CHARS_MAX else ""


def own_reference(facts: LetterFacts) -> str:
    """Return the reference that a letter's only invoice asked to be quoted, without blanks; "" where there is none."""
    single = facts.invoices[0].payment_reference if len(facts.invoices) == 1 else ""
    return "".join(single.split()).upper() if is_structured("".join(single.split()).upper()) else single.strip()


def own_text(facts: LetterFacts) -> str:
    """Return an invoice's own reference that is of no scheme known here, as it was written; else ""."""
    own = own_reference(facts)
    return "" if is_structured(own) else own


def is_structured(reference: str) -> bool:
    """Tell whether a reference without blanks is an ISO 11649 or a Swiss QR reference, check digits included."""
    return _is_qrr(reference) or iso11649.is_valid(reference)


def _is_qrr(reference: str) -> bool:
    plain = reference.isascii() and reference.isdecimal() and len(reference) == _QRR_DIGITS + 1
    return plain and esr.is_valid(reference)


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

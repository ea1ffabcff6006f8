"""Bank details and payment codes: EPC069-12 for euro IBANs, Swiss QR, VietQR (EMVCo with NAPAS). Pure text.

An IBAN whose check digits are wrong gets no code: a phone would pay into nowhere. The bank details are still
printed, and the linter says what is wrong.
"""

import unicodedata
from collections.abc import Callable

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from dunwell import money
from dunwell.letters.content import PaymentCode
from dunwell.letters.creditor_references import creditor_reference, is_qr_iban, own_text, printed_reference
from dunwell.letters.facts import BankAccount, LetterFacts
from dunwell.letters.formats import Formats

_EPC_NAME_MAX, _EPC_TEXT_MAX, _EPC_MINOR_MAX = 70, 140, 99_999_999_999
_SWISS_COUNTRIES = frozenset({"CH", "LI"})
_VIETQR_PURPOSE_MAX = 25


def chosen_accounts(facts: LetterFacts) -> tuple[BankAccount, ...]:
    """Return the accounts for the letter's currency; when none is kept in it, all of them."""
    own = facts.attorney.bank_accounts if facts.attorney else ()
    accounts = own or facts.creditor.bank_accounts
    return tuple(a for a in accounts if a.currency in {"", facts.currency}) or accounts


def payment_reference(facts: LetterFacts) -> str:
    """Return what the customer quotes: the structured reference of the account with a payment code, as printed.

    Where there is none, the single invoice's own reference, else account number and our reference, short enough for
    every bank form.
    """
    account = coded_account(facts)
    structured = creditor_reference(facts, _compact(account.iban)) if account and account.iban else ""
    return printed_reference(structured) if structured else quoted_reference(facts)


def quoted_reference(facts: LetterFacts) -> str:
    """Return account number and our reference as free text, or the text that a single invoice asked to be quoted."""
    if own := own_text(facts):
        return own
    number = facts.recipient.account_number
    return f"{number} / {facts.reference}" if facts.reference else number


def _compact(iban: str) -> str:
    return iban.replace(" ", "")


def payable_minor(facts: LetterFacts) -> int:
    """Return what the payment block asks for: the total, or the part of it that is due first."""
    return facts.total_minor if facts.pay_minor is None else facts.pay_minor


def payment_rows(facts: LetterFacts, label: Callable[[str], str], formats: Formats) -> tuple[tuple[str, str], ...]:
    """Return labelled values: beneficiary, account, amount, reference, date."""
    accounts = chosen_accounts(facts)
    holder = next((a.holder for a in accounts if a.holder), facts.creditor.name)
    rows = [("beneficiary", holder)]
    for account in accounts:
        rows += account_rows(account, domestic=facts.recipient.country == facts.creditor.country)
    rows += [
        ("amount_to_pay", formats.money(payable_minor(facts), facts.currency) if payable_minor(facts) > 0 else ""),
        ("payment_reference", payment_reference(facts)),
        ("pay_by", formats.date_long(facts.pay_by_on) if facts.pay_by_on else ""),
    ]
    return tuple((label(key), value) for key, value in rows if value)


def account_rows(account: BankAccount, *, domestic: bool) -> list[tuple[str, str]]:
    """Return label keys and values of one bank account, in the order people read them.

    Inside a country with sort codes or routing numbers nobody pays by IBAN, so it is left out there.
    """
    local = domestic and bool(account.sort_code or account.routing_number)
    return [
        ("bank", account.bank_name),
        ("sort_code", account.sort_code),
        ("routing_number", account.routing_number),
        ("bank_account", account.account_number),
        ("iban", "" if local else grouped_iban(account.iban)),
        ("bic", "" if local else account.bic),
    ]


def grouped_iban(iban: str) -> str:
    """Write an IBAN in groups of four, as on paper; the blanks do not break lines."""
    compact = iban.replace(" ", "")
    return "\u00a0".join(compact[i : i + 4] for i in range(0, len(compact), 4))


def is_valid_iban(iban: str) -> bool:
    """Tell whether length, structure and check digits of an IBAN are right."""
    try:
        IBAN(iban)
    except SchwiftyException:
        return False
    return True


def payment_code(facts: LetterFacts, label: Callable[[str], str]) -> PaymentCode | None:
    """Return the payment code for the first account that has one in this currency, else ``None``."""
    account = coded_account(facts)
    found = _code(facts, account) if account else None
    if found is None:
        return None
    scheme, payload = found
    return PaymentCode(scheme, payload, label(f"code_{scheme}"), label("code_alt"))  # type: ignore[arg-type]


def coded_account(facts: LetterFacts) -> BankAccount | None:
    """Return the first account that has a payment code in the letter's currency; ``None`` where nothing is payable."""
    if payable_minor(facts) <= 0:
        return None
    return next((account for account in chosen_accounts(facts) if _code(facts, account)), None)


def _code(facts: LetterFacts, account: BankAccount) -> tuple[str, str] | None:
    iban = _compact(account.iban)
    if iban and is_valid_iban(iban):
        if is_swiss_payable(facts, iban):
            return "swiss", swiss_payload(facts, iban, account.holder)
        if facts.currency == "EUR" and payable_minor(facts) <= _EPC_MINOR_MAX:
            return "epc", epc_payload(facts, iban, account)
    if facts.currency == "VND" and account.bank_bin and account.account_number:
        return "vietqr", vietqr_payload(facts, account)
    return None


def is_swiss_payable(facts: LetterFacts, iban: str) -> bool:
    """Tell whether a Swiss QR code can be made: a QR-IBAN needs a QR reference, which only digits can make."""
    known = iban[:2] in _SWISS_COUNTRIES and facts.currency in {"CHF", "EUR"}
    fitting = not is_qr_iban(iban) or bool(creditor_reference(facts, iban))
    return known and fitting and payable_minor(facts) <= _EPC_MINOR_MAX


def slip_account(facts: LetterFacts) -> BankAccount | None:
    """Return the account that a Swiss payment slip pays into: the one of the letter's own payment code.

    ``None`` where there is nothing to pay or no such account.
    """
    coded = coded_account(facts)
    return coded if coded and coded.iban[:2] in _SWISS_COUNTRIES else None


def pays_by_slip(facts: LetterFacts) -> bool:
    """Tell whether the letter's payment is made by a Swiss payment slip."""
    return slip_account(facts) is not None


def epc_payload(facts: LetterFacts, iban: str, account: BankAccount) -> str:
    """Return the EPC069-12 text, version 002 in UTF-8, with the structured reference or else the free text."""
    name = (account.holder or facts.creditor.name)[:_EPC_NAME_MAX]
    amount = f"EUR{money.format_plain(payable_minor(facts), 'EUR')}"
    structured = creditor_reference(facts, iban)
    remittance = [structured] if structured else ["", quoted_reference(facts)[:_EPC_TEXT_MAX]]
    return "\n".join(["BCD", "002", "1", "SCT", account.bic, name, iban, amount, "", *remittance])


def swiss_payload(facts: LetterFacts, iban: str, holder: str) -> str:
    """Return the Swiss QR text (SIX implementation guidelines 2.x) with structured addresses.

    The reference is a QR reference for a QR-IBAN, else ISO 11649, none where our number makes none.
    """
    creditor, recipient = facts.creditor, facts.recipient
    payee = swiss_party(holder or creditor.name, creditor.street, creditor.postcode, creditor.city, creditor.country)
    payer = swiss_party(recipient.name, recipient.street, recipient.postcode, recipient.city, recipient.country)
    amount = money.format_plain(payable_minor(facts), facts.currency)
    message = quoted_reference(facts)[:140]
    known = all((recipient.name, recipient.postcode, recipient.city, recipient.country))
    debtor = payer if known else [""] * 7
    structured = creditor_reference(facts, iban)
    scheme = ("QRR" if is_qr_iban(iban) else "SCOR") if structured else "NON"
    head = ["SPC", "0200", "1", iban, *payee, *[""] * 7, amount, facts.currency]
    return "\n".join([*head, *debtor, scheme, structured, message, "EPD"])


def swiss_party(name: str, street: str, postcode: str, city: str, country: str) -> list[str]:
    """Return a structured address; a house number at the end of the street is split off."""
    first_line = street.splitlines()[0] if street else ""
    road, _, number = first_line.rpartition(" ")
    if not number[:1].isdigit() or not road:
        road, number = first_line, ""
    return ["S", name[:70], road[:70], number[:16], postcode[:16], city[:35], country]


def vietqr_payload(facts: LetterFacts, account: BankAccount) -> str:
    """Return the VietQR text for a transfer to an account, with its checksum."""
    beneficiary = _tlv("00", account.bank_bin) + _tlv("01", account.account_number.replace(" ", ""))
    merchant = _tlv("00", "A000000727") + _tlv("01", beneficiary) + _tlv("02", "QRIBFTTA")
    purpose = _ascii(quoted_reference(facts))[:_VIETQR_PURPOSE_MAX]
    fields = [
        ("00", "01"),
        ("01", "12"),
        ("38", merchant),
        ("53", "704"),
        ("54", str(payable_minor(facts))),
        ("58", "VN"),
    ]
    body = "".join(_tlv(tag, value) for tag, value in fields) + _tlv("62", _tlv("08", purpose)) + "6304"
    return f"{body}{crc16(body.encode('ascii')):04X}"


def _tlv(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _ascii(text: str) -> str:
    """Drop diacritics and everything a bank's terminal may refuse."""
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    kept = "".join(
        c if c.isascii() and (c.isalnum() or c == "-") else " " for c in plain if not unicodedata.combining(c)
    )
    return " ".join(kept.split())


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE (polynomial 1021, start FFFF), as EMVCo asks for."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc

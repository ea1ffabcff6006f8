"""The payment slip: a Swiss QR-bill of A6 size with its receipt, elsewhere the bank details with their code on a sheet.

Headings, their order and the way amounts are written follow the SIX implementation guidelines for the QR-bill 2.3 and
their style guide; the words are fixed by their annex D and exist in German, French, Italian and English only.
"""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from dunwell import money
from dunwell.letters.annexes.titled import titled
from dunwell.letters.blocks import payment
from dunwell.letters.content import Annex, SlipPart, SwissSlip
from dunwell.letters.creditor_references import creditor_reference, printed_reference
from dunwell.letters.facts import BankAccount, LetterFacts
from dunwell.letters.payment import (
    grouped_iban,
    payable_minor,
    payment_code,
    quoted_reference,
    slip_account,
    swiss_party,
    swiss_payload,
)
from dunwell.letters.setting import Setting

_WORDS = Path(__file__).with_name("swiss_words.toml")
_OTHER_LANGUAGE = "en"


def payment_slip(setting: Setting) -> Annex | None:
    """Return the Swiss slip, or a sheet with the payment code; nothing where there is no code to pay by."""
    account = slip_account(setting.facts)
    if account is not None:
        bare = replace(payment(setting), code=None)
        return replace(titled(setting, "payment_slip", (bare,)), slip=_swiss_slip(setting, account))
    if payment_code(setting.facts, setting.label) is None:
        return None
    return titled(setting, "payment_slip", (payment(setting),))


@cache
def _words(language: str) -> dict[str, str]:
    tables = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    words: dict[str, str] = tables.get(language, tables[_OTHER_LANGUAGE])
    return words


def _swiss_slip(setting: Setting, account: BankAccount) -> SwissSlip:
    facts, words = setting.facts, _words(setting.common.language)
    iban = account.iban.replace(" ", "")
    payload = swiss_payload(facts, iban, account.holder)
    payable_to = SlipPart(words["payable_to"], (grouped_iban(iban), *_creditor_lines(facts, account)))
    payer = _debtor_lines(facts)
    payable_by = SlipPart(words["payable_by"] if payer else words["payable_by_blank"], payer)
    structured = creditor_reference(facts, iban)
    reference = (SlipPart(words["reference"], (printed_reference(structured),)),) if structured else ()
    message = SlipPart(words["further"], (quoted_reference(facts),))
    return SwissSlip(
        payload=payload,
        receipt=(payable_to, *reference, payable_by),
        details=(payable_to, *reference, message, payable_by),
        currency=(words["currency"], facts.currency),
        amount=(words["amount"], slip_amount(payable_minor(facts), facts.currency)),
        words={name: words[name] for name in ("receipt", "payment_part", "acceptance_point", "separate")},
        alt=setting.label("code_alt"),
    )


def slip_amount(amount_minor: int, currency: str) -> str:
    """Write an amount as the slip wants it: a blank between thousands, a point before the cents."""
    whole, _, cents = money.format_plain(amount_minor, currency).partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u00a0")
    return f"{grouped}.{cents}"


def _creditor_lines(facts: LetterFacts, account: BankAccount) -> tuple[str, ...]:
    creditor = facts.creditor
    name = account.holder or creditor.name
    return _lines(swiss_party(name, creditor.street, creditor.postcode, creditor.city, creditor.country))


def _debtor_lines(facts: LetterFacts) -> tuple[str, ...]:
    who = facts.recipient
    if not all((who.name, who.postcode, who.city, who.country)):
        return ()
    return _lines(swiss_party(who.name, who.street, who.postcode, who.city, who.country))


def _lines(party: list[str]) -> tuple[str, ...]:
    """Write a structured address: name, street with number, place; abroad with the country's code before it."""
    _, name, street, number, postcode, city, country = party
    place = f"{postcode} {city}" if country == "CH" else f"{country} - {postcode} {city}"
    return tuple(line for line in (name, f"{street} {number}".strip(), place) if line)

"""Who is who on an invoice: the seller must be the creditor, the buyer gets an account number."""

import re
import unicodedata
from dataclasses import dataclass

from dunwell.errors import Problem
from dunwell.sources.einvoice.model import EInvoice, Party
from dunwell.sources.rows import Options

NUMBER_CHARS_MAX = 60
"""Length of an account number made from a name."""

_LEGAL_FORM_WORDS = """
ag as asbl bv co company corp ev gmbh inc kg limited llc llp ltd mbh nv oy ohg plc sa sarl sas sasu sl slu snc spa sprl
srl srls ug
"""
_LEGAL_FORMS = frozenset(_LEGAL_FORM_WORDS.split())
_UNDECOMPOSED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l"})


@dataclass(frozen=True, slots=True)
class Own:
    """Under which names and tax numbers the creditor writes invoices; both empty: nobody said."""

    names: tuple[str, ...] = ()
    tax_ids: tuple[str, ...] = ()


def own_of(options: Options) -> Own:
    """Return what ``options`` tell about the creditor."""
    return Own(options.own_names, options.own_tax_ids)


def is_own(party: Party, own: Own) -> bool:
    """Tell whether ``party`` is the creditor: by a tax number, or by name without legal form and punctuation."""
    known = {plain_id(number) for number in own.tax_ids} | {_national(number) for number in own.tax_ids}
    numbers = {plain_id(number) for number in party.tax_ids} | {_national(number) for number in party.tax_ids}
    if known & numbers - {""}:
        return True
    return bool({_plain_name(name) for name in own.names} & {_plain_name(party.name)} - {""})


def not_ours(invoice: EInvoice, own: Own, source: str) -> Problem | None:
    """Return why ``invoice`` is no receivable of the creditor, if it is none."""
    if own == Own() or is_own(invoice.seller, own):
        return None
    if is_own(invoice.buyer, own):
        message = f'It is a purchase invoice: "{invoice.seller.name}" bills you with number {invoice.number}.'
        return Problem(source, invoice.line, invoice.where, message, "It is owed by you, not to you; leave it out.")
    message = f'Its seller "{invoice.seller.name}" is not your business.'
    hint = "If it is, write its name or tax number into dunwell.toml as it stands there."
    return Problem(source, invoice.line, invoice.where, message, hint)


def plain_id(number: str) -> str:
    """Return an identifier without spaces, points and case, as it is compared and stored."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def _national(number: str) -> str:
    """Return a VAT number without its country's letters: ``DE123456789`` and ``123456789`` are one business."""
    plain = plain_id(number)
    return plain[2:] if re.fullmatch(r"[A-Z]{2}[0-9A-Z]{7,}", plain) else plain


def _plain_name(name: str) -> str:
    return " ".join(word for word in _words(name) if word not in _LEGAL_FORMS)


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_UNDECOMPOSED))
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    return re.findall(r"\w+", re.sub(r"[.'’]", "", letters))


def account_number(buyer: Party) -> str:
    """Return the buyer's account number, the same in every invoice that names the buyer alike.

    What the seller's own books call the buyer comes first; else a tax number, else another number; else the name and
    postcode, so that people of one name in two towns stay two.
    """
    if buyer.number:
        return buyer.number
    for number in (*buyer.tax_ids, *buyer.other_ids):
        if plain_id(number):
            return plain_id(number)
    return "-".join([*_words(buyer.name), *_words(buyer.postcode)]).upper()[:NUMBER_CHARS_MAX]


def is_made_up(buyer: Party) -> bool:
    """Tell whether the account number had to be made from the buyer's name."""
    return not buyer.number and not any(plain_id(number) for number in (*buyer.tax_ids, *buyer.other_ids))

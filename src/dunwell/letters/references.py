"""How a letter names a clause of the policy: the language's own phrase around the clause's number."""

from dunwell.letters.sandbox import fill
from dunwell.letters.texts import Texts

_SHIPPED = Texts()


def clause_reference(language: str, number: str, texts: Texts = _SHIPPED) -> str:
    """Return "section 4.2 of the payment policy" in ``language``; "" without a number.

    The phrase does not say "our": a lawyer's letter quotes the creditor's clause with the same words.
    ``texts`` holds an owner's wording, if there is one (``sentences.clause_reference`` of ``common.toml``). A language
    without texts is worded in English, as its letters are.
    """
    if not number:
        return ""
    common = texts.common(language if texts.has(language) else "en")
    return fill(common.text("sentences", "clause_reference"), {"clause_number": number}, lambda *_, **__: "")

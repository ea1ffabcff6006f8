"""What letters that were sent demanded, read off the letters themselves: the frozen table of their invoices.

What is booked is what the customer was told, whatever has changed in the ledger since. Amounts in the table are written
for people; their digits alone are the minor units, since a letter always writes all decimals of the currency.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from dunwell.errors import Problem
from dunwell.sources.outgoing.charges import CHARGES, Demand
from dunwell.store.exporting import SentLetter

_TABLE = "invoices"
_NUMBER = "invoice"


def demands_of(letters: Iterable[SentLetter]) -> tuple[list[Demand], list[Problem]]:
    """Return what each letter demanded on each invoice, and the letters whose text is no longer kept."""
    demands: list[Demand] = []
    erased = 0
    for letter in letters:
        if letter.content is None:
            erased += 1
        else:
            demands += _demands(letter, letter.content)
    message = f"The text of {erased} sent letters is no longer kept; what they charged is not in this export."
    return demands, [Problem("charges", 0, "", message, "Book it from your own copies.")] if erased else []


def _demands(letter: SentLetter, content: dict[str, Any]) -> Iterator[Demand]:
    for table in _tables(content):
        keys = [column["key"] for column in table["columns"]]
        for row in table["rows"]:
            texts = dict(zip(keys, (cell["text"] for cell in row), strict=True))
            yield Demand(
                letter=letter.reference,
                sent_on=letter.sent_on,
                account_number=letter.account_number,
                name=letter.name,
                invoice_number=texts[_NUMBER],
                currency=letter.currency,
                charges={kind: minor_of(texts[kind]) for kind in CHARGES if kind in texts},
            )


def _tables(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the table of invoices; a letter that has it twice says the same twice."""
    blocks = (block for part in content["parts"] for block in part["blocks"])
    found = next((block for block in blocks if block.get("name") == _TABLE and "columns" in block), None)
    if found is not None:
        yield found


def minor_of(text: str) -> int:
    """Return the minor units of an amount as a letter writes it.

    >>> minor_of("1.234,50"), minor_of("1 234"), minor_of("-0.05")
    (123450, 1234, -5)
    """
    digits = "".join(sign for sign in text if sign.isdecimal())
    return int(digits or "0") * (-1 if text.lstrip().startswith(("-", "\u2212")) else 1)

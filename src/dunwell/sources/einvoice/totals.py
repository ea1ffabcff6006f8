"""Does an invoice add up? Totals that do not are a problem: nobody should be chased for a wrong sum."""

from collections.abc import Iterable
from decimal import Decimal

from dunwell.errors import Problem
from dunwell.money import exponent
from dunwell.sources.einvoice.model import Sum
from dunwell.sources.einvoice.xml import Element, Fields, every, first, place


class Totals:
    """Gathers the sums of one invoice, whose amounts stand below ``root``."""

    def __init__(self, fields: Fields, root: Element | None) -> None:
        self.fields = fields
        self.root = root
        self.sums: list[Sum] = []

    def at(self, *paths: str) -> Decimal:
        """Return the number at the first of ``paths`` that has one, else 0."""
        path = next((path for path in paths if first(self.root, path) is not None), paths[0])
        return self.fields.decimal(self.root, path) or Decimal(0)

    def over(self, elements: Iterable[Element], path: str) -> Decimal:
        """Return the sum of the numbers at ``path`` below each of ``elements``."""
        numbers = (self.fields.decimal(element, path) for element in elements)
        return sum((number for number in numbers if number is not None), Decimal(0))

    def in_currency(self, path: str, currency: str) -> Decimal:
        """Return the sum of the amounts at ``path`` in ``currency``; taxes may be stated in another too."""
        found = every(self.root, path)
        own = [one for one in found if (one.get("currencyID") or currency) == currency]
        return self.over(own, "")

    def agree(self, path: str, what: str, counted: Decimal) -> None:
        """Demand that the total at ``path``, where it is stated, is ``counted``."""
        self.one_of(path, what, [counted])

    def one_of(self, path: str, what: str, counted: list[Decimal]) -> None:
        """Demand that the total at ``path``, where it is stated, is one of ``counted``; the first is named if not."""
        found, stated = first(self.root, path), self.fields.decimal(self.root, path)
        if found is not None and stated is not None:
            self.sums.append(Sum(place(found), what, stated, stated if stated in counted else counted[0]))

    def nearly(self, path: str, what: str, counted: list[Decimal], currency: str) -> None:
        """Demand it but for one minor unit, for formats that add up more decimals than they state."""
        found, stated = first(self.root, path), self.fields.decimal(self.root, path)
        if found is None or stated is None:
            return
        unit = Decimal(1).scaleb(-exponent(currency))
        apart = min(abs(stated - one) for one in counted)
        if 0 < apart <= unit:
            self.fields.note(found, "", f"The {what} is {stated}, its parts make {counted[0]}; what is stated counts.")
        elif apart:
            self.sums.append(Sum(place(found), what, stated, counted[0]))

    def check(self, line: int) -> None:
        """Report the sums that do not agree."""
        for single in self.sums:
            if single.stated != single.counted:
                message = f"The {single.what} is {single.stated}, but its parts make {single.counted}."
                self.fields.problems.append(wrong_total(self.fields.source, line, single.where, message))


def wrong_total(source: str, line: int, where: str, message: str) -> Problem:
    """Return the problem of a total that is wrong."""
    return Problem(source, line, where, message, "Correct the invoice where it was written, and import it again.")

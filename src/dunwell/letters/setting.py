"""What a part of a letter is built from."""

from dataclasses import dataclass

from dunwell.letters.facts import LetterFacts
from dunwell.letters.formats import Formats
from dunwell.letters.sandbox import Value, fill
from dunwell.letters.texts import Common


@dataclass(frozen=True)
class Setting:
    """The facts, the words and formats of the language, the placeholder values."""

    facts: LetterFacts
    common: Common
    formats: Formats
    values: dict[str, Value]

    def label(self, key: str) -> str:
        """Return a table head or other label, its placeholders filled."""
        return self.sentence("labels", key)

    def sentence(self, table: str, key: str, **extra: Value) -> str:
        """Return an entry of ``common.toml`` with its placeholders filled."""
        return fill(self.common.text(table, key), {**self.values, **extra}, self.formats.plural)

    def amount(self, amount_minor: int) -> str:
        """Write an amount for a table cell."""
        return self.formats.amount(amount_minor, self.facts.currency)

    def money(self, amount_minor: int) -> str:
        """Write an amount with its currency."""
        return self.formats.money(amount_minor, self.facts.currency)

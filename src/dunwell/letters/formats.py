"""Money, dates, numbers and plurals as a country writes them: CLDR by Babel, corrected where usage differs.

The corrections are data of ``common.toml``: date patterns, the currency pattern and symbols, and from how
many digits thousands are grouped (Spanish: five, which Babel does not do).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from dunwell import money
from dunwell.letters.texts import Common

_MINUS = "\u2212"


@dataclass(frozen=True)
class Formats:
    """The formats of one language in one country's form."""

    locale: Locale
    common: Common

    def money(self, amount_minor: int, currency: str) -> str:
        """Write an amount with its currency, for running text and totals."""
        value = money.to_decimal(amount_minor, currency)
        return self._signed(_currency(value, currency, self._pattern(value, currency), self._figures))

    def amount(self, amount_minor: int, currency: str) -> str:
        """Write an amount without its currency, for table cells."""
        pattern = "#,##0." + "0" * money.exponent(currency)
        value = money.to_decimal(amount_minor, currency)
        return self._signed(_decimal(value, self._grouped(pattern.rstrip("."), value), self._figures))

    def date_long(self, on: date) -> str:
        """Write a date in words, for running text: 22 November 2026. It does not break at the end of a line."""
        text = _date(self.locale, on, self.common.text("dates", "long") or "long")
        first = self.common.text("dates", "first_of_month")
        dated = first + text.removeprefix("1") if first and on.day == 1 else text
        return dated.replace(" ", "\u00a0")

    def date_short(self, on: date) -> str:
        """Write a date in figures, for tables: 22/11/2026."""
        return _date(self.locale, on, self.common.text("dates", "short") or "medium")

    def number(self, value: int) -> str:
        """Write a whole number with the country's thousands sign."""
        return _decimal(Decimal(value), self._grouped("#,##0", Decimal(value)), self._figures)

    def percent(self, rate: Decimal) -> str:
        """Write a rate per year: 10.52%, 10,52 %."""
        figure = format_decimal(rate.normalize(), "#,##0.####", locale=self._figures)
        return (self.common.text("money", "percent") or "{rate}%").replace("{rate}", figure)

    def listing(self, words: list[str]) -> str:
        """Join words with commas and the language's "and"."""
        return format_list(words, locale=self.locale) if words else ""

    def plural(self, n: object, **forms: str) -> str:
        """Choose the form for ``n`` by the language's plural rules; ``#`` in it stands for the number.

        Raises ``ValueError`` when ``n`` is no number or the text offers neither the needed form nor
        ``other``.
        """
        if not isinstance(n, int):
            raise ValueError("plural needs a number")  # noqa: TRY004 - one exception type for all faults of a text
        form = forms.get(self.locale.plural_form(n), forms.get("other"))
        if form is None:
            raise ValueError(f"plural lacks the form {self.locale.plural_form(n)!r}")
        return form.replace("#", self.number(n))

    @cached_property
    def _figures(self) -> Locale:
        """Return the locale whose signs figures take: CLDR's for French in Switzerland are not those of its trade."""
        named = self.common.text("money", "figures_of")
        return Locale.parse(named) if named else self.locale

    def _signed(self, text: str) -> str:
        """Write a negative amount with a true minus sign, as wide as a figure; CLDR gives most languages a hyphen."""
        sign = str(self._figures.number_symbols["latn"].get("minusSign", "-"))
        return text.replace(sign, _MINUS, 1) if text.startswith(sign) else text

    def _pattern(self, value: Decimal, currency: str) -> str:
        pattern = self.common.text("money", "pattern") or str(self.locale.currency_formats["standard"].pattern)
        symbol = self._symbol(currency)
        if symbol[-1].isalpha() and "¤#" in pattern:
            symbol += "\u00a0"
        symbol = f"'{symbol}'"
        return self._grouped(pattern.split(";")[0], value).replace("¤", symbol)

    def _symbol(self, currency: str) -> str:
        return str(self.common.table("symbols").get(currency, get_currency_symbol(currency, self.locale)))

    def _grouped(self, pattern: str, value: Decimal) -> str:
        digits_from = int(self.common.table("money").get("group_from_digits", 4))
        return pattern if abs(value) >= 10 ** (digits_from - 1) else pattern.replace("#,##0", "0")


@lru_cache(maxsize=4096)
def _date(locale: Locale, on: date, pattern: str) -> str:
    return format_date(on, pattern, locale=locale)


@lru_cache(maxsize=4096)
def _currency(value: Decimal, currency: str, pattern: str, locale: Locale) -> str:
    return str(format_currency(value, currency, pattern, locale=locale))


@lru_cache(maxsize=4096)
def _decimal(value: Decimal, pattern: str, locale: Locale) -> str:
    return str(format_decimal(value, pattern, locale=locale))


def formats_for(common: Common) -> Formats:
    """Return the formats of a language and region.

    A pair that CLDR does not know falls back to the language.
    """
    return Formats(_locale(common.language, common.region), common)


@lru_cache(maxsize=128)
def _locale(language: str, region: str) -> Locale:
    return Locale.negotiate([f"{language}_{region}", language], [f"{language}_{region}", language]) or Locale("en")

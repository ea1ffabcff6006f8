"""The words of one language, and numbers, money and lists as its readers write them (Babel, CLDR).

The texts stand in ``texts/<language>.toml``; another language is another file and no code.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from dunwell.errors import UsageError
from dunwell.money import grouped, to_decimal

_HOLE = re.compile(r"\{(\w+)(?::(\w+))?\}")
_TEXTS = files("dunwell.policy") / "texts"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language and the CLDR locale that formats its numbers."""

    locale: Locale
    texts: Mapping[str, Any]


def languages() -> tuple[str, ...]:
    """Return the languages that have a file of texts, in alphabetical order."""
    return tuple(sorted(one.name.removesuffix(".toml") for one in _TEXTS.iterdir() if one.name.endswith(".toml")))


@cache
def words_of(language: str) -> Words:
    """Return the words of ``language`` (ISO 639-1); ``UsageError`` names the languages there are."""
    if language not in languages():
        raise UsageError(f"There are no policy texts in {language}; there are: {', '.join(languages())}.")
    texts = tomllib.loads((_TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
    return Words(Locale.parse(texts["locale"]), texts)


def fill(words: Words, template: str, values: Mapping[str, int | str]) -> str:
    """Put ``values`` into a text; ``{name:noun}`` is a number with its noun in the right plural form."""

    def put(match: re.Match[str]) -> str:
        value, noun = values[match[1]], match[2]
        return count(words, int(value), noun) if noun else str(value)

    return typeset(words, _HOLE.sub(put, template))


def count(words: Words, number: int, noun: str) -> str:
    """Write a number with its noun: ``1 zi``, ``15 zile``, ``30 de zile``."""
    forms = words.texts["nouns"][noun]
    form = forms.get(words.locale.plural_form(number), forms["other"])
    pattern = grouped("#,##0", number, words.locale.language)
    return str(form).format(n=format_decimal(number, format=pattern, locale=words.locale))


def typeset(words: Words, text: str) -> str:
    """Put unbreakable spaces before the signs that the language sets apart (French ``: ; ? !``)."""
    for sign, space in words.texts.get("typography", {}).items():
        text = text.replace(f" {sign}", f"{space}{sign}")
    return text


def money(words: Words, amount_minor: int, currency: str) -> str:
    """Write an amount with its currency: by its sign, or as the texts of the language say (``money``)."""
    amount, forms = to_decimal(amount_minor, currency), words.texts.get("money", {})
    form = forms.get(currency, forms.get("any")) or words.locale.currency_formats["standard"].pattern
    pattern = grouped(form, amount, words.locale.language)
    return str(format_currency(amount, currency, format=pattern, locale=words.locale))


def percent(words: Words, hundredths: int) -> str:
    """Write hundredths of a percent (1050) as a percentage (10.5%), with the decimals that it has."""
    pattern = words.locale.percent_formats[None].pattern.replace("0", "0.##", 1)
    return str(format_percent(Decimal(hundredths) / 10_000, format=pattern, locale=words.locale))


def either(words: Words, parts: list[str]) -> str:
    """Join parts as a list of alternatives: ``a, b or c``."""
    return str(format_list(parts, style="or", locale=words.locale)) if parts else ""


def all_of(words: Words, parts: list[str]) -> str:
    """Join parts as a list: ``a, b and c``."""
    return str(format_list(parts, style="standard", locale=words.locale)) if parts else ""

"""Countries by what people call them, in the six languages, as ISO 3166 codes."""

from functools import cache

import pycountry
from babel import Locale

from dunwell.sources.tabular.words import folded
from dunwell.sources.values import LANGUAGES

_ALSO = {"usa": "US", "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "uae": "AE"}


@cache
def _countries() -> dict[str, str]:
    codes = {country.alpha_2 for country in pycountry.countries}
    named = {
        folded(name): code
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in codes
    }
    three = {country.alpha_3.casefold(): country.alpha_2 for country in pycountry.countries}
    return {**three, **named, **_ALSO}


def country_of(text: str) -> str | None:
    """Return the ISO code of a country's name, two- or three-letter code; ``None`` where it is none."""
    if len(text) == 2 and pycountry.countries.get(alpha_2=text.upper()):
        return text.upper()
    return _countries().get(folded(text))

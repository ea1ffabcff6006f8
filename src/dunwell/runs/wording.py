"""The sentences of this room, one file per language in ``texts/``."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files

from dunwell.assess.reasons import PLAIN, written_amount, written_share


@cache
def texts(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the sentences of a language by section and key; English where it has none yet."""
    folder = files("dunwell.runs") / "texts"
    chosen = folder / f"{language}.toml"
    return tomllib.loads((chosen if chosen.is_file() else folder / "en.toml").read_text(encoding="utf-8"))


def sentence(section: str, key: str, values: Mapping[str, object] | None = None, language: str = "en") -> str:
    """Return a text with its {names} filled in; English where the language has none yet."""
    return texts(language.partition("-")[0])[section][key].format_map(values or {})


def amount(minor: int, currency: str, language: str = PLAIN) -> str:
    """Write an amount as the reasons do: ``EUR 12.50``."""
    return written_amount(minor, currency, language)


def percent(hundredths: int, language: str = PLAIN) -> str:
    """Write hundredths of a percent, with no more decimals than they have: ``60 %``, in English on a screen ``60%``."""
    if language != PLAIN:
        return written_share(Decimal(hundredths) / 10_000, language)
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + " %"

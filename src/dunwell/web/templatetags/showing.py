"""Money, dates and names as the person who looks writes them: CLDR by Babel, in the language of the screen."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dunwell.assess.reasons import first_of_month, written_amount, written_day
from dunwell.money import grouped, parse_minor
from dunwell.web import retelling, words
from dunwell.web.languages import manner, spoken

register = template.Library()

_LOCALES = {"en": "en_GB"}
_LONG_DAYS = {"vi": "EEEE, 'ngày' d 'tháng' M 'năm' y"}
"""Where people write a long date otherwise than CLDR has it."""
_NOTHING = "–"


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Write an amount of minor units with its currency: EUR 1,234.50."""
    if minor is None:
        return _NOTHING
    return _money(minor, str(currency), manner())


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, language: str) -> str:
    text = written_amount(minor, currency, language)
    return text.replace(" ", "\u00a0").replace("-", "\u2212")


@register.filter
def day(on: date | None) -> str:
    """Write a date short: 22 Nov 2026, 22.11.2026."""
    return written_day(on, manner()) if on else _NOTHING


@register.filter
def day_long(on: date | None) -> str:
    """Write a date with its weekday: Sunday, 22 November 2026."""
    if on is None:
        return _NOTHING
    language = spoken()
    return first_of_month(format_date(on, _LONG_DAYS.get(language, "full"), locale=_locale(language)), on, language)


@register.filter
def moment(at: datetime | None) -> str:
    """Write a day and the time of the clock in UTC, short: 22 Nov 2026, 14:05."""
    if not at:
        return _NOTHING
    at = at.astimezone(UTC) if at.tzinfo else at
    return f"{day(at.date())}, {format_time(at, 'short', locale=_locale(spoken()))}"


@register.filter
def number(value: float | Decimal | None) -> str:
    """Write a number with the language's signs."""
    return _NOTHING if value is None else _figure(value, _locale(spoken()).decimal_formats[None].pattern)


@register.filter
def decimal(value: float | Decimal | Fraction | None, places: int = 1) -> str:
    """Write a number with so many decimals."""
    pattern = "#,##0." + "0" * int(places) if int(places) else "#,##0"
    exact = value if isinstance(value, Decimal) else None if value is None else float(value)
    return _NOTHING if exact is None else _figure(exact, pattern)


def _figure(value: float | Decimal, pattern: str) -> str:
    return str(format_decimal(value, format=grouped(pattern, int(value), spoken()), locale=_locale(spoken()))).replace(
        "-", "\u2212"
    )


@register.simple_tag
def sign(mark: str) -> str:
    """Write a colon or semicolon after a word; French sets it apart by a narrow no-break space."""
    return f"\N{NARROW NO-BREAK SPACE}{mark}" if spoken() == "fr" else mark


@register.filter
def share(value: float | Fraction | None) -> str:
    """Write a share of one as a percentage."""
    return _NOTHING if value is None else _percent(Decimal(str(float(value))), 1)


@register.filter
def percent(value: Decimal | float | str | None) -> str:
    """Write a percentage with its sign, spaced as the language does: 9.12%, 9,12 %."""
    return _NOTHING if value is None else _percent(Decimal(str(value)) / 100, 3)


def _percent(share: Decimal, places: int) -> str:
    locale = _locale(spoken())
    pattern = locale.percent_formats[None].pattern.replace("#,##0", "#,##0." + "#" * places)
    return str(format_percent(share, format=pattern, locale=locale)).replace("-", "\u2212")


@register.filter
def as_read(cell: Mapping[str, Any]) -> str:
    """Write a cell of a preview as its reader does: an amount with its decimals, a day; other text as it stands."""
    text = str(cell["text"])
    try:
        return decimal(Decimal(text), len(text.partition(".")[2])) if cell["is_amount"] else day(_iso_day(text))
    except (ArithmeticError, ValueError):
        return text


def _iso_day(text: str) -> date:
    if len(text) != len("2026-11-22"):
        raise ValueError(text)
    return date.fromisoformat(text)


@register.filter
def debt_of(tier: Mapping[str, Any]) -> str:
    """Write of which debts a line of a scale of compensation holds: from EUR 1,000.00."""
    over = parse_minor(tier["over_amount"], tier["over_currency"])
    if not over:
        return _("any amount")
    said = _("from %(amount)s") if tier["inclusive"] else _("over %(amount)s")
    return said % {"amount": money(over, tier["over_currency"])}


@register.filter
def owed_of(tier: Mapping[str, Any]) -> str:
    """Write what a line of a scale gives: EUR 375.00 and 10% of the part above EUR 2,500.00, at most EUR 6,775.00."""
    owed, least, most = (_tier_money(tier, name) for name in ("fixed_amount", "min_amount", "max_amount"))
    share, over = percent(tier["percent_of_part_above"]), parse_minor(tier["over_amount"], tier["over_currency"])
    if Decimal(tier["percent_of_part_above"]):
        part = {"share": share, "amount": owed, "over": money(over, tier["over_currency"])}
        if over:
            owed = _("%(amount)s and %(share)s of the part above %(over)s") % part
        else:
            owed = _("%(amount)s and %(share)s of the debt") % part if owed else _("%(share)s of the debt") % part
    owed = _("%(owed)s, at least %(amount)s") % {"owed": owed, "amount": least} if least else owed
    return _("%(owed)s, at most %(amount)s") % {"owed": owed, "amount": most} if most else owed


def _tier_money(tier: Mapping[str, Any], name: str) -> str:
    """An amount of a scale; empty where it is nothing."""
    minor = parse_minor(tier[name], tier["currency"]) if tier[name] else 0
    return money(minor, tier["currency"]) if minor else ""


@register.filter
def country(code: str) -> str:
    """Write the name of a country in the language of the screen; the code where CLDR has no name."""
    return str(_locale(spoken()).territories.get(str(code), code))


@register.filter
def word(value: str, kind: str = "") -> str:
    """Write a name of the program (a state, an action, a kind of letter) as a person says it."""
    return words.word(str(value), kind)


@register.filter
def retold(value: object) -> str:
    """Write what a service said in the language of the screen."""
    return retelling.retold(str(value))


@register.filter
def field(value: Any, name: str) -> Any:
    """Return an entry of a mapping whose name is in a variable."""
    return value.get(name) if hasattr(value, "get") else None


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a stylesheet or script; another one when its content has changed."""
    return f"/static/{name}?v={_digest(name)}"


@lru_cache
def _digest(name: str) -> str:
    return sha256((resources.files("dunwell.web") / f"static/{name}").read_bytes()).hexdigest()[:10]


@register.simple_tag(takes_context=True)
def page_url(context: dict[str, Any], page: int) -> str:
    """Return the address of another page of the same list."""
    query = context["request"].GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


@register.simple_tag
def tone_of(state: str) -> str:
    """Return how a state is coloured: good, warn, bad, or nothing of these."""
    return words.TONES.get(str(state), "plain")


@register.simple_tag
def screen_language() -> str:
    """Return the language of the page, for its ``lang``."""
    return get_language() or "en"


@register.simple_tag
def no_value() -> str:
    """Return what stands where there is nothing to show."""
    return _("none")

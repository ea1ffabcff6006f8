"""Business days and deadlines (product §2.2): a deadline that falls on a day of rest moves to the next business day."""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache

import holidays

_SEARCH_DAYS_MAX = 30
_WEEKEND = frozenset({5, 6})


@cache
def _holidays_of(country: str, year: int) -> frozenset[date]:
    """Return the nation-wide public holidays of a country and year; none for a country the library does not know."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def is_business_day(on: date, country: str) -> bool:
    """Tell whether ``on`` is neither a weekend day nor a nation-wide public holiday of ``country`` (ISO alpha-2)."""
    return on.weekday() not in _WEEKEND and on not in _holidays_of(country, on.year)


def last_month_end(on: date) -> date:
    """Return the latest last day of a month that is not after ``on``."""
    return on if (on + timedelta(days=1)).day == 1 else on.replace(day=1) - timedelta(days=1)


def next_month_end(on: date) -> date:
    """Return the first last day of a month after ``on``."""
    tomorrow = on + timedelta(days=1)
    return tomorrow.replace(day=monthrange(tomorrow.year, tomorrow.month)[1])


def next_business_day(on: date, country: str) -> date:
    """Return ``on`` itself when it is a business day of ``country``, else the first business day after it."""
    for days in range(_SEARCH_DAYS_MAX):
        candidate = on + timedelta(days=days)
        if is_business_day(candidate, country):
            return candidate
    return on


def deadline_after(on: date, days: int, country: str) -> date:
    """Return the pay-by date of a letter sent ``on``: ``days`` calendar days later, on a business day there."""
    return next_business_day(on + timedelta(days=days), country)

"""Rates as text and as whole ppm a year (1 % = 10 000 ppm); the only place where the two meet."""

from decimal import Decimal, InvalidOperation

PPM = 1_000_000
"""Parts of a whole: ``rate_ppm / PPM`` is the yearly rate as a plain number."""

_PPM_OF_PERCENT = 10_000
_PERCENT_MAX = 1000


def parse_percent(text: str) -> int:
    """Read ``10.52`` as 105 200 ppm.

    Raises ``ValueError`` when it is no number, has more than four decimals or is beyond 1000 %.
    """
    try:
        percent = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a number") from error
    if not percent.is_finite() or abs(percent) > _PERCENT_MAX:
        raise ValueError(f"{text!r} is not a rate in percent a year")
    ppm = percent * _PPM_OF_PERCENT
    if ppm != int(ppm):
        raise ValueError(f"{text!r} has more than four decimals")
    return int(ppm)


def format_percent(rate_ppm: int) -> str:
    """Write 105 200 ppm as ``10.52``: at least two decimals, never more than four."""
    whole, decimals = f"{Decimal(rate_ppm) / _PPM_OF_PERCENT:.4f}".split(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"

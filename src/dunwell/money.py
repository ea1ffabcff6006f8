"""Integer minor units and a currency; the only place where money is rounded (product §1).

No float ever touches money: text becomes ``Decimal`` becomes an ``int`` of minor units, and back.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

import pycountry

# ISO 4217: every currency has two decimals but these.
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_WITH_FOUR = "CLF UYW"
_EXPONENTS = {
    **dict.fromkeys(_WITHOUT_DECIMALS.split(), 0),
    **dict.fromkeys(_WITH_THREE.split(), 3),
    **dict.fromkeys(_WITH_FOUR.split(), 4),
}

_GROUPED_FROM = 10_000

AMOUNT_MINOR_MAX = 10**15
"""The largest amount accepted, in minor units: ten thousand billion euros, far inside int64."""


@cache
def is_currency(code: str) -> bool:
    """Tell whether ``code`` is a current ISO 4217 alphabetic code."""
    return pycountry.currencies.get(alpha_3=code) is not None


def exponent(currency: str) -> int:
    """Return the number of decimals of ``currency`` (EUR 2, JPY and VND 0, KWD 3)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Turn an exact amount into minor units.

    Raises ``ValueError`` when the amount has more decimals than the currency: silently rounding somebody's
    ledger would make totals wrong.
    """
    scaled = amount.scaleb(exponent(currency))
    minor = int(scaled)
    if minor != scaled:
        raise ValueError(f"{amount} has more decimals than {currency} allows ({exponent(currency)})")
    return minor


def parse_minor(text: str, currency: str) -> int:
    """Read plain decimal text such as ``1234.50`` as minor units of ``currency``.

    Raises ``ValueError`` when it is no number or has too many decimals.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a number") from error
    if not amount.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return to_minor(amount, currency)


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """Turn minor units into an exact ``Decimal`` with the currency's decimals."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def format_plain(amount_minor: int, currency: str) -> str:
    """Write minor units as plain text (``1234.50``), for files and logs; letters use CLDR formats."""
    return f"{to_decimal(amount_minor, currency):f}"


def grouped(pattern: str, value: Decimal | int, language: str) -> str:
    """Return a number pattern as ``language`` groups the digits of ``value``.

    Spanish groups from five digits on (Ortografía 2010; CLDR ``minimumGroupingDigits``), which Babel does not do:
    9045,74 € and 27.750,60 €.
    """
    few = language[:2] == "es" and -_GROUPED_FROM < value < _GROUPED_FROM
    return pattern.replace("#,##0", "0") if few else pattern


def round_half_up(value: Decimal) -> int:
    """Round to a whole number, halves away from zero, as bookkeepers do."""
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide two integers and round halves away from zero, exactly (``denominator`` > 0)."""
    quotient, remainder = divmod(abs(numerator), denominator)
    rounded = quotient + (2 * remainder >= denominator)
    return rounded if numerator >= 0 else -rounded


def apportion(total: int, weights: list[int]) -> list[int]:
    """Split ``total`` in proportion to ``weights`` so that the parts add up to it exactly.

    Largest remainder first, earlier parts win ties; used so that printed lines add up to the printed total.
    All weights zero puts everything on the first part.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts

"""How a file writes its amounts, decided from all of them: which sign parts decimals, which stands between thousands.

``1.234,56`` says that the comma parts decimals, ``12,5`` too; ``1.234`` says nothing. Where the amounts of a file
agree, all of them are read so; where they contradict each other, those that can be read in one way only are read and
the others stay as they are. A currency without decimals leaves nothing to decide.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_CHARS_MAX = 60
_SPACES = " \u00a0\u202f\u2009"
_SIGN = r"[^\W\d_]{1,4}\.?|[\u20a0-\u20cf$£¥¢]|[^\W\d_]{0,3}[$£]|R\$|zł"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[-+\u2212])?\s*(?P<before>{_SIGN})?\s*(?P<inner>[-+\u2212])?\s*"
    rf"(?P<body>\d[\d.,'’{_SPACES}]*|[.,]\d+)\s*(?P<trail>[-\u2212])?\s*(?P<after>{_SIGN})?\s*(?P<trail2>[-\u2212])?\s*(?P<close>\))?"
)
_CREDIT_SIDE = frozenset({"cr", "h"})
_DEBIT_SIDE = frozenset({"dr", "s"})
_CURRENCY_OF = {"€": "EUR", "£": "GBP", "¥": "JPY", "₫": "VND", "đ": "VND", "lei": "RON", "zł": "PLN", "₹": "INR"}
_HABITS = {("$", ","): ".", ("£", ","): ".", ("₫", "."): ",", ("đ", "."): ",", ("€", "."): ","}
"""``$5,000`` and ``5.000 €``: sign, mark between thousands, decimal sign."""
_BARE = re.compile(rf"-?\d(?:[\d.,'’{_SPACES}]*\d)?")


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the amounts of a file say: plain decimal texts of those that are decided, and their signs.

    ``decimal`` is the sign decided on, empty when nothing had to be. ``is_mixed``: both signs occur as decimals.
    ``currencies`` are those that currency signs name for certain ("$" names none).
    """

    plain: Mapping[str, str]
    decimal: str
    is_mixed: bool
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    negative: bool
    body: str
    sign: str


def decide(texts: Iterable[str], exponent: int = 2) -> Amounts:
    """Decide how to read ``texts``, all the amounts of a file in a currency of ``exponent`` decimals."""
    read = {text: found for text in dict.fromkeys(texts) if (found := _read(text)) is not None}
    proofs = {text: _proves(found, exponent) for text, found in read.items()}
    said = {*proofs.values()} - {""}
    decimal = next(iter(said)) if len(said) == 1 else ""
    plain = {text: _plain(found, decimal or proofs[text], exponent) for text, found in read.items()}
    currencies = {code for found in read.values() if (code := _currency(found.sign))}
    return Amounts(
        plain={text: value for text, value in plain.items() if value is not None},
        decimal=decimal,
        is_mixed=len(said) > 1,
        currencies=tuple(sorted(currencies)),
    )


def _read(text: str) -> _Read | None:
    if len(text) > _CHARS_MAX:
        return None
    if _BARE.fullmatch(text):
        return _Read(text.startswith("-"), text.lstrip("-"), "")
    found = _AMOUNT.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    minuses = [found[name] for name in ("minus", "inner", "trail", "trail2") if found[name] and found[name] != "+"]
    sign = (found["before"] or found["after"] or "").casefold()
    if len(minuses) + bool(found["open"]) > 1 or (found["before"] and found["after"]):
        return None
    negative = bool(minuses or found["open"]) != (sign in _CREDIT_SIDE)
    return _Read(negative, re.sub(f"[{_SPACES}]+$", "", found["body"]), sign)


def _currency(sign: str) -> str:
    if not sign or sign in _CREDIT_SIDE or sign in _DEBIT_SIDE:
        return ""
    return _CURRENCY_OF.get(sign) or (sign.upper() if re.fullmatch(r"[a-z]{3}", sign) and sign != "lei" else "")


def _proves(found: _Read, exponent: int) -> str:
    """Return the decimal sign that an amount proves, by its digits or by the habit of its currency sign."""
    return _says(found.body, exponent) or _HABITS.get((found.sign, re.sub(r"\d", "", found.body)), "")


def _says(body: str, exponent: int) -> str:
    """Return the decimal sign that ``body`` proves, or nothing: ``1.234`` proves none, ``1.234.567`` the other."""
    points, commas = body.count("."), body.count(",")
    if points and commas:
        last = "." if body.rfind(".") > body.rfind(",") else ","
        return last if body.count(last) == 1 else ""
    if points + commas != 1:
        return "," if points > 1 else "." if commas > 1 else ""
    mark = "." if points else ","
    whole, _, decimals = body.partition(mark)
    digits = len(re.sub(r"\D", "", whole))
    if exponent == 0 and len(decimals) == 3:
        return "," if mark == "." else "."
    doubtful = len(decimals) == 3 and 1 <= digits <= 3 and whole != "0"
    return "" if doubtful else mark


def _plain(found: _Read, decimal: str, exponent: int) -> str | None:
    body = found.body
    if not decimal and any(mark in body for mark in ".,"):
        return None
    shape, group = _shape(decimal)
    if not shape.fullmatch(body):
        return None
    digits = group.sub("", body).replace(decimal or ".", ".")
    whole, _, decimals = digits.partition(".")
    if exponent == 0:
        decimals = decimals.rstrip("0")
    value = f"{whole or '0'}.{decimals}" if decimals else whole or "0"
    return f"-{value}" if found.negative and value.strip("0.") else value


@cache
def _shape(decimal: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the shape of an amount with this decimal sign, and what stands between its thousands."""
    others = "'’" + _SPACES + ({".": ",", ",": "."}.get(decimal, ""))
    mark, group = re.escape(decimal or "."), f"[{re.escape(others)}]"
    threes, indian = rf"\d{{1,3}}(?:{group}\d{{3}})+", rf"\d{{1,2}}(?:{group}\d\d)+{group}\d{{3}}"
    return re.compile(rf"(?:\d+|{threes}|{indian})?(?:{mark}\d*)?"), re.compile(group)

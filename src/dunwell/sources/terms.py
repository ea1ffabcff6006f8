"""Payment terms as days: ``Net 30``, ``30 Tage netto``, ``2/10 NET 30``, ``à réception``; what is not plain is none."""

import re
from functools import cache

from dunwell.sources.tabular.words import folded

_AT_ONCE = frozenset(
    {
        *("due on receipt", "on receipt", "receipt", "immediate", "immediately", "cash on delivery", "cod", "prompt"),
        *(
            "sofort",
            "sofort fallig",
            "zahlbar sofort",
            "comptant",
            "au comptant",
            "a reception",
            "contado",
            "al contado",
        ),
        *("la vista", "la livrare", "thanh toan ngay"),
    }
)
_DAYS = "days?|d|tage?n?|jours?|j|dias?|zile|ngay"
_NET = re.compile(rf"(?:.*[\d\s])?net(?:to)?\s*(\d{{1,3}})\s*(?:{_DAYS})?")
_DAYS_NET = re.compile(rf"(?:.*\b)?(\d{{1,3}})\s*(?:{_DAYS})\s*(?:net(?:to)?|rein netto)")
_PLAIN = re.compile(rf"(?:n|zahlbar in|zahlbar innerhalb von|within|a|la|in|trong)?\s*(\d{{1,3}})\s*(?:{_DAYS})?")


@cache
def terms_days(text: str) -> int | None:
    """Return how many days after the invoice it is due, or ``None`` where the terms do not plainly say it."""
    plain = folded(text)
    if plain in _AT_ONCE or "on receipt" in plain:
        return 0
    found = _NET.fullmatch(plain) or _DAYS_NET.fullmatch(plain) or _PLAIN.fullmatch(plain)
    return int(found[1]) if found else None

"""How long data on a person is kept, and when its erasure is to be proposed (GDPR article 5(1)(e)).

A kind of data is kept through 31 December of the year that lies so many years after the year of the customer's last
business, as laws of accounts count (for example § 147(4) AO). Of letters and documents, the law of the creditor's
country says the least; what the policy says is followed where it is more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dunwell.law.model import KeepingRule
from dunwell.policy.keys import HELD_KINDS
from dunwell.policy.model import KeepingTimes


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long one kind of data is kept, and by the words of which law when the policy asks for less."""

    kind: str
    years: int
    kept_through_on: date
    legal_basis: str = ""


def written_years(times: KeepingTimes) -> dict[str, int]:
    """Return the years that the policy states, by kind; a kind without a line is left out."""
    stated = {kind: getattr(times, f"{kind}_years") for kind in HELD_KINDS}
    return {kind: years for kind, years in stated.items() if years is not None}


def least_years(rule: KeepingRule | None) -> Mapping[str, int]:
    """Return the years that the law wants, by kind; nothing for a country that the tables do not have."""
    return {"letters": rule.letters_years, "documents": rule.documents_years} if rule else {}


def keeping_years(times: KeepingTimes, rule: KeepingRule | None) -> dict[str, int]:
    """Return the years that are followed, by kind."""
    least = least_years(rule)
    return {kind: max(years, least.get(kind, 0)) for kind, years in written_years(times).items()}


def over(times: KeepingTimes, rule: KeepingRule | None, last_business_on: date, as_of: date) -> list[Keeping]:
    """Return the kinds whose time is over on ``as_of``, the last business having been on ``last_business_on``."""
    written = written_years(times)
    return [
        Keeping(
            kind,
            years,
            date(last_business_on.year + years, 12, 31),
            rule.legal_basis if rule and years > written[kind] else "",
        )
        for kind, years in keeping_years(times, rule).items()
        if last_business_on.year + years < as_of.year
    ]

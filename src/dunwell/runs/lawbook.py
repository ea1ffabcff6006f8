"""The law of a country as a page shows it, and what one late payment costs under it. Information, not legal advice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from dunwell import money
from dunwell.errors import UsageError
from dunwell.law import Claim, PartyType, agreed, interest, parse_percent, show_as_dict
from dunwell.law.claim import InterestResult
from dunwell.law.model import KeepingRule, RateRow, Series
from dunwell.runs.case_subject import plain_amount
from dunwell.runs.rules import read_law
from dunwell.store.workspace import Workspace

PARTIES: tuple[str, ...] = get_args(PartyType)
RATES_SHOWN = 12

__all__ = ["CountryLaw", "InterestResult", "Late", "RateTable", "cost_of", "countries", "country_law", "home_of"]


@dataclass(frozen=True, slots=True)
class RateTable:
    """A published series of rates, the newest first; ``more`` older ones are not shown."""

    series: Series
    rows: Sequence[RateRow]
    more: int

    @property
    def percents(self) -> list[tuple[RateRow, Decimal]]:
        """Each row with its figure in percent."""
        return [(row, percent_of(row.rate_ppm)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class CountryLaw:
    """Everything the tables say of one country on a day: by party type, its rates, and how long records are kept."""

    jurisdiction: str
    on: date
    rules: Sequence[dict[str, Any]]
    rates: Sequence[RateTable]
    keeping: KeepingRule | None


@dataclass(frozen=True, slots=True)
class Late:
    """A late payment: amounts and rates as a person writes them. ``contract_rate`` is in percent a year."""

    jurisdiction: str
    party: str
    amount: str
    currency: str
    due_on: date
    to_on: date
    default_since: date | None = None
    paid_on: date | None = None
    paid_amount: str = ""
    contract_rate: str = ""


def countries(workspace: Workspace) -> tuple[str, ...]:
    """Return the countries that the tables know."""
    return read_law(workspace).jurisdictions


def home_of(workspace: Workspace) -> str:
    """Return whose law holds for the creditor."""
    return workspace.creditor.jurisdiction or workspace.creditor.country


def country_law(workspace: Workspace, jurisdiction: str, on: date) -> CountryLaw:
    """Return the law of a country on a day; raises ``UsageError`` for one that the tables do not know."""
    law = read_law(workspace)
    shown = show_as_dict(law, jurisdiction, on)
    rules = [law.rule(jurisdiction, party) for party in PARTIES]
    names = dict.fromkeys(rule.series for rule in rules if rule.series in law.series)
    tables = [_rate_table(law.series[name]) for name in names]
    return CountryLaw(
        jurisdiction, on, [_numbers(rule) for rule in shown["rules"]], tables, law.keeping.get(jurisdiction)
    )


def _numbers(rule: dict[str, Any]) -> dict[str, Any]:
    """Turn the percentages and days of a rule into values, to be written as the reader writes them."""
    rate = rule["rate"]
    ends_on = rate.get("table_ends_on", "")
    percent = Decimal(rate["percent"]) if rate["percent"] else None
    tiers = [{**tier, "percent": Decimal(tier["percent_of_part_above"])} for tier in rule["compensation"]]
    return {
        **rule,
        "rate": {**rate, "percent": percent, "ends_on": date.fromisoformat(ends_on) if ends_on else None},
        "margin": Decimal(rule["margin_percent"]),
        "since": date.fromisoformat(rule["in_force_from"]) if rule["in_force_from"] else None,
        "compensation": tiers,
    }


def _rate_table(series: Series) -> RateTable:
    newest = series.rows[::-1]
    return RateTable(series, newest[:RATES_SHOWN], max(0, len(newest) - RATES_SHOWN))


def percent_of(rate_ppm: int) -> Decimal:
    """Return a yearly rate in percent."""
    return Decimal(rate_ppm) / 10_000


def cost_of(workspace: Workspace, late: Late) -> InterestResult:
    """Calculate interest and compensation.

    Raises ``UsageError`` for figures that cannot be, ``RateMissingError`` for days that the tables do not cover.
    """
    law = read_law(workspace)
    rule = law.rule(late.jurisdiction, late.party)
    if late.contract_rate:
        rule = agreed(rule, _rate(late.contract_rate))
    paid = ((late.paid_on, minor_of(late.paid_amount, late.currency)),) if late.paid_on and late.paid_amount else ()
    claim = Claim(
        principal_minor=minor_of(late.amount, late.currency),
        currency=late.currency,
        due_on=late.due_on,
        payments=paid,
        default_since=late.default_since,
    )
    return interest(law, rule, claim, late.to_on)


def _rate(text: str) -> int:
    try:
        return parse_percent(text.replace(",", "."))
    except ValueError as error:
        raise UsageError(f"The contract rate {text!r} is no percentage, such as 12.00.") from error


def minor_of(text: str, currency: str) -> int:
    """Read an amount above zero; raises ``UsageError`` that says what is wrong with it."""
    if not money.is_currency(currency):
        raise UsageError(f"{currency!r} is no currency of ISO 4217.")
    try:
        minor = money.parse_minor(plain_amount(text, currency), currency)
    except ValueError as error:
        raise UsageError(f"{text!r} is no amount. Write it like 1234.50.") from error
    if not 0 < minor <= money.AMOUNT_MINOR_MAX:
        raise UsageError(f"The amount {text} is out of range.")
    return minor

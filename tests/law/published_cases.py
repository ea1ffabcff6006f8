"""Reads ``published_cases.csv``: figures of others, recomputed where theirs are wrong, with their source."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from dunwell.law import Claim, DayCount, Options, Rounding
from dunwell.money import parse_minor


@dataclass(frozen=True)
class Case:
    """One line of the file."""

    jurisdiction: str
    party_type: str
    claim: Claim
    to_on: date
    contract_rate: str
    options: Options
    interest_minor: int
    compensation: tuple[int, str]
    not_interest_minor: int | None
    note: str


def published_cases() -> list[Case]:
    """Return all cases of the file."""
    with (Path(__file__).parent / "published_cases.csv").open(encoding="utf-8") as lines:
        return [_case(row) for row in csv.DictReader(lines)]


def _case(row: dict[str, str]) -> Case:
    currency = row["currency"]
    amount, paid_in = (row["expected_compensation"] or "0 ").split(" ")
    return Case(
        jurisdiction=row["jurisdiction"],
        party_type=row["party_type"],
        claim=Claim(
            principal_minor=parse_minor(row["principal"], currency),
            currency=currency,
            due_on=date.fromisoformat(row["due_on"]),
            default_since=date.fromisoformat(row["default_since"]) if row["default_since"] else None,
        ),
        to_on=date.fromisoformat(row["to_on"]),
        contract_rate=row["contract_rate"],
        options=Options(
            day_count=cast("DayCount", row["day_count"]) if row["day_count"] else None,
            rounding=cast("Rounding", row["rounding"]),
        ),
        interest_minor=parse_minor(row["expected_interest"], currency),
        compensation=(parse_minor(amount, paid_in) if paid_in else 0, paid_in),
        not_interest_minor=parse_minor(row["not_interest"], currency) if row["not_interest"] else None,
        note=row["note"],
    )

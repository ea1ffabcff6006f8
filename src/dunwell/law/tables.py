"""Reading the law tables that ship with the package (``*.csv`` and ``rates/*.csv``).

The tables are part of the program: a mistake in them is a mistake in code, raises ``ValueError`` naming table
and line, and is caught by the tests. Rows that an owner adds come in as ``RateRow`` values, checked by
``update``.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from typing import TypeVar, cast, get_args

from dunwell.law.model import (
    BoundSide,
    Citation,
    Compounding,
    ContractBound,
    DayCount,
    Doubt,
    KeepingRule,
    Law,
    Limit,
    LimitEffect,
    PartyType,
    RateRounding,
    RateRow,
    Reset,
    Rule,
    Series,
    SeriesKind,
    Starts,
    Tier,
    Wording,
)
from dunwell.law.percent import PPM, parse_percent
from dunwell.money import to_minor

Row = dict[str, str]
T = TypeVar("T")


def load_law(extra_rates: Sequence[RateRow] = ()) -> Law:
    """Return the tables of the package, with ``extra_rates`` of the workspace merged into their series.

    An extra row replaces a row of the same series and day: an owner may confirm a figure that ships
    unverified.
    """
    law = _package_law()
    if not extra_rates:
        return law
    extended = {name: _extended(series, extra_rates) for name, series in law.series.items()}
    return replace(law, series=extended)


def _extended(series: Series, extra_rates: Sequence[RateRow]) -> Series:
    """Return ``series`` with the extra rows that name it."""
    rows = {row.effective_from: row for row in series.rows}
    rows |= {row.effective_from: row for row in extra_rates if row.series == series.name}
    ordered = tuple(rows[day] for day in sorted(rows))
    covered = series.covered_through and max(series.covered_through, ordered[-1].effective_from)
    return Series(series.name, series.title, series.kind, series.included_ppm, covered, ordered, series.note)


@cache
def _package_law() -> Law:
    """Read every table once; a frozen value, safe to share."""
    root = files("dunwell.law")
    return Law(
        rules={(r.jurisdiction, r.party_type): r for r in _read(root / "rules.csv", _rules)},
        series={s.name: s for s in _read(root / "series.csv", _series)},
        tiers=_tiers_by_scheme(_read(root / "tiers.csv", _tiers)),
        limits=tuple(_read(root / "limits.csv", _limits)),
        bounds=tuple(_read(root / "contract_bounds.csv", _bounds)),
        wordings=tuple(_read(root / "wordings.csv", _wordings)),
        doubts=tuple(_read(root / "doubts.csv", _doubts)),
        citations=tuple(_read(root / "citations.csv", _citations)),
        keeping={rule.jurisdiction: rule for rule in _read(root / "keeping.csv", _keeping)},
    )


def _read(table: Traversable, build: Callable[[Row], Iterable[T]]) -> list[T]:
    """Turn every line of a table into values; ``ValueError`` names the table and line of a bad one."""
    values: list[T] = []
    for line, row in enumerate(_csv_rows(table), start=2):
        try:
            values.extend(build(row))
        except (ValueError, KeyError) as error:
            raise ValueError(f"{table.name}:{line}: {error}") from error
    return values


def _csv_rows(table: Traversable) -> list[Row]:
    """Return the lines of a CSV table as dictionaries."""
    with table.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _rules(row: Row) -> Iterator[Rule]:
    """Build one rule for each party type of the line."""
    for party_type in _party_types(row):
        yield Rule(
            jurisdiction=row["jurisdiction"],
            party_type=party_type,
            reset=cast("Reset", _one_of(row["reset"], get_args(Reset))),
            series=row["series"],
            margin_ppm=parse_percent(row["margin_percent"]),
            flat_ppm=parse_percent(row["flat_percent"]) if row["flat_percent"] else None,
            rounding=cast("RateRounding", _one_of(row["rounding"], get_args(RateRounding))),
            rounding_step_ppm=parse_percent(row["rounding_step_percent"]),
            compounding=cast("Compounding", _one_of(row["compounding"], get_args(Compounding))),
            day_count=cast("DayCount", _one_of(row["day_count"], get_args(DayCount))),
            starts=cast("Starts", _one_of(row["starts"], get_args(Starts))),
            reminder_needed=_yes(row["reminder_needed"]),
            scheme=row["compensation"],
            compensation_needs_notice=_yes(row["compensation_needs_notice"]),
            in_force_from=_date_or_none(row["in_force_from"]),
            legal_basis=row["legal_basis"],
            verified=_yes(row["verified"]),
            source=row["source"],
        )


def _series(row: Row) -> Iterator[Series]:
    """Build a series and read its own file of rates."""
    name = row["series"]
    yield Series(
        name=name,
        title=row["title"],
        kind=cast("SeriesKind", _one_of(row["kind"], get_args(SeriesKind))),
        included_ppm=parse_percent(row["included_percent"]),
        covered_through=_date_or_none(row["covered_through"]),
        rows=tuple(_read(files("dunwell.law") / "rates" / f"{name}.csv", lambda rate: [rate_row(name, rate)])),
        note=row["note"],
    )


def rate_row(series: str, row: Row) -> RateRow:
    """Build one line of a rates file; raises ``ValueError`` saying what is wrong in it."""
    return RateRow(
        series=series,
        effective_from=date.fromisoformat(row["effective_from"]),
        rate_ppm=parse_percent(row["rate_percent"]),
        source=row["source"],
        verified=_yes(row["verified"]),
    )


def _tiers(row: Row) -> Iterator[Tier]:
    """Build one step of a compensation scheme."""
    basis, currency = row["basis_currency"], row["currency"]
    paid_in = currency or basis
    yield Tier(
        scheme=row["scheme"],
        basis_currency=basis,
        over_minor=to_minor(Decimal(row["over_amount"]), basis),
        inclusive=_yes(row["inclusive"]),
        fixed_minor=to_minor(Decimal(row["fixed_amount"]), paid_in),
        percent_ppm=parse_percent(row["percent"]),
        min_minor=to_minor(Decimal(row["min_amount"]), paid_in),
        max_minor=to_minor(Decimal(row["max_amount"]), paid_in) if row["max_amount"] else None,
        currency=currency,
    )


def _tiers_by_scheme(tiers: list[Tier]) -> dict[str, tuple[Tier, ...]]:
    """Group the steps by scheme, lowest first; the table keeps a scheme's lines together."""
    return {scheme: tuple(steps) for scheme, steps in groupby(tiers, key=lambda tier: tier.scheme)}


def _limits(row: Row) -> Iterator[Limit]:
    """Build one limit for each party type of the line."""
    for party_type in _party_types(row):
        yield Limit(
            jurisdiction=row["jurisdiction"],
            party_type=party_type,
            option=row["option"],
            effect=cast("LimitEffect", _one_of(row["effect"], get_args(LimitEffect))),
            scheme=row["scheme"],
            legal_basis=row["legal_basis"],
            verified=_yes(row["verified"]),
            note=row["note"],
        )


def _bounds(row: Row) -> Iterator[ContractBound]:
    """Build one bound of an agreed rate for each party type of the line."""
    for party_type in _party_types(row):
        yield ContractBound(
            jurisdiction=row["jurisdiction"],
            party_type=party_type,
            side=cast("BoundSide", _one_of(row["side"], get_args(BoundSide))),
            fixed_ppm=parse_percent(row["fixed_percent"]) if row["fixed_percent"] else None,
            series=row["series"],
            statutory_party=row["statutory_party"],
            times_ppm=int(Decimal(row["times"]) * PPM),
            legal_basis=row["legal_basis"],
            verified=_yes(row["verified"]),
        )


def _wordings(row: Row) -> Iterator[Wording]:
    """Build one wording duty for each party type of the line."""
    for party_type in _party_types(row):
        yield Wording(
            jurisdiction=row["jurisdiction"],
            party_type=party_type,
            document=row["document"],
            key=row["key"],
            requirement=row["requirement"],
            legal_basis=row["legal_basis"],
            verified=_yes(row["verified"]),
        )


def _citations(row: Row) -> Iterator[Citation]:
    """Build one citation for each party type of the line."""
    for party_type in _party_types(row):
        yield Citation(row["jurisdiction"], party_type, row["interest"], row["compensation"])


def _doubts(row: Row) -> Iterator[Doubt]:
    """Build one open point for each party type of the line."""
    for party_type in _party_types(row):
        yield Doubt(row["jurisdiction"], party_type, row["text"])


def _keeping(row: Row) -> Iterator[KeepingRule]:
    """Build one line of keeping times."""
    yield KeepingRule(
        jurisdiction=row["jurisdiction"],
        figures_years=int(row["figures_years"]),
        documents_years=int(row["documents_years"]),
        letters_years=int(row["letters_years"]),
        legal_basis=row["legal_basis"],
        verified=_yes(row["verified"]),
        source=row["source"],
        note=row["note"],
    )


def _party_types(row: Row) -> list[PartyType]:
    """Return the party types a line speaks of, such as ``business public``."""
    return [cast("PartyType", _one_of(name, get_args(PartyType))) for name in row["party_types"].split()]


def _one_of(text: str, allowed: Sequence[str]) -> str:
    """Return ``text`` when it is one of ``allowed``."""
    if text not in allowed:
        raise ValueError(f"{text!r} is not one of {', '.join(allowed)}")
    return text


def _yes(text: str) -> bool:
    """Read ``yes`` or ``no``."""
    return _one_of(text, ("yes", "no")) == "yes"


def _date_or_none(text: str) -> date | None:
    """Read an ISO date, or nothing."""
    return date.fromisoformat(text) if text else None

"""From the text of ``policy.toml`` to a :class:`PolicySet`, with every mistake reported at once (product §2).

A policy with a mistake is never used in part: the result is ``None`` as soon as there is one problem. What a
file does not say has the default of ``model.py``, which is also what ``dunwell init`` writes out in full.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from dunwell.errors import Problem
from dunwell.policy.keys import NO_LETTER
from dunwell.policy.model import (
    DEFAULT_STEPS,
    DiscountTerms,
    Fee,
    FeeBand,
    HoldRule,
    InterestTerms,
    KeepingTimes,
    LateFee,
    LongerLineTerms,
    MatchingTerms,
    PlanTerms,
    Policy,
    PolicySet,
    RecoveryBand,
    ReferralTerms,
    SelectionRule,
    Step,
)
from dunwell.policy.places import Path, Place, locate
from dunwell.policy.reading import (
    ABSENT,
    Report,
    check_currency,
    nearest,
    read_minor,
    read_table,
    show,
    spell,
)

POLICY_CHARS_MAX = 500_000
"""Longest policy text read, in characters; the default policy has about 8,000."""

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TABLES = {
    "hold": HoldRule,
    "plan": PlanTerms,
    "longer_line": LongerLineTerms,
    "discount": DiscountTerms,
    "matching": MatchingTerms,
    "keeping": KeepingTimes,
}


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """What was read: the policies (``None`` with any problem), the problems, and where each key stands."""

    policies: PolicySet | None
    problems: list[Problem]
    places: Mapping[Path, Place]


def parse_policy(text: str, source: str) -> tuple[PolicySet | None, list[Problem]]:
    """Read a policy file; ``source`` is the name that problems give to it. Never raises for any text."""
    read = read_policy(text, source)
    return read.policies, read.problems


def read_policy(text: str, source: str) -> ReadPolicy:
    """Read a policy file and keep the places of its keys, for checks that come after (see ``check.py``)."""
    text = text.replace("\r\n", "\n")
    if len(text) > POLICY_CHARS_MAX:
        message = f"The file has {len(text)} characters; at most {POLICY_CHARS_MAX} are read."
        return ReadPolicy(None, [Problem(source, 0, "", message, "Check that this is the policy file.")], {})
    try:
        raw = tomllib.loads(text, parse_float=_decimal)
        places = locate(text)
    except (ValueError, RecursionError) as error:
        return ReadPolicy(None, [_syntax_problem(error, text, source)], {})
    report = Report(source, places)
    policies = _read_file(raw, version_of(text), report)
    problems = sorted(report.problems, key=lambda problem: (problem.line, int(problem.column)))
    return ReadPolicy(None if problems else policies, problems, places)


def version_of(text: str) -> str:
    """Return the version of a policy text: the first 12 hex digits of its SHA-256.

    Line ends and spaces at the end of lines do not count, so that an editor that changes them makes no new
    version.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    normalised = "\n".join(lines).strip("\n") + "\n"
    return hashlib.sha256(normalised.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _decimal(text: str) -> Decimal | str:
    """Read a TOML decimal exactly; what is no plain number stays text and is reported by its key."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _syntax_problem(error: Exception, text: str, source: str) -> Problem:
    """Turn the parser's exception into a problem with its line."""
    if isinstance(error, RecursionError):
        return Problem(source, 0, "", "Lists or tables are nested too deeply.", "Write at most three levels.")
    message = str(error)
    match = _TOML_PLACE.search(message)
    what = _TOML_PLACE.sub("", message).rstrip(".")
    line, column = len(text.rstrip().split("\n")), "1"
    if match and match[1]:
        line, column = int(match[1]), match[2]
    hint = "Lines read: key = value, or [table]; texts stand in quotes, dates and whole numbers do not."
    return Problem(source, line, column, f"This is not valid TOML: {what[:200]}.", hint)


def _read_file(raw: dict[str, Any], version: str, report: Report) -> PolicySet:
    values = read_table(raw, (), "file", report)
    policies = _read_policies(raw.get("policy", {}), report)
    rules = tuple(
        rule
        for index, item in _elements(raw.get("select", []), ("select",), report)
        if (rule := _read_rule(item, ("select", index), report)) is not None
    )
    _check_names(values.get("default"), raw, report)
    return PolicySet(policies, values.get("default", ""), rules, values.get("effective_on"), version)


def _check_names(default: str | None, raw: dict[str, Any], report: Report) -> None:
    """Report a default or a selection rule that names a policy which the file does not have."""
    written, rules = raw.get("policy", {}), raw.get("select", [])
    names = list(written) if isinstance(written, dict) else []
    if default is not None:
        _check_name(default, names, ("default",), report)
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        if isinstance(rule, dict) and isinstance(rule.get("policy"), str):
            _check_name(rule["policy"], names, ("select", index, "policy"), report)


def _check_name(name: str, names: list[str], path: Path, report: Report) -> None:
    if name not in names:
        hint = f"{nearest(name, names)}Policies in this file: {', '.join(map(_plain, names)) or 'none'}."
        report.add(path, f"{spell(path)} names the policy {show(name)}, which is not in this file.", hint)


def _plain(name: str) -> str:
    return show(name).strip('"')


def _elements(raw: object, path: Path, report: Report) -> list[tuple[int, Any]]:
    """Return the numbered elements of a list of tables; report anything else."""
    if isinstance(raw, list):
        return list(enumerate(raw))
    name = spell(path)
    report.add(path, f"{name} is {show(raw)}; it must be a list of tables.", f"Begin each with [[{name}]].")
    return []


def _read_rule(raw: object, path: Path, report: Report) -> SelectionRule | None:
    values = read_table(raw, path, "select", report)
    if "policy" not in values:
        return None
    return SelectionRule(**values)


def _read_policies(raw: object, report: Report) -> dict[str, Policy]:
    if not isinstance(raw, dict):
        report.add(("policy",), f"policy is {show(raw)}; it must be a table.", "Write [policy.standard].")
        return {}
    policies = {}
    for name, item in raw.items():
        path: Path = ("policy", name)
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
            hint = "Use small letters a to z, digits, _ and -, at most 40, a letter first."
            report.add(path, f"{show(name)} cannot be the name of a policy.", hint)
        policies[name] = _read_one(name, item, path, report)
    return policies


def _read_one(name: str, raw: object, path: Path, report: Report) -> Policy:
    values = read_table(raw, path, "policy", report)
    if not isinstance(raw, dict):
        return Policy(name, DEFAULT_STEPS)
    for table, make in _TABLES.items():
        if table in raw:
            values[table] = make(**read_table(raw[table], (*path, table), table, report))
    readers = {
        "delivery_days": _read_delivery, "annexes": _read_annexes, "interest": _read_interest,
        "late_fee": _read_late_fee, "referral": _read_referral, "steps": _read_steps,
    }  # fmt: skip
    for table, read in readers.items():
        if table in raw:
            values[table] = read(raw[table], (*path, table), report)
    return Policy(**{"name": name, "steps": DEFAULT_STEPS, **values})


def _read_delivery(raw: object, path: Path, report: Report) -> dict[str, int]:
    return {**Policy("", ()).delivery_days, **read_table(raw, path, "delivery_days", report)}


def _read_annexes(raw: object, path: Path, report: Report) -> dict[str, tuple[str, ...]]:
    return read_table(raw, path, "annexes", report)


def _read_interest(raw: object, path: Path, report: Report) -> InterestTerms:
    terms = InterestTerms(**read_table(raw, path, "interest", report))
    given = isinstance(raw, dict) and "contract_rate" in raw
    if terms.kind == "contract" and not given:
        hint = 'For example contract_rate = "12.00" (percent a year).'
        report.add(path, f"{spell(path)}.contract_rate is missing; the interest is by contract.", hint)
    if terms.kind != "contract" and given:
        hint = 'Set kind = "contract", or take contract_rate out.'
        message = f"{spell(path)}.contract_rate has no effect: kind is {show(terms.kind)}."
        report.add((*path, "contract_rate"), message, hint)
    return terms


def _read_steps(raw: object, path: Path, report: Report) -> tuple[Step, ...]:
    steps: list[Step] = []
    for index, item in _elements(raw, path, report):
        at = (*path, index)
        values = read_table(item, at, "steps", report)
        if isinstance(item, dict) and "fee" in item:
            values["fee"] = _read_fee(item["fee"], (*at, "fee"), report)
        if any(step.id == values.get("id") for step in steps):
            message = f"{spell(at)}.id is {show(values['id'])}, which an earlier step has."
            report.add((*at, "id"), message, "Give each step its own id.")
        if values.get("letter") == NO_LETTER:
            values["letter"] = None
        steps.append(Step(**{"id": "", "day": 1, "letter": None, **values}))
    if not steps and isinstance(raw, list):
        report.add(path, f"{spell(path)} is empty.", "Write at least one step, or leave steps out for the default.")
    return tuple(steps)


def _read_late_fee(raw: object, path: Path, report: Report) -> LateFee:
    values = _fee_values(raw, path, "late_fee", report)
    from_days = values.pop("from_days_past_due", 1)
    return LateFee(Fee(**values), from_days)


def _read_fee(raw: object, path: Path, report: Report) -> Fee:
    return Fee(**_fee_values(raw, path, "fee", report))


def _fee_values(raw: object, path: Path, table: str, report: Report) -> dict[str, Any]:
    """Read a fee; each kind has its own figure, and a figure of another kind is reported."""
    values = read_table(raw, path, table, report)
    if isinstance(raw, dict):
        if "bands" in raw:
            values["bands"] = _read_bands(raw["bands"], (*path, "bands"), report)
        if "kind" in values:
            _check_figures(values["kind"], raw, path, report)
        _check_bounds(values, path, report)
    return {"kind": "flat", **values}


_FIGURES = {"flat": ("amount",), "percent": ("percent",), "bands": ("bands", "accumulate")}


def _check_figures(kind: str, raw: dict[str, Any], path: Path, report: Report) -> None:
    needed = _FIGURES[kind][0]
    if needed not in raw:
        report.add(path, f"{spell(path)}.{needed} is missing; kind is {show(kind)}.", f"Add {needed}.")
    for other in (name for names in _FIGURES.values() for name in names):
        if other in raw and other not in _FIGURES[kind]:
            message = f"{spell(path)}.{other} has no effect: kind is {show(kind)}."
            report.add((*path, other), message, "Take it out, or change kind.")


def _check_bounds(values: dict[str, Any], path: Path, report: Report) -> None:
    low, high = values.get("min_minor", {}), values.get("max_minor", {})
    for currency in sorted(low.keys() & high.keys()):
        if low[currency] > high[currency]:
            message = f"{spell(path)}: the {currency} minimum is above the maximum."
            report.add((*path, "minimum", currency), message, "Lower the minimum or raise the maximum.")


def _read_bands(raw: object, path: Path, report: Report) -> dict[str, tuple[FeeBand, ...]]:
    if not isinstance(raw, dict):
        hint = 'For example bands = { EUR = [ { up_to = "500.00", amount = "5.00" }, { percent = "1.00" } ] }.'
        report.add(path, f"{spell(path)} is {show(raw)}; it must be bands by currency.", hint)
        return {}
    return {
        currency: _read_currency_bands(item, currency, (*path, currency), report)
        for currency, item in raw.items()
        if check_currency(currency, (*path, currency), report)
    }


def _read_currency_bands(raw: object, currency: str, path: Path, report: Report) -> tuple[FeeBand, ...]:
    bands = [_read_band(item, currency, (*path, i), report) for i, item in _elements(raw, path, report)]
    for index, band in enumerate(bands):
        _check_order((*path, index), [one.up_to_minor for one in bands[: index + 1]], report)
        if band.percent_hundredths and band.amount_minor:
            message = f"{spell((*path, index))} has a percent and an amount."
            report.add((*path, index), message, "Give one of them.")
    return tuple(bands)


def _check_order(path: Path, ends: list[int | None], report: Report) -> None:
    """Report a band that lies below the one before it, or that comes after the band without an end."""
    if len(ends) < 2:
        return
    before, last = ends[-2:]
    if before is None:
        report.add(path, f"{spell(path)} comes after a band without an end.", "Put the band without an end last.")
    elif last is not None and last <= before:
        report.add(path, f"{spell(path)} does not end above the band before it.", "Put the bands in rising order.")


def _read_band(raw: object, currency: str, path: Path, report: Report) -> FeeBand:
    values = read_table(raw, path, "band", report)
    for name, field in (("up_to", "up_to_minor"), ("amount", "amount_minor")):
        if field in values:
            values[field] = read_minor(values[field], currency, (*path, name), report)
    given = {name: value for name, value in values.items() if value is not ABSENT}
    return FeeBand(**{"up_to_minor": None, **given})


def _read_referral(raw: object, path: Path, report: Report) -> ReferralTerms:
    values = read_table(raw, path, "referral", report)
    if isinstance(raw, dict) and "recovery" in raw:
        values["recovery"] = _read_recovery(raw["recovery"], (*path, "recovery"), report)
    return ReferralTerms(**values)


def _read_recovery(raw: object, path: Path, report: Report) -> tuple[RecoveryBand, ...]:
    bands = []
    for index, item in _elements(raw, path, report):
        values = read_table(item, (*path, index), "recovery", report)
        bands.append(RecoveryBand(values.get("up_to_days_past_due"), values.get("probability_percent", 0)))
        _check_order((*path, index), [band.up_to_days_past_due for band in bands], report)
    if bands and bands[-1].up_to_days_past_due is not None:
        hint = "End with a band that has only probability_percent, for everything older."
        report.add((*path, len(bands) - 1), f"{spell(path)} says nothing about older debts.", hint)
    if not bands and isinstance(raw, list):
        report.add(path, f"{spell(path)} is empty.", "Write at least one band with probability_percent.")
    return tuple(bands)

"""Reads ``*.table`` files and runs their rows through the engine: docs/develop/stories.md explains them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from dunwell.assess.engine import assess
from dunwell.assess.reasons import explain
from dunwell.ledger.frames import ACCOUNTS, ENTRIES, ENTRY_KIND, EVENTS, INVOICES, ORDERS, Ledger, empty
from dunwell.money import format_plain, parse_minor
from dunwell.policy.model import PolicySet
from dunwell.policy.parse import parse_policy
from tests.stories.facts import policy_text
from tests.stories.language import Line

DAY_ZERO = date(2026, 3, 2)
"""Days of a table count from this Monday; an invoice that names no other day is due on it."""

LADDER = "reminder@3 second_request@12 third_request@22"
"""``asked: ladder``: the default letters up to the warning, the last one payable through day 29."""

_TOKEN = re.compile(
    r"(?P<what>\w+)(?::(?P<amount>[\d.]+))?(?::(?P<invoice>[A-Z]))?@(?P<on>-?\d+)(?:\.\.(?P<until>\d+))?"
)
_OWED = re.compile(r"(?P<amount>[\d.]+)(?P<currency>[A-Z]{3})?@(?P<due>-?\d+)")


@dataclass
class Row:
    """One line of a table: the situation left of the bar, what is expected right of it."""

    number: int
    text: str
    cells: Mapping[str, str]


@dataclass
class Group:
    """Rows under one sentence and one policy."""

    path: Path
    sentence: str
    policy: list[Line] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def policies(self) -> PolicySet:
        """The default policy with the group's changes."""
        policies, problems = parse_policy(policy_text(self.policy), str(self.path))
        assert policies is not None, problems
        return policies


def read_groups(path: Path) -> list[Group]:
    """Return the groups of a file: a sentence, policy lines, a header line, and the rows."""
    groups: list[Group] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if text.startswith("#"):
            _take_sentence(groups, path, text)
        elif text.startswith(("policy ", "step ")):
            groups[-1].policy.append(Line(number, text))
        elif text and not groups[-1].columns:
            groups[-1].columns = _cells(text)
        elif text:
            row = dict(zip(groups[-1].columns, _cells(text), strict=True))
            groups[-1].rows.append(Row(number, text, row))
    return groups


def _take_sentence(groups: list[Group], path: Path, text: str) -> None:
    """Begin a group, or go on with its sentence."""
    if groups and not groups[-1].columns and not groups[-1].policy:
        groups[-1].sentence += " " + text.lstrip("# ")
    else:
        groups.append(Group(path, text.lstrip("# ")))


def _cells(text: str) -> list[str]:
    return [cell for part in text.split("|") for cell in re.split(r"\s{2,}", part.strip())]


def failures(group: Group) -> Iterator[str]:
    """Yield the rows that came out otherwise, each with what came and the reasons."""
    policies = group.policies()
    for day in sorted({int(row.cells["day"]) for row in group.rows}):
        rows = [row for row in group.rows if int(row.cells["day"]) == day]
        accounts = assess(_ledger(rows), policies, None, _date(day)).accounts
        for row, (_, found) in zip(rows, accounts.group_by("account_id", maintain_order=True), strict=True):
            yield from _differences(row, found.row(0, named=True), policies)


def _differences(row: Row, came: Mapping[str, Any], policies: PolicySet) -> Iterator[str]:
    reasons = explain(came, policies.policies[came["policy"]])
    passed = {reason.rule: reason.passed for reason in reasons}
    wrong = [f"outcome {_outcome(came)}"] if row.cells["outcome"] != _outcome(came) else []
    for token in row.cells.get("because", "-").split():
        name, is_number, expected = token.partition("=")
        if is_number and _number(came, name) != expected:
            wrong.append(f"{name}={_number(came, name)}")
        elif not is_number and token != "-" and passed.get(token[1:]) is not (token[0] == "+"):
            wrong.append(f"{token[1:]} {passed.get(token[1:], 'not given')}")
    if wrong:
        told = [f"  {'+' if reason.passed else '-'}{reason.rule}: {reason.text}" for reason in reasons]
        yield "\n".join([f"line {row.number}: {row.text}", f"came: {', '.join(wrong)}", *told])


def _outcome(came: Mapping[str, Any]) -> str:
    return " ".join([came["action"], *([came["step"]] if came["action"] == "letter" else [])])


def _number(came: Mapping[str, Any], name: str) -> str:
    column = {"total": "total_due", "fee": "late_fee"}.get(name, name)
    if f"{column}_minor" in came:
        return format_plain(came[f"{column}_minor"], came["currency"])
    value = came[column]
    return str((value - DAY_ZERO).days if isinstance(value, date) else value)


def _ledger(rows: list[Row]) -> Ledger:
    """One customer per row; invoices A, B, C in the order in which they are owed."""
    invoices = [each for number, row in enumerate(rows, 1) for each in _invoices(number, row)]
    entries = [each for number, row in enumerate(rows, 1) for each in _happened(number, row) if "paid_on" in each]
    events = [each for number, row in enumerate(rows, 1) for each in _happened(number, row) if "on" in each]
    accounts = [_account(number, row) for number, row in enumerate(rows, 1)]
    frames = (_frame(ACCOUNTS, accounts), _frame(INVOICES, invoices), _frame(ENTRIES, entries), _frame(EVENTS, events))
    return Ledger(*frames, empty(ORDERS))


def _frame(schema: pl.Schema, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _account(number: int, row: Row) -> dict[str, Any]:
    contract = {"yes": True, "no": False}.get(row.cells.get("contract", "-"))
    currency = next(_invoices(number, row))["currency"]
    who = {"account_number": f"C-{number}", "country": "GB", "party_type": "business", "currency": currency}
    return {"account_id": number, **who, "contract_allows_hold": contract}


def _invoices(number: int, row: Row) -> Iterator[dict[str, Any]]:
    for index, token in enumerate(row.cells.get("owes", "100.00@0").split()):
        found = _matched(_OWED, token)
        currency, due = found["currency"] or "EUR", int(found["due"])
        dates = {"issued_on": _date(due - 30), "due_on": _date(due)}
        amount_minor = parse_minor(found["amount"], currency)
        key = {"invoice_id": number * 10 + index, "account_id": number, "currency": currency}
        yield {**key, **dates, "amount_minor": amount_minor}


def _happened(number: int, row: Row) -> Iterator[dict[str, Any]]:
    """Yield entries (``paid_on``) and events (``on``) of a row."""
    for token in _tokens(row, "asked"):
        found = _matched(_TOKEN, token)
        until_on = _date(int(found["until"])) if found["until"] else None
        until_on = _date(29) if token == "third_request@22" else until_on
        yield _event(number, "request", found, {"step": found["what"], "until_on": until_on})
    for token in _tokens(row, "happened"):
        found = _matched(_TOKEN, token)
        invoice_id = number * 10 + ord(found["invoice"]) - ord("A") if found["invoice"] else None
        amount_minor = parse_minor(found["amount"], "EUR") if found["amount"] else None
        common = {"invoice_id": invoice_id, "amount_minor": amount_minor}
        if found["what"] in ENTRY_KIND.categories:
            when = {"paid_on": _date(int(found["on"])), "kind": found["what"], "currency": "EUR"}
            yield {"account_id": number, **common, **when}
        else:
            until_on = _date(int(found["until"])) if found["until"] else None
            yield _event(number, found["what"], found, {**common, "until_on": until_on})


def _tokens(row: Row, column: str) -> list[str]:
    text = row.cells.get(column, "-").replace("ladder", LADDER)
    return [] if text == "-" else text.split()


def _event(number: int, kind: str, found: re.Match[str], more: dict[str, Any]) -> dict[str, Any]:
    return {"account_id": number, "kind": kind, "on": _date(int(found["on"])), **more}


def _matched(pattern: re.Pattern[str], token: str) -> re.Match[str]:
    found = pattern.fullmatch(token)
    assert found, f"{token!r} is no table language"
    return found


def _date(day: int) -> date:
    return DAY_ZERO + timedelta(days=day)

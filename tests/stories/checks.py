"""What a story expects, held against what a command gave."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dunwell.money import format_plain
from tests.stories.language import StoryError
from tests.support.command_line import CliResult

Row = Mapping[str, Any]

AMOUNTS = {
    name: f"{name.replace(' ', '_')}_minor"
    for name in ("open", "overdue", "chaseable", "unapplied", "interest", "compensation", "exposure", "demanded")
} | {"fee": "late_fee_minor", "total": "total_due_minor", "limit": "credit_limit_minor"}
VALUES = {
    "days": "oldest_days_past_due",
    "requests": "requests_sent",
    "unanswered": "unanswered_requests",
    "next step": "next_step",
    "pay by": "pay_by_on",
    "cure by": "cure_by_on",
    "next look": "next_look_on",
    "policy": "policy",
}
COUNTS = ("drafted", "proposed", "withdrawn", "released", "approved", "sent", "cancelled", "refused")
ACTIONS = ("none", "letter", "hold", "release", "match_cash", "refer", "review")
HOLDS = ("none", "proposed", "approved", "notified", "in_force", "released", "withdrawn")

_SCOPE = re.compile(r"(?P<account>[A-Z][\w-]*)(?: (?P<currency>[A-Z]{3}))?:\s+(?P<items>.+)")
_ITEM = re.compile(r'((?:[^,"]|"[^"]*")+)')


@dataclass(frozen=True)
class Outcome:
    """What a command gave; ``only_account`` is the account meant when a line names none."""

    result: CliResult
    only_account: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """What it printed, when that is one JSON object."""
        try:
            value = json.loads(self.result.stdout)
        except json.JSONDecodeError:
            return {}
        return value if isinstance(value, dict) else {}

    def rows(self) -> list[Row]:
        """The accounts, holds or currencies that it printed."""
        return next((self.json[name] for name in ("accounts", "currencies", "holds") if name in self.json), [])


def expected_exit(texts: list[str]) -> int:
    """Return the exit status that a story says, else 0."""
    found = [int(item.split()[1]) for text in texts for item in _items(text) if item.startswith("exit ")]
    return found[0] if found else 0


def differences(text: str, outcome: Outcome) -> list[str]:
    """Return what came otherwise than expected; empty when all of it came true."""
    scope = _SCOPE.fullmatch(text)
    account, currency = (scope["account"], scope["currency"]) if scope else (outcome.only_account, None)
    return [
        f"expected  {item}\ncame      {came}"
        for item in _items(scope["items"] if scope else text)
        if (came := _came(item, outcome, account, currency)) is not None
    ]


def reasons(outcome: Outcome) -> str:
    """Return the reasons of every account, as ``dunwell why`` prints them."""
    lines = []
    for row in outcome.rows():
        lines.append(f"{row['account_number']} {row['currency']}: {row.get('action', '')} {row.get('step') or ''}")
        lines += [
            f"  {'✓' if each['passed'] else '✗'} {each['rule']}: {each['text']}" for each in row.get("reasons", ())
        ]
    return "\n".join(lines)


def _items(text: str) -> list[str]:
    return [item.strip() for item in _ITEM.findall(text)]


def _came(item: str, outcome: Outcome, account: str, currency: str | None) -> str | None:
    """Return what came instead of ``item``; ``None`` when it came true."""
    for is_meant, check in _GENERAL:
        if is_meant(item):
            return check(item, outcome)
    rows = [row for row in outcome.rows() if row["account_number"] == account]
    chosen = [row for row in rows if currency in (None, row["currency"])]
    if item == "absent":
        return None if not chosen else f"{account} is there"
    if len(chosen) != 1:
        return f"{len(chosen)} rows of {account or 'no account'} {currency or ''}".rstrip()
    return _came_in_row(item, chosen[0])


def _came_in_row(item: str, row: Row) -> str | None:
    name, _, value = item.rpartition(" ")
    if name == "hold" and value in HOLDS:
        return _unless_equal(value, str(row.get("hold", row.get("state"))))
    if name in ("yes", "no"):
        return _came_of_rule(value, row, is_passed=name == "yes")
    if name in AMOUNTS:
        minor = row[AMOUNTS[name]]
        return _unless_equal(value, "none" if minor is None else format_plain(minor, row["currency"]))
    if name in VALUES:
        return _unless_equal(value, str(row[VALUES[name]] if row[VALUES[name]] is not None else "none"))
    if name.startswith("bucket "):
        amount_minor = row["buckets_minor"][name.removeprefix("bucket ")]
        return _unless_equal(value, format_plain(amount_minor, row["currency"]))
    action, _, step = item.partition(" ")
    if action not in ACTIONS:
        raise StoryError(f"nobody knows how to expect {item!r}")
    came = f"{row['action']} {row['step']}" if step else str(row["action"])
    return _unless_equal(item, came)


def _came_of_rule(rule: str, row: Row, *, is_passed: bool) -> str | None:
    found = next((reason for reason in row["reasons"] if reason["rule"] == rule), None)
    if found is None:
        return f"no reason named {rule}"
    return None if found["passed"] is is_passed else f"{'yes' if found['passed'] else 'no'}: {found['text']}"


def _unless_equal(expected: str, came: str) -> str | None:
    return None if expected == came else came


def _count(item: str, outcome: Outcome) -> str | None:
    name, _, number = item.partition(" ")
    found = outcome.json.get(name)
    return _unless_equal(number, str(len(found) if isinstance(found, list) else found))


def _says(item: str, outcome: Outcome) -> str | None:
    fragment = item.partition('"')[2].removesuffix('"')
    printed = _one_line(outcome.result.stdout + outcome.result.stderr)
    is_said = _one_line(fragment) in printed
    return None if is_said is not item.startswith("says not") else f"it printed: {printed[:2000]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _letters(item: str, outcome: Outcome) -> str | None:
    told = item.removeprefix("letters ")
    listed = [f"{letter['step']} {letter['state']}" for letter in outcome.json["letters"]]
    return _unless_equal(told, " then ".join(listed) or "none")


def _nothing_to_do(_item: str, outcome: Outcome) -> str | None:
    busy = [f"{row['account_number']} {row['action']}" for row in outcome.rows() if row["action"] != "none"]
    return ", ".join(busy) or None


def _is_flag(item: str, outcome: Outcome) -> str | None:
    return None if outcome.json.get(f"is_{item}") else f"not {item}"


_GENERAL: tuple[tuple[Callable[[str], bool], Callable[[str, Outcome], str | None]], ...] = (
    (lambda item: item.startswith("exit "), lambda item, out: _unless_equal(item, f"exit {out.result.exit_code}")),
    (lambda item: item.startswith("says "), _says),
    (lambda item: item.startswith("letters "), _letters),
    (lambda item: item == "nothing to do", _nothing_to_do),
    (lambda item: item in ("replay", "recorded"), _is_flag),
    (lambda item: re.fullmatch(rf"({'|'.join(COUNTS)}) \d+", item) is not None, _count),
)

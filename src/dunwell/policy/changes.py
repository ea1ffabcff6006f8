"""What differs between two versions of the policy, key by key, in the spelling of the file.

The effect on accounts needs a ledger and is worked out by running both versions; this is what the owner
changed. Comments, the order of keys and values that equal the default make no difference.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dunwell.money import format_plain
from dunwell.policy.keys import NO_LETTER, TABLES, Kind
from dunwell.policy.model import PolicySet

ABSENT = ""
"""What stands on the side where a key does not exist."""

Written = Iterator[tuple[str, str]]
"""Keys and their values as text."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One key whose value differs; an empty side means that the key is not there."""

    key: str
    old: str
    new: str


def policy_changes(old: PolicySet, new: PolicySet) -> list[Change]:
    """Return every difference between two policy sets, sorted by key; the version digest is not compared."""
    before, after = dict(_whole(old)), dict(_whole(new))
    return [
        Change(key, before.get(key, ABSENT), after.get(key, ABSENT))
        for key in sorted(before.keys() | after.keys())
        if before.get(key, ABSENT) != after.get(key, ABSENT)
    ]


def _whole(policies: PolicySet) -> Written:
    yield "default", policies.default
    if policies.effective_on is not None:
        yield "effective_on", policies.effective_on.isoformat()
    for number, rule in enumerate(policies.rules, start=1):
        yield from _table(rule, "select", f"select[{number}]")
    for name, policy in policies.policies.items():
        yield from _table(policy, "policy", f"policy.{name}")


def _table(record: object, table: str, path: str, currency: str = "") -> Written:
    """Write one table of the file from its record; ``currency`` is that of its single amounts."""
    for key in TABLES[table]:
        value = _field(record, key.target)
        if value is None and key.name == "letter":
            value = NO_LETTER
        at = f"{path}.{key.name}"
        if value is None:
            continue
        if key.kind == "amounts":
            yield from ((f"{at}.{code}", format_plain(amount, code)) for code, amount in value.items())
        elif key.kind == "table":
            yield from _inner(value, key.name, at)
        else:
            yield at, _write(value, key.kind, currency)


def _field(record: object, name: str) -> Any:
    """Return a field of a record; the table of a late fee also holds the fields of the fee in it."""
    return getattr(record, name) if hasattr(record, name) else getattr(record.fee, name)  # type: ignore[attr-defined]


def _inner(value: Any, name: str, path: str) -> Written:
    """Write a table inside a table; steps go by their ids, so that a step put in between moves no other."""
    if name == "delivery_days":
        yield from ((f"{path}.{channel}", str(days)) for channel, days in value.items())
    elif name == "annexes":
        yield from ((f"{path}.{letter}", ", ".join(kinds) or "none") for letter, kinds in value.items())
    elif name == "steps":
        yield path, ", ".join(step.id for step in value)
        for step in value:
            yield from _table(step, name, f"{path}.{step.id}")
    elif name == "recovery":
        for number, band in enumerate(value, start=1):
            yield from _table(band, name, f"{path}[{number}]")
    elif name == "bands":
        for code, bands in value.items():
            for number, band in enumerate(bands, start=1):
                yield from _table(band, "band", f"{path}.{code}[{number}]", code)
    else:
        yield from _table(value, name, path)


def _write(value: Any, kind: Kind, currency: str) -> str:
    """Write a value as the file would, without quotes."""
    if kind == "flag":
        return "true" if value else "false"
    if kind == "percent":
        return f"{value // 100}.{value % 100:02}"
    if kind == "choices":
        return ", ".join(value)
    return format_plain(value, currency) if kind == "amount" else str(value)

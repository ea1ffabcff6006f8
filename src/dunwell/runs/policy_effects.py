"""What a change of the policy does: the keys that differ, and the accounts that would be treated differently on a day.

The same ledger is assessed under both versions; nothing is written (product §6, "what would change?").
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from dunwell.assess.engine import assess
from dunwell.errors import UsageError
from dunwell.ledger.frames import Ledger
from dunwell.policy.changes import Change, policy_changes
from dunwell.runs.rules import Rules, read_rules_file, rules_of
from dunwell.runs.versions import last_version, ledger_on, version_by
from dunwell.store.lookups import account_names
from dunwell.store.workspace import Workspace

AMOUNTS = ("late_fee_minor", "interest_minor", "compensation_minor", "total_due_minor")
TREATMENT = ("action", "step", "letter_kind", "hold", "pay_by_on", *AMOUNTS)
"""What an account notices of a policy."""

_PAIR = ["account_id", "currency"]
_NEW = "_new"

Treatment = Mapping[str, Any]
"""The values of ``TREATMENT`` for one account and currency, dates as ISO text."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: its name for people, and its rules."""

    name: str
    rules: Rules


@dataclass(frozen=True, slots=True)
class Effect:
    """One account and currency that would be treated differently."""

    account_number: str
    name: str
    currency: str
    old: Treatment
    new: Treatment

    @property
    def differing(self) -> tuple[str, ...]:
        """The names of what differs."""
        return tuple(name for name in TREATMENT if self.old[name] != self.new[name])


@dataclass(frozen=True, slots=True)
class PolicyEffects:
    """The comparison of two versions; ``accounts`` is how many the ledger has."""

    as_of: date
    old: Side
    new: Side
    changes: list[Change]
    effects: list[Effect]
    accounts: int

    @property
    def accounts_changed(self) -> int:
        """How many accounts would be treated differently, in whatever currency."""
        return len({effect.account_number for effect in self.effects})

    def by_action(self) -> list[tuple[str, str, int]]:
        """Count the effects by action before and after, most frequent first; both equal: only figures differ."""
        counts = Counter((str(effect.old["action"]), str(effect.new["action"])) for effect in self.effects)
        return [(old, new, count) for (old, new), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]

    def total_due_change_minor(self) -> dict[str, int]:
        """How much more would be demanded in all, by currency; currencies without a difference are left out."""
        sums: Counter[str] = Counter()
        for effect in self.effects:
            sums[effect.currency] += effect.new["total_due_minor"] - effect.old["total_due_minor"]
        return {currency: minor for currency, minor in sorted(sums.items()) if minor}


def side(workspace: Workspace, named: str) -> Side:
    """Return the version that ``named`` means: a policy file, else the digest of a kept version.

    Raises ``UsageError`` when it is neither, ``WorkspaceError`` for mistakes in the file.
    """
    path = Path(named)
    if path.is_file():
        return Side(named, read_rules_file(workspace, path))
    if path.suffix or len(path.parts) > 1:
        raise UsageError(f"There is no policy file {named}.")
    version = version_by(named)
    return Side(f"version {version}", rules_of(workspace, version))


def present_side(workspace: Workspace) -> Side:
    """Return the policy file of the workspace."""
    return Side(workspace.policy_path.name, read_rules_file(workspace, workspace.policy_path))


def last_side(workspace: Workspace) -> Side:
    """Return the version that the last run used; raises ``UsageError`` before the first run."""
    version = last_version()
    if version is None:
        raise UsageError("No run has used a policy yet, so there is nothing to compare with; name two policy files.")
    return Side(f"version {version}", rules_of(workspace, version))


def policy_effects(old: Side, new: Side, as_of: date) -> PolicyEffects:
    """Compare two versions, key by key and by their effect on every account as of a day."""
    changes = policy_changes(old.rules.policies, new.rules.policies)
    ledger = ledger_on(as_of)
    effects = _effects(ledger, old.rules, new.rules, as_of) if changes else []
    return PolicyEffects(as_of, old, new, changes, effects, ledger.accounts.height)


def effects_json(found: PolicyEffects) -> dict[str, Any]:
    """Return a comparison as plain values; amounts are minor units."""
    return {
        "as_of": found.as_of.isoformat(),
        "old": {"name": found.old.name, "version": found.old.rules.policies.version},
        "new": {"name": found.new.name, "version": found.new.rules.policies.version},
        "changes": [{"key": one.key, "old": one.old, "new": one.new} for one in found.changes],
        "accounts": [_effect_json(effect) for effect in found.effects],
        "counts": {
            "accounts": found.accounts,
            "accounts_changed": found.accounts_changed,
            "by_action": [{"old": old, "new": new, "count": count} for old, new, count in found.by_action()],
            "total_due_change_minor": found.total_due_change_minor(),
        },
    }


def _effect_json(effect: Effect) -> dict[str, Any]:
    return {
        "account_number": effect.account_number,
        "name": effect.name,
        "currency": effect.currency,
        "differing": list(effect.differing),
        "old": dict(effect.old),
        "new": dict(effect.new),
    }


def _effects(ledger: Ledger, old: Rules, new: Rules, as_of: date) -> list[Effect]:
    before, after = (_treatment(ledger, rules, as_of) for rules in (old, new))
    both = before.join(after, on=_PAIR, suffix=_NEW)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + _NEW)) for name in TREATMENT)
    rows = list(both.filter(differs).iter_rows(named=True))
    names = account_names({row["account_id"] for row in rows})
    found = [_effect(row, *names[row["account_id"]]) for row in rows]
    return sorted(found, key=lambda effect: (effect.account_number, effect.currency))


def _treatment(ledger: Ledger, rules: Rules, as_of: date) -> pl.DataFrame:
    """Assess, and keep what happens on that day: a step that is not taken yet is no treatment."""
    accounts = assess(ledger, rules.policies, rules.legal, as_of).accounts
    step = pl.when(pl.col("action").is_in(["letter", "hold", "refer"])).then("step").alias("step")
    return accounts.with_columns(step).select(
        "account_id",
        *(pl.col(name).cast(pl.String) for name in ("currency", "action", "step", "letter_kind", "hold", "pay_by_on")),
        *AMOUNTS,
    )


def _effect(row: Mapping[str, Any], number: str, name: str) -> Effect:
    old = {field: row[field] for field in TREATMENT}
    new = {field: row[field + _NEW] for field in TREATMENT}
    return Effect(number, name, row["currency"], old, new)

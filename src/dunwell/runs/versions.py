"""The versions of the policy that are kept: from when each held, and what a customer signed under it.

A version takes effect on its ``effective_on``; without one, on the day of the first run that used it. It holds until
another takes effect. Going back to an earlier text is a new beginning of that version.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from dunwell.assess.parameters import policy_index
from dunwell.errors import Problem, UsageError
from dunwell.ledger.frames import Ledger
from dunwell.policy.parse import parse_policy
from dunwell.store.models import Account, PolicyVersion, Run
from dunwell.store.reading import read_ledger

SIGNED_ON = "signed_on"
"""The column of customers.csv that says when a customer signed; kept among the columns Dunwell does not know."""

_FEW = 500
"""So many accounts are looked up by their keys; for more, the whole table is read once."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The day from which a version held."""

    on: date
    version: PolicyVersion


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version, the day it took effect, and the as-of dates of the first and last run that used it."""

    version: PolicyVersion
    took_effect_on: date
    first_run_on: date
    last_run_on: date


def beginnings() -> list[Beginning]:
    """Return from when versions held, oldest first; the last one on or before a day is in force on it."""
    found: list[Beginning] = []
    seen: set[int] = set()
    before = 0
    for used_on, version in _uses():
        if version.pk != before:
            stated_on = None if version.pk in seen else version.effective_on
            found.append(Beginning(stated_on or used_on, version))
        seen.add(version.pk)
        before = version.pk
    return sorted(found, key=lambda one: one.on)  # stable: of two on one day, the one used later


def in_force_on(day: date) -> PolicyVersion | None:
    """Return the kept version that is in force on a day; ``None`` before the first."""
    return _latest(beginnings(), day)


def kept_versions() -> list[KeptVersion]:
    """Return every version that a run has used, in the order in which they took effect."""
    days: dict[int, list[date]] = {}
    versions: dict[int, PolicyVersion] = {}
    for used_on, version in _uses():
        days.setdefault(version.pk, []).append(used_on)
        versions[version.pk] = version
    kept = [
        KeptVersion(version, version.effective_on or min(days[key]), min(days[key]), max(days[key]))
        for key, version in versions.items()
    ]
    return sorted(kept, key=lambda one: (one.took_effect_on, one.version.pk))


def last_version() -> PolicyVersion | None:
    """Return the version of the latest run."""
    used = _uses()
    return used[-1][1] if used else None


def version_by(digest: str) -> PolicyVersion:
    """Return the kept version whose digest begins with ``digest``; raises ``UsageError`` when it is not one."""
    found = list(PolicyVersion.objects.filter(version__startswith=digest)[:2]) if digest else []
    if not found:
        raise UsageError(f"No policy version {digest!r} is kept; dunwell policy versions lists those that are.")
    if len(found) > 1:
        raise UsageError(f"More than one policy version begins with {digest!r}; write more of it.")
    return found[0]


def ledger_on(as_of: date, account_ids: Collection[int] | None = None) -> Ledger:
    """Read the ledger for an assessment, with what each customer's contract says of holds."""
    return with_contracts(read_ledger(as_of, account_ids))


def with_contracts(ledger: Ledger) -> Ledger:
    """Say *no* to holds for customers who signed under a version that did not allow them (product §2.1, condition 4).

    Only where the customer's record is silent (``contract_allows_hold`` null) and says when they signed. A customer
    who signed before the first version, or under one that allowed holds, is left to the present policy.
    """
    signed, problems = _signed(ledger.accounts.filter(pl.col("contract_allows_hold").is_null())["account_id"])
    forbidden = _without_hold(ledger.accounts, _by_version(signed))
    if not forbidden:
        return replace(ledger, problems=(*ledger.problems, *problems))
    allows = pl.when(pl.col("account_id").is_in(forbidden)).then(pl.lit(value=False)).otherwise("contract_allows_hold")
    accounts = ledger.accounts.with_columns(allows.alias("contract_allows_hold"))
    return replace(ledger, accounts=accounts, problems=(*ledger.problems, *problems))


def _uses() -> list[tuple[date, PolicyVersion]]:
    """The as-of date of every finished run with its version, in order."""
    versions = PolicyVersion.objects.in_bulk()
    runs = Run.objects.filter(state="finished", policy_version__isnull=False).order_by("as_of", "id")
    return [(as_of, versions[key]) for as_of, key in runs.values_list("as_of", "policy_version_id")]


def _latest(begun: list[Beginning], day: date) -> PolicyVersion | None:
    held = [one.version for one in begun if one.on <= day]
    return held[-1] if held else None


def _signed(account_ids: pl.Series) -> tuple[dict[int, date], list[Problem]]:
    """When each of these accounts signed, where its record says so, and what could not be read as a date."""
    accounts = Account.objects.filter(extra__has_key=SIGNED_ON)
    if len(account_ids) <= _FEW:
        accounts = accounts.filter(pk__in=account_ids.to_list())
    rows = list(accounts.values_list("pk", "account_number", f"extra__{SIGNED_ON}"))
    wanted = set(account_ids) if rows else set()
    signed, problems = {}, []
    for key, number, written in rows:
        if key not in wanted or not written:
            continue
        try:
            signed[key] = date.fromisoformat(str(written).strip())
        except ValueError:
            message = f"{written!r} is no date, so the present policy decides on holds."
            problems.append(Problem(f"account {number}", 0, SIGNED_ON, message, "Write it like 2026-11-22."))
    return signed, problems


def _by_version(signed: dict[int, date]) -> dict[PolicyVersion, list[int]]:
    """The accounts that signed under each version."""
    begun = beginnings() if signed else []
    found: dict[PolicyVersion, list[int]] = {}
    for account_id, on in signed.items():
        version = _latest(begun, on)
        if version is not None:
            found.setdefault(version, []).append(account_id)
    return found


def _without_hold(accounts: pl.DataFrame, signers: dict[PolicyVersion, list[int]]) -> list[int]:
    """The accounts whose policy, under the version they signed, does not allow holds."""
    found: list[int] = []
    for version, account_ids in signers.items():
        policies, _ = parse_policy(version.text, str(version))
        if policies is None:
            continue  # a text that a later program can no longer read; the present policy decides
        strict = [number for number, policy in enumerate(policies.policies.values()) if not policy.hold.allowed]
        own = accounts.filter(pl.col("account_id").is_in(account_ids)).with_columns(policy_index(policies))
        found += own.filter(pl.col("policy_index").is_in(strict))["account_id"].to_list()
    return found

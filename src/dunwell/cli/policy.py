"""``dunwell policy``: check the policy file, show it as clauses, compare versions by what they do."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from dunwell.cli.common import (
    EXIT_NOTHING_DONE,
    EXIT_PROBLEMS,
    amount,
    as_of_option,
    command_errors,
    console,
    json_option,
    plural,
    print_json,
    print_problems,
    today,
    workspace_at,
    workspace_option,
)
from dunwell.errors import UsageError
from dunwell.law import load_law
from dunwell.policy.check import check_policy
from dunwell.policy.clauses import Clause, clauses
from dunwell.policy.keys import PARTY_TYPES
from dunwell.policy.select import Traits, select_policy
from dunwell.policy.words import languages
from dunwell.runs.policy_effects import (
    AMOUNTS,
    Effect,
    PolicyEffects,
    effects_json,
    last_side,
    policy_effects,
    present_side,
    side,
)
from dunwell.runs.reporting import problem_json
from dunwell.runs.rules import read_rules, rules_of, rules_on
from dunwell.runs.versions import kept_versions, version_by
from dunwell.runs.wording import sentence
from dunwell.store.queries import account_by_number, latest_run

ACCOUNTS_SHOWN_MAX = 50
"""Accounts that ``policy diff`` prints one by one; the rest is counted, and ``--json`` has them all."""

_NOTHING = "–"


@click.group()
def policy() -> None:
    """The policy: your own written rules."""


@policy.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@workspace_option
@json_option
@command_errors
def check(file: Path | None, workspace: Path | None, as_json: bool) -> int:
    """Check the policy file: every mistake and contradiction at once, with its line."""
    opened = workspace_at(workspace)
    path = file or opened.policy_path
    jurisdiction = opened.creditor.jurisdiction or opened.creditor.country
    found, problems = check_policy(path.read_text(encoding="utf-8"), str(path), load_law(), jurisdiction)
    if as_json:
        print_json({"is_usable": found is not None, "problems": [problem_json(problem) for problem in problems]})
    else:
        print_problems(problems, f"{path}")
        console.print(
            "The policy is in order."
            if not problems
            else "The policy can be used."
            if found
            else "The policy cannot be used."
        )
    if found is None:
        return EXIT_NOTHING_DONE
    return EXIT_PROBLEMS if problems else 0


@policy.command()
@click.option("--language", default="en", help="en, es, de, fr, ro or vi.")
@click.option("--policy", "name", help="Which of the named policies; the default one otherwise.")
@click.option("--currency", default="", help="Amounts of this currency; your own by default.")
@click.option("--party", type=click.Choice(PARTY_TYPES), help="As this kind of customer reads it; for all otherwise.")
@click.option("--version", "digest", metavar="DIGEST", help="A kept version; the policy file otherwise.")
@workspace_option
@json_option
@command_errors
def show(
    language: str,
    name: str | None,
    currency: str,
    party: str | None,
    digest: str | None,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Print the policy as numbered clauses, as letters quote them."""
    opened = workspace_at(workspace)
    if language not in languages():
        raise UsageError(f"The policy is written in {', '.join(languages())}, not in {language!r}.")
    policies = (read_rules(opened) if digest is None else rules_of(opened, version_by(digest))).policies
    chosen = name or policies.default
    if chosen not in policies.policies:
        raise UsageError(f"There is no policy {chosen!r}; there are: {', '.join(policies.policies)}.")
    found = clauses(policies.policies[chosen], language, currency or opened.currency, party or "")
    facts = {"policy": chosen, "version": policies.version, "language": language}
    _print_clauses(facts, found, as_json=as_json)


@policy.command()
@click.argument("account")
@click.option("--language", default="", help="en, es, de, fr, ro or vi; the customer's own by default.")
@as_of_option
@workspace_option
@json_option
@command_errors
def extract(account: str, language: str, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """Print the clauses that apply to ACCOUNT, in its language and with the numbers that its letters quote."""
    opened = workspace_at(workspace)
    found = account_by_number(account)
    if found is None:
        raise UsageError(f"There is no account {account}.")
    day, latest = as_of or today(opened), latest_run()
    is_past = latest is not None and day < latest.as_of
    policies = (rules_on(opened, day) if is_past else read_rules(opened, day)).policies
    chosen = select_policy(policies, Traits(found.policy, found.country, found.party_type, found.segment))
    spoken, currency = language or found.language or "en", found.currency or opened.currency
    facts = {
        "account_number": found.account_number,
        "name": found.name,
        "as_of": day.isoformat(),
        "policy": chosen.policy,
        "selected_by": chosen.by,
        "version": policies.version,
        "language": spoken,
        "currency": currency,
    }
    if not as_json:
        console.print(f"{found.account_number} {found.name}, as of {day}: policy {chosen.policy}", markup=False)
        console.print(f"{chosen.because}\n", markup=False)
    listed = clauses(policies.policies[chosen.policy], spoken, currency, found.party_type)
    _print_clauses(facts, listed, as_json=as_json)


def _print_clauses(facts: Mapping[str, str], found: list[Clause], *, as_json: bool) -> None:
    """Print clauses as text or, with what is said about them, as one JSON object."""
    if as_json:
        listed = [{"number": c.number, "key": c.key, "title": c.title, "text": c.text} for c in found]
        print_json({**facts, "clauses": listed})
        return
    for clause in found:
        console.print(f"{clause.number} {clause.title}\n  {clause.text}\n", markup=False)


@policy.command()
@workspace_option
@json_option
@command_errors
def versions(workspace: Path | None, as_json: bool) -> None:
    """List the versions of the policy that runs have used, with the date from which each held."""
    opened = workspace_at(workspace)
    present = read_rules(opened).policies
    kept = kept_versions()
    if as_json:
        listed = [
            {
                "version": one.version.version,
                "took_effect_on": one.took_effect_on,
                "effective_on": one.version.effective_on,
                "first_run_on": one.first_run_on,
                "last_run_on": one.last_run_on,
                "is_policy_file": one.version.version == present.version,
            }
            for one in kept
        ]
        print_json({"policy_file": present.version, "versions": listed})
        return
    table = Table(box=None, pad_edge=False)
    for column in ("version", "took effect on", "first run", "last run", ""):
        table.add_column(column)
    for one in kept:
        mark = opened.policy_path.name if one.version.version == present.version else ""
        days = (one.took_effect_on, one.first_run_on, one.last_run_on)
        table.add_row(one.version.version, *(day.isoformat() for day in days), mark)
    console.print(table)
    if present.version not in {one.version.version for one in kept}:
        begins = f"holds from {present.effective_on}" if present.effective_on else "holds from its first run"
        console.print(f"{opened.policy_path.name} ({present.version}) has not been used by a run yet; it {begins}.")


@policy.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@as_of_option
@workspace_option
@json_option
@command_errors
def diff(old: str | None, new: str | None, as_of: date | None, workspace: Path | None, as_json: bool) -> None:
    """Compare two versions of the policy: the keys that differ, and who would be treated differently, and how.

    OLD and NEW are policy files or digests of kept versions. Without NEW, OLD is compared with the policy file of the
    workspace; without both, the version of the last run is. Nothing is written.
    """
    opened = workspace_at(workspace)
    latest = latest_run()
    day = as_of or (latest.as_of if latest else today(opened))
    before = side(opened, old) if old else last_side(opened)
    found = policy_effects(before, side(opened, new) if new else present_side(opened), day)
    if as_json:
        print_json(effects_json(found))
        return
    _print_changes(found)
    _print_effects(found)


def _print_changes(found: PolicyEffects) -> None:
    console.print(f"From {found.old.name} to {found.new.name}", markup=False)
    if not found.changes:
        console.print("The two say the same: no key differs, and no account is treated differently.")
        return
    for change in found.changes:
        console.print(f"  {change.key}: {change.old or _NOTHING} → {change.new or _NOTHING}", markup=False)


def _print_effects(found: PolicyEffects) -> None:
    if not found.changes:
        return
    console.print(f"\nWhat it does as of {found.as_of}", markup=False)
    for effect in found.effects[:ACCOUNTS_SHOWN_MAX]:
        console.print(f"  {effect.account_number} {effect.name} ({effect.currency})", markup=False)
        for field in effect.differing:
            old, new = _value(effect, effect.old, field), _value(effect, effect.new, field)
            console.print(f"      {sentence('treatment', field)}: {old} → {new}", markup=False)
    if len(found.effects) > ACCOUNTS_SHOWN_MAX:
        console.print(f"  … and {len(found.effects) - ACCOUNTS_SHOWN_MAX:,} more; --json lists all.")
    _print_summary(found)


def _print_summary(found: PolicyEffects) -> None:
    if not found.effects:
        console.print(f"No account would be treated differently ({plural(found.accounts, 'account')} looked at).")
        return
    of_all = f"{found.accounts_changed:,} of {plural(found.accounts, 'account')}"
    console.print(f"{of_all} would be treated differently.")
    for old, new, count in found.by_action():
        move = f"{_action(old)} → {_action(new)}" if old != new else f"{_action(old)}, with other figures"
        console.print(f"  {count:,} × {move}", markup=False)
    for currency, minor in found.total_due_change_minor().items():
        console.print(f"  demanded in all: {'+' if minor > 0 else ''}{amount(minor, currency)}", markup=False)


def _action(name: str) -> str:
    return sentence("action", name)


def _value(effect: Effect, treatment: Mapping[str, Any], field: str) -> str:
    """Write one value of a treatment for a person."""
    value = treatment[field]
    if value is None or (field == "hold" and value == "none"):
        return _NOTHING
    if field == "action":
        return _action(value)
    return amount(value, effect.currency) if field in AMOUNTS else str(value)

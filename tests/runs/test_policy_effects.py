"""What a policy does: versions and the days they hold, and who would be treated differently under another one."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connections

from dunwell.assess.assessment import ACCOUNT_COLUMNS
from dunwell.errors import UsageError, WorkspaceError
from dunwell.runs.policy_effects import last_side, side
from dunwell.runs.rules import read_rules, rules_on
from dunwell.runs.versions import beginnings, in_force_on, kept_versions, ledger_on
from dunwell.store.models import Account
from dunwell.store.queries import record_policy, start_run
from dunwell.store.recording import Outcome, finish_run
from dunwell.store.workspace import Beginning, Workspace, init_workspace, open_workspace
from tests.support.command_line import CommandLine

POLICY = 'default = "standard"\n\n[policy.standard]\n'
STRICT = POLICY + "hold = { allowed = false }\n"
MILD = POLICY + 'grace_days = 40\nminimum = { EUR = "10.00" }\n'
EVENTS = """account_number,on,kind,channel,until_on,step
{0},2026-02-05,request,email,2026-02-12,reminder
{0},2026-02-14,request,email,2026-02-21,second_request
{0},2026-02-23,request,email,2026-03-02,third_request
"""
CUSTOMERS = {
    "BEFORE": ",2025-06-01",  # signed before the first version that is known
    "NOTSAID": ",",
    "UNDER": ",2026-01-15",  # signed under the version that allows no holds
    "WRITTEN": "yes,2026-01-15",  # the same, but the contract itself allows them
}


def _import(cli: CommandLine, folder: Path) -> None:
    """Four customers with 500.00 EUR due on 1 February 2026, asked three times, warned, and silent."""
    customers = "".join(f"{number},{number} Ltd,GB,EUR,{rest}\n" for number, rest in CUSTOMERS.items())
    invoices = "".join(f"{number}-1,{number},2026-01-02,2026-02-01,EUR,500.00\n" for number in CUSTOMERS)
    header, _, lines = EVENTS.partition("\n")
    texts = {
        "customers": "account_number,name,country,currency,contract_allows_hold,signed_on\n" + customers,
        "invoices": "invoice_number,account_number,issued_on,due_on,currency,amount\n" + invoices,
        "events": header + "\n" + "".join(lines.format(number) for number in CUSTOMERS),
    }
    files = [folder / f"{kind}.csv" for kind in texts]
    for file, text in zip(files, texts.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    cli("import", *files, workspace=folder).ok()


def test_a_new_policy_is_compared_by_what_it_does(cli: CommandLine, workspace: Callable[..., Path]) -> None:
    """From a version without holds to one with them; who signed under the first one keeps its word."""
    folder = workspace()
    file = folder / "policy.toml"
    file.write_text(STRICT, encoding="utf-8")
    _import(cli, folder)
    cli("run", workspace=folder, as_of="2026-01-10").ok()
    nothing = cli("policy", "diff", workspace=folder).ok().stdout
    assert "no key differs" in nothing

    file.write_text(POLICY, encoding="utf-8")
    found = cli("policy", "diff", "--json", workspace=folder, as_of="2026-03-10").ok().json()
    assert found["changes"] == [{"key": "policy.standard.hold.allowed", "old": "false", "new": "true"}]
    assert [effect["account_number"] for effect in found["accounts"]] == ["BEFORE", "NOTSAID", "WRITTEN"]
    assert found["accounts"][1] == {
        "account_number": "NOTSAID",
        "name": "NOTSAID Ltd",
        "currency": "EUR",
        "differing": ["action", "step", "letter_kind", "hold", "pay_by_on"],
        "old": _treatment("review", None),
        "new": _treatment("hold", "hold", letter_kind="hold", hold="proposed", pay_by_on="2026-03-20"),
    }
    assert found["counts"] == {
        "accounts": 4,
        "accounts_changed": 3,
        "by_action": [{"old": "review", "new": "hold", "count": 3}],
        "total_due_change_minor": {},
    }

    other = folder / "mild.toml"
    other.write_text(MILD, encoding="utf-8")
    said = cli("policy", "diff", file, other, workspace=folder, as_of="2026-03-10").ok().stdout
    assert "  policy.standard.grace_days: 0 → 40\n" in said
    assert "  policy.standard.minimum.EUR: – → 10.00\n" in said
    assert "      action: propose a credit hold → nothing to do\n" in said
    assert "4 of 4 accounts would be treated differently.\n" in said
    assert "  demanded in all: -2,000.00 EUR\n" in said

    kept = cli("policy", "versions", "--json", workspace=folder).ok().json()
    assert [(one["took_effect_on"], one["is_policy_file"]) for one in kept["versions"]] == [("2026-01-10", False)]
    digest = kept["versions"][0]["version"]
    shown = (
        cli("policy", "show", "--version", digest[:8], "--party", "consumer", "--json", workspace=folder).ok().json()
    )
    assert shown["version"] == digest
    assert "hold" not in {clause["key"] for clause in shown["clauses"]}


def test_a_run_uses_the_policy_in_force_and_what_the_customer_signed(
    cli: CommandLine, workspace: Callable[..., Path]
) -> None:
    folder = workspace()
    file = folder / "policy.toml"
    file.write_text(STRICT, encoding="utf-8")
    _import(cli, folder)
    first = cli("run", "--json", workspace=folder, as_of="2026-01-10").ok().json()

    file.write_text(f"effective_on = 2026-03-10\n{POLICY}", encoding="utf-8")
    early = cli("run", "--json", workspace=folder, as_of="2026-03-09")
    assert (early.exit_code, early.json()["policy_versions"]) == (1, first["policy_versions"])
    assert [problem["column"] for problem in early.json()["problems"]] == ["effective_on"]
    assert {account["action"] for account in early.json()["accounts"]} == {"review"}

    in_force = cli("run", "--json", workspace=folder, as_of="2026-03-10").ok().json()
    actions = {account["account_number"]: account["action"] for account in in_force["accounts"]}
    assert actions == {"BEFORE": "hold", "NOTSAID": "hold", "UNDER": "review", "WRITTEN": "hold"}
    refused = cli("hold", "place", "UNDER", "--reason", "x", workspace=folder, as_of="2026-03-10")
    assert (refused.exit_code, "policy it was signed under" in refused.stderr) == (2, True)


def _treatment(action: str, step: str | None, **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("late_fee_minor", "interest_minor", "compensation_minor"), 0)
    letter = {"letter_kind": None, "hold": "none", "pay_by_on": None}
    return {"action": action, "step": step, **letter, **nothing, "total_due_minor": 50_000} | more


@pytest.fixture
def opened(request: pytest.FixtureRequest, fresh_workspace: Callable[..., Path], tmp_path: Path) -> Iterator[Workspace]:
    """A workspace in this process, on SQLite unless the test asks for PostgreSQL."""
    if getattr(request, "param", "") == "postgresql":
        yield init_workspace(tmp_path / "workspace", Beginning(database=request.getfixturevalue("migrated_url")))
    else:
        yield open_workspace(shutil.copytree(fresh_workspace(), tmp_path / "workspace"))
    connections.close_all()


def _used(workspace: Workspace, on: str, text: str) -> str:
    """Record a finished run of a day under a policy text; return the version."""
    workspace.policy_path.write_text(text, encoding="utf-8")
    policies = read_rules(workspace).policies
    run = start_run(date.fromisoformat(on), record_policy(policies.version, text, policies.effective_on))
    finish_run(run.pk, run.as_of, Outcome(pl.DataFrame(schema=ACCOUNT_COLUMNS)))
    return policies.version


def _in_force(on: str) -> str | None:
    version = in_force_on(date.fromisoformat(on))
    return version.version if version else None


def _dated(on: str) -> str:
    return f"effective_on = {on}\n{POLICY}"


def test_a_version_holds_from_its_first_run_until_another_takes_effect(opened: Workspace) -> None:
    strict = _used(opened, "2026-01-10", STRICT)
    mild = _used(opened, "2026-02-10", MILD)
    assert strict == _used(opened, "2026-03-10", STRICT)
    days = ("2026-01-09", "2026-01-10", "2026-02-09", "2026-02-10", "2026-03-09", "2026-03-10")
    assert [_in_force(day) for day in days] == [None, strict, strict, mild, mild, strict]
    assert [(one.version.version, str(one.took_effect_on), str(one.last_run_on)) for one in kept_versions()] == [
        (strict, "2026-01-10", "2026-03-10"),
        (mild, "2026-02-10", "2026-02-10"),
    ]


def test_a_stated_date_comes_before_the_first_run_and_does_not_rewrite_a_recorded_day(opened: Workspace) -> None:
    strict = _used(opened, "2026-01-10", STRICT)
    _used(opened, "2026-02-20", STRICT)
    dated = _used(opened, "2026-03-10", _dated("2026-02-15"))
    assert [_in_force(day) for day in ("2026-02-14", "2026-02-15")] == [strict, dated]
    assert [one.on for one in beginnings()] == [date(2026, 1, 10), date(2026, 2, 15)]
    assert rules_on(opened, date(2026, 2, 20)).policies.version == strict
    assert rules_on(opened, date(2026, 2, 21)).policies.version == dated


def test_a_policy_file_of_a_later_day_waits_and_the_version_in_force_is_used(opened: Workspace) -> None:
    strict = _used(opened, "2026-01-10", STRICT)
    opened.policy_path.write_text(_dated("2026-04-01"), encoding="utf-8")
    waiting, due = read_rules(opened, date(2026, 3, 31)), read_rules(opened, date(2026, 4, 1))
    assert (waiting.policies.version, due.notices) == (strict, ())
    assert due.policies.version not in (strict, "")
    assert [notice.message for notice in waiting.notices] == [
        f"The policy file holds from 2026-04-01; as of 2026-03-31 the kept version {strict} is in force."
    ]


def test_a_side_that_is_no_file_and_no_version_is_refused(opened: Workspace) -> None:
    with pytest.raises(UsageError, match=r"There is no policy file other\.toml"):
        side(opened, "other.toml")
    with pytest.raises(UsageError, match="No policy version 'abc' is kept"):
        side(opened, "abc")
    with pytest.raises(UsageError, match="No run has used a policy yet"):
        last_side(opened)


def test_nothing_is_decided_before_the_first_policy_holds(opened: Workspace) -> None:
    opened.policy_path.write_text(_dated("2026-04-01"), encoding="utf-8")
    with pytest.raises(WorkspaceError, match="No policy is in force on 2026-03-31"):
        read_rules(opened, date(2026, 3, 31))


@pytest.mark.parametrize("opened", ["sqlite", "postgresql"], indirect=True)
def test_a_signing_date_that_is_none_is_named_and_the_present_policy_decides(opened: Workspace) -> None:
    _used(opened, "2026-01-10", STRICT)
    for number, signed_on in (("GOOD", "2026-01-10"), ("BAD", "10.01.2026"), ("BLANK", None)):
        Account.objects.create(account_number=number, name=number, extra={"signed_on": signed_on})
    ledger = ledger_on(date(2026, 3, 10))
    assert dict(ledger.accounts.select("account_number", "contract_allows_hold").iter_rows()) == {
        "GOOD": False,
        "BAD": None,
        "BLANK": None,
    }
    assert [str(problem) for problem in ledger.problems] == [
        "account BAD: signed_on: '10.01.2026' is no date, so the present policy decides on holds."
        " Write it like 2026-11-22."
    ]

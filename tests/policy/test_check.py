"""Contradictions; their wording is held by ``errors/``, their limits are held here."""

from dataclasses import replace

import pytest

from dunwell.law.tables import load_law
from dunwell.policy.check import check_policy, earliest_days
from dunwell.policy.legal import cap_minor, reach
from dunwell.policy.model import Policy, PolicySet, SelectionRule, Step, default_policy


def found(text: str, country: str = "") -> list[str]:
    policies, problems = check_policy(f'default = "p"\n[policy.p]\n{text}', "p", load_law(), country)
    assert policies is not None
    return [problem.message for problem in problems]


def test_the_default_ladder_keeps_its_days() -> None:
    policy = default_policy()
    assert [step.day for step in policy.steps] == earliest_days(policy)


def test_a_step_waits_for_deadline_grace_and_gap() -> None:
    steps = (
        Step("first", 3, "reminder", pay_by_days=10),
        Step("second", 4, "collection", min_gap_days=20),
        Step("decide", 5, None),
        Step("third", 6, "collection"),
    )
    policy = Policy("p", steps, grace_days=2)
    assert earliest_days(policy) == [3, 23, 33, 33]


@pytest.mark.parametrize(("day", "count"), [(30, 1), (31, 0), (32, 0)])
def test_a_hold_step_on_day_30_waits_for_day_31(day: int, count: int) -> None:
    steps = (
        *default_policy().steps[:3],
        replace(default_policy().steps[3], day=day),
    )
    lines = "\n".join(
        f'[[policy.p.steps]]\nid = "{step.id}"\nday = {step.day}\nletter = "{step.letter}"\n'
        f"warns_of_hold = {str(step.warns_of_hold).lower()}"
        for step in steps
    )
    assert count == len(found(lines))


@pytest.mark.parametrize(
    ("at", "day", "count"),
    [("month_end", 40, 1), ("month_end", 41, 0), ("day", 40, 0)],
)
def test_steps_at_the_end_of_a_month_lie_31_days_apart(at: str, day: int, count: int) -> None:
    lines = f"""
steps = [
  {{ id = "first", day = 10, letter = "reminder", at = "month_end" }},
  {{ id = "second", day = {day}, letter = "collection", at = "{at}" }},
]
[policy.p.hold]
allowed = false
"""
    assert count == len(found(lines))


@pytest.mark.parametrize(
    ("fee", "count"),
    [
        ('{ kind = "flat", amount = { EUR = "0.76" } }', 0),
        ('{ kind = "flat", amount = { EUR = "0.77" } }', 1),
        ('{ kind = "percent", percent = "0.50", maximum = { EUR = "0.76" } }', 0),
        ('{ kind = "bands", bands = { EUR = [{ up_to = "5000.00" }, { amount = "0.77" }] } }', 1),
    ],
)
def test_a_fee_for_german_consumers_ends_at_real_postage(fee: str, count: int) -> None:
    assert count == len(found(f"late_fee = {fee}", "DE"))


def test_a_consumer_policy_of_its_own_keeps_the_fee_for_businesses() -> None:
    text = """
default = "p"
[[select]]
policy = "consumers"
party_type = "consumer"
[policy.p]
late_fee = { kind = "flat", amount = { EUR = "40.00" } }
[policy.consumers]
"""
    assert check_policy(text, "p", load_law(), "DE")[1] == []


def test_reach_follows_the_rules_in_order() -> None:
    policies = PolicySet(
        policies={name: default_policy(name) for name in ("a", "b", "c")},
        default="a",
        rules=(
            SelectionRule("b", segment="key"),
            SelectionRule("c", party_type="consumer"),
            SelectionRule("b", country="FR"),
        ),
    )
    reached = reach(policies, "DE")
    assert {("DE", "business"), ("DE", "public")} == set(reached["a"])
    assert {("DE", "consumer"), ("FR", "consumer")} == set(reached["c"])
    assert len(set(reached["b"])) == 6


@pytest.mark.parametrize(
    ("amount_minor", "cap"),
    [(10000, 2000), (15000, 2000), (15100, 3010), (50000, 6500), (50100, 6505), (10**9, 200000)],
)
def test_the_belgian_cap_by_its_bands(amount_minor: int, cap: int) -> None:
    assert cap == cap_minor(load_law().tiers["be_consumer"], amount_minor)

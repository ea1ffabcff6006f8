"""Policy parameters as columns: every account gets its policy's numbers joined on (design §3).

A thousand policies cost the same as one, because no rule ever asks which policy it is looking at.
"""

from collections.abc import Mapping

import polars as pl
from polars.expr.whenthen import ChainedThen

from dunwell.ledger.frames import CURRENCY, Columns
from dunwell.policy.model import Policy, PolicySet, SelectionRule

HOLD_LETTER = "hold"
PAY_BY_DAYS_UNKNOWN_STEP = 7
"""Pay-by term of a request that names no step the policy knows."""


def policy_of_account(policies: PolicySet) -> pl.Expr:
    """Choose the policy's name: the customer's own, else the first selection rule that matches, else the default."""
    own_is_known = pl.col("policy").is_in(list(policies.policies)).fill_null(value=False)
    chosen: ChainedThen = pl.when(own_is_known).then("policy").when(pl.lit(value=False)).then(None)
    for rule in policies.rules:
        chosen = chosen.when(_matches(rule)).then(pl.lit(rule.policy))
    return chosen.otherwise(pl.lit(policies.default)).alias("policy")


def _matches(rule: SelectionRule) -> pl.Expr:
    matches = pl.lit(value=True)
    for column, wanted in (
        ("country", rule.country),
        ("party_type", rule.party_type),
        ("segment", rule.segment),
    ):
        if wanted is not None:
            matches = matches & (pl.col(column).cast(pl.String) == wanted).fill_null(value=False)
    return matches


LADDER_KEY = "ladder_key"
_STEPS_MAX = 1_000


def ladder_key(position: str) -> pl.Expr:
    """One integer for a policy and a place on its ladder (-1: before the first step), to join steps by."""
    return (pl.col("policy_index") * _STEPS_MAX + pl.col(position)).alias(LADDER_KEY)


def policy_columns(policies: PolicySet) -> pl.DataFrame:
    """One row per policy with the scalar parameters that rules compare with."""
    rows = [{**_policy_row(policy), "policy_index": i} for i, policy in enumerate(policies.policies.values())]
    return pl.DataFrame(rows, infer_schema_length=None)


def _policy_row(policy: Policy) -> dict[str, object]:
    hold_index = next((i for i, step in enumerate(policy.steps) if step.letter == HOLD_LETTER), None)
    hold_step = policy.steps[hold_index] if hold_index is not None else None
    return {
        "policy": policy.name,
        "grace_days": policy.grace_days,
        "response_pause_days": policy.response_pause_days,
        "restart_on_cure": policy.restart_on_cure,
        "is_chased": policy.chase,
        "pursues_charges": policy.pursue_charges_after_principal,
        "hold_allowed": policy.hold.allowed,
        "hold_days_past_due": policy.hold.days_past_due,
        "min_unanswered_requests": policy.hold.min_unanswered_requests,
        "warn_first": policy.hold.warn_first,
        "regrace_days": policy.hold.regrace_days,
        "cure_days": policy.hold.cure_days,
        "last_index": len(policy.steps) - 1,
        "hold_step_index": -1 if hold_index is None else hold_index,
        "hold_step_day": 0 if hold_step is None else hold_step.day,
        "hold_step_gap_days": 0 if hold_step is None else hold_step.min_gap_days,
    }


def amount_columns(policies: PolicySet) -> pl.DataFrame:
    """One row per policy and currency with its amounts; a pair that is missing has none."""
    rows = [
        (policy.name, currency, *(amounts.get(currency, 0) for amounts in _amounts(policy)))
        for policy in policies.policies.values()
        for currency in sorted({currency for amounts in _amounts(policy) for currency in amounts})
    ]
    columns: Columns = {"policy": pl.String, "currency": CURRENCY, **dict.fromkeys(AMOUNTS, pl.Int64)}
    return pl.DataFrame(rows, schema=columns, orient="row")


AMOUNTS = ("minimum_minor", "hold_minimum_minor", "tolerance_minor")
"""The amounts a policy states per currency; 0 where it is silent."""


def _amounts(policy: Policy) -> tuple[Mapping[str, int], ...]:
    return policy.minimum_minor, policy.hold.minimum_minor, policy.tolerance_minor


def step_columns(policies: PolicySet) -> pl.DataFrame:
    """One row per policy and ladder step, numbered in the policy's order from 0."""
    rows = [
        {
            "policy": policy.name,
            "policy_index": number,
            "step_index": index,
            "step": step.id,
            "step_day": step.day,
            "letter_kind": step.letter,
            "pay_by_days": step.pay_by_days,
            "min_gap_days": step.min_gap_days,
            "warns_of_hold": step.warns_of_hold,
        }
        for number, policy in enumerate(policies.policies.values())
        for index, step in enumerate(policy.steps)
    ]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("letter_kind").cast(pl.String))


def next_steps(policies: PolicySet) -> pl.DataFrame:
    """For every policy and position on its ladder, the lowest step above it that is no hold step (-1: none left)."""
    rows = []
    for number, policy in enumerate(policies.policies.values()):
        ordinary = [i for i, step in enumerate(policy.steps) if step.letter != HOLD_LETTER]
        rows += [
            (number, position, next((i for i in ordinary if i > position), -1))
            for position in range(-1, len(policy.steps))
        ]
    schema = {"policy_index": pl.Int64, "position": pl.Int64, "next_index": pl.Int64}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return found.select(ladder_key("position"), "next_index")

"""Policy parameters as columns: every account gets its policy's numbers joined on (design §3).

A thousand policies cost the same as one, because no rule ever asks which policy it is looking at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl
from polars.expr.whenthen import ChainedThen

from dunwell.assess.balances import PAIR
from dunwell.assess.running import is_constant, looked_up
from dunwell.ledger.frames import CURRENCY
from dunwell.policy.model import Policy, PolicySet, SelectionRule, Step

HOLD_LETTER = "hold"
PAY_BY_DAYS_UNKNOWN_STEP = 7
"""Pay-by term of a request that names no step the policy knows."""


@dataclass(frozen=True)
class Parameters:
    """The expressions of this file for one set of policies, each made once however many parts a ledger has."""

    policies: PolicySet

    @cached_property
    def index(self) -> pl.Expr:
        """``policy_index`` of an account."""
        return policy_index(self.policies)

    @cached_property
    def of_pair(self) -> list[pl.Expr]:
        """What the policy says of a pair, whatever its ladder."""
        return [*of_policy(self.policies), *of_currency(self.policies)]

    @cached_property
    def of_step(self) -> list[pl.Expr]:
        """What the policy says of ``step_index``."""
        return of_step(self.policies)

    @cached_property
    def requests_step_row(self) -> pl.Expr:
        """Where the ``step`` that a request names stands in the policies, for :attr:`of_requests_step`."""
        return requests_step_row(self.policies)

    @cached_property
    def of_requests_step(self) -> list[pl.Expr]:
        """What the policy says of the ``step_row`` of a request."""
        return of_requests_step(self.policies)

    @cached_property
    def waits_for_month_ends(self) -> bool:
        """Whether any policy has a step at the end of a month."""
        return waits_for_month_ends(self.policies)

    @cached_property
    def next_index(self) -> pl.Expr:
        """The next ordinary step after ``position``."""
        return next_index(self.policies)


def policy_index(policies: PolicySet) -> pl.Expr:
    """The number of an account's policy: the customer's own, else of the first rule that matches, else the default."""
    numbers = {name: number for number, name in enumerate(policies.policies)}
    default = pl.lit(numbers[policies.default], dtype=pl.Int64)
    if len(numbers) == 1:
        return default.alias("policy_index")
    own = numbered("policy", numbers)
    chosen: ChainedThen = pl.when(own.is_not_null()).then(own).when(pl.lit(value=False)).then(None)
    for rule in policies.rules:
        chosen = chosen.when(_matches(rule)).then(pl.lit(numbers[rule.policy], dtype=pl.Int64))
    return chosen.otherwise(default).alias("policy_index")


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


def of_policy(policies: PolicySet) -> list[pl.Expr]:
    """The scalar parameters that rules compare with, by ``policy_index``."""
    return looked_up(policy_columns(policies), pl.col("policy_index"))


def policy_columns(policies: PolicySet) -> pl.DataFrame:
    """One row per policy with its scalar parameters, in the order of their numbers."""
    rows, first_step = [], 0
    for policy in policies.policies.values():
        rows.append({**_policy_row(policy), "first_step": first_step})
        first_step += len(policy.steps)
    return pl.DataFrame(rows, infer_schema_length=None)


def numbered(column: str, names: Iterable[str]) -> pl.Expr:
    """The place of a text among ``names``, which are distinct; null where it is none of them."""
    return pl.col(column).cast(pl.Enum(list(names)), strict=False).to_physical().cast(pl.Int64)


def with_terms(invoices: pl.DataFrame, pairs: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Add what holds for an invoice's pair, in order; where all pairs agree, no invoice has to be looked up."""
    if all(is_constant(pairs[name]) for name in names):
        return invoices.with_columns(looked_up(pairs, pl.lit(0), *names))
    return invoices.join(pairs.select(PAIR, *names), on=PAIR, maintain_order="left")


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
        "is_hold_at_month_end": hold_step is not None and _is_at_month_end(hold_step),
        "hold_step_gap_days": 0 if hold_step is None else hold_step.min_gap_days,
    }


def _is_at_month_end(step: Step) -> bool:
    return step.at == "month_end"


def waits_for_month_ends(policies: PolicySet) -> bool:
    """Whether any policy has a step at the end of a month."""
    return any(_is_at_month_end(step) for policy in policies.policies.values() for step in policy.steps)


def of_currency(policies: PolicySet) -> list[pl.Expr]:
    """The amounts a policy states per currency, 0 where it is silent; by ``policy_index`` and ``currency``."""
    currencies = CURRENCY.categories
    rows = [
        [amounts.get(currency, 0) for amounts in _amounts(policy)]
        for policy in policies.policies.values()
        for currency in currencies
    ]
    table = pl.DataFrame(rows, schema=dict.fromkeys(AMOUNTS, pl.Int64), orient="row")
    code = pl.col("currency").to_physical().cast(pl.Int64)
    return looked_up(table, pl.col("policy_index") * len(currencies) + code)


AMOUNTS = ("minimum_minor", "hold_minimum_minor", "tolerance_minor")
"""The amounts a policy states per currency; 0 where it is silent."""


def _amounts(policy: Policy) -> tuple[Mapping[str, int], ...]:
    return policy.minimum_minor, policy.hold.minimum_minor, policy.tolerance_minor


def step_columns(policies: PolicySet) -> pl.DataFrame:
    """One row per policy and ladder step, numbered in the policy's order from 0."""
    rows = [
        {
            "policy_index": number,
            "step_index": index,
            "step": step.id,
            "step_day": step.day,
            "is_at_month_end": _is_at_month_end(step),
            "letter_kind": step.letter,
            "pay_by_days": step.pay_by_days,
            "min_gap_days": step.min_gap_days,
            "warns_of_hold": step.warns_of_hold,
        }
        for number, policy in enumerate(policies.policies.values())
        for index, step in enumerate(policy.steps)
    ]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("letter_kind").cast(pl.String))


def of_step(policies: PolicySet) -> list[pl.Expr]:
    """What the policy says of the step ``step_index``; nothing where that is -1."""
    row = pl.col("first_step") + pl.when(pl.col("step_index") >= 0).then("step_index")
    columns = ("step", "step_day", "is_at_month_end", "letter_kind", "pay_by_days", "min_gap_days")
    return _looked_up_steps(step_columns(policies), row, *columns)


def _looked_up_steps(steps: pl.DataFrame, row: pl.Expr, *columns: str) -> list[pl.Expr]:
    """Columns of the steps at the row numbers given, null where there is no number."""
    return [pl.lit(steps[name]).gather(row).alias(name) for name in columns]


def requests_step_row(policies: PolicySet) -> pl.Expr:
    """The row of the step that a request names, under its policy; null where the policy knows no such step."""
    steps = step_columns(policies)
    names = {name: number for number, name in enumerate(steps["step"].unique(maintain_order=True))}
    rows = [[None] * len(names) for _ in policies.policies]
    for row, (number, name) in enumerate(steps.select("policy_index", "step").iter_rows()):
        rows[number][names[name]] = row
    table = pl.Series("row", [row for of_policy in rows for row in of_policy], dtype=pl.Int64)
    code = numbered("step", names)
    return pl.lit(table).gather(pl.col("policy_index") * len(names) + code).alias("step_row")


def of_requests_step(policies: PolicySet) -> list[pl.Expr]:
    """What the policies say of the step in ``step_row``."""
    columns = ("step_index", "letter_kind", "pay_by_days", "warns_of_hold")
    return _looked_up_steps(step_columns(policies), pl.col("step_row"), *columns)


def next_index(policies: PolicySet) -> pl.Expr:
    """The lowest step above the position reached that is no hold step, by ``policy_index``; -1 where none is left."""
    found: list[int] = []
    for policy in policies.policies.values():
        ordinary = [i for i, step in enumerate(policy.steps) if step.letter != HOLD_LETTER]
        found += [next((i for i in ordinary if i > position), -1) for position in range(-1, len(policy.steps))]
    row = pl.col("first_step") + pl.col("policy_index") + pl.col("position") + 1
    return pl.lit(pl.Series(found, dtype=pl.Int64)).gather(row).alias("next_index")

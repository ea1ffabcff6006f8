"""A ledger, its policy and its day as text, for a person who must see why two readings differ."""

from dataclasses import fields
from datetime import date

from dunwell.policy.model import PolicySet

from .records import OracleLedger, World
from .reference import policy_of


def row_text(row: object, as_of: date) -> str:
    """The fields that say something; dates with their distance to the as-of date."""
    parts = []
    for field in fields(row):  # type: ignore[arg-type]
        value = getattr(row, field.name)
        if isinstance(value, date):
            value = f"{value}({(value - as_of).days:+d})"
        if value is not None:
            parts.append(f"{field.name}={value}")
    return f"{type(row).__name__.removeprefix('Oracle')}: {' '.join(parts)}"


def changed(value: object, name: str, default: object) -> str:
    return "" if value == default else f"{name}={value} "


def policy_text(ledger: OracleLedger, policies: PolicySet) -> str:
    policy = policy_of(ledger.accounts[0], policies)
    lines = [
        f"Policy: {policy.name} grace_days={policy.grace_days} pause={policy.response_pause_days} "
        f"restart_on_cure={policy.restart_on_cure} minimum={policy.minimum_minor}",
        f"  {policy.hold}",
        f"  {policy.late_fee}",
        f"  {policy.interest} compensation={policy.compensation} delivery_days={policy.delivery_days}",
        f"  chase={policy.chase} tolerance={policy.tolerance_minor} pursue={policy.pursue_charges_after_principal}",
    ]
    lines += [
        f"  step {step.id} day={step.day} letter={step.letter} pay_by={step.pay_by_days} "
        f"gap={step.min_gap_days} "
        f"{changed(step.warns_of_hold, 'warns', False)}{changed(step.fee, 'fee', None)}"
        for step in policy.steps
    ]
    return "\n".join(lines)


def as_text(world: World) -> str:
    ledger, as_of = world.ledger, world.as_of
    rows = [*ledger.accounts, *ledger.invoices, *ledger.entries, *ledger.events, *ledger.orders]
    creditor = "nowhere" if world.creditor is None else world.creditor.jurisdiction
    return "\n".join(
        [
            f"As of {as_of} ({as_of:%A}), a creditor in {creditor}",
            policy_text(ledger, world.policies),
            *(row_text(row, as_of) for row in rows),
        ]
    )

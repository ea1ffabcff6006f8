"""Which policy a customer gets, and why: by name, else by the first rule that matches, else the default."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from dunwell.policy.model import PolicySet, SelectionRule


@dataclass(frozen=True, slots=True)
class Traits:
    """What a selection rule can look at; an empty text means that the customer's record does not say."""

    policy: str = ""
    country: str = ""
    party_type: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The policy of one customer, by what it was found, and the same as a sentence."""

    policy: str
    by: str
    because: str


def select_policy(policies: PolicySet, customer: Traits) -> Selection:
    """Return the policy of ``customer``; a name that the file does not have is passed over, and said so."""
    if customer.policy in policies.policies:
        return Selection(customer.policy, "name", f'The customer\'s record names the policy "{customer.policy}".')
    prefix = f'The record names "{customer.policy}", which is not in the policy file. ' if customer.policy else ""
    for number, rule in enumerate(policies.rules, start=1):
        if matches(rule, customer):
            return Selection(rule.policy, f"rule {number}", f"{prefix}Rule {number} matches: {_conditions(rule)}.")
    return Selection(policies.default, "default", f"{prefix}No rule matches, so the default policy holds.")


def chooser(policies: PolicySet) -> Callable[[str, str, str, str], str]:
    """Return what names the policy for policy, country, party type and segment; each combination is looked up once."""

    @cache
    def chosen(policy: str, country: str, party_type: str, segment: str) -> str:
        return select_policy(policies, Traits(policy, country, party_type, segment)).policy

    return chosen


def matches(rule: SelectionRule, customer: Traits) -> bool:
    """Tell whether every condition that the rule states is met."""
    return all(
        wanted is None or wanted == have
        for wanted, have in (
            (rule.country, customer.country),
            (rule.party_type, customer.party_type),
            (rule.segment, customer.segment),
        )
    )


def covers(wide: SelectionRule, narrow: SelectionRule) -> bool:
    """Tell whether every customer that ``narrow`` matches is matched by ``wide``."""
    narrowest = Traits("", narrow.country or "", narrow.party_type or "", narrow.segment or "")
    return matches(wide, narrowest)


def _conditions(rule: SelectionRule) -> str:
    stated = (("country", rule.country), ("party type", rule.party_type), ("segment", rule.segment))
    return ", ".join(f"{name} {value}" for name, value in stated if value is not None) or "every customer"

"""Which policy a customer gets: the own name, else the first rule that matches, else the default."""

import pytest

from dunwell.policy.model import PolicySet, SelectionRule, default_policy
from dunwell.policy.select import Selection, Traits, select_policy

POLICIES = PolicySet(
    policies={name: default_policy(name) for name in ("standard", "consumers", "german", "key_accounts")},
    default="standard",
    rules=(
        SelectionRule("key_accounts", segment="key"),
        SelectionRule("consumers", country="DE", party_type="consumer"),
        SelectionRule("german", country="DE"),
    ),
)


@pytest.mark.parametrize(
    ("customer", "policy", "by"),
    [
        (Traits(), "standard", "default"),
        (Traits(country="FR", party_type="consumer"), "standard", "default"),
        (Traits(country="DE"), "german", "rule 3"),
        (Traits(country="DE", party_type="business"), "german", "rule 3"),
        (Traits(country="DE", party_type="consumer"), "consumers", "rule 2"),
        (Traits(country="DE", party_type="consumer", segment="key"), "key_accounts", "rule 1"),
        (Traits(policy="standard", country="DE", segment="key"), "standard", "name"),
        (Traits(policy="gone", country="DE"), "german", "rule 3"),
    ],
)
def test_the_policy_of_a_customer(customer: Traits, policy: str, by: str) -> None:
    found = select_policy(POLICIES, customer)
    assert (policy, by) == (found.policy, found.by)


def test_the_selection_says_why() -> None:
    expected = Selection(
        "consumers",
        "rule 2",
        'The record names "gone", which is not in the policy file. Rule 2 matches: country DE, party type consumer.',
    )
    assert expected == select_policy(POLICIES, Traits("gone", "DE", "consumer"))

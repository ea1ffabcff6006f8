"""By how much a payment may be short of an invoice: what the policy of each customer says of matching."""

from datetime import date

from dunwell.errors import WorkspaceError
from dunwell.policy.model import MatchingTerms, PolicySet
from dunwell.policy.select import chooser
from dunwell.runs.rules import read_rules
from dunwell.sources.matching import Rules, Tolerance
from dunwell.store import cash
from dunwell.store.workspace import Workspace


def matching_rules(policies: PolicySet) -> Rules:
    """Return the tolerances of all customers; who has which policy is looked up only where the policies differ."""
    usual = policies.policies[policies.default].matching
    if all(policy.matching == usual for policy in policies.policies.values()):
        return Rules(_tolerance(usual))
    terms = {name: policy.matching for name, policy in policies.policies.items()}
    others = {name: _tolerance(own) for name, own in terms.items() if own != usual}
    policy_of = chooser(policies)
    named = ((number, policy_of(*traits)) for number, *traits in cash.traits().iter_rows())
    return Rules(_tolerance(usual), {number: others[name] for number, name in named if name in others})


def matching_rules_on(workspace: Workspace, on: date) -> Rules:
    """Return the tolerances of a day; the usual ones while the policy file cannot be read.

    An import must not fail for a mistake in the policy: nothing is applied by tolerance, and the run names the mistake.
    """
    try:
        return matching_rules(read_rules(workspace, on).policies)
    except WorkspaceError:
        return Rules(_tolerance(MatchingTerms()))


def _tolerance(terms: MatchingTerms) -> Tolerance:
    return Tolerance(terms.percent_hundredths, terms.amount_minor, terms.bank_fee_minor)

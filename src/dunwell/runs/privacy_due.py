"""Whose data has been kept as long as the policy says: proposed to a person, who decides on its erasure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dunwell.assess.engine import assess
from dunwell.policy.keeping import Keeping, keeping_years, over
from dunwell.policy.select import chooser
from dunwell.runs.rules import Rules
from dunwell.runs.versions import ledger_on
from dunwell.store import privacy, queries
from dunwell.store.last_business import quiet_since
from dunwell.store.models import Account


@dataclass(frozen=True, slots=True)
class Over:
    """A customer of whom something has been kept long enough, and under which policy."""

    account_id: int
    last_business_on: date
    policy: str
    kinds: tuple[Keeping, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """Whose erasure is proposed, of which kinds, and what it waits for; ``waits_for`` empty: it can be erased."""

    account: Account
    last_business_on: date
    policy: str
    kinds: tuple[Keeping, ...]
    waits_for: tuple[str, ...]


def due(rules: Rules, as_of: date) -> list[Due]:
    """Return whose data is due for erasure on a day, longest without business first."""
    found = sorted(kept_too_long(rules, as_of), key=lambda one: (one.last_business_on, one.account_id))
    account_ids = [one.account_id for one in found]
    waits = what_waits(rules, account_ids, as_of)
    accounts = _accounts(account_ids)
    return [
        Due(accounts[one.account_id], one.last_business_on, one.policy, one.kinds, waits.get(one.account_id, ()))
        for one in found
    ]


def kept_too_long(rules: Rules, as_of: date) -> list[Over]:
    """Return the customers of whom something is still held whose time is over; quick where no policy says a time."""
    found = list(_times_over(rules, as_of))
    held = privacy.kinds_held([one.account_id for one in found]) if found else {}
    left = (_only(one, held.get(one.account_id, frozenset())) for one in found)
    return [one for one in left if one.kinds]


def what_waits(rules: Rules, account_ids: Collection[int], as_of: date) -> dict[int, tuple[str, ...]]:
    """Return what stands against an erasure, by account: what is owed, and what is under way.

    What is needed for a claim is kept (GDPR article 17(3)(e)).
    """
    if not account_ids:
        return {}
    found = {key: list(waits) for key, waits in privacy.waiting_on(account_ids).items()}
    rows = assess(ledger_on(as_of, sorted(account_ids)), rules.policies, rules.legal, as_of).accounts
    for account_id, currency, open_minor in rows.select("account_id", "currency", "open_minor").iter_rows():
        if open_minor != 0:
            found.setdefault(account_id, []).insert(0, f"{currency} is still open")
    return {account_id: tuple(waits) for account_id, waits in found.items()}


def _times_over(rules: Rules, as_of: date) -> Iterator[Over]:
    """The customers whose last business lies far enough back, whatever is held of them."""
    rule = rules.law.keeping.get(rules.jurisdiction)
    years = [y for policy in rules.policies.policies.values() for y in keeping_years(policy.keeping, rule).values()]
    if not years:
        return
    policy_of = chooser(rules.policies)
    for account_id, last_on, *traits in quiet_since(date(as_of.year - min(years) - 1, 12, 31)).iter_rows():
        name = policy_of(*traits)
        kinds = over(rules.policy(name).keeping, rule, last_on, as_of)
        if kinds:
            yield Over(account_id, last_on, name, tuple(kinds))


def _only(one: Over, held: Collection[str]) -> Over:
    return Over(one.account_id, one.last_business_on, one.policy, tuple(k for k in one.kinds if k.kind in held))


_FEW = 500


def _accounts(account_ids: Sequence[int]) -> dict[int, Account]:
    found: dict[int, Account] = {}
    for start in range(0, len(account_ids), _FEW):
        found |= queries.accounts_by_id(account_ids[start : start + _FEW])
    return found

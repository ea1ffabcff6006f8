"""What the law forbids or caps in a policy, by the tables of the law room; no country is named here.

A policy is held against every pair of country and party type that can get it: the creditor's own country and
the countries that selection rules name. Customers who name a policy in their record are taken to live in the
creditor's country.
"""

from collections.abc import Iterator

from dunwell.law.model import KeepingRule, Law, Limit, Tier
from dunwell.law.percent import format_percent
from dunwell.money import divide_half_up, format_plain
from dunwell.policy.fees import fee_minor
from dunwell.policy.keeping import least_years, written_years
from dunwell.policy.keys import PARTY_TYPES
from dunwell.policy.model import Fee, Policy, PolicySet
from dunwell.policy.places import Path
from dunwell.policy.reading import Report

_PPM = 1_000_000
_PPM_PER_HUNDREDTH = 100
_USUAL_MINOR = 10_000
"""An invoice of a usual size (100.00), tried first because it makes the clearest example."""

_PROBE_FACTORS = (1, 2, 5, 10, 100, 1000)
_PEOPLE = {"business": "businesses", "consumer": "consumers", "public": "public bodies"}

Group = tuple[str, str]
"""A country (ISO alpha-2) and a party type."""


def check_law(policies: PolicySet, law: Law, creditor_country: str, report: Report) -> None:
    """Report every option, fee and rate that the law of a reached country forbids or caps."""
    reached = reach(policies, creditor_country)
    for name, policy in policies.policies.items():
        everyone = [(creditor_country, party) for party in PARTY_TYPES if creditor_country]
        groups = reached.get(name) or everyone
        limits = [limit for limit in law.limits if (limit.jurisdiction, limit.party_type) in groups]
        at: Path = ("policy", name)
        _check_options(policy, limits, at, report)
        _check_compensation(policy, groups, limits, at, report)
        for fee, path, is_first in _fees(policy):
            _check_fee(fee, [one for one in limits if _concerns(one, is_first=is_first)], law, (*at, *path), report)
        _check_rate(policy, law, groups, at, report)
        _check_keeping(policy, law.keeping.get(creditor_country), at, report)


def _check_keeping(policy: Policy, rule: KeepingRule | None, at: Path, report: Report) -> None:
    """Report years that are fewer than the creditor's law of accounts wants; the law's are followed."""
    for kind, need in least_years(rule).items():
        years = written_years(policy.keeping).get(kind)
        if rule is not None and years is not None and years < need:
            key = f"{kind}_years"
            message = f"keeping.{key} is {years}, but the law of {rule.jurisdiction} wants {need} ({rule.legal_basis})."
            doubt = "" if rule.verified else " This figure is not verified."
            report.add((*at, "keeping", key), message, f"They are kept {need} years whatever is written here.{doubt}")


def reach(policies: PolicySet, creditor_country: str) -> dict[str, list[Group]]:
    """Return for each policy the pairs of country and party type that selection can lead to it."""
    countries = [creditor_country, *(rule.country for rule in policies.rules if rule.country)]
    reached: dict[str, list[Group]] = {}
    for country in dict.fromkeys(code for code in countries if code):
        for party in PARTY_TYPES:
            for name in _possible(policies, country, party):
                reached.setdefault(name, []).append((country, party))
    return reached


def _possible(policies: PolicySet, country: str, party: str) -> Iterator[str]:
    """Yield the policies a customer of this group may get, whatever the segment."""
    for rule in policies.rules:
        if rule.country in (None, country) and rule.party_type in (None, party):
            yield rule.policy
            if rule.segment is None:
                return
    yield policies.default


def _check_options(policy: Policy, limits: list[Limit], at: Path, report: Report) -> None:
    """Report referral options and consequences that a country forbids."""
    listed = (
        ("referral", "options", policy.referral.options),
        ("hold", "consequences", policy.hold.consequences),
    )
    for table, key, options in listed:
        for index, option in enumerate(options):
            found = [one for one in limits if one.option == option and one.effect == "forbidden"]
            for country in sorted({one.jurisdiction for one in found}):
                limit = next(one for one in found if one.jurisdiction == country)
                message = f"{table}.{key} names {option}, which the law of {country} forbids ({limit.legal_basis})."
                hint = f"{limit.note} Take it out, or give customers in {country} their own policy."
                report.add((*at, table, key, index), message, hint)


def _check_compensation(policy: Policy, groups: list[Group], limits: list[Limit], at: Path, report: Report) -> None:
    """Report compensation that nobody with this policy may be charged; elsewhere the law leaves it out."""
    banned = {(one.jurisdiction, one.party_type) for one in limits if one.option == "fixed_compensation"}
    if policy.compensation and groups and banned.issuperset(groups):
        who = ", ".join(sorted({f"{_PEOPLE[party]} in {country}" for country, party in groups}))
        message = f"compensation is on, but no customer of this policy owes it by law ({who})."
        report.add((*at, "compensation"), message, "Set compensation = false.")


def _fees(policy: Policy) -> Iterator[tuple[Fee, Path, bool]]:
    """Yield every fee of the policy, its path, and whether it stands on the first letter."""
    if policy.late_fee is not None:
        yield policy.late_fee.fee, ("late_fee",), False
    letters = [index for index, step in enumerate(policy.steps) if step.letter is not None]
    for index, step in enumerate(policy.steps):
        if step.fee is not None and step.letter is not None:
            yield step.fee, ("steps", index, "fee"), index == letters[0]


def _concerns(limit: Limit, *, is_first: bool) -> bool:
    return limit.option == "late_fee" or (is_first and limit.option == "first_reminder_fee")


def _check_fee(fee: Fee, limits: list[Limit], law: Law, path: Path, report: Report) -> None:
    for limit in limits:
        who = f"for {_PEOPLE[limit.party_type]} in {limit.jurisdiction} ({limit.legal_basis})"
        hint = f"{limit.note} Lower it or take it out, or give them their own policy by [[select]]."
        if limit.effect == "forbidden":
            report.add(path, f"The law forbids this fee {who}.", hint)
        elif limit.effect == "after_notice":
            report.add(path, f"The law allows this fee only after a notice {who}.", hint)
        elif (found := _above_cap(fee, law.tiers.get(limit.scheme, ()))) is not None:
            report.add(path, f"The fee is above the legal cap {who}: {found}.", hint)


def _above_cap(fee: Fee, tiers: tuple[Tier, ...]) -> str | None:
    """Return an example of an invoice on which the fee passes the cap, or ``None`` when none was found.

    Tried are round invoices and the ends of the tiers and bands, where a cap in steps can be passed first.
    """
    for currency in sorted({tier.basis_currency or tier.currency for tier in tiers} or {""}):
        own = tuple(tier for tier in tiers if currency in (tier.basis_currency, tier.currency))
        for name in [currency] if currency else _currencies(fee):
            for amount in _probes(fee, own, name):
                fee_is, cap_is = fee_minor(fee, amount, name), cap_minor(own, amount)
                if fee_is > cap_is:
                    fee_text, cap_text = format_plain(fee_is, name), format_plain(cap_is, name)
                    invoice = format_plain(amount, name)
                    return f"{fee_text} {name} on an invoice of {invoice}, allowed are {cap_text}"
    return None


def _currencies(fee: Fee) -> list[str]:
    """Return the currencies in which a cap without a currency is tried."""
    return sorted({*fee.amount_minor, *fee.bands, *fee.min_minor, *fee.max_minor}) or ["EUR"]


def _probes(fee: Fee, tiers: tuple[Tier, ...], currency: str) -> list[int]:
    ends = {band.up_to_minor for band in fee.bands.get(currency, ()) if band.up_to_minor}
    edges = {tier.over_minor for tier in tiers if tier.over_minor} | ends
    near = {edge + step for edge in edges for step in (0, 1)}
    round_ones = {_USUAL_MINOR * factor for factor in _PROBE_FACTORS} | {
        _USUAL_MINOR // 10,
        _USUAL_MINOR // 100,
    }
    return sorted(round_ones | near, key=lambda amount: abs(amount - _USUAL_MINOR))


def cap_minor(tiers: tuple[Tier, ...], amount_minor: int) -> int:
    """Return the most that may be charged on ``amount_minor`` under a scheme of the law tables."""
    best = 0
    for tier in sorted(tiers, key=lambda one: one.over_minor):
        if amount_minor > tier.over_minor or (tier.inclusive and amount_minor == tier.over_minor):
            share = divide_half_up((amount_minor - tier.over_minor) * tier.percent_ppm, _PPM)
            best = max(tier.fixed_minor + share, tier.min_minor)
            best = min(best, tier.max_minor) if tier.max_minor is not None else best
    return best


def _check_rate(policy: Policy, law: Law, groups: list[Group], at: Path, report: Report) -> None:
    """Report a contract rate outside the fixed bounds of a country; bounds that move are not seen."""
    rate = policy.interest.contract_rate_hundredths
    if policy.interest.kind != "contract" or rate is None:
        return
    for bound in law.bounds:
        if bound.fixed_ppm is None or (bound.jurisdiction, bound.party_type) not in groups:
            continue
        rate_ppm, is_max = rate * _PPM_PER_HUNDREDTH, bound.side == "max"
        if (rate_ppm > bound.fixed_ppm) if is_max else (rate_ppm < bound.fixed_ppm):
            word = "above" if is_max else "below"
            figure = format_percent(bound.fixed_ppm)
            who = f"for {_PEOPLE[bound.party_type]} in {bound.jurisdiction} ({bound.legal_basis})"
            message = f"interest.contract_rate is {word} {figure} %, the legal bound {who}."
            report.add(
                (*at, "interest", "contract_rate"),
                message,
                "Keep to the bound, or give them their own policy.",
            )

"""Fixed sums for recovery costs, and other amounts that the law gives in steps of the debt."""

from dunwell.law.model import Law, Rule, Tier
from dunwell.law.percent import PPM
from dunwell.money import divide_half_up


def compensation(law: Law, rule: Rule, amount_minor: int, currency: str) -> tuple[int, str] | None:
    """Return the fixed compensation (minor units, currency) of ``rule`` for a debt of ``amount_minor``.

    ``None``: the law gives none, or the step cannot be told because the debt is not in the currency of the
    steps.
    """
    return scheme_amount(law, rule.scheme, amount_minor, currency)


def scheme_amount(law: Law, scheme: str, amount_minor: int, currency: str) -> tuple[int, str] | None:
    """Return what the steps of ``scheme`` give for ``amount_minor``; also used for caps of fees."""
    tiers = law.tiers.get(scheme, ())
    if amount_minor <= 0 or not tiers:
        return None
    if currency != tiers[0].basis_currency and len(tiers) > 1:
        return None
    tier = [step for step in tiers if _reaches(step, amount_minor)][-1]
    return _tier_amount(tier, amount_minor), tier.currency or currency


def _reaches(tier: Tier, amount_minor: int) -> bool:
    """Tell whether an amount has reached a step; the sides of the boundaries differ from law to law."""
    return amount_minor > tier.over_minor or (tier.inclusive and amount_minor == tier.over_minor)


def _tier_amount(tier: Tier, amount_minor: int) -> int:
    """Return the fixed sum plus the percentage of the part above the step, within its least and greatest."""
    part = (amount_minor - tier.over_minor) * tier.percent_ppm
    amount = max(tier.fixed_minor + divide_half_up(part, PPM), tier.min_minor)
    return amount if tier.max_minor is None else min(amount, tier.max_minor)

"""Fixed compensation for late payment (product §2.3): the law's steps as expressions.

The side of each boundary is the law's own: which step an amount on the boundary belongs to is in the tables.
"""

from collections.abc import Sequence

import polars as pl

from dunwell.assess.balances import currency_code
from dunwell.assess.basis import Basis
from dunwell.assess.fees import half_up
from dunwell.assess.legal import LegalSetting
from dunwell.law import PPM, Tier
from dunwell.ledger.frames import CURRENCY
from dunwell.policy.model import PolicySet


def schemes(found: list[Basis], policies: PolicySet) -> list[str]:
    """The law's scheme of each basis by which a compensation is claimed; empty where none is."""
    return [basis.rule.scheme if basis.rule is not None and _claims(basis, policies) else "" for basis in found]


def _claims(basis: Basis, policies: PolicySet) -> bool:
    """Whether policy and law give a compensation on this basis at all."""
    rule = basis.rule
    if not policies.policies[basis.policy].compensation or rule is None:
        return False
    is_refused = basis.terms.refuse_unverified and not rule.verified
    return bool(rule.scheme) and not rule.compensation_needs_notice and not is_refused


def compensation_minor(by_basis: list[str], legal: LegalSetting) -> pl.Expr:
    """The compensation on what was open on the first day of interest, by the invoice's ``basis``.

    ``by_basis`` are the :func:`schemes`; the invoices have ``claim_anchor_on``, the day before that first day, and
    ``settled_before_minor``, what was entered through it. Null where no compensation is due.
    """
    names = sorted({scheme for scheme in by_basis if legal.law.tiers.get(scheme)})
    numbers = [names.index(scheme) if scheme in names else -1 for scheme in by_basis]
    number = pl.lit(pl.Series(numbers, dtype=pl.Int64)).gather(pl.col("basis"))
    amount = pl.lit(None, dtype=pl.Int64)
    for place, name in enumerate(names):
        tiers = legal.law.tiers[name]
        amount = pl.when((number == place) & _is_payable(tiers)).then(_amount(tiers)).otherwise(amount)
    has_begun = pl.col("claim_anchor_on") < pl.col("ended_on")
    return pl.when(has_begun & (_claim_minor() > 0)).then(amount).alias("compensation_minor")


def _claim_minor() -> pl.Expr:
    return pl.col("amount_minor") - pl.col("settled_before_minor").fill_null(0)


def _is_payable(tiers: Sequence[Tier]) -> pl.Expr:
    """The steps can be told in the invoice's currency, and the compensation is in that currency too."""
    currencies = {tier.currency for tier in tiers if tier.currency}
    in_currency = _is_in(currencies) if currencies else pl.lit(value=True)
    if len(tiers) > 1:
        return in_currency & _is_in({tiers[0].basis_currency})
    return in_currency & _is_reached(tiers[0])


def _is_in(currencies: set[str]) -> pl.Expr:
    """Whether the pair's currency is one of a few."""
    codes = [code for code, currency in enumerate(CURRENCY.categories) if currency in currencies]
    return currency_code().is_in(codes)


def _is_reached(tier: Tier) -> pl.Expr:
    amount = _claim_minor()
    return (amount >= tier.over_minor) if tier.inclusive else (amount > tier.over_minor)


def _amount(tiers: Sequence[Tier]) -> pl.Expr:
    """The fixed sum plus the percentage above the step, within its bounds; the last step reached counts."""
    chosen = pl.lit(0, dtype=pl.Int64)
    for tier in tiers:
        chosen = pl.when(_is_reached(tier)).then(_tier_amount(tier)).otherwise(chosen)
    return chosen.cast(pl.Int64)


def _tier_amount(tier: Tier) -> pl.Expr:
    part = pl.lit(0, dtype=pl.Int64)
    if tier.percent_ppm:
        exact = (_claim_minor() - tier.over_minor).cast(pl.Int128) * tier.percent_ppm
        part = half_up(exact, PPM).cast(pl.Int64)
    bounded = pl.max_horizontal(tier.fixed_minor + part, pl.lit(tier.min_minor, dtype=pl.Int64))
    return bounded if tier.max_minor is None else pl.min_horizontal(bounded, pl.lit(tier.max_minor, dtype=pl.Int64))

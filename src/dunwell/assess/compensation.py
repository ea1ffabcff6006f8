"""Fixed compensation for late payment (product §2.3): the law's steps as expressions.

The side of each boundary is the law's own: which step an amount on the boundary belongs to is in the tables.
"""

from collections.abc import Sequence

import polars as pl

from dunwell.assess.basis import Basis
from dunwell.assess.fees import half_up
from dunwell.assess.legal import LegalSetting
from dunwell.assess.running import attached
from dunwell.law import PPM, Tier
from dunwell.ledger.frames import Columns
from dunwell.policy.model import PolicySet

RESULT: Columns = {"invoice_id": pl.Int64, "compensation_minor": pl.Int64}


def compensation_by_invoice(
    invoices: pl.DataFrame,
    claims: pl.DataFrame,
    found: list[Basis],
    policies: PolicySet,
    legal: LegalSetting,
) -> pl.DataFrame:
    """The compensation per invoice whose interest has begun, on the balance open on its first day of interest.

    ``claims`` come from ``interest.claims_at_start``.
    """
    begun = attached(invoices, claims, "invoice_id").filter(pl.col("claim_minor") > 0)
    parts = [_of_basis(begun, basis, legal) for basis in found if _claims(basis, policies)]
    return pl.concat(parts) if parts else pl.DataFrame(schema=RESULT)


def _claims(basis: Basis, policies: PolicySet) -> bool:
    """Whether policy and law give a compensation on this basis at all."""
    rule = basis.rule
    if not policies.policies[basis.policy].compensation or rule is None:
        return False
    is_refused = basis.terms.refuse_unverified and not rule.verified
    return bool(rule.scheme) and not rule.compensation_needs_notice and not is_refused


def _of_basis(begun: pl.DataFrame, basis: Basis, legal: LegalSetting) -> pl.DataFrame:
    assert basis.rule is not None
    tiers = legal.law.tiers.get(basis.rule.scheme, ())
    own = begun.filter(pl.col("basis") == basis.number).with_columns(pl.col("currency").cast(pl.String).alias("code"))
    payable = own.filter(_is_payable(tiers)) if tiers else own.clear()
    return payable.select("invoice_id", _amount(tiers).alias("compensation_minor") if tiers else pl.lit(0))


def _is_payable(tiers: Sequence[Tier]) -> pl.Expr:
    """The steps can be told in the invoice's currency, and the compensation is in that currency too."""
    currencies = {tier.currency for tier in tiers if tier.currency}
    in_currency = pl.col("code").is_in(sorted(currencies)) if currencies else pl.lit(value=True)
    if len(tiers) > 1:
        return in_currency & (pl.col("code") == tiers[0].basis_currency)
    return in_currency & _is_reached(tiers[0])


def _is_reached(tier: Tier) -> pl.Expr:
    amount = pl.col("claim_minor")
    return (amount >= tier.over_minor) if tier.inclusive else (amount > tier.over_minor)


def _amount(tiers: Sequence[Tier]) -> pl.Expr:
    """The fixed sum plus the percentage above the step, within its bounds; the last step reached counts."""
    chosen = pl.lit(0, dtype=pl.Int64)
    for tier in tiers:
        chosen = pl.when(_is_reached(tier)).then(_tier_amount(tier)).otherwise(chosen)
    return chosen.cast(pl.Int64)


def _tier_amount(tier: Tier) -> pl.Expr:
    part = (pl.col("claim_minor") - tier.over_minor).cast(pl.Int128) * tier.percent_ppm
    amount = tier.fixed_minor + half_up(part, PPM).cast(pl.Int64)
    bounded = pl.max_horizontal(amount, pl.lit(tier.min_minor, dtype=pl.Int64))
    return bounded if tier.max_minor is None else pl.min_horizontal(bounded, pl.lit(tier.max_minor, dtype=pl.Int64))

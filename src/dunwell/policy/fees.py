"""What a fee of the policy comes to on one invoice, exactly, in minor units (product §2.3)."""

from dunwell.money import divide_half_up
from dunwell.policy.model import Fee, FeeBand

_WHOLE_HUNDREDTHS = 10_000
"""100 % in hundredths of a percent."""


def fee_minor(fee: Fee, amount_minor: int, currency: str) -> int:
    """Return the fee on an invoice of ``amount_minor`` (its original amount), within the fee's own bounds.

    A currency for which the fee names no figure pays nothing; percentages round half up, once.
    """
    if amount_minor <= 0:
        return 0
    if fee.kind == "flat":
        parts = [(FeeBand(None, amount_minor=fee.amount_minor.get(currency, 0)), amount_minor)]
        is_charged = parts[0][0].amount_minor > 0
    elif fee.kind == "percent":
        parts = [(FeeBand(None, fee.percent_hundredths), amount_minor)]
        is_charged = True
    else:
        parts = _parts(fee.bands.get(currency, ()), amount_minor, slices=fee.accumulate)
        is_charged = currency in fee.bands
    if not is_charged:
        return 0
    raw = divide_half_up(sum(_hundredths(band, part) for band, part in parts), _WHOLE_HUNDREDTHS)
    raw = max(raw, fee.min_minor.get(currency, 0))
    return min(raw, fee.max_minor[currency]) if currency in fee.max_minor else raw


def _hundredths(band: FeeBand, part_minor: int) -> int:
    """Return what a band takes of its part of the invoice, not yet divided, so that it is rounded only once."""
    return part_minor * band.percent_hundredths + band.amount_minor * _WHOLE_HUNDREDTHS


def _parts(bands: tuple[FeeBand, ...], amount_minor: int, *, slices: bool) -> list[tuple[FeeBand, int]]:
    """Return each band with the slice of the amount in it, or the one band that all of the amount falls in."""
    parts, start = [], 0
    for band in bands:
        end = amount_minor if band.up_to_minor is None else band.up_to_minor
        if amount_minor > start and (slices or amount_minor <= end):
            parts.append((band, min(amount_minor, end) - start if slices else amount_minor))
        start = end
    return parts

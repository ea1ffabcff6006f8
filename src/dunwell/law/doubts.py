"""What must be said beside a figure: open points, unverified rates, rates beyond what the law allows."""

from datetime import date

from dunwell.errors import RateMissingError
from dunwell.law.claim import Claim, Segment, first_interest_day, notice_is_missing
from dunwell.law.model import ContractBound, Law, Rule
from dunwell.law.percent import PPM, format_percent
from dunwell.law.rates import rate_on, series_on


def case_doubts(law: Law, rule: Rule, claim: Claim, to_on: date) -> list[str]:
    """Return what is open about this debt, beside the open points of its rule."""
    first_on = first_interest_day(rule, claim)
    doubts: list[str] = []
    if first_on is None:
        doubts.append("No interest: the law wants a day of default (reminder or notice) and none is stated.")
    elif rule.needs_entered_rate:
        doubts.append("No interest: the law gives no figure and no rate was entered.")
    if rule.starts == "after_due" and claim.default_since:
        doubts.append("The stated day of default changes nothing: interest runs from the day after the due date.")
    if notice_is_missing(rule, claim, to_on):
        doubts.append("No compensation: it is owed only after the prescribed notice has run out.")
    if _step_is_unknown(law, rule, claim.currency):
        doubts.append("No compensation: its steps are in another currency than the debt.")
    if rule.in_force_from and first_on and first_on < rule.in_force_from:
        doubts.append(f"The rule stands in this form since {rule.in_force_from}; an older debt may bear less.")
    if not rule.verified:
        doubts.append(f"This rule is not verified ({rule.source}).")
    return doubts + (bound_doubts(law, rule, first_on) if first_on else [])


def _step_is_unknown(law: Law, rule: Rule, currency: str) -> bool:
    """Tell whether the compensation has steps in a currency that is not the debt's."""
    tiers = law.tiers.get(rule.scheme, ())
    return len(tiers) > 1 and tiers[0].basis_currency != currency


def rate_doubts(segments: tuple[Segment, ...]) -> list[str]:
    """Name every rate that was used and is not verified."""
    return list(
        dict.fromkeys(
            f"The rate of {format_percent(segment.rate_ppm)} % from {segment.from_on} to {segment.to_on} "
            f"is not verified ({segment.source})."
            for segment in segments
            if not segment.verified
        )
    )


def bound_doubts(law: Law, rule: Rule, on: date) -> list[str]:
    """Return in which way an agreed rate passes a floor or ceiling of the law on the day ``on``."""
    if not rule.rate_is_agreed or rule.flat_ppm is None:
        return []
    doubts: list[str] = []
    for bound in law.bounds_of(rule):
        try:
            bound_ppm = _bound_ppm(law, bound, on)
        except RateMissingError as error:
            doubts.append(f"The agreed rate could not be checked against {bound.legal_basis}: {error}")
            continue
        if rule.flat_ppm < bound_ppm if bound.side == "min" else rule.flat_ppm > bound_ppm:
            word = "below the floor" if bound.side == "min" else "above the ceiling"
            doubts.append(
                f"The agreed rate of {format_percent(rule.flat_ppm)} % is {word} of "
                f"{format_percent(bound_ppm)} % ({bound.legal_basis})."
            )
    return doubts


def _bound_ppm(law: Law, bound: ContractBound, on: date) -> int:
    """Return the figure of a floor or ceiling on a day."""
    if bound.fixed_ppm is not None:
        return bound.fixed_ppm
    if bound.statutory_party:
        statutory = law.rule(bound.jurisdiction, bound.statutory_party)
        return rate_on(law, statutory, on).rate_ppm * bound.times_ppm // PPM
    return series_on(law.series[bound.series], on).rate_ppm * bound.times_ppm // PPM

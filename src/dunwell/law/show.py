"""The law as plain data, ready for JSON: what ``dunwell law show`` and ``dunwell law interest`` print."""

from datetime import date
from typing import Any, get_args

from dunwell.errors import RateMissingError
from dunwell.law.claim import InterestResult, Segment
from dunwell.law.model import Law, Limit, PartyType, RatePeriod, Rule, Tier
from dunwell.law.percent import format_percent
from dunwell.law.rates import covered, rate_on
from dunwell.money import format_plain

Shown = dict[str, Any]


def interest_as_dict(result: InterestResult) -> Shown:
    """Return the answer of the calculator in the shape that the command line promises."""
    return {
        "interest_minor": result.interest_minor,
        "compensation_minor": result.compensation_minor,
        "compensation_currency": result.compensation_currency,
        "segments": [_segment(segment) for segment in result.segments],
        "legal_basis": result.legal_basis,
        "sources": list(result.sources),
        "doubts": list(result.doubts),
        "no_interest_reason": result.no_interest_reason,
    }


def show_as_dict(law: Law, jurisdiction: str, on: date) -> Shown:
    """Return every rule of ``jurisdiction`` with the rate in force ``on``, its sources and its open points.

    Raises ``UsageError`` when there is no such jurisdiction.
    """
    rules = [law.rule(jurisdiction, party_type) for party_type in get_args(PartyType)]
    return {
        "jurisdiction": rules[0].jurisdiction,
        "on": on.isoformat(),
        "notice": "Information, not legal advice.",
        "rules": [_rule(law, rule, on) for rule in rules],
    }


def _segment(segment: Segment) -> Shown:
    """Return one line of the interest calculation."""
    return {
        "from_on": segment.from_on.isoformat(),
        "to_on": segment.to_on.isoformat(),
        "days": segment.days,
        "rate_percent": format_percent(segment.rate_ppm),
        "balance_minor": segment.balance_minor,
        "amount_minor": segment.amount_minor,
        "verified": segment.verified,
        "source": segment.source,
    }


def _rule(law: Law, rule: Rule, on: date) -> Shown:
    """Return one rule with all that must be known to use it."""
    return {
        "party_type": rule.party_type,
        "reset": rule.reset,
        "series": rule.series,
        "margin_percent": format_percent(rule.margin_ppm),
        "compounding": rule.compounding,
        "day_count": rule.day_count,
        "starts": rule.starts,
        "reminder_needed": rule.reminder_needed,
        "in_force_from": rule.in_force_from.isoformat() if rule.in_force_from else "",
        "rate": _rate(law, rule, on),
        "compensation": [_tier(tier) for tier in law.tiers.get(rule.scheme, ())],
        "compensation_needs_notice": rule.compensation_needs_notice,
        "limits": [_limit(limit) for limit in law.limits_of(rule)],
        "wordings": [
            {"document": w.document, "key": w.key, "requirement": w.requirement, "verified": w.verified}
            for w in law.wordings_of(rule)
        ],
        "legal_basis": rule.legal_basis,
        "source": rule.source,
        "verified": rule.verified,
        "doubts": list(law.doubts_of(rule)),
    }


def _rate(law: Law, rule: Rule, on: date) -> Shown:
    """Return the rate in force, or why there is none; ``table_ends_on`` is the last day the table covers."""
    try:
        period = rate_on(law, rule, on)
    except RateMissingError as error:
        return {"percent": None, "verified": False, "source": "", "missing": str(error)}
    return _found_rate(period) | {"table_ends_on": _table_end(law, rule)}


def _found_rate(period: RatePeriod) -> Shown:
    """Return a rate that the tables have."""
    return {
        "percent": format_percent(period.rate_ppm),
        "verified": period.verified,
        "source": period.source,
        "missing": "",
    }


def _table_end(law: Law, rule: Rule) -> str:
    """Return the last day for which the tables have a rate; empty for one that never changes."""
    known = covered(law, rule)
    return known[1].isoformat() if known and known[1] != date.max else ""


def _tier(tier: Tier) -> Shown:
    """Return one step of a compensation."""
    paid_in = tier.currency or tier.basis_currency
    return {
        "over_amount": format_plain(tier.over_minor, tier.basis_currency),
        "over_currency": tier.basis_currency,
        "inclusive": tier.inclusive,
        "fixed_amount": format_plain(tier.fixed_minor, paid_in),
        "percent_of_part_above": format_percent(tier.percent_ppm),
        "min_amount": format_plain(tier.min_minor, paid_in),
        "max_amount": "" if tier.max_minor is None else format_plain(tier.max_minor, paid_in),
        "currency": paid_in,
    }


def _limit(limit: Limit) -> Shown:
    """Return one thing that the law forbids, caps or ties to a notice."""
    return {
        "option": limit.option,
        "effect": limit.effect,
        "scheme": limit.scheme,
        "legal_basis": limit.legal_basis,
        "verified": limit.verified,
        "note": limit.note,
    }

"""Policies from a source of choices: ladders, grace, minimums, fees and rules of every shape."""

from collections.abc import Callable, Sequence
from typing import Any

from dunwell.policy.model import (
    DEFAULT_STEPS,
    Fee,
    FeeBand,
    HoldRule,
    InterestTerms,
    LateFee,
    Policy,
    PolicySet,
    SelectionRule,
    Step,
)

Pick = Callable[[Sequence[Any]], Any]

MINIMUMS: tuple[dict[str, int], ...] = ({}, {"EUR": 5_000, "USD": 5_000}, {"VND": 10_000, "EUR": 1})
SHAPES = (
    "reminder second_request third_request hold final_demand referral",
    "reminder third_request hold",
    "third_request hold referral",
    "reminder hold third_request final_demand",
    "hold reminder third_request",
    "reminder second_request referral",
    "reminder",
)
TOLERANCES: tuple[dict[str, int], ...] = ({}, {}, {"EUR": 100, "GBP": 1, "VND": 5_000})
DELIVERY_DAYS: tuple[dict[str, int], ...] = ({"email": 0, "post": 3, "phone": 0}, {"post": 30, "email": 1}, {})
GAPS = (7, 0, 1, 14)
TERMS = (7, 0, 5, 10)
PLAIN = {step.id: step for step in DEFAULT_STEPS}

PERCENT = Fee("percent", percent_hundredths=1_000)
FEES = (
    None,
    PERCENT,
    Fee("flat", amount_minor={"EUR": 500, "KWD": 2_500}),
    Fee("percent", percent_hundredths=333, min_minor={"EUR": 400}, max_minor={"EUR": 900, "USD": 1_000}),
    Fee("bands", bands={"EUR": (FeeBand(5_000, 0, 250), FeeBand(None, 125, 100))}, min_minor={"EUR": 300}),
    Fee(
        "bands",
        bands={
            "EUR": (FeeBand(5_000, 1_000), FeeBand(20_000, 550, 10), FeeBand(None, 125)),
            "USD": (FeeBand(None, 777),),
        },
        accumulate=True,
        max_minor={"EUR": 10_000},
    ),
)


def ladder(pick: Pick) -> tuple[Step, ...]:
    """The default ladder, or another shape on other days with other terms, gaps and fees."""
    if pick((True, False)):
        return DEFAULT_STEPS
    steps, day = [], pick((3, 0, 1))
    for name in pick(SHAPES).split():
        plain = PLAIN[name]
        fee = pick(FEES) if plain.letter else None
        steps.append(
            Step(
                name,
                day,
                plain.letter,
                at=pick(("day", "day", "month_end")),
                pay_by_days=pick(TERMS),
                min_gap_days=pick(GAPS),
                warns_of_hold=plain.warns_of_hold,
                fee=fee,
            )
        )
        day += pick((9, 1, 10, 18))
    return tuple(steps)


def hold_rule(pick: Pick) -> HoldRule:
    return HoldRule(
        allowed=pick((True, True, True, False)),
        days_past_due=pick((30, 0, 12)),
        min_unanswered_requests=pick((2, 0, 1, 3)),
        warn_first=pick((True, False)),
        minimum_minor=pick(MINIMUMS),
        cure_days=pick((10, 0, 3)),
        regrace_days=pick((5, 0, 10)),
    )


def interest_terms(pick: Pick) -> InterestTerms:
    kind = pick(("none", "contract", "statutory", "statutory", "statutory"))
    if kind == "none":
        return InterestTerms()
    if kind == "contract":
        day_count = pick(("act/365", "act/360", "30/360"))
        return InterestTerms("contract", pick((900, 1, 2_475)), day_count=day_count)
    rate = pick((None, 900, 2_475))
    return InterestTerms("statutory", rate, refuse_unverified=pick((False, False, True)))


def policy(pick: Pick, name: str) -> Policy:
    fee = pick(FEES)
    return Policy(
        name=name,
        steps=ladder(pick),
        grace_days=pick((0, 0, 1, 2, 3, 4, 5)),
        hold=hold_rule(pick),
        late_fee=LateFee(fee, from_days_past_due=pick((1, 0, 30))) if fee else None,
        interest=interest_terms(pick),
        compensation=pick((False, True)),
        minimum_minor=pick(MINIMUMS),
        tolerance_minor=pick(TOLERANCES),
        response_pause_days=pick((10, 0, 5)),
        restart_on_cure=pick((False, False, True)),
        pursue_charges_after_principal=pick((False, True)),
        chase=pick((True,) * 11 + (False,)),
        delivery_days=pick(DELIVERY_DAYS),
    )


def policy_set(pick: Pick, count: int) -> PolicySet:
    names = [f"p{number}" for number in range(count)]
    rules = [
        SelectionRule(
            pick(names),
            country=pick((None, "DE", "US")),
            party_type=pick((None, "consumer")),
            segment=pick((None, "key")),
        )
        for _ in range(pick((0, 1, 2, 3)))
    ]
    return PolicySet({name: policy(pick, name) for name in names}, default=names[-1], rules=tuple(rules))

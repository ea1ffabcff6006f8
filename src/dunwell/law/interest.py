"""The late-payment calculator: one debt, one rule, exact (product §2.3).

Interest runs from the first day of interest to the as-of date, both included, on the balance open on each
day; a payment day still bears interest on the balance before the payment. The sum is a fraction until it is
rounded once.
"""

from bisect import bisect_right
from calendar import isleap
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import lcm

from dunwell.law.claim import (
    Claim,
    InterestResult,
    NoInterestReason,
    Options,
    Segment,
    balance_on,
    first_interest_day,
    notice_is_missing,
)
from dunwell.law.compensation import compensation
from dunwell.law.doubts import case_doubts, rate_doubts
from dunwell.law.model import DayCount, Law, RatePeriod, Rounding, Rule
from dunwell.law.rates import ONE_DAY, day_number, rate_periods, scale
from dunwell.money import apportion, divide_half_up


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment before rounding: its base is exact, its days counted."""

    period: RatePeriod
    days: int
    base: Fraction
    exact: Fraction


def interest(law: Law, rule: Rule, claim: Claim, to_on: date, options: Options | None = None) -> InterestResult:
    """Compute interest and fixed compensation of ``claim`` through ``to_on``.

    Raises ``RateMissingError`` when a day on which something is owed has no rate.
    """
    chosen = options or Options()
    first_on = first_interest_day(rule, claim)
    reason = _no_interest_reason(rule, first_on, to_on)
    pieces: list[_Piece] = []
    if first_on and not reason:
        pieces = _pieces(law, rule, claim, (first_on, to_on), chosen.day_count or rule.day_count)
    owed = _compensation(law, rule, claim, to_on)
    segments = _segments(pieces, chosen.rounding)
    return InterestResult(
        interest_minor=sum(segment.amount_minor for segment in segments),
        segments=segments,
        compensation_minor=owed[0] if owed else 0,
        compensation_currency=owed[1] if owed else "",
        legal_basis=rule.legal_basis,
        sources=tuple(dict.fromkeys([rule.source, *(segment.source for segment in segments)])),
        doubts=(*case_doubts(law, rule, claim, to_on), *rate_doubts(segments), *law.doubts_of(rule)),
        no_interest_reason=reason,
    )


def _no_interest_reason(rule: Rule, first_on: date | None, to_on: date) -> NoInterestReason:
    """Name why no interest can be computed, if so."""
    if first_on is None:
        return "default_missing"
    if rule.needs_entered_rate:
        return "rate_not_entered"
    return "not_due" if first_on > to_on else ""


def _pieces(law: Law, rule: Rule, claim: Claim, span: tuple[date, date], day_count: DayCount) -> list[_Piece]:
    """Cut the days of ``span`` where rate, balance or base change, and compute each piece exactly.

    Days on which nothing is open bear no interest and need no rate; interest that was added to the base bears
    interest only while principal is open.
    """
    years = _anniversaries(*span) if rule.compounding == "yearly" else []
    runs = _runs(claim, span, years)
    pieces: list[_Piece] = []
    added, accrued, years_over = Fraction(0), Fraction(0), 0
    rates_from_on = span[0] if rule.reset == "fixed_at_start" or not runs else runs[0][0]
    for period in rate_periods(law, rule, rates_from_on, runs[-1][1]) if runs else []:
        for part in _overlaps(period, runs):
            if bisect_right(years, part.from_on) > years_over:
                added, accrued, years_over = added + accrued, Fraction(0), bisect_right(years, part.from_on)
            piece = _piece(part, balance_on(claim, part.from_on) + added, day_count)
            accrued += piece.exact
            pieces.append(piece)
    return pieces


def _runs(claim: Claim, span: tuple[date, date], years: list[date]) -> list[tuple[date, date]]:
    """Return the stretches of days of one open balance, within one year of compounding."""
    first_on, to_on = span
    cuts = {paid_on + ONE_DAY for paid_on, _ in claim.payments} | set(years)
    starts = [first_on, *sorted(day for day in cuts if first_on < day <= to_on)]
    ends = [day - ONE_DAY for day in starts[1:]] + [to_on]
    return [run for run in zip(starts, ends, strict=True) if balance_on(claim, run[0])]


def _overlaps(period: RatePeriod, runs: list[tuple[date, date]]) -> list[RatePeriod]:
    """Return the parts of ``period`` that fall on the runs."""
    return [
        replace(period, from_on=max(start, period.from_on), to_on=min(end, period.to_on))
        for start, end in runs
        if start <= period.to_on and end >= period.from_on
    ]


def _anniversaries(first_on: date, to_on: date) -> list[date]:
    """Return the first days of the second and later years; 29 February becomes 1 March in common years."""
    leap_day = (first_on.month, first_on.day) == (2, 29)
    years = range(first_on.year + 1, to_on.year + 1)
    return [date(y, 3, 1) if leap_day and not isleap(y) else first_on.replace(year=y) for y in years]


def _piece(part: RatePeriod, base: Fraction | int, day_count: DayCount) -> _Piece:
    """Compute one piece: base × yearly rate × days / days of the year."""
    days = day_number(part.to_on, day_count) - day_number(part.from_on - ONE_DAY, day_count)
    exact = Fraction(base) * part.rate_ppm * days / scale(day_count)
    return _Piece(part, days, Fraction(base), exact)


def _segments(pieces: list[_Piece], rounding: Rounding) -> tuple[Segment, ...]:
    """Round the pieces: each on its own, or their sum once with the cents apportioned to the lines."""
    if rounding == "segment":
        amounts = [_half_up(piece.exact) for piece in pieces]
    else:
        total = _half_up(sum((piece.exact for piece in pieces), Fraction(0)))
        shared = lcm(*(piece.exact.denominator for piece in pieces))
        amounts = apportion(total, [int(piece.exact * shared) for piece in pieces])
    return tuple(_segment(piece, amount) for piece, amount in zip(pieces, amounts, strict=True))


def _segment(piece: _Piece, amount_minor: int) -> Segment:
    """Return the printed line of a piece."""
    period = piece.period
    return Segment(
        from_on=period.from_on,
        to_on=period.to_on,
        days=piece.days,
        rate_ppm=period.rate_ppm,
        balance_minor=_half_up(piece.base),
        amount_minor=amount_minor,
        verified=period.verified,
        source=period.source,
    )


def _half_up(value: Fraction) -> int:
    """Round an exact amount to a whole minor unit."""
    return divide_half_up(value.numerator, value.denominator)


def _compensation(law: Law, rule: Rule, claim: Claim, to_on: date) -> tuple[int, str] | None:
    """Return the compensation on what was open on the first day of default, when the debt is in default."""
    first_on = first_interest_day(rule, claim)
    if first_on is None or first_on > to_on or notice_is_missing(rule, claim, to_on):
        return None
    return compensation(law, rule, balance_on(claim, first_on), claim.currency)

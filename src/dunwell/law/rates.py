"""Which yearly rate holds on which day, and the running sums that make interest a subtraction.

Nothing is extrapolated: a day that no row covers raises ``RateMissingError`` naming the series and the
half-year.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate, pairwise

from dunwell.errors import RateMissingError
from dunwell.law.model import DayCount, Law, RatePeriod, Rule, Series, SeriesKind
from dunwell.law.percent import PPM
from dunwell.money import divide_half_up

ONE_DAY = timedelta(days=1)
_YEAR_DAYS: dict[DayCount, int] = {"act/365": 365, "act/360": 360, "30/360": 360}


def scale(day_count: DayCount) -> int:
    """Return the divisor of ``balance_minor × rate_ppm × days`` that gives interest in minor units."""
    return PPM * _YEAR_DAYS[day_count]


def day_number(on: date, day_count: DayCount) -> int:
    """Number the days so that the days after ``a`` through ``b`` count ``number(b) - number(a)``.

    30/360 gives every month 30 days: a 31st counts nothing, the last of February the missing days on 1 March.
    """
    if day_count != "30/360":
        return on.toordinal()
    return 360 * on.year + 30 * (on.month - 1) + min(on.day, 30)


def agreed(rule: Rule, rate_ppm: int) -> Rule:
    """Return ``rule`` with a contract or market rate, entered by the owner, in place of the statutory one."""
    return replace(rule, reset="flat", flat_ppm=rate_ppm, rate_is_agreed=True)


def rate_on(law: Law, rule: Rule, on: date) -> RatePeriod:
    """Return the rate of the day ``on``; if fixed at the start, of a debt whose interest starts that day."""
    return rate_periods(law, rule, on, on)[0]


def rate_periods(law: Law, rule: Rule, from_on: date, to_on: date) -> list[RatePeriod]:
    """Return the rates of the days ``from_on`` (the first day of interest) to ``to_on``, both included.

    Neighbours with the same rate are one period. Raises ``RateMissingError`` when a day is not covered, or
    when the law gives no figure and none was entered.
    """
    if rule.flat_ppm is not None:
        source = "rate entered by the owner" if rule.rate_is_agreed else rule.source
        return [RatePeriod(from_on, to_on, rule.flat_ppm, rule.rate_is_agreed or rule.verified, source)]
    if rule.needs_entered_rate:
        raise RateMissingError(
            f"{rule.jurisdiction}, {rule.party_type}: no statutory rate ({rule.legal_basis}); enter the rate."
        )
    series = law.series[rule.series]
    if rule.reset == "fixed_at_start":
        first = _covering(series, rule, from_on)
        return [replace(first, from_on=from_on, to_on=to_on)]
    return _merged(_walk(series, rule, from_on, to_on))


def covered(law: Law, rule: Rule) -> tuple[date, date] | None:
    """Return the first and last day for which ``rule`` has a rate, or ``None`` when one must be entered.

    For a rate fixed at the start these are first days of interest; the debt may run on for ever.
    """
    if rule.flat_ppm is not None:
        return date.min, date.max
    if rule.needs_entered_rate:
        return None
    series = law.series[rule.series]
    return series.rows[0].effective_from, _holds_through(series, len(series.rows) - 1)


def daily_rate_index(law: Law, rule: Rule, from_on: date, to_on: date, day_count: DayCount | None = None) -> list[int]:
    """Return, for each day from ``from_on`` to ``to_on``, the sum of the rates of the days through it.

    The days after ``a`` through ``b`` bear ``balance × (index[b] - index[a]) / scale(day_count)``, exactly,
    where an index position is the number of days since ``from_on``. Not for rates fixed at the start
    (``start_rates``).
    """
    count = day_count or rule.day_count
    daily: list[int] = []
    for period in rate_periods(law, rule, from_on, to_on):
        weights = _day_weights(period.from_on, period.to_on, count)
        daily.extend(period.rate_ppm * weight for weight in weights)
    return list(accumulate(daily))


def day_index(from_on: date, to_on: date, day_count: DayCount) -> list[int]:
    """Return the day numbers of ``from_on`` to ``to_on``: the partner of ``start_rates``."""
    days = (to_on - from_on).days + 1
    return [day_number(from_on + timedelta(days=i), day_count) for i in range(days)]


def start_rates(law: Law, rule: Rule, from_on: date, to_on: date) -> list[int]:
    """Return, for each day, the rate (ppm) of a debt whose first day of interest it is."""
    by_day = replace(rule, reset="half_year") if rule.reset == "fixed_at_start" else rule
    periods = rate_periods(law, by_day, from_on, to_on)
    return [period.rate_ppm for period in periods for _ in range((period.to_on - period.from_on).days + 1)]


def _day_weights(from_on: date, to_on: date, day_count: DayCount) -> Iterable[int]:
    """Return how many days of the year each calendar day counts for."""
    numbers = day_index(from_on - ONE_DAY, to_on, day_count)
    return (after - before for before, after in pairwise(numbers))


def _walk(series: Series, rule: Rule, from_on: date, to_on: date) -> list[RatePeriod]:
    """Follow the series from ``from_on`` to ``to_on``, row by row."""
    periods: list[RatePeriod] = []
    cursor = from_on
    while cursor <= to_on:
        period = _covering(series, rule, cursor)
        end = min(period.to_on, to_on)
        periods.append(replace(period, from_on=cursor, to_on=end))
        cursor = end + ONE_DAY
    return periods


def series_on(series: Series, on: date) -> RatePeriod:
    """Return the row of ``series`` that covers ``on``, as published, for as long as it holds.

    Raises ``RateMissingError`` when none does.
    """
    for position in range(len(series.rows) - 1, -1, -1):
        row = series.rows[position]
        if row.effective_from <= on:
            through = _holds_through(series, position)
            if on > through:
                break
            return RatePeriod(row.effective_from, through, row.rate_ppm, row.verified, row.source)
    raise RateMissingError(_missing_message(series, on))


def _covering(series: Series, rule: Rule, on: date) -> RatePeriod:
    """Return the period that covers ``on`` with the rate of ``rule``; verified when both row and rule are."""
    published = series_on(series, on)
    rate_ppm = _rule_rate_ppm(rule, published.rate_ppm - series.included_ppm)
    return replace(published, rate_ppm=rate_ppm, verified=published.verified and rule.verified)


def _rule_rate_ppm(rule: Rule, reference_ppm: int) -> int:
    """Add the rule's margin to the (signed) reference rate and round to the rule's step."""
    rate_ppm = reference_ppm + rule.margin_ppm
    step = rule.rounding_step_ppm
    if rule.rounding == "up":
        return -(-rate_ppm // step) * step
    if rule.rounding == "nearest":
        return divide_half_up(rate_ppm, step) * step
    return rate_ppm


def _holds_through(series: Series, position: int) -> date:
    """Return the last day on which a row holds: the day before the next row, within its half-year or year."""
    row = series.rows[position]
    ends = [end] if (end := _period_end(row.effective_from, series.kind)) else []
    if position + 1 < len(series.rows):
        ends.append(series.rows[position + 1].effective_from - ONE_DAY)
    elif series.covered_through:
        ends.append(series.covered_through)
    return min(ends, default=row.effective_from)


def _period_end(on: date, kind: SeriesKind) -> date | None:
    """Return the last day of the half-year or year of ``on``; a dated row has no end of its own."""
    if kind == "dated":
        return None
    if kind == "half_year" and on.month <= 6:
        return date(on.year, 6, 30)
    return date(on.year, 12, 31)


def following(on: date, kind: SeriesKind) -> date | None:
    """Return the first day of the half-year or year after the one of ``on``; ``None`` for dated series."""
    end = _period_end(on, kind)
    return end + ONE_DAY if end else None


def _missing_message(series: Series, on: date) -> str:
    """Say which half-year of which series is missing, and what to do."""
    half = "first" if on.month <= 6 else "second"
    return (
        f"{series.name} ({series.title}) has no rate for {on}, in the {half} half-year of {on.year}; "
        "nothing is extrapolated. Add the published rate with `dunwell law update FILE.csv`."
    )


def _merged(periods: list[RatePeriod]) -> list[RatePeriod]:
    """Join neighbours that bear the same rate; the joint period is verified when both are."""
    merged: list[RatePeriod] = []
    for period in periods:
        if merged and merged[-1].rate_ppm == period.rate_ppm:
            merged[-1] = _joined(merged[-1], period)
        else:
            merged.append(period)
    return merged


def _joined(first: RatePeriod, second: RatePeriod) -> RatePeriod:
    """Return one period for two neighbours of the same rate."""
    known = first.source.split(" | ")
    source = first.source if second.source in known else f"{first.source} | {second.source}"
    return RatePeriod(first.from_on, second.to_on, first.rate_ppm, first.verified and second.verified, source)

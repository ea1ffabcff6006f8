"""Late-payment law as data, and the calculator that reads it; pure.

``load_law()`` gives the tables; a ``Rule`` speaks of one jurisdiction and party type; ``interest`` computes
one debt, ``daily_rate_index`` and ``start_rates`` give a columnar engine what it needs to compute many. Not
legal advice.
"""

from dunwell.law.claim import (
    Claim,
    InterestResult,
    NoInterestReason,
    Options,
    Segment,
    balance_on,
    first_interest_day,
)
from dunwell.law.compensation import compensation, scheme_amount
from dunwell.law.doubts import bound_doubts
from dunwell.law.interest import interest
from dunwell.law.model import (
    ContractBound,
    DayCount,
    Law,
    Limit,
    PartyType,
    RatePeriod,
    RateRow,
    Rounding,
    Rule,
    Series,
    Tier,
    Wording,
)
from dunwell.law.percent import PPM, format_percent, parse_percent
from dunwell.law.rates import (
    agreed,
    covered,
    daily_rate_index,
    day_index,
    day_number,
    rate_on,
    rate_periods,
    scale,
    series_on,
    start_rates,
)
from dunwell.law.show import interest_as_dict, show_as_dict
from dunwell.law.tables import load_law
from dunwell.law.update import RatesFile, format_rates, merge_rates, read_rates, reread_rates

__all__ = [
    "PPM",
    "Claim",
    "ContractBound",
    "DayCount",
    "InterestResult",
    "Law",
    "Limit",
    "NoInterestReason",
    "Options",
    "PartyType",
    "RatePeriod",
    "RateRow",
    "RatesFile",
    "Rounding",
    "Rule",
    "Segment",
    "Series",
    "Tier",
    "Wording",
    "agreed",
    "balance_on",
    "bound_doubts",
    "compensation",
    "covered",
    "daily_rate_index",
    "day_index",
    "day_number",
    "first_interest_day",
    "format_percent",
    "format_rates",
    "interest",
    "interest_as_dict",
    "load_law",
    "merge_rates",
    "parse_percent",
    "rate_on",
    "rate_periods",
    "read_rates",
    "reread_rates",
    "scale",
    "scheme_amount",
    "series_on",
    "show_as_dict",
    "start_rates",
]

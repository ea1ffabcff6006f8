"""The assessment of a ledger on a day: the rules of product §2 in the order in which they build on each other.

Read it top to bottom: balances → ageing → what stands in the way → what was asked → the six conditions → the
ladder → the action → the money demanded → when to look again. Each named rule lives in the file of its concept.
"""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from dunwell.assess import (
    ageing,
    balances,
    charges,
    correspondence,
    decision,
    episodes,
    events,
    hold_rule,
    ladder,
    next_look,
    obstacles,
    parameters,
)
from dunwell.assess.assessment import ACCOUNT_COLUMNS, INVOICE_COLUMNS, Assessment, in_contract
from dunwell.assess.balances import PAIR, pair_columns, pair_id
from dunwell.assess.charges import AMOUNTS
from dunwell.assess.days import earliest_day, earliest_so_far
from dunwell.assess.deadlines import country_code, with_deadline
from dunwell.assess.demand import Everything, charged_by_pair, demanded
from dunwell.assess.legal import LegalSetting
from dunwell.assess.made_once import made_once
from dunwell.assess.parameters import Parameters
from dunwell.assess.partitions import INVOICES_PER_PART, parts, together
from dunwell.assess.running import attached, is_first_of, sums_by_group
from dunwell.ledger.frames import EVENTS, PARTY_TYPE, Columns, Ledger
from dunwell.policy.model import PolicySet


def assess(ledger: Ledger, policies: PolicySet, legal: LegalSetting | None, as_of: date) -> Assessment:
    """Assess every account and currency of ``ledger`` under ``policies`` as of a business date.

    Pure: the result depends on nothing but the arguments, and not on the order of their rows. ``legal`` is
    ``None`` when no statutory interest or compensation is to be claimed. Returns one row per account and currency,
    ordered by both, with its facts, reasons and action, and one row per open invoice.
    """
    tariff = charges.kept(charges.Tariff(policies, legal, as_of))
    return together([_assess_part(part, tariff) for part in parts(ledger, INVOICES_PER_PART)])


def _assess_part(ledger: Ledger, tariff: charges.Tariff) -> Assessment:
    as_of = tariff.as_of
    entries = balances.applied_entries(ledger.entries, as_of)
    invoices = balances.invoice_balances(ledger.invoices, entries, as_of)
    standing = balances.standing_by_pair(invoices, balances.loose_entries(ledger.entries, as_of), ledger.orders)
    pairs = _pairs(ledger.accounts, standing, tariff.parameters)
    placed = _placed_events(ledger, pairs, as_of)
    open_invoices = _open_invoices(invoices, pairs, placed, as_of)
    facts = _facts(pairs, open_invoices, placed, as_of)
    facts = attached(facts, _episode_starts(invoices, facts, entries), PAIR)
    facts = _with_correspondence(facts, as_of)
    asked = _asked(facts, placed, tariff)
    facts = attached(facts, asked.summary, PAIR).with_columns(_of_silent_pairs())
    decided = _decide(facts, tariff.parameters, as_of)
    everything = Everything(invoices, open_invoices, entries, asked.taken)
    charged = demanded(everything, decided, asked.of_episode, tariff)
    return _finish(decided, charged)


def _pairs(accounts: pl.DataFrame, standing: pl.DataFrame, known: Parameters) -> pl.DataFrame:
    """Every account and currency there is anything to say about, in order, with its policy's parameters and credits."""
    customers = accounts.select(*_of_customer(), known.index)
    own = customers["own_pair_id"].alias(PAIR).drop_nulls()
    keys = pl.concat([own, standing[PAIR]]).sort().to_frame().filter(is_first_of(PAIR)).with_columns(pair_columns())
    placed = attached(keys, customers, "account_id")
    if placed["policy_index"].null_count() > 0:
        placed = placed.filter(pl.col("policy_index").is_not_null())
    return attached(placed, standing, PAIR).with_columns(
        _own_credit_limit(), *known.of_pair, balances.unapplied_minor()
    )


@made_once
def _of_customer() -> tuple[str | pl.Expr, ...]:
    own = pair_id().alias("own_pair_id")
    return ("account_id", "country", country_code(), "party_type", "credit_limit_minor", "contract_allows_hold", own)


@made_once
def _own_credit_limit() -> pl.Expr:
    """The credit limit, on the pair of the account's own currency alone."""
    is_own = pl.col(PAIR) == pl.col("own_pair_id")
    return pl.when(is_own).then("credit_limit_minor").alias("credit_limit_minor")


@dataclass(frozen=True, slots=True)
class _Placed:
    """The day's events, once per pair they concern, and what of them concerns single invoices or whole accounts."""

    requests: pl.DataFrame
    holds: pl.DataFrame
    responses: pl.DataFrame
    invoice_obstacles: pl.DataFrame
    pair_obstacles: pl.DataFrame


def _placed_events(ledger: Ledger, pairs: pl.DataFrame, as_of: date) -> _Placed:
    dated = events.dated_events(ledger.events, ledger.invoices, as_of)
    if dated.is_empty():
        return _nothing_placed()
    return _placed(dated, events.place_on_pairs(dated, pairs), as_of)


def _placed(dated: pl.DataFrame, by_pair: pl.DataFrame, as_of: date) -> _Placed:
    """The events by what they do; a kind that nobody has costs nothing."""
    kinds = set(dated["kind"].unique())
    everywhere, somewhere = dated.lazy(), by_pair.lazy()
    obstructing = bool(kinds.intersection(obstacles.KINDS))
    found = {
        "requests": events.requests(somewhere),
        "holds": events.holds_by_pair(somewhere) if kinds.intersection(events.HOLD_KINDS) else None,
        "responses": events.responses_by_account(everywhere) if kinds.intersection(events.RESPONSE_KINDS) else None,
        "invoice_obstacles": obstacles.obstacles_by_invoice(everywhere, as_of) if obstructing else None,
        "pair_obstacles": obstacles.obstacles_by_pair(somewhere, as_of) if obstructing else None,
    }
    asked = {name: frame for name, frame in found.items() if frame is not None}
    return replace(_nothing_placed(), **dict(zip(asked, pl.collect_all(asked.values()), strict=True)))


@made_once
def _nothing_placed() -> _Placed:
    """No event at all: the frames without rows."""
    dated, by_pair = pl.LazyFrame(schema=EVENTS), pl.LazyFrame(schema={**EVENTS, PAIR: pl.Int64})
    frames = (
        events.requests(by_pair),
        events.holds_by_pair(by_pair),
        events.responses_by_account(dated),
        obstacles.obstacles_by_invoice(dated, date.max),
        obstacles.obstacles_by_pair(by_pair, date.max),
    )
    return _Placed(*pl.collect_all(frames))


def _open_invoices(invoices: pl.DataFrame, pairs: pl.DataFrame, placed: _Placed, as_of: date) -> pl.DataFrame:
    """Open invoices with age, bucket, and what of them may be chased; by pair, due date and key."""
    unpaid = balances.in_order(invoices[_UNPAID].filter(balances.is_open()))
    known = parameters.with_terms(unpaid, pairs, "grace_days", "tolerance_minor", "is_chased")
    of_pairs = placed.pair_obstacles[[PAIR, "dispute_reach_on", "suspension_reach_on", "is_excluded"]]
    obstructed = attached(attached(known, placed.invoice_obstacles, "invoice_id"), of_pairs, PAIR)
    return (
        obstructed.with_columns(
            ageing.days_past_due(as_of), episodes.past_due_from(), obstacles.is_excluded(), obstacles.disputed_minor()
        )
        .with_columns(ageing.is_past_due(), ageing.bucket(), obstacles.is_suspended())
        .with_columns(obstacles.chaseable_minor())[[*_UNPAID, "grace_days", "tolerance_minor", *_INVOICE_FACTS]]
    )


_UNPAID = ["invoice_id", PAIR, "issued_on", "due_on", "amount_minor", "open_minor", "is_only_reduced"]
_INVOICE_FACTS = (
    "days_past_due",
    "bucket",
    "past_due_from_on",
    "is_past_due",
    "disputed_minor",
    "chaseable_minor",
)


def _episode_starts(invoices: pl.DataFrame, facts: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The first day of the current episode of every pair that is in one."""
    terms = facts[[PAIR, "open_from_on", "grace_days", "tolerance_minor"]].drop_nulls("open_from_on")
    if terms.is_empty():
        return terms[[PAIR]].with_columns(pl.lit(None, dtype=pl.Date).alias("episode_start_on"))
    is_settled = pl.col("open_minor") <= terms["tolerance_minor"].max()
    known = invoices[[*episodes.SETTLED_COLUMNS, "is_issued"]]
    return episodes.episode_starts(terms, known.filter(balances.is_entered_late(), is_settled), entries)


def _facts(pairs: pl.DataFrame, open_invoices: pl.DataFrame, placed: _Placed, as_of: date) -> pl.DataFrame:
    """Sums and dates per pair: what is open, overdue, chaseable, and what stands in the way."""
    facts = attached(attached(pairs, _invoice_sums(open_invoices, as_of), PAIR), placed.pair_obstacles, PAIR)
    facts = attached(facts, _held(open_invoices, placed), PAIR)
    return (
        attached(facts, placed.responses, "account_id")
        .with_columns(_counted(), _flags(), obstacles.is_excluded())
        .with_columns(
            balances.exposure_minor(),
            ageing.oldest_days_past_due(as_of),
            hold_rule.is_fully_disputed(),
            correspondence.last_response_on(),
            hold_rule.held_open_minor(),
            obstacles.excluded_until_on(),
        )
    )


@made_once
def _counted() -> pl.Expr:
    """The sums of a pair; nothing where it has no open invoice."""
    counted = ["open_minor", "overdue_minor", "disputed_overdue_minor", "chaseable_minor"]
    return pl.col(counted + [ageing.bucket_column(name) for name in ageing.BUCKETS]).fill_null(0)


@made_once
def _flags() -> pl.Expr:
    """What events said of a pair; not so where there was none."""
    return pl.col("has_promise", "has_plan", "is_held").fill_null(value=False)


def _held(open_invoices: pl.DataFrame, placed: _Placed) -> pl.DataFrame:
    """The holds of the few pairs that had one, and what they still demand."""
    if placed.holds.is_empty():
        return placed.holds.with_columns(pl.lit(None, dtype=pl.Int64).alias("held_open_minor"))
    return placed.holds.join(_held_open(open_invoices, placed), on=PAIR, how="left")


def _invoice_sums(open_invoices: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What the open invoices of each pair add up to, and the earliest of their dates."""
    amounts = ("open_minor", "overdue_minor", "disputed_overdue_minor", "chaseable_minor")
    summed = (*amounts, *(ageing.bucket_column(name) for name in ageing.BUCKETS))
    days = ("oldest_past_due_from_on", "next_past_due_on", "open_from_on")
    masked = open_invoices.with_columns(_invoice_masks(as_of))
    sums = sums_by_group(masked, PAIR, summed, *(earliest_so_far(PAIR, day) for day in days))
    return sums.with_columns(earliest_day(day) for day in days)


@made_once
def _invoice_masks(as_of: date) -> list[pl.Expr]:
    """The columns that :func:`_invoice_sums` adds up or compares: each amount or date where it counts."""
    is_past_due, is_chaseable = pl.col("is_past_due"), pl.col("chaseable_minor") > 0
    past_due_from = pl.col("past_due_from_on")
    return [
        pl.when(is_past_due).then("open_minor").otherwise(0).alias("overdue_minor"),
        pl.when(is_past_due).then("disputed_minor").otherwise(0).alias("disputed_overdue_minor"),
        pl.when(is_chaseable).then(past_due_from).alias("oldest_past_due_from_on"),
        pl.when(past_due_from > as_of).then(past_due_from).alias("next_past_due_on"),
        pl.when(is_past_due).then(past_due_from).alias("open_from_on"),
        *ageing.bucket_parts(),
    ]


def _held_open(open_invoices: pl.DataFrame, placed: _Placed) -> pl.DataFrame:
    """What is still open, disputes left out, of the invoices that were past due on the day of the last hold."""
    is_issued = pl.col("issued_on").is_null() | (pl.col("issued_on") <= pl.col("held_on"))
    asked = open_invoices.join(placed.holds.select(PAIR, "held_on"), on=PAIR).filter(
        pl.col("past_due_from_on") <= pl.col("held_on"), is_issued
    )
    is_residue = pl.col("open_minor") <= pl.col("tolerance_minor")
    rest = pl.when(is_residue).then(0).otherwise(pl.col("open_minor") - pl.col("disputed_minor"))
    return asked.group_by(PAIR).agg(rest.sum().alias("held_open_minor"))


def _with_correspondence(facts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add the response pause, the day from which requests count, and the cure date of a hold."""
    timed = facts.with_columns(correspondence.paused_until_on(as_of), correspondence.counting_start_on())
    if not timed["is_held"].any():
        return timed.with_columns(_no_cure())
    from_on, term = hold_rule.cure_from()
    return with_deadline(timed, from_on, term, "computed_cure_on").with_columns(hold_rule.cure_by_on())


@made_once
def _no_cure() -> list[pl.Expr]:
    """The dates of a hold, where nobody is held."""
    return [pl.lit(None, dtype=pl.Date).alias(name) for name in ("computed_cure_on", "cure_by_on")]


@dataclass(frozen=True, slots=True)
class _Asked:
    """All requests with the step they named (``taken``), those of the current episode, and these summed per pair."""

    taken: pl.DataFrame
    of_episode: pl.DataFrame
    summary: pl.DataFrame


def _asked(facts: pl.DataFrame, placed: _Placed, tariff: charges.Tariff) -> _Asked:
    if placed.requests.is_empty():
        return _nothing_asked(tariff)
    return _asked_of(facts[list(_OF_REQUESTS)], placed.requests, tariff.parameters)


@made_once
def _nothing_asked(tariff: charges.Tariff) -> _Asked:
    """No request at all: the frames without rows."""
    return _asked_of(pl.DataFrame(schema=_OF_REQUESTS), _nothing_placed().requests, tariff.parameters)


def _asked_of(pairs: pl.DataFrame, requests: pl.DataFrame, known: Parameters) -> _Asked:
    taken = correspondence.taken_requests(requests, pairs, known)
    of_episode = correspondence.episode_requests(taken)
    return _Asked(taken, of_episode, correspondence.summarise_requests(of_episode))


_OF_REQUESTS: Columns = {
    PAIR: pl.Int64,
    "policy_index": pl.Int64,
    "party_type": PARTY_TYPE,
    "pursues_charges": pl.Boolean,
    "country": pl.String,
    "country_code": pl.Int64,
    "counting_start_on": pl.Date,
    "last_response_on": pl.Date,
    "released_on": pl.Date,
}
"""What the rules about requests need of their pair."""


@made_once
def _of_silent_pairs() -> list[pl.Expr]:
    """What the summary of requests says of a pair that was never asked."""
    return [
        pl.col("requests_sent", "unanswered_requests").fill_null(0),
        pl.col("position").fill_null(-1),
        pl.col("is_hold_step_taken").fill_null(value=False),
    ]


def _decide(facts: pl.DataFrame, known: Parameters, as_of: date) -> pl.DataFrame:
    """The six conditions, the ladder, the action."""
    conditions = facts.with_columns(
        hold_rule.is_over_hold_days(),
        hold_rule.is_unanswered(),
        hold_rule.is_warned(as_of),
        hold_rule.is_hold_allowed(),
        hold_rule.is_in_regrace(as_of),
        hold_rule.meets_hold_minimum(),
        hold_rule.exceeds_credits(),
        decision.meets_minimum(),
        decision.is_cured(),
        correspondence.is_paused(),
    ).with_columns(hold_rule.is_unprotected(), decision.is_cure_missed(as_of))
    climbed = (
        conditions.with_columns(ladder.is_hold_candidate(), ladder.is_review_candidate(), known.next_index)
        .with_columns(ladder.chosen_step_index())
        .with_columns(known.of_step)
        .with_columns(
            ladder.is_step_due(as_of),
            ladder.is_deadline_passed(as_of),
            ladder.is_gap_passed(as_of, "min_gap_days"),
        )
        .with_columns(ladder.is_ripe())
    )
    return _with_action(climbed, known, as_of)


def _with_action(climbed: pl.DataFrame, known: Parameters, as_of: date) -> pl.DataFrame:
    """Choose the action, and date the letter it sends."""
    acted = climbed.with_columns(decision.action(as_of)).with_columns(decision.hold_state())
    from_on, term = decision.pay_by_from(as_of)
    dated = with_deadline(acted, from_on, term, "pay_by_on")
    days = next_look.days_of(dated)
    return dated.with_columns(
        next_look.next_look_on(as_of, days, waits_for_month_ends=known.waits_for_month_ends), decision.letter_kind()
    )


def _finish(decided: pl.DataFrame, charged: pl.DataFrame) -> Assessment:
    """Sum the charges per pair and bring both frames into their contract."""
    accounts = attached(decided, charged_by_pair(charged), PAIR).with_columns(_claimed()).with_columns(_total_due())
    return Assessment(
        in_contract(accounts, ACCOUNT_COLUMNS), in_contract(charged.with_columns(pair_columns()), INVOICE_COLUMNS)
    )


@made_once
def _claimed() -> list[pl.Expr]:
    return [pl.col(AMOUNTS).fill_null(0), (pl.col("rateless").fill_null(0) > 0).alias("is_rate_missing")]


@made_once
def _total_due() -> pl.Expr:
    """What is chaseable and claimed, less what the customer has to their credit."""
    claimed = pl.col("late_fee_minor") + pl.col("interest_minor") + pl.col("compensation_minor")
    total = pl.col("chaseable_minor") + claimed - pl.col("unapplied_minor")
    return pl.max_horizontal(total, 0).alias("total_due_minor")

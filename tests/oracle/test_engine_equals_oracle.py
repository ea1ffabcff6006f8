"""The columnar engine equals the reference; order, partitions, repetition never matter (design §5)."""

import random
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from polars.testing import assert_frame_equal

from dunwell.assess.assessment import ACCOUNT_COLUMNS, INVOICE_COLUMNS, Assessment
from dunwell.assess.engine import assess

from .comparison import compare, describe, engine, legal_setting, report
from .frames import ACCOUNT_FIELDS, INVOICE_FIELDS, to_frames
from .generate import AS_OF, JURISDICTIONS, a_creditor, a_ledger, a_world, from_random
from .generate_policies import policy_set
from .records import OracleEntry, OracleEvent, OracleInvoice, OracleLedger, World
from .strategies import worlds

ACCOUNTS = 700
POLICIES = 6
SMALL = settings(
    max_examples=50,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
DECISION = ["action", "hold", "step", "letter_kind"]


def world(seed: int, accounts: int = ACCOUNTS) -> World:
    return a_world(from_random(random.Random(seed)), accounts, POLICIES)


def of(whole: World, ledger: OracleLedger) -> World:
    return replace(whole, ledger=ledger)


def assert_same(one: Assessment, other: Assessment) -> None:
    assert_frame_equal(one.accounts, other.accounts)
    assert_frame_equal(one.invoices, other.invoices)


def the_past(ledger: OracleLedger, as_of: date) -> OracleLedger:
    """Only the rows that count on the as-of date; what names a later invoice leaves with it."""
    invoices = tuple(row for row in ledger.invoices if row.issued_on is None or row.issued_on <= as_of)
    known = {None, *(row.invoice_id for row in invoices)}
    return OracleLedger(
        ledger.accounts,
        invoices,
        tuple(row for row in ledger.entries if row.paid_on <= as_of and row.invoice_id in known),
        tuple(row for row in ledger.events if row.on <= as_of and row.invoice_id in known),
        ledger.orders,
    )


@pytest.mark.parametrize(("jurisdiction", "as_of"), zip(JURISDICTIONS, AS_OF, strict=True))
def test_engine_and_reference_agree_on_every_column_of_many_accounts(jurisdiction: str, as_of: date) -> None:
    rng = random.Random(jurisdiction)
    policies = policy_set(rng.choice, POLICIES)
    whole = World(a_ledger(rng.choice, ACCOUNTS, policies, as_of), policies, as_of, a_creditor(jurisdiction))
    found = compare(whole)
    assert not found, report(whole, found)


@SMALL
@given(worlds())
def test_engine_and_reference_agree_on_small_ledgers(small: World) -> None:
    assert not compare(small), describe(small)


def test_the_assessment_has_the_promised_columns_in_the_promised_order() -> None:
    result = engine(world(101, 300))
    assert result.accounts.schema == ACCOUNT_COLUMNS
    assert result.invoices.schema == INVOICE_COLUMNS
    assert_frame_equal(result.accounts, result.accounts.sort("account_id", "currency"))
    order = ["account_id", "currency", "due_on", "invoice_id"]
    assert_frame_equal(result.invoices.select(order), result.invoices.select(order).sort(order))


def test_a_ledger_without_rows_gives_frames_without_rows() -> None:
    result = engine(of(world(102, 1), OracleLedger(())))
    assert (result.accounts.schema, result.accounts.height) == (ACCOUNT_COLUMNS, 0)
    assert (result.invoices.schema, result.invoices.height) == (INVOICE_COLUMNS, 0)


@pytest.mark.parametrize("seed", [201, 203])
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    whole = world(seed)
    ledger = whole.ledger
    rng = random.Random(seed)
    shuffled = OracleLedger(
        tuple(rng.sample(ledger.accounts, len(ledger.accounts))),
        tuple(rng.sample(ledger.invoices, len(ledger.invoices))),
        tuple(rng.sample(ledger.entries, len(ledger.entries))),
        tuple(rng.sample(ledger.events, len(ledger.events))),
        tuple(rng.sample(ledger.orders, len(ledger.orders))),
    )
    assert_same(engine(of(whole, shuffled)), engine(whole))


@pytest.mark.parametrize("parts", [2, 7])
def test_the_number_of_partitions_does_not_matter(parts: int) -> None:
    all_of_them = world(301)
    ids = [account.account_id for account in all_of_them.ledger.accounts]
    results = [engine(of(all_of_them, all_of_them.ledger.only(frozenset(ids[part::parts])))) for part in range(parts)]
    together = Assessment(
        pl.concat([result.accounts for result in results]).sort("account_id", "currency"),
        pl.concat([result.invoices for result in results]).sort("account_id", "currency", "due_on", "invoice_id"),
    )
    whole = engine(all_of_them)
    assert_same(
        together,
        Assessment(whole.accounts, whole.invoices.sort("account_id", "currency", "due_on", "invoice_id")),
    )


@pytest.mark.parametrize("invoices_per_part", [300, 30])
def test_a_large_ledger_is_assessed_in_parts_without_a_trace(
    invoices_per_part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some parts, and so many that they are cut in two rounds; all of them under one tariff."""
    large = world(302)
    whole = engine(large)
    assert len(large.ledger.invoices) > 2 * invoices_per_part
    monkeypatch.setattr("dunwell.assess.engine.INVOICES_PER_PART", invoices_per_part)
    assert_same(engine(large), whole)


def test_an_account_alone_gets_the_same_as_among_others() -> None:
    many = world(401, 15)
    whole = engine(many)
    for account in many.ledger.accounts:
        one = engine(of(many, many.ledger.only(frozenset({account.account_id}))))
        mine = pl.col("account_id") == account.account_id
        assert_same(one, Assessment(whole.accounts.filter(mine), whole.invoices.filter(mine)))


def test_assessing_again_changes_nothing() -> None:
    whole = world(501)
    frames, legal = to_frames(whole.ledger), legal_setting(whole.creditor)
    first, again = (assess(frames, whole.policies, legal, whole.as_of) for _ in range(2))
    assert_same(again, first)
    assert_frame_equal(frames.accounts, to_frames(whole.ledger).accounts)


def test_rows_of_the_future_change_nothing() -> None:
    whole = world(601)
    ledger = whole.ledger
    today = the_past(ledger, whole.as_of)
    tomorrow = whole.as_of + timedelta(days=1)
    invoices = today.invoices + tuple(
        OracleInvoice(1_000_000 + row.account_id, row.account_id, row.currency, tomorrow, tomorrow, 7_700)
        for row in ledger.accounts
    )
    entries = today.entries + tuple(
        OracleEntry(row.account_id, row.invoice_id, row.currency, tomorrow, row.amount_minor) for row in today.invoices
    )
    kinds = ("request", "call", "response", "promise", "dispute", "plan", "exclusion", "hold", "release")
    events = today.events + tuple(
        OracleEvent(row.account_id, tomorrow, kinds[row.account_id % len(kinds)], until_on=tomorrow)
        for row in ledger.accounts
    )
    later = OracleLedger(today.accounts, invoices, entries, events, today.orders)
    assert_same(engine(of(whole, later)), engine(of(whole, today)))


def decisions_still_due_no_look(first: pl.DataFrame, day: date) -> pl.DataFrame:
    """The pairs that the first day's assessment did not want to see again by ``day``."""
    return first.filter(pl.col("next_look_on").is_null() | (pl.col("next_look_on") > day))


@pytest.mark.parametrize("seed", [701, 702])
def test_nothing_changes_before_the_day_an_account_is_due_for_a_look(seed: int) -> None:
    whole = world(seed)
    as_of = whole.as_of
    today = of(whole, the_past(whole.ledger, as_of))
    keys = ["account_id", "currency"]
    first = engine(today).accounts.select(*keys, *DECISION, "next_look_on")
    for ahead in (1, 2, 4, 8, 30, 90):
        day = as_of + timedelta(days=ahead)
        asleep = decisions_still_due_no_look(first, day).drop("next_look_on")
        then = engine(replace(today, as_of=day)).accounts.select(*keys, *DECISION)
        assert_frame_equal(then.join(asleep.select(keys), on=keys, how="semi"), asleep)


LEFT_OUT = {"next_look_on"}
"""Held to its meaning by the test above."""


def test_the_reference_computes_every_column_but_those_named_here() -> None:
    assert set(ACCOUNT_COLUMNS) - set(ACCOUNT_FIELDS) == LEFT_OUT
    assert set(INVOICE_COLUMNS) == set(INVOICE_FIELDS)


def test_every_date_can_be_read_in_python() -> None:
    """A day beyond the year 9999 breaks whoever turns it into a ``date``."""
    result = engine(world(801, 500))
    assert len(result.accounts.rows()) == result.accounts.height
    assert len(result.invoices.rows()) == result.invoices.height

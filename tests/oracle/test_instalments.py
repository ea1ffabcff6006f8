"""Money named to an invoice in instalments, against a purse that is filled and emptied coin by coin (decision 8)."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.assess.instalments import entries_by_instalment, events_by_instalment
from dunwell.ledger.frames import ENTRIES, EVENTS

DAY = date(2026, 1, 31)
KINDS = ("payment", "credit_note", "write_off", "refund", "reversal")
Item = tuple[int, int, int, date | None, int]
"""Key, key of the first instalment, number, due date, amount."""
Entry = tuple[int | None, date, str, int]


def poured(items: Sequence[Item], entries: Sequence[Entry], day: date) -> dict[int, int]:
    """What is settled of each item at the end of a day: a payment goes to the item due first that has room, a refund
    takes from the item due last that has something; what fits nowhere stays on the last, what nobody had on the first.
    """
    order = sorted(items, key=lambda item: (item[3] is None, item[3] or DAY, item[2]))
    settled = dict.fromkeys((item[0] for item in order), 0)
    for _, on, kind, amount in sorted((e for e in entries if e[0] == order[0][1] and e[1] <= day), key=lambda e: e[1]):
        assert on <= day
        for _ in range(amount):
            if kind in ("refund", "reversal"):
                filled = [item[0] for item in order if settled[item[0]] > 0]
                settled[filled[-1] if filled else order[0][0]] -= 1
            else:
                roomy = [item[0] for item in order if settled[item[0]] < item[4]]
                settled[roomy[0] if roomy else order[-1][0]] += 1
    return settled


def entry_rows(entries: Sequence[Entry]) -> pl.DataFrame:
    rows = [(1, invoice_id, "EUR", on, amount, kind) for invoice_id, on, kind, amount in entries]
    return pl.DataFrame(rows, schema=ENTRIES, orient="row")


def item_rows(items: Sequence[Item]) -> pl.DataFrame:
    columns = {"item_id": pl.Int64, "invoice_id": pl.Int64, "instalment": pl.Int64, "due_on": pl.Date}
    return pl.DataFrame(list(items), schema={**columns, "amount_minor": pl.Int64}, orient="row")


def settled_by(entries: pl.DataFrame, day: date) -> dict[int | None, int]:
    found: dict[int | None, int] = {}
    for invoice_id, on, amount, kind in entries.select("invoice_id", "paid_on", "amount_minor", "kind").iter_rows():
        if on <= day:
            found[invoice_id] = found.get(invoice_id, 0) + (-amount if kind in ("refund", "reversal") else amount)
    return found


@st.composite
def invoices(draw: Callable[..., Any]) -> tuple[list[Item], list[Entry]]:
    """Two invoices in up to four instalments each, and what was paid and taken back."""
    dues = st.one_of(st.none(), st.integers(-3, 3).map(lambda days: DAY + timedelta(days)))
    items: list[Item] = []
    for first in (10, 20):
        amounts = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
        items += [(first + i, first, i + 1, draw(dues), amount) for i, amount in enumerate(amounts)]
    entry = st.tuples(
        st.sampled_from((10, 20, 99, None)),
        st.integers(0, 4).map(lambda days: DAY + timedelta(days)),
        st.sampled_from(KINDS),
        st.integers(1, 12),
    )
    return items, draw(st.lists(entry, max_size=9))


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(invoices())
def test_money_fills_the_instalments_in_the_order_of_their_due_dates(told: tuple[list[Item], list[Entry]]) -> None:
    items, entries = told
    spread = entries_by_instalment(entry_rows(entries), item_rows(items))
    for day in (DAY + timedelta(days) for days in range(5)):
        came = settled_by(spread, day)
        for first in (10, 20):
            expected = poured([item for item in items if item[1] == first], payments_first(entries), day)
            assert {key: came.get(key, 0) for key in expected} == expected
        for other in (99, None):
            assert came.get(other, 0) == settled_by(entry_rows(entries), day).get(other, 0)


def payments_first(entries: Sequence[Entry]) -> list[Entry]:
    """Within a day what comes in counts before what goes out."""
    return sorted(entries, key=lambda entry: (entry[1], entry[2] in ("refund", "reversal")))


def test_the_order_of_the_rows_does_not_matter() -> None:
    items = [(10, 10, 1, DAY, 5), (11, 10, 2, DAY + timedelta(30), 5)]
    entries = [(10, DAY, "payment", 7), (10, DAY, "reversal", 3), (10, DAY, "payment", 2)]
    spread = entries_by_instalment(entry_rows(entries), item_rows(items))
    again = entries_by_instalment(entry_rows(entries[::-1]), item_rows(items[::-1]))
    assert spread.sort(spread.columns).equals(again.sort(again.columns))


def test_a_dispute_lies_on_what_is_open_oldest_due_first() -> None:
    items = item_rows([(10, 10, 1, DAY, 5), (11, 10, 2, DAY + timedelta(30), 5), (12, 10, 3, DAY + timedelta(60), 5)])
    entries = entries_by_instalment(entry_rows([(10, DAY, "payment", 7)]), items)
    kinds = (("dispute", 4), ("dispute", None), ("request", None))
    rows = [(1, DAY, kind, None, "EUR", 10, amount, None, None) for kind, amount in kinds]
    events = pl.DataFrame(rows, schema=EVENTS, orient="row")
    spread = events_by_instalment(events, items, entries).select("kind", "invoice_id", "amount_minor")
    expected = [("request", 10, None), ("dispute", 10, 0), ("dispute", 11, 3), ("dispute", 12, 1)]
    expected += [("dispute", key, None) for key in (10, 11, 12)]
    assert sorted(spread.rows(), key=str) == sorted(expected, key=str)

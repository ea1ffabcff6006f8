"""The lifecycles are complete tables, and the page for makers is drawn from them.

After a change of a table: ``DUNWELL_UPDATE=1 pytest tests/casework -k lifecycles``, then read the difference.
"""

import os
from pathlib import Path

import pytest

from dunwell.casework.lifecycle import NEW, Lifecycle, drawn
from dunwell.casework.lifecycles import LIFECYCLES
from dunwell.store.models import (
    APPLICATION_STATES,
    BANK_ENTRY_STATES,
    CASE_KINDS,
    DISPUTE_STATES,
    EXCLUSION_STATES,
    HOLD_STATES,
    LETTER_STATES,
    OFFER_STATES,
    ORDER_STATES,
    PLAN_STATES,
    PROMISE_STATES,
    REFERRAL_STATES,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "develop" / "lifecycles.md"
BEGIN = "<!-- Drawn from the program: DUNWELL_UPDATE=1 pytest tests/casework -k lifecycles -->"
STATES = {
    "letter": LETTER_STATES,
    "hold": HOLD_STATES,
    "promise": PROMISE_STATES,
    "dispute": DISPUTE_STATES,
    "exclusion": EXCLUSION_STATES,
    "order": ORDER_STATES,
    "plan": PLAN_STATES,
    "offer": OFFER_STATES,
    "application": APPLICATION_STATES,
    "referral": REFERRAL_STATES,
    "bank entry": BANK_ENTRY_STATES,
}


def test_there_is_a_table_for_every_kind_of_case() -> None:
    assert {lifecycle.kind for lifecycle in LIFECYCLES} == set(STATES) == {"letter", "hold", "bank entry", *CASE_KINDS}


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda one: one.kind)
def test_a_table_names_the_states_of_its_kind_and_no_other(lifecycle: Lifecycle) -> None:
    assert set(lifecycle.moves()) == set(STATES[lifecycle.kind])


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda one: one.kind)
def test_every_state_can_be_reached_and_an_event_leads_to_one_state(lifecycle: Lifecycle) -> None:
    reached: set[str] = set()
    waiting = [NEW]
    while waiting:
        state = waiting.pop()
        following = {row.next_state for row in lifecycle.rows if row.state == state} - reached
        reached |= following
        waiting += following
    assert reached == set(STATES[lifecycle.kind])
    keys = [(row.state, row.event) for row in lifecycle.rows]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda one: one.kind)
def test_a_case_begins_and_ends(lifecycle: Lifecycle) -> None:
    assert [row for row in lifecycle.rows if row.state == NEW]
    ends = [state for state, after in lifecycle.moves().items() if not after]
    assert bool(ends) == (lifecycle.kind != "bank entry")  # whose decisions can always be undone


def test_the_page_of_lifecycles_is_what_the_program_does() -> None:
    page = PAGE.read_text(encoding="utf-8")
    head = page.partition(BEGIN)[0]
    expected = f"{head}{BEGIN}\n\n" + "\n".join(drawn(lifecycle) for lifecycle in LIFECYCLES)
    if os.environ.get("DUNWELL_UPDATE"):
        PAGE.write_text(expected, encoding="utf-8")
        page = expected
    assert page == expected, "DUNWELL_UPDATE=1 pytest tests/casework -k lifecycles renews docs/develop/lifecycles.md"

from io import BytesIO

import polars as pl
import pytest
from django.db import DatabaseError
from polars.testing import assert_frame_equal

from dunwell.assess.assessment import ACCOUNT_COLUMNS, DECISION, FACTS, REASONS
from dunwell.errors import RefusedError
from dunwell.store import bulk
from dunwell.store.models import Account, DecisionChunk, Hold, HoldTransition, Letter, LetterTransition, Run
from dunwell.store.queries import (
    finished_run,
    latest_run,
    letter_by,
    live_holds,
    live_letters,
    record_policy,
    start_run,
)
from dunwell.store.reasons import REASON_BITS, pack
from dunwell.store.recording import HOLDS, LETTERS, Outcome, finish_run, read_decisions, write_letters
from tests.store.tables import JAN, customer, put

pytestmark = pytest.mark.usefixtures("database")


def value(name: str, dtype: pl.DataType, row: int) -> object:
    """A value of every type, different in each column, null in the columns that may be."""
    place = list(ACCOUNT_COLUMNS).index(name)
    match dtype:
        case pl.Date():
            return JAN[(place + row) % 31] if row else None
        case pl.Boolean():
            return (place + row) % 3 == 0
        case pl.Enum():
            return dtype.categories[(place + row) % len(dtype.categories)]
        case pl.String():
            return f"text {place}" if row or name == "policy" else None
    return place * 1_000 + row


def decisions() -> pl.DataFrame:
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    rows = [
        {name: value(name, dtype, row) for name, dtype in ACCOUNT_COLUMNS.items()} | {"account_id": pk}
        for row, pk in enumerate(ids)
    ]
    frame = pl.DataFrame(rows, schema=ACCOUNT_COLUMNS)
    return frame.with_columns(currency=pl.lit("EUR").cast(ACCOUNT_COLUMNS["currency"]))


def letters(**more: object) -> pl.DataFrame:
    row = {
        "account_id": Account.objects.get(account_number="C1").pk, "currency": "EUR", "kind": "reminder",
        "step": "reminder", "is_request": True, "language": "de", "channel": "email", "episode_start_on": JAN[10],
        "reference": "C1-R", "pay_by_on": JAN[27], "total_due_minor": 500,
    }  # fmt: skip
    return pl.DataFrame([row | more], schema=LETTERS)


def holds(**more: object) -> pl.DataFrame:
    row = {
        "account_id": Account.objects.get(account_number="C1").pk, "currency": "EUR", "demanded_minor": 500,
        "episode_start_on": JAN[10], "step": "reminder",
    }  # fmt: skip
    return pl.DataFrame([row | more], schema=HOLDS)


def begun() -> Run:
    put("customers", customer(), customer("C2"))
    return start_run(JAN[20], record_policy("v1", "text", None))


def test_decisions_come_back_exactly_as_the_engine_gave_them() -> None:
    run = begun()
    assessed = decisions()
    finish_run(run.pk, run.as_of, Outcome(assessed))
    assert_frame_equal(read_decisions(run.pk), assessed)
    assert_frame_equal(read_decisions(run.pk, assessed["account_id"][1]), assessed[1:])


def test_every_reason_of_the_engine_has_a_bit_and_they_fit_in_the_column() -> None:
    assert set(REASONS) <= set(REASON_BITS)
    assert len(set(REASON_BITS)) == len(REASON_BITS) < 63


def test_a_reason_without_a_bit_is_refused() -> None:
    with pytest.raises(ValueError, match="has no bit"):
        pack(["is_made_up"])


def test_every_column_of_a_decision_is_stored() -> None:
    run = begun()
    finish_run(run.pk, run.as_of, Outcome(decisions()))
    kept = pl.read_ipc_schema(BytesIO(DecisionChunk.objects.get().content))
    assert set(FACTS) | set(DECISION) | {"reasons"} == set(kept)


def test_a_finished_run_knows_what_it_did() -> None:
    run = begun()
    finish_run(run.pk, run.as_of, Outcome(decisions(), letters(), holds(), {"accounts": 2}))
    run.refresh_from_db()
    assert run.counts == {"accounts": 2, "decisions": 2, "letters": 1, "holds": 1}
    assert (run.state, run.finished_at is not None) == ("finished", True)
    assert (latest_run(), finished_run(JAN[20]), finished_run(JAN[21])) == (run, run, None)


def test_a_run_finishes_once() -> None:
    run = begun()
    finish_run(run.pk, run.as_of, Outcome(decisions().clear()))
    with pytest.raises(RefusedError, match="already finished"):
        finish_run(run.pk, run.as_of, Outcome(decisions().clear(), letters()))
    assert Letter.objects.count() == 0


def test_a_run_that_fails_while_writing_leaves_only_that_it_began() -> None:
    run = begun()
    assessed = decisions()
    with pytest.raises(ValueError, match="one decision per account and currency"):
        finish_run(run.pk, run.as_of, Outcome(pl.concat([assessed, assessed]), letters(), holds()))
    assert [DecisionChunk.objects.count(), Letter.objects.count(), Hold.objects.count()] == [0, 0, 0]
    assert Run.objects.get().state == "started"


def test_a_letter_is_drafted_once_with_its_story_and_its_decision() -> None:
    run = begun()
    done = finish_run(run.pk, run.as_of, Outcome(decisions(), letters(), holds()))
    assert (done.decisions, done.letters, done.holds) == (2, 1, 1)
    again = start_run(JAN[20], record_policy("v1", "text", None))
    done = finish_run(again.pk, again.as_of, Outcome(decisions(), letters(), holds()))
    assert (done.decisions, done.letters, done.holds) == (2, 0, 0)
    letter = Letter.objects.get()
    assert (letter.state, letter.drafted_on, letter.attempt, letter.reference) == ("draft", JAN[20], 1, "C1-R")
    assert (letter.run, Hold.objects.get().run) == (run, run)
    story = LetterTransition.objects.values_list("from_state", "to_state", "on", "by")
    assert list(story) == [("", "draft", JAN[20], "run")]
    assert live_letters()["letter_id"].to_list() == [letter.pk]


def test_a_reference_that_is_too_long_is_refused() -> None:
    begun()
    with pytest.raises(DatabaseError), bulk.writing():
        write_letters(None, JAN[20], letters(reference="R" * 201), "run")
    assert Letter.objects.count() == 0
    with bulk.writing():
        assert write_letters(None, JAN[20], letters(reference="R" * 200), "run") == 1


def test_a_cancelled_letter_gives_its_step_back() -> None:
    begun()
    with bulk.writing():
        write_letters(None, JAN[20], letters(), "run")
    Letter.objects.update(state="cancelled")
    with bulk.writing():
        assert write_letters(None, JAN[21], letters(), "run") == 1
    second = letter_by("C1-R-2")
    assert second is not None
    assert (second.attempt, second.drafted_on, second.state) == (2, JAN[21], "draft")
    assert letter_by(str(second.pk)) == second
    assert letter_by("C1-R-9") is None


def test_a_proposed_hold_names_its_letter_and_is_live() -> None:
    run = begun()
    finish_run(run.pk, run.as_of, Outcome(decisions(), letters(), holds()))
    hold = Hold.objects.get()
    assert (hold.state, hold.proposed_on, hold.letter) == ("proposed", JAN[20], Letter.objects.get())
    assert list(HoldTransition.objects.values_list("from_state", "to_state", "on")) == [("", "proposed", JAN[20])]
    assert live_holds()["state"].to_list() == ["proposed"]


def test_a_proposal_that_a_person_withdrew_does_not_come_back_the_same_day() -> None:
    run = begun()
    finish_run(run.pk, run.as_of, Outcome(decisions(), letters(), holds()))
    Hold.objects.update(state="withdrawn")
    same_day = start_run(JAN[20], record_policy("v1", "text", None))
    assert finish_run(same_day.pk, same_day.as_of, Outcome(decisions(), holds=holds())).holds == 0
    next_day = start_run(JAN[21], record_policy("v1", "text", None))
    assert finish_run(next_day.pk, next_day.as_of, Outcome(decisions(), holds=holds())).holds == 1


def test_a_policy_text_is_kept_once() -> None:
    first = record_policy("v1", "text", JAN[0])
    assert record_policy("v1", "text", JAN[0]) == first

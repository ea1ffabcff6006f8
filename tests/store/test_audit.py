"""The audit trail covers what is done, and shows every tampering with it."""

import json
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from dunwell.casework import hold_states, letter_states
from dunwell.errors import WorkspaceError
from dunwell.store import audit, bulk
from dunwell.store.audit_triggers import drop_triggers
from dunwell.store.audit_verify import Finding, verify
from dunwell.store.decision_chunks import Chunk
from dunwell.store.models import AuditEntry, DecisionChunk, Hold, Letter, LetterTransition
from dunwell.store.queries import record_policy, start_run
from dunwell.store.recording import Outcome, finish_run, write_letters
from tests.store.tables import JAN, customer, put
from tests.store.test_recording import decisions, holds, letters

pytestmark = pytest.mark.usefixtures("database")


def day() -> None:
    """An import, a run with decisions, a letter and a hold, a letter by hand, an approval, a withdrawn hold."""
    put("customers", customer(), customer("C2"), by="ann", on=JAN[19])
    run = start_run(JAN[20], record_policy("v1", "text", None), by="run")
    finish_run(run.pk, run.as_of, Outcome(decisions(), letters(), holds(), {"accounts": 2}))
    write_letters(None, JAN[20], letters(step="second", reference="C1-S"), "ann")
    letter = Letter.objects.get(reference="C1-R")
    letter_states.approve(letter, on=JAN[20], by="bob", content={"a": ["ș", 1], "b": None})
    hold_states.advance(Hold.objects.get(), "withdrawn", on=JAN[20], by="ann", reason="a good customer")


def as_an_attacker(sql: str) -> None:
    drop_triggers(connection)
    bulk.execute(sql)


def first_finding() -> Finding:
    return verify().findings[0]


def tampered(sql: str) -> list[Finding]:
    """What is found after a statement, which is then taken back."""
    with transaction.atomic():
        as_an_attacker(sql)
        found = verify().findings
        transaction.set_rollback(True)
    return found


def test_every_act_is_an_entry_that_says_who_when_and_what() -> None:
    day()
    rows = AuditEntry.objects.order_by("number").values_list("number", "what", "by", "on")
    assert list(rows) == [
        (1, "begin", "", None),
        (2, "import", "ann", JAN[19]),
        (3, "policy", "run", JAN[20]),
        (4, "run", "run", JAN[20]),
        (5, "letter", "ann", JAN[20]),
        (6, "letter", "bob", JAN[20]),
        (7, "hold", "ann", JAN[20]),
    ]


def test_a_run_is_one_entry_with_a_digest_of_its_rows() -> None:
    day()
    summary = json.loads(AuditEntry.objects.get(what="run").summary)
    counts = {rows["table"]: rows["count"] for rows in summary["rows"]}
    assert counts == {"run": 1, "decision": 2, "lettertransition": 1, "holdtransition": 1, "letter": 1, "hold": 1}


def test_an_untouched_trail_is_intact() -> None:
    day()
    done = verify()
    assert done.findings == []
    assert (done.entries, done.head_sha256) == audit.head()
    assert done.rows == 1 + 1 + 7 + 4


def test_the_database_refuses_to_change_or_delete_an_entry() -> None:
    day()
    for sql in ("UPDATE store_auditentry SET what = 'x'", "DELETE FROM store_auditentry WHERE number = 2"):
        with pytest.raises(DatabaseError, match="append-only"):
            bulk.execute(sql)
    assert verify().findings == []


def test_a_change_anywhere_in_an_entry_is_found() -> None:
    day()
    found = {
        (number, column): tampered(_changing(column, number))[0].entry for number in (1, 4, 7) for column in COLUMNS
    }
    assert found == {(number, column): number for number in (1, 4, 7) for column in COLUMNS}


COLUMNS = ("at", '"by"', "what", "summary", "sha256", "previous_sha256", "subject_id", "account_id", '"on"')


def _changing(column: str, number: int) -> str:
    values = {"subject_id": "99", "account_id": "99", '"on"': "'2020-01-01'", "summary": "summary || ' '"}
    value = values.get(column, f"'9' || substr({column}, 2, 60)")
    return f"UPDATE store_auditentry SET {column} = {value} WHERE number = {number}"


def test_every_single_byte_of_a_summary_counts() -> None:
    day()
    entry = AuditEntry.objects.get(number=4)
    for place, character in enumerate(entry.summary):
        entry.summary = entry.summary[:place] + ("x" if character != "x" else "y") + entry.summary[place + 1 :]
        assert audit.entry_digest(entry) != entry.sha256
        entry.refresh_from_db()


def test_a_missing_entry_is_found_by_the_one_after_it() -> None:
    day()
    as_an_attacker("DELETE FROM store_auditentry WHERE number = 3")
    assert first_finding() == Finding(4, "Entry 3 is missing before it.")


def test_two_exchanged_entries_are_found() -> None:
    day()
    as_an_attacker("UPDATE store_auditentry SET number = 100 WHERE number = 5")
    bulk.execute("UPDATE store_auditentry SET number = 5 WHERE number = 6")
    bulk.execute("UPDATE store_auditentry SET number = 6 WHERE number = 100")
    assert first_finding() == Finding(5, "It is not chained to the entry before it.")


def test_a_trail_without_its_end_does_not_cover_what_was_done_then() -> None:
    day()
    noted = audit.head()[1]
    as_an_attacker("DELETE FROM store_auditentry WHERE number = 7")
    assert verify(noted).findings == [
        Finding(0, "1 rows of holdtransition are in no entry; the first is 2."),
        Finding(0, f"No entry has the digest {noted} that was noted: the end of the trail was removed."),
    ]


def test_an_empty_trail_is_found_and_nothing_more_is_written() -> None:
    day()
    as_an_attacker("DELETE FROM store_auditentry")
    assert Finding(0, "The trail is empty.") in verify().findings
    with pytest.raises(WorkspaceError, match="audit trail is empty"):
        put("customers", customer("C3"))


TAMPERED: list[tuple[str, int]] = [
    ("UPDATE store_decisionchunk SET first_account_id = first_account_id - 1", 4),
    ("UPDATE store_decisionchunk SET last_account_id = last_account_id + 1", 4),
    ("UPDATE store_decisionchunk SET count = count + 1", 4),
    ("UPDATE store_decisionchunk SET account_ids = account_ids || '9,'", 4),
    ("DELETE FROM store_decisionchunk", 4),
    ("UPDATE store_importbatch SET rows_inserted = 1", 2),
    ("UPDATE store_importbatch SET is_bank_date_derived = NOT is_bank_date_derived", 2),
    ("UPDATE store_policyversion SET text = 'other'", 3),
    ("UPDATE store_run SET as_of = '2026-01-22'", 4),
    ("UPDATE store_lettertransition SET at = '2026-01-01 10:00:00' WHERE id = 1", 4),
    ("UPDATE store_holdtransition SET \"by\" = 'eve' WHERE id = 2", 7),
    ("UPDATE store_holdtransition SET reason = 'a bad customer' WHERE id = 2", 7),
    ("DELETE FROM store_holdtransition WHERE id = 2", 7),
    ("UPDATE store_lettertransition SET letter_id = 3 - letter_id WHERE id in (1, 2)", 4),
    ("UPDATE store_letter SET content = '{\"a\": []}' WHERE reference = 'C1-R'", 6),
]  # fmt: skip


def test_a_changed_or_missing_row_is_found_by_the_entry_that_covers_it() -> None:
    day()
    assert [(sql, tampered(sql)[0].entry) for sql, _ in TAMPERED] == TAMPERED


def test_every_single_byte_of_a_decision_counts() -> None:
    day()
    content = DecisionChunk.objects.get().content
    chunk = Chunk(1, 2, 2, ",1,2,", bytes(content))
    lines = {replace(chunk, content=_with_another_byte(chunk.content, place)).line() for place in range(len(content))}
    assert len(lines | {chunk.line()}) == len(content) + 1
    DecisionChunk.objects.update(content=_with_another_byte(chunk.content, len(content) // 2))
    assert verify().findings == [Finding(4, "The decisions of run 1 were changed.")]


def _with_another_byte(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def test_an_added_row_is_found() -> None:
    day()
    LetterTransition.objects.create(letter_id=1, from_state="draft", to_state="approved", on=JAN[21], by="eve")
    run = start_run(JAN[21], record_policy("v1", "text", None))
    DecisionChunk.objects.update(run=run)
    messages = [found.message for found in verify().findings]
    assert "1 rows of lettertransition are in no entry; the first is 4." in messages
    assert f"The decisions of run {run.pk} are in no entry." in messages


def test_a_case_whose_state_is_not_its_last_move_is_found() -> None:
    day()
    Hold.objects.update(state="proposed")
    assert verify().findings == [Finding(0, "The state of hold 1 is not the one its last move led to.")]


def test_what_is_rolled_back_is_not_in_the_trail() -> None:
    day()
    before = audit.head()
    with transaction.atomic():
        put("customers", customer("C3"))
        transaction.set_rollback(True)
    assert audit.head() == before
    put("customers", customer("C3"))
    assert verify().findings == []

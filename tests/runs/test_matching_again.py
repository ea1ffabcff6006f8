"""Bank entries after they came in: matched again when something changes, foreseen before, told of in the timeline."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dunwell.runs import matching
from dunwell.runs.importing import ImportRequest, import_files
from dunwell.runs.matching import Wish
from dunwell.runs.nightly import run_day
from dunwell.runs.timeline import line, timeline
from dunwell.store.models import Account, BankEntry, BankMove, BankProposal, Entry, ImportBatch
from dunwell.store.workspace import Workspace
from tests.runs.test_matching import (
    AURORA,
    BOREALIS,
    ON,
    ON_BOTH,
    SURE,
    UNSURE,
    bring,
    desk,
    entry,
    one,
    payments,
    statement,
    workspace,
)
from tests.store.tables import invoice, put

__all__ = ["workspace"]  # a fixture

LATE = invoice("RE-2026-0999", "C200", 33_300, issued_on=date(2026, 9, 1), due_on=date(2026, 10, 1))


def proposed() -> list[tuple[str, Any]]:
    rows = BankProposal.objects.select_related("bankentry").order_by("bankentry_id", "rank")
    return [(row.bankentry.payer_name, row.parts) for row in rows]


@ON_BOTH
def test_a_run_matches_what_waits_once_more_and_a_second_run_changes_nothing(workspace: Workspace) -> None:
    bring(workspace, statement(entry("333.00", "Borealis GmbH", "RE-2026-0999", BOREALIS)))
    put("invoices", LATE)
    first = run_day(workspace, ON)
    assert (one().state, payments()) == ("applied", [("C200", "RE-2026-0999", 33_300)])
    moves = BankMove.objects.count()
    assert run_day(workspace, ON).decided == first.decided
    assert BankMove.objects.count() == moves


def test_a_run_leaves_what_was_booked_after_its_day(workspace: Workspace) -> None:
    bring(workspace, statement(entry("333.00", "Borealis GmbH", "RE-2026-0999", BOREALIS)))
    put("invoices", LATE)
    run_day(workspace, date(2026, 9, 30))
    assert (one().state, payments()) == ("proposed", [])


def test_what_a_person_applies_is_no_longer_proposed_for_others(workspace: Workspace) -> None:
    bring(workspace, statement(entry("990.00", "Someone", "thanks"), entry("990.00", "Another", "thanks")))
    assert {payer for payer, _ in proposed()} == {"Someone", "Another"}
    matching.apply(desk(workspace), one(payer_name="Someone"), [Wish("C200", "RE-2026-0201")])
    assert proposed() == []


def test_a_preview_foresees_what_would_become_of_each_entry_and_writes_nothing(workspace: Workspace) -> None:
    out = entry("75.00", "Landlord", "rent", way="DBIT")
    referred = entry("120.00", "Aurora Ltd", "RF18 5390 0754 7034 RE-2026-0102", AURORA)
    path = workspace.path / "bank.xml"
    path.write_text(statement(SURE, UNSURE, out, referred), encoding="utf-8")
    (report,) = import_files(workspace, ImportRequest((path,), is_preview=True))
    assert report.foreseen is not None
    assert report.foreseen.counts == {"applied": 2, "unmatched": 1, "not ours": 1}
    told = {one.payer_name: one for one in report.foreseen.entries if one.amount_minor != 12_000}
    assert (told["Aurora Ltd"].account_number, told["Aurora Ltd"].parts[0].invoice_number) == ("C100", "RE-2026-0101")
    assert "The amount is exactly what is open." in told["Aurora Ltd"].reasons
    assert [one.references for one in report.foreseen.entries if one.amount_minor == 12_000] == [("RF18539007547034",)]
    assert [model.objects.exists() for model in (BankEntry, Entry)] == [False, False]
    assert not ImportBatch.objects.filter(source="bank.xml").exists()
    bring(workspace, statement(SURE))
    (again,) = import_files(workspace, ImportRequest((path,), is_preview=True))
    assert again.foreseen is not None
    assert again.foreseen.counts["known"] == 1


@ON_BOTH
def test_the_timeline_tells_what_became_of_a_customers_money_by_whom_and_why(workspace: Workspace) -> None:
    bring(workspace, statement(SURE, entry("60.00", "Aurora Ltd", "on account")))
    undoing, waiting = one(amount_minor=25_000), one(amount_minor=6_000)
    assert BankProposal.objects.filter(bankentry=waiting, account__account_number="C100").exists()
    matching.undo(desk(workspace), undoing, "it was for another")
    matching.set_aside(desk(workspace, by="ben"), waiting, "a loan")
    matching.undo(desk(workspace), waiting, "no loan after all")
    told = [line(each) for each in timeline(Account.objects.get(account_number="C100")) if each.kind == "bank"]
    assert [text.partition(" ")[2] for text in told if "applied" not in text] == [
        f"bank entry {undoing.pk} of 2026-10-01: EUR 250.00 taken back from invoice RE-2026-0101 by ann:"
        f" it was for another ({undoing.entry_reference})",
        f"bank entry {waiting.pk} of 2026-10-01: EUR 60.00 set aside by ben: a loan ({waiting.entry_reference})",
        f"bank entry {waiting.pk} of 2026-10-01: no longer set aside by ann: no loan after all"
        f" ({waiting.entry_reference})",
    ]
    (applied,) = [text for text in told if "applied" in text]
    assert "EUR 250.00 applied to invoice RE-2026-0101 by run: The text names invoice RE-2026-0101." in applied
    assert [each for each in timeline(Account.objects.get(account_number="C300")) if each.kind == "bank"] == []


POLICY = """
default = "standard"

[[select]]
policy = "patient"
country = "FR"

[policy.standard]

[policy.patient]
[policy.patient.matching]
percent = "0.00"
bank_fee = { EUR = "25.00" }
"""


def test_the_policy_of_the_customer_says_by_how_much_a_payment_may_be_short(workspace: Workspace) -> None:
    workspace.policy_path.write_text(POLICY, encoding="utf-8")
    Account.objects.filter(account_number="C200").update(country="FR")
    fee = entry("968.00", "Borealis GmbH", "RE-2026-0201")
    discount = entry("388.00", "Canis Major SARL", "RE-2026-0301")
    too_much = entry("230.00", "Aurora Ltd", "RE-2026-0101")
    bring(workspace, statement(fee, discount, too_much))
    reasons = {row.bankentry.payer_name: row.reasons for row in BankProposal.objects.select_related("bankentry")}
    allowed = "The amount is short of what is open by no more than a discount or fee."
    assert {name for name, said in reasons.items() if allowed in said} == {"Borealis GmbH", "Canis Major SARL"}
    assert payments() == []


def test_a_policy_that_cannot_be_read_hinders_no_statement(workspace: Workspace) -> None:
    workspace.policy_path.write_text("default = ", encoding="utf-8")
    report = bring(workspace, statement(SURE))
    assert (report.problems, one().state) == ((), "applied")


def test_bank_entries_of_a_past_day_are_listed_in_the_state_they_had(workspace: Workspace) -> None:
    bring(workspace, statement(SURE, UNSURE))
    today = BankMove.objects.order_by("-on")[0].on
    later = replace(desk(workspace), as_of=today + timedelta(days=1))
    matching.undo(later, one(payer_name="Aurora Ltd"), "it was for another")
    before = matching.entries(matching.Wanted(("applied",), as_of=today))
    assert [(found["payer_name"], found["state"]) for found in before] == [("Aurora Ltd", "applied")]
    assert matching.count(matching.Wanted(("applied",), as_of=today)) == 1
    assert matching.count(matching.Wanted(("applied",), as_of=today + timedelta(days=1))) == 0

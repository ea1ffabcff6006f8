"""Money that came in, until it has its place: matched, proposed, decided by a person, undone, learned from.

Each test is a piece of the life of bank entries, with real statements through the real import; what touches the store
most, on both databases.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connections

from dunwell.errors import RefusedError, UsageError
from dunwell.runs import approving, gate, matching, referring
from dunwell.runs.answers import Said, promise
from dunwell.runs.case_keeping import keep_cases
from dunwell.runs.case_subject import subject
from dunwell.runs.cash import keep, look, with_payments
from dunwell.runs.desk import Desk
from dunwell.runs.importing import FileReport, ImportRequest, import_files
from dunwell.runs.matching import Wanted, Wish
from dunwell.runs.nightly import assess_account, run_day
from dunwell.runs.reporting import why_json, worklist
from dunwell.runs.rules import read_rules
from dunwell.sources.contract import BANK_ENTRY, Reading
from dunwell.sources.matching import Rules
from dunwell.store import audit_verify, cash, privacy, queries
from dunwell.store.bulk import writing
from dunwell.store.importing import Origin, import_parsed
from dunwell.store.matches import Taking
from dunwell.store.models import AuditEntry, BankEntry, BankMove, Entry, Invoice, Letter, Referral
from dunwell.store.workspace import Workspace, init_workspace, open_workspace
from dunwell.store.workspace_settings import Beginning
from tests.store.tables import customer, invoice, payment, put

ON = date(2026, 10, 2)
AURORA, BOREALIS, CANIS = "DE89370400440532013000", "FR1420041010050500013M02606", "GB33BUKB20201555555555"


ON_BOTH = pytest.mark.parametrize("workspace", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def workspace(
    request: pytest.FixtureRequest, fresh_workspace: Callable[..., Path], tmp_path: Path
) -> Iterator[Workspace]:
    path = tmp_path / "workspace"
    if getattr(request, "param", "") == "postgresql":
        made = init_workspace(path, Beginning(database=request.getfixturevalue("migrated_url")))
    else:
        shutil.copytree(fresh_workspace(), path)
        made = open_workspace(path)
    put("customers", customer("C100", name="Aurora Ltd"), customer("C200", name="Borealis GmbH"),
        customer("C300", name="Canis Major SARL"))  # fmt: skip
    due = {"issued_on": date(2026, 8, 1), "due_on": date(2026, 9, 1)}
    put("invoices", invoice("RE-2026-0101", "C100", 25_000, **due), invoice("RE-2026-0102", "C100", 12_000, **due),
        invoice("RE-2026-0201", "C200", 99_000, **due), invoice("RE-2026-0301", "C300", 40_000, **due))  # fmt: skip
    yield made
    connections.close_all()


def entry(amount: str, name: str, text: str = "", iban: str = "", **more: str) -> str:
    on, way, extra = more.get("on", "2026-10-01"), more.get("way", "CRDT"), more.get("extra", "")
    party = "Dbtr" if way == "CRDT" else "Cdtr"
    account = f"<{party}Acct><Id><IBAN>{iban}</IBAN></Id></{party}Acct>" if iban else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>{extra}<Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{on}</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><{party}><Pty><Nm>{name}</Nm></Pty></{party}>"
        f"{account}</RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def balance(code: str, amount: float, on: str) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(amount):.2f}</Amt>'
        f"<CdtDbtInd>{'CRDT' if amount >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def statement(*entries: str, on: str = "2026-10-01") -> str:
    signed = [float(one.split(">")[2].split("<")[0]) * (1 if "CRDT" in one else -1) for one in entries]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-10-02T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id>"
        f"<CreDtTm>{on}T20:00:00</CreDtTm><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        + balance("OPBD", 0.0, on)
        + balance("CLBD", sum(signed), on)
        + "".join(entries)
        + "</Stmt></BkToCstmrStmt></Document>"
    )


def bring(workspace: Workspace, text: str, name: str = "bank.xml") -> FileReport:
    path = workspace.path / name
    path.write_text(text, encoding="utf-8")
    return import_files(workspace, ImportRequest((path,), by="ann"))[0]


def desk(workspace: Workspace, on: date = ON, by: str = "ann") -> Desk:
    return Desk(workspace, read_rules(workspace, on), on, by)


def one(**wanted: Any) -> BankEntry:
    return BankEntry.objects.get(**wanted)


def payments() -> list[tuple[str, str, int]]:
    rows = Entry.objects.select_related("account", "invoice").order_by("account_id", "id")
    return [(row.account.account_number, str(row.invoice or ""), row.amount_minor) for row in rows]


def states() -> dict[str, str]:
    return dict(BankEntry.objects.order_by("id").values_list("payer_name", "state"))


UNSURE = entry("400.00", "Lawyers and Co", "for our client", CANIS)
"""Of the amount of an invoice, and nothing else tells whose."""
SURE = entry("250.00", "Aurora Ltd", "RE-2026-0101", AURORA)
NOBODYS = entry("50.00", "Stranger SA", "hello")


@ON_BOTH
def test_every_entry_is_stored_once_however_often_its_statement_comes(workspace: Workspace) -> None:
    bring(workspace, statement(SURE, UNSURE, NOBODYS))
    bring(workspace, statement(SURE, UNSURE, NOBODYS))
    bring(workspace, statement(entry("12.00", "Borealis GmbH", "x", on="2026-10-02"), UNSURE), "overlapping.xml")

    assert states() == {
        "Aurora Ltd": "applied",
        "Lawyers and Co": "unmatched",
        "Stranger SA": "unmatched",
        "Borealis GmbH": "proposed",
    }
    assert payments() == [("C100", "RE-2026-0101", 25_000)]
    assert BankMove.objects.count() == 4
    assert audit_verify.verify().findings == []


def test_money_that_goes_out_is_not_stored(workspace: Workspace) -> None:
    bring(workspace, statement(entry("70.00", "Landlord", "rent", way="DBIT")))
    assert BankEntry.objects.count() == 0


def test_a_proposal_says_who_what_how_sure_and_why(workspace: Workspace) -> None:
    bring(workspace, statement(UNSURE))
    listed = matching.entries(Wanted())
    assert [(found["state"], found["amount_minor"], found["payer_name"]) for found in listed] == [
        ("unmatched", 40_000, "Lawyers and Co")
    ]
    assert listed[0]["proposals"] == [
        {
            "rank": 1,
            "account_number": "C300",
            "name": "Canis Major SARL",
            "sureness": "possible",
            "score": 35,
            "parts": [{"account_number": "C300", "invoice_number": "RE-2026-0301", "amount_minor": 40_000}],
            "reasons": ["It is the only open invoice of this amount; nothing else points to it."],
        }
    ]
    assert matching.counts() == {"unmatched": 1, "proposed": 0, "applied": 0, "set_aside": 0}


@ON_BOTH
def test_a_person_applies_an_entry_to_several_invoices_and_the_rest_to_the_account(workspace: Workspace) -> None:
    bring(workspace, statement(entry("400.00", "Someone", "thanks")))
    waiting = one()
    parts = matching.apply(
        desk(workspace), waiting, [Wish("C100", "RE-2026-0101"), Wish("C100", "RE-2026-0102", 10_000)], "by phone"
    )
    assert [(part["invoice_number"], part["amount_minor"]) for part in parts] == [
        ("RE-2026-0101", 25_000),
        ("RE-2026-0102", 10_000),
        (None, 5_000),
    ]
    assert payments() == [("C100", "RE-2026-0101", 25_000), ("C100", "RE-2026-0102", 10_000), ("C100", "", 5_000)]
    assert {row.paid_on for row in Entry.objects.all()} == {date(2026, 10, 1)}
    assert one().state == "applied"


def test_a_parent_pays_for_two_customers_and_nothing_is_learned_from_it(workspace: Workspace) -> None:
    bring(workspace, statement(entry("650.00", "Holding", "all", CANIS)))
    matching.apply(desk(workspace), one(), [Wish("C100", "RE-2026-0101"), Wish("C300", "RE-2026-0301")])
    assert payments() == [("C100", "RE-2026-0101", 25_000), ("C300", "RE-2026-0301", 40_000)]
    assert one().account is None


@pytest.mark.parametrize(
    ("wishes", "error", "says"),
    [
        ([], UsageError, "Say what it pays"),
        ([Wish("C999")], UsageError, "no account C999"),
        ([Wish("C100", "RE-1")], UsageError, "no invoice RE-1"),
        ([Wish("C100", "RE-2026-0102", 20_000)], RefusedError, "Only EUR 120.00 is open of invoice RE-2026-0102"),
        ([Wish("C200", "RE-2026-0201", 50_000)], RefusedError, "EUR 100.00 more than bank entry"),
        ([Wish("C100", "RE-2026-0101"), Wish("C300", "RE-2026-0301", 100)], RefusedError, "say which customer's"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    workspace: Workspace, wishes: list[Wish], error: type[Exception], says: str
) -> None:
    bring(workspace, statement(UNSURE))
    with pytest.raises(error, match=says):
        matching.apply(desk(workspace), one(), wishes)
    assert payments() == []
    assert one().state == "unmatched"


@ON_BOTH
def test_an_automatic_match_is_undone_and_neither_the_statement_nor_an_import_brings_it_back(
    workspace: Workspace,
) -> None:
    bring(workspace, statement(SURE))
    matching.undo(desk(workspace), one(), "it was for another creditor")
    bring(workspace, statement(SURE))
    bring(workspace, "account_number,name\nC400,Draco plc\n", "customers.csv")

    assert payments() == []
    assert states() == {"Aurora Ltd": "unmatched"}
    assert matching.entries(Wanted())[0]["proposals"] == []
    moves = matching.moves_json(one())
    assert [(move["event"], move["to"], move["by"]) for move in moves] == [
        ("apply", "applied", "run"),
        ("undo", "unmatched", "ann"),
    ]
    taken = [{"account_number": "C100", "invoice_number": "RE-2026-0101", "amount_minor": 25_000}]
    assert [move["parts"] for move in moves] == [taken, taken]
    assert audit_verify.verify().findings == []


def test_what_was_undone_can_be_applied_rightly(workspace: Workspace) -> None:
    bring(workspace, statement(SURE))
    matching.undo(desk(workspace), one(), "wrong invoice")
    matching.apply(desk(workspace), one(), [Wish("C100", "RE-2026-0102", 12_000)])
    bring(workspace, statement(SURE))
    assert payments() == [("C100", "RE-2026-0102", 12_000), ("C100", "", 13_000)]


def test_an_entry_is_decided_once_and_undone_once(workspace: Workspace) -> None:
    bring(workspace, statement(UNSURE))
    stale = one()
    matching.set_aside(desk(workspace), one(), "our own transfer")
    with pytest.raises(RefusedError, match="no longer unmatched"):
        matching.apply(desk(workspace), stale, [Wish("C300")])
    matching.undo(desk(workspace), one(), "it was not")
    with pytest.raises(RefusedError, match="'undo' is not possible"):
        matching.undo(desk(workspace), one(), "again")
    with pytest.raises(UsageError, match="Say why"):
        matching.set_aside(desk(workspace), one(), " ")
    assert one().state == "unmatched"


@ON_BOTH
def test_who_pays_from_where_is_learned_from_decisions_and_forgotten_by_undoing_them(workspace: Workspace) -> None:
    def next_reasons(on: str) -> list[str]:
        put("invoices", invoice(f"RE-{on}", "C300", 7_700, issued_on=date(2026, 8, 1), due_on=date(2026, 9, 1)))
        bring(workspace, statement(entry("77.00", "Lawyers and Co", "no. 2", CANIS, on=on), on=on), f"{on}.xml")
        return [reason for each in one(booked_on=on).proposals.all() for reason in each.reasons]

    bring(workspace, statement(UNSURE))
    matching.apply(desk(workspace), one(), [Wish("C300", "RE-2026-0301")])
    reasons = next_reasons("2026-10-05")
    assert reasons[0] == (
        "The payer's bank account is known as that of C300: paid once, last on 2026-10-01; a person has confirmed it."
    )
    assert one(booked_on="2026-10-05").state == "proposed"

    matching.apply_proposal(desk(workspace, date(2026, 10, 5)), one(booked_on="2026-10-05"))
    assert next_reasons("2026-10-06") == []
    third = one(booked_on="2026-10-06")
    assert third.state == "applied"
    assert "paid 2 times, last on 2026-10-05" in matching.moves_json(third)[0]["reason"]

    for found in BankEntry.objects.filter(state="applied"):
        matching.undo(desk(workspace, date(2026, 10, 6)), found, "not theirs")
    reasons = next_reasons("2026-10-07")
    assert not any("known" in reason for reason in reasons)


@ON_BOTH
def test_a_letter_is_held_back_while_money_waits_that_may_be_theirs(workspace: Workspace) -> None:
    bring(workspace, statement(entry("100.00", "Borealis GmbH", "a part")))
    run_day(workspace, ON)
    letters = {letter.account.account_number: letter for letter in Letter.objects.select_related("account")}
    at = desk(workspace)

    with pytest.raises(RefusedError, match=r"Held back: EUR 100.00 of 2026-10-01 may be theirs \(60 of 100\)"):
        approving.approve(at, letters["C200"])
    approving.approve(at, letters["C100"])
    items = {item["account_number"]: item for item in worklist(run_day(workspace, ON))}
    assert items["C100"]["held_back"] is None
    assert items["C200"]["bank_entries"] == [one().pk]
    account = letters["C200"].account
    answer = why_json(assess_account(workspace, account.pk, ON), account)[0]
    assert answer["held_back"] == items["C200"]["held_back"]
    assert answer["open_minor"] == 99_000

    matching.set_aside(at, one(), "a deposit")
    approving.approve(at, letters["C200"])
    assert {letter.state for letter in Letter.objects.filter(account__account_number__in=("C100", "C200"))} == {
        "approved"
    }


def test_money_from_nobody_knows_whom_ends_the_days_of_which_the_bank_is_known(workspace: Workspace) -> None:
    policy = desk(workspace).rules.policy("standard")
    bring(workspace, statement(NOBODYS, SURE))
    assert queries.bank_complete_through() == date(2026, 9, 30)
    assert gate.stale_data_reason(policy, date(2026, 10, 3)) == ""
    assert "Money came in on 2026-10-01 from nobody knows whom" in gate.stale_data_reason(policy, date(2026, 10, 4))
    matching.set_aside(desk(workspace), one(payer_name="Stranger SA"), "sold an old desk")
    assert queries.bank_complete_through() == date(2026, 10, 1)
    assert gate.stale_data_reason(policy, date(2026, 10, 4)) == ""


def test_a_decision_is_seen_by_the_next_run_of_the_day(workspace: Workspace) -> None:
    bring(workspace, statement(entry("990.00", "Someone", "thanks")))

    def action() -> dict[str, str]:
        rows = worklist(run_day(workspace, ON))
        return {row["account_number"]: row["action"] for row in rows}

    assert action()["C200"] == "letter"
    matching.apply(desk(workspace), one(), [Wish("C200", "RE-2026-0201")])
    assert "C200" not in action()
    matching.undo(desk(workspace), one(), "it was not theirs")
    assert action()["C200"] == "letter"


@ON_BOTH
def test_an_invoice_that_comes_in_late_is_matched_with_the_payment_that_waits_for_it(workspace: Workspace) -> None:
    bring(workspace, statement(entry("333.00", "Borealis GmbH", "RE-2026-0999", BOREALIS)))
    assert one().state == "proposed"
    bring(
        workspace,
        "invoice_number,account_number,issued_on,due_on,currency,amount\n"
        "RE-2026-0999,C200,2026-09-01,2026-10-01,EUR,333.00\n",
        "invoices.csv",
    )
    assert (one().state, payments()) == ("applied", [("C200", "RE-2026-0999", 33_300)])


def test_payments_of_a_list_under_the_banks_reference_settle_the_entry(workspace: Workspace) -> None:
    bring(workspace, statement(UNSURE))
    put("payments", payment(one().entry_reference, "RE-2026-0301", 40_000, account_number="C300"))
    bring(workspace, "account_number,name\nC400,Draco plc\n", "customers.csv")
    assert one().state == "applied"
    assert matching.moves_json(one())[-1]["reason"] == "its payments came in a list"


def test_a_payment_taken_back_is_applied_as_a_reversal_by_a_person(workspace: Workspace) -> None:
    bring(workspace, statement(SURE))
    back = entry("250.00", "Aurora Ltd", "RE-2026-0101", AURORA, way="DBIT", extra="<RvslInd>true</RvslInd>",
                 on="2026-10-02")  # fmt: skip
    bring(workspace, statement(back, on="2026-10-02"), "next.xml")
    taken = one(direction="out")
    assert taken.state == "proposed"
    matching.apply(desk(workspace), taken, [Wish("C100", "RE-2026-0101")], "no cover")
    assert list(Entry.objects.order_by("id").values_list("kind", "amount_minor")) == [
        ("payment", 25_000),
        ("reversal", 25_000),
    ]


def test_a_promise_is_not_broken_while_money_waits_that_may_keep_it(workspace: Workspace) -> None:

    at = desk(workspace, date(2026, 9, 20))
    made = promise(at, subject(at, "C200"), date(2026, 10, 1), 99_000, Said())
    bring(workspace, statement(entry("990.50", "Borealis GmbH", "as promised")))
    keep_cases(date(2026, 10, 3))
    made.refresh_from_db()
    assert made.state == "made"
    matching.set_aside(desk(workspace), one(), "a deposit")
    keep_cases(date(2026, 10, 3))
    made.refresh_from_db()
    assert made.state == "broken"


def test_entries_are_listed_by_customer_page_and_day(workspace: Workspace) -> None:
    bring(workspace, statement(SURE, UNSURE, NOBODYS))
    every = matching.ALL_STATES
    assert matching.count(Wanted(every)) == 3
    assert [found["payer_name"] for found in matching.entries(Wanted(every, offset=1, limit=1))] == ["Lawyers and Co"]
    assert [found["payer_name"] for found in matching.entries(Wanted(every, "C100"))] == ["Aurora Ltd"]
    assert matching.entries(Wanted(every, as_of=date(2026, 9, 1))) == []


def test_each_decision_is_an_entry_of_the_audit_trail_and_tampering_shows(workspace: Workspace) -> None:
    bring(workspace, statement(SURE, UNSURE))
    matching.apply(desk(workspace), one(payer_name="Lawyers and Co"), [Wish("C300", "RE-2026-0301")])
    rows = AuditEntry.objects.filter(what="match").order_by("number").values_list("by", "account_id")
    assert [(by, account is not None) for by, account in rows] == [("run", False), ("ann", True)]
    BankMove.objects.filter(by="ann").update(reason="another")
    assert [finding.message for finding in audit_verify.verify().findings] == [
        "In bankmove, row 3 has been changed since."
    ]


def take(*rows: dict[str, Any]) -> None:
    """Take entries in as an import does."""
    whole = [{"booked_on": date(2026, 10, 1), "currency": "EUR", "direction": "in", "is_reversal": False} | row
             for row in rows]  # fmt: skip
    reading = Reading("bank", "bank", entries=pl.DataFrame(whole, schema=BANK_ENTRY))
    with writing():
        looked = look(Rules(), reading.entries)
        payments_found = with_payments(reading, looked).tables[0].frame
        keep(looked, Taking(ON, "run", import_parsed("payments", payments_found, Origin("bank")).batch_id))


BATCH = {"entry_reference": "B", "amount_minor": 37_000, "extra": '{"bank_reference": "B7", "is_batch": true}'}
ITEMS = (
    {"entry_reference": "I1", "amount_minor": 25_000, "remittance": "RE-2026-0101", "payer_name": "Aurora Ltd",
     "extra": '{"batch_of": "B7"}'},
    {"entry_reference": "I2", "amount_minor": 12_000, "remittance": "RE-2026-0102", "payer_name": "Aurora Ltd",
     "extra": '{"batch_of": "B7"}'},
)  # fmt: skip


@pytest.mark.parametrize("statements", [([BATCH], ITEMS), (ITEMS, [BATCH]), ([BATCH, *ITEMS],)])
@pytest.mark.usefixtures("workspace")
def test_a_batch_and_its_single_payments_count_once_whichever_comes_first(
    statements: tuple[list[dict[str, Any]], ...],
) -> None:
    for rows in statements:
        take(*rows)
    assert payments() == [("C100", "RE-2026-0101", 25_000), ("C100", "RE-2026-0102", 12_000)]
    assert {one.entry_reference: one.state for one in BankEntry.objects.all()} == {
        "B": "set_aside",
        "I1": "applied",
        "I2": "applied",
    }


def test_the_single_payments_of_a_batch_that_a_person_applied_as_a_whole_do_not_go_in(workspace: Workspace) -> None:
    take(BATCH)
    matching.apply(desk(workspace), one(), [Wish("C100", "RE-2026-0101"), Wish("C100", "RE-2026-0102")])
    take(*ITEMS)
    assert payments() == [("C100", "RE-2026-0101", 25_000), ("C100", "RE-2026-0102", 12_000)]
    assert [move.reason for move in BankMove.objects.filter(to_state="set_aside")] == [
        "the batch that it is a part of was applied as a whole"
    ] * 2


def test_nothing_is_handed_over_while_money_waits_that_may_be_theirs(workspace: Workspace) -> None:
    bring(workspace, statement(entry("100.00", "Borealis GmbH", "a part")))
    account = one().proposals.get().account
    referral = Referral.objects.create(account=account, currency="EUR", option="attorney", opened_on=ON,
                                       amount_minor=99_000, state="approved")  # fmt: skip
    with pytest.raises(RefusedError, match="Held back"):
        referring.hand_over(desk(workspace), referral, Said())


def test_a_customer_who_is_forgotten_leaves_no_trace_in_bank_entries(workspace: Workspace) -> None:
    bring(workspace, statement(SURE))
    matching.undo(desk(workspace), one(), "Aurora called")
    matching.apply(desk(workspace), one(), [Wish("C100", "RE-2026-0101")], "Aurora called again")
    owner = one().account
    assert owner is not None
    privacy.erase([privacy.Erasure(owner)], on=ON, by="ann", reason="asked")
    stored = one()
    assert (stored.payer_name, stored.payer_account, stored.remittance, stored.state) == ("", "", "", "applied")
    assert "Aurora called again" not in {move.reason for move in BankMove.objects.all()}
    assert matching.counts()["applied"] == 1
    assert audit_verify.verify().findings == []


def test_a_customer_whose_money_was_first_somebody_elses_is_forgotten_and_the_trail_still_fits(
    workspace: Workspace,
) -> None:
    bring(workspace, statement(SURE))
    matching.undo(desk(workspace), one(), "Aurora called")
    matching.apply(desk(workspace), one(), [Wish("C200", "RE-2026-0201")], "they say it is theirs")
    matching.undo(desk(workspace), one(), "it was not")
    matching.set_aside(desk(workspace), one(), "booked elsewhere")
    matching.undo(desk(workspace), one(), "it was not, either")
    matching.apply(desk(workspace), one(), [Wish("C100", "RE-2026-0101")], "Aurora called again")
    owner = one().account
    assert owner is not None
    privacy.erase([privacy.Erasure(owner)], on=ON, by="ann", reason="asked")
    assert {move.reason for move in BankMove.objects.exclude(by="run")} == {""}
    assert audit_verify.verify().findings == []


@ON_BOTH
@pytest.mark.usefixtures("workspace")
def test_an_invoices_own_reference_is_known_to_its_letter_and_to_the_matching() -> None:
    own = {
        "issued_on": date(2026, 8, 1),
        "due_on": date(2026, 9, 1),
        "extra": '{"payment_reference": "RF18539007547034"}',
    }
    put("invoices", invoice("RE-2026-0302", "C300", 7_000, **own))
    known = {row["invoice_number"]: row["payment_reference"] for row in cash.open_invoices().iter_rows(named=True)}
    assert (known["RE-2026-0302"], known["RE-2026-0301"]) == ("RF18539007547034", "")
    pk = Invoice.objects.get(invoice_number="RE-2026-0302").pk
    assert queries.invoice_details([pk])["payment_reference"].to_list() == ["RF18539007547034"]

"""A run that looks only at some accounts decides what a run that looks at everybody would have decided.

Two workspaces live through the same days. In one every run may build on the one before; in the other every run is made
to look at everybody. After each day both must say the same: decisions with the figures of the day, drafts, holds,
problems, counts.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from dunwell.assess.engine import assess
from dunwell.money import AMOUNT_MINOR_MAX
from dunwell.policy.parse import parse_policy
from dunwell.runs.decided import still_stands
from dunwell.runs.nightly import DayReport, assess_account, replay_day, run_day
from dunwell.runs.rules import read_rules
from dunwell.runs.scope import READ_THROUGH
from dunwell.runs.versions import ledger_on
from dunwell.store import audit_verify, fingerprint, ledger_columns, reading
from dunwell.store.claims import Move, move_case, move_hold, move_letter, open_case
from dunwell.store.models import Account, Dispute, Exclusion, Hold, Letter, Promise, Run
from dunwell.store.recording import read_decisions, read_looks, read_standing
from dunwell.store.workspace import Workspace, open_workspace
from tests.oracle.generate import Pick, a_ledger
from tests.oracle.records import OracleLedger
from tests.runs.deeds import DEEDS, other_policy, other_rates
from tests.store.tables import customer, event, invoice, payment, put

BEGIN_ON = date(2026, 3, 10)
ASLEEP = 30
"""Customers who owe nothing and never do: so that those of whom something is told are few."""
POLICIES = (
    'default = "standard"\n[policy.standard]\n',
    'default = "standard"\n[policy.standard]\ngrace_days = 5\ntolerance = { EUR = "1.00" }\nrestart_on_cure = true\n',
    'default = "standard"\n[policy.standard]\nminimum = { EUR = "50.00" }\nresponse_pause_days = 3\n',
)
ACTS = (
    "nothing",
    "send",
    "pay",
    "answer",
    "cancel",
    "give_up",
    "promise",
    "dispute",
    "settle",
    "exclude",
    "bill",
    "ahead",
    "policy",
    "rates",
    *DEEDS,
)
LETTER_FIELDS = ("account_id", "currency", "step", "state", "episode_start_on", "attempt", "reference", "pay_by_on",
                 "drafted_on", "total_due_minor")  # fmt: skip
HOLD_FIELDS = ("account_id", "currency", "state", "proposed_on", "demanded_minor", "in_force_on", "released_on")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    connections.close_all()


@pytest.fixture(autouse=True)
def kept_in_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run on everybody leaves a copy of the ledger in columns, as it does of a large one."""
    monkeypatch.setattr(reading, "KEPT_FROM_ROWS", 1)


class Twins:
    """Two workspaces to which the same happens; every run of the second looks at everybody."""

    def __init__(self, fresh_workspace: Callable[..., Path], folder: Path, policy: str) -> None:
        self.paths = [folder / name for name in ("building_on", "whole")]
        for path in self.paths:
            shutil.rmtree(path, ignore_errors=True)
            shutil.copytree(fresh_workspace(), path)
            (path / "policy.toml").write_text(policy, encoding="utf-8")

    def opened(self) -> Iterator[Workspace]:
        for path in self.paths:
            connections.close_all()
            yield open_workspace(path)

    def run(self, on: date) -> list[dict[str, Any]]:
        return [self._run(workspace, on) for workspace in self.opened()]

    def _run(self, workspace: Workspace, on: date) -> dict[str, Any]:
        report = run_day(workspace, on)
        if workspace.path == self.paths[1]:
            forget_what_was_read()
        return told(report)


def forget_what_was_read() -> None:
    """A run that does not say what it had read is not built on."""
    for run in Run.objects.all():
        run.counts.pop(READ_THROUGH, None)
        run.save(update_fields=["counts"])


def told(report: DayReport) -> dict[str, Any]:
    """Everything that a run says and leaves behind."""
    return {
        "accounts": report.accounts,
        "actions": report.actions,
        "problems": report.problems,
        "done": (report.drafted, report.proposed, report.withdrawn, report.released),
        "letters": list(Letter.objects.order_by("reference").values_list(*LETTER_FIELDS)),
        "holds": list(Hold.objects.order_by("account_id", "currency", "id").values_list(*HOLD_FIELDS)),
    }


def assert_same(some: dict[str, Any], whole: dict[str, Any]) -> None:
    assert_frame_equal(some.pop("accounts"), whole.pop("accounts"))
    assert some == whole


def number(account_id: int) -> str:
    return f"{account_id:04}"


def import_ledger(ledger: OracleLedger) -> None:
    """The generated ledger, with its rows of days to come, and the customers who owe nothing."""
    accounts = [
        customer(number(row.account_id), country=row.country, currency=row.currency, party_type=row.party_type,
                 contract_allows_hold=row.contract_allows_hold)
        for row in ledger.accounts
    ]  # fmt: skip
    put("customers", *accounts, *(customer(f"S{place}") for place in range(ASLEEP)))
    named = {row.invoice_id: f"I{row.invoice_id}" for row in ledger.invoices}
    bills = [
        invoice(named[row.invoice_id], number(row.account_id), row.amount_minor, currency=row.currency,
                issued_on=row.issued_on, due_on=row.due_on)
        for row in ledger.invoices
    ]  # fmt: skip
    put("invoices", *bills)
    paid = [
        payment(f"P{place}", named.get(row.invoice_id or 0), min(row.amount_minor, AMOUNT_MINOR_MAX),
                account_number=number(row.account_id), currency=row.currency, paid_on=row.paid_on, kind=row.kind)
        for place, row in enumerate(ledger.entries)
    ]  # fmt: skip
    put("payments", *paid, bank_complete_through=BEGIN_ON + timedelta(days=100))
    happened = [
        event(row.kind, account_number=number(row.account_id), on=row.on, channel=row.channel, currency=row.currency,
              invoice_number=named.get(row.invoice_id or 0), amount_minor=row.amount_minor, until_on=row.until_on,
              step=row.step)
        for row in ledger.events
    ]  # fmt: skip
    put("events", *happened)


def act(workspace: Workspace, what: str, on: date, place: int, days: int) -> None:
    """Let one thing happen; ``place`` says to whom."""
    if what == "policy":
        other_policy(workspace, POLICIES, place)
    if what == "rates":
        other_rates(workspace, place)
    if what in _BY_HAND:
        _BY_HAND[what](on)
        return
    accounts = list(Account.objects.exclude(account_number__startswith="S").order_by("pk"))
    account = accounts[place % len(accounts)]
    who: dict[str, Any] = {"account_number": account.account_number}
    if what in DEEDS:
        DEEDS[what](account, on, days)
    match what:
        case "pay":
            amount = (100, 4_000, 10_000, 987_654_321)[place % 4]
            put("payments", payment(f"L{on}-{place}", None, amount, paid_on=on, currency=account.currency, **who))
        case "answer":
            put("events", event("response", on=on, **who))
        case "bill":
            dates = {"issued_on": on + timedelta(days=place % 3), "due_on": on + timedelta(days=days)}
            put(
                "invoices", invoice(f"N{on}-{place}", account.account_number, 7_500, currency=account.currency, **dates)
            )
        case "ahead":
            put("events", event("response", on=on + timedelta(days=1 + place % 4), **who))
        case "promise" | "dispute" | "exclude":
            begin(what, account, on, days)


def send_all(on: date) -> None:
    for letter in Letter.objects.filter(state="draft"):
        move_letter(letter.pk, Move("draft", "sent", on, "anna"), {"sent_on": on})
        for hold in Hold.objects.filter(letter=letter, state="proposed"):
            changes = {"in_force_on": on, "cure_by_on": on + timedelta(days=10)}
            move_hold(hold.pk, Move("proposed", "in_force", on, "anna"), changes)


def cancel_one(on: date) -> None:
    for letter in Letter.objects.filter(state="draft").order_by("pk")[:1]:
        move_letter(letter.pk, Move("draft", "cancelled", on, "anna", "no"))


def give_up_holds(on: date) -> None:
    for hold in Hold.objects.filter(state="proposed"):
        move_hold(hold.pk, Move("proposed", "withdrawn", on, "anna", "no"))


def settle_disputes(on: date) -> None:
    for dispute in Dispute.objects.filter(state="opened"):
        closed = {"closed_on": on, "held_through_on": on - timedelta(days=1)}
        move_case(dispute, Move("opened", "withdrawn", on, "anna", event="withdraw"), closed)


_BY_HAND = {"send": send_all, "cancel": cancel_one, "give_up": give_up_holds, "settle": settle_disputes}


def begin(what: str, account: Account, on: date, days: int) -> None:
    until_on = on + timedelta(days=days)
    who = {"account": account, "currency": account.currency, "opened_on": on}
    if what == "promise":
        open_case(Promise(**who, until_on=until_on, amount_minor=5_000), Move("", "made", on, "anna", event="make"))
    elif what == "dispute":
        open_case(Dispute(**who), Move("", "opened", on, "anna", event="open"))
    else:
        open_case(Exclusion(**who, until_on=until_on), Move("", "in_force", on, "anna", event="begin"))


def small_business(count: int = 20) -> None:
    """Customers who owe 100.00 EUR each, due from 1 March 2026 on, one more each day."""
    numbers = [number(place) for place in range(count)]
    put("customers", *(customer(each) for each in numbers))
    due = [BEGIN_ON - timedelta(days=9 - place) for place in range(count)]
    put("invoices", *(invoice(f"I{each}", each, issued_on=BEGIN_ON - timedelta(days=60), due_on=on)
                      for each, on in zip(numbers, due, strict=True)))  # fmt: skip


@pytest.fixture
def business(fresh_workspace: Callable[..., Path], tmp_path: Path) -> Workspace:
    shutil.copytree(fresh_workspace(), tmp_path / "workspace")
    workspace = open_workspace(tmp_path / "workspace")
    small_business()
    run_day(workspace, BEGIN_ON)
    return workspace


def looked_at() -> int | None:
    """How many accounts the latest run looked at; ``None``: everybody."""
    count: int | None = Run.objects.latest("id").counts.get("looked_at")
    return count


def recorded_by(run: Run) -> list[int]:
    """The accounts of which a run recorded a decision."""
    return read_standing(run.pk).filter(run_id=run.pk)["account_id"].to_list()


def test_a_run_records_only_the_accounts_it_looked_at(business: Workspace) -> None:
    put("payments", payment("P1", None, 500, account_number=number(2), paid_on=BEGIN_ON))
    run_day(business, BEGIN_ON)
    run = Run.objects.latest("id")
    assert (looked_at(), run.counts["decisions"]) == (1, 1)
    assert recorded_by(run) == [Account.objects.get(account_number=number(2)).pk]
    assert read_decisions(run.pk).height == 20
    assert audit_verify.verify().findings == []


def test_the_next_day_only_those_whose_day_has_come_are_looked_at(business: Workspace) -> None:
    on = BEGIN_ON + timedelta(days=1)
    due = read_looks(Run.objects.get().pk).filter(pl.col("next_look_on") <= on).height
    report = run_day(business, on)
    assert (looked_at(), 0 < due < 7) == (due, True)
    whole = run_day(business, on, dry_run=True)
    assert_frame_equal(report.accounts, whole.accounts)


def test_why_says_the_figures_of_the_day_of_an_account_not_looked_at(business: Workspace) -> None:
    run_day(business, BEGIN_ON + timedelta(days=1))
    asleep = Account.objects.get(account_number=number(0)).pk
    assert asleep not in recorded_by(Run.objects.latest("id"))
    days = [assess_account(business, asleep, BEGIN_ON + timedelta(days=ahead)).accounts for ahead in (0, 1)]
    assert [frame["oldest_days_past_due"].to_list() for frame in days] == [[9], [10]]


def test_a_replay_never_knows_what_was_learned_later(business: Workspace) -> None:
    on = BEGIN_ON + timedelta(days=1)
    before = run_day(business, on).accounts
    put("payments", payment("P1", None, 500, account_number=number(0), paid_on=BEGIN_ON))
    run_day(business, on + timedelta(days=1))
    replayed = run_day(business, on)
    stands = ["account_id", "currency", "action", "step", "open_minor", "unapplied_minor"]
    assert replayed.is_replay
    assert_frame_equal(replayed.accounts.select(stands), before.select(stands))
    untouched = pl.col("account_id") != Account.objects.get(account_number=number(0)).pk
    assert_frame_equal(replayed.accounts.filter(untouched), before.filter(untouched))


@pytest.mark.parametrize("change", ["policy", "removed", "program", "many", "currency"])
def test_everybody_is_looked_at_when_a_change_may_concern_anybody(
    business: Workspace, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("payments", payment("P1", None, 1, account_number=number(0)), payment("P1", None, 2, account_number=number(0)))
    run_day(business, BEGIN_ON)
    assert looked_at() == 1
    put("payments", payment("P2", None, 500, account_number=number(1), paid_on=BEGIN_ON))
    match change:
        case "policy":
            (business.path / "policy.toml").write_text(POLICIES[2], encoding="utf-8")
        case "removed":
            put("payments", payment("P1", None, 3, account_number=number(0)))
        case "program":
            monkeypatch.setattr(fingerprint, "__version__", "later")
        case "many":
            put("events", *(event("response", account_number=number(place), on=BEGIN_ON) for place in range(12)))
        case "currency":
            put("invoices", invoice(f"I{number(1)}", number(1), currency="USD", issued_on=BEGIN_ON))
            put("customers", customer(number(1), currency="USD"))
            put("payments", payment("P2", None, 500, account_number=number(1), currency="USD", paid_on=BEGIN_ON))
    run_day(business, BEGIN_ON)
    assert looked_at() is None
    put("payments", payment("P3", None, 500, account_number=number(3), paid_on=BEGIN_ON))
    run_day(business, BEGIN_ON)
    assert looked_at() == (None if change in ("policy",) else 1)


def test_problems_are_told_of_everybody(business: Workspace) -> None:
    put("invoices", invoice("U1", number(4), due_on=None))
    put("events", event("request", account_number=number(4), on=BEGIN_ON, step="no_such_step"))
    put("customers", customer(number(5), policy="unknown"), customer(number(6), extra='{"signed_on": "soon"}'))
    first = run_day(business, BEGIN_ON)
    put("payments", payment("P1", None, 500, account_number=number(1), paid_on=BEGIN_ON))
    second = run_day(business, BEGIN_ON)
    assert (looked_at(), len(first.problems)) == (1, 4)
    assert second.problems == first.problems == run_day(business, BEGIN_ON, dry_run=True).problems


AMOUNTS = ("account_id", "currency", "policy", "open_minor", "overdue_minor", "exposure_minor", "is_held")
"""What a credit check takes from a decision that still stands."""


def assert_true_what_stands(workspace: Workspace, on: date) -> None:
    """Of every account of which it is said that nothing has changed, an assessment must say the same amounts.

    Of those who are asleep, whom nothing tells apart, one stands for all.
    """
    rules = read_rules(workspace, on)
    assessed = assess(ledger_on(on), rules.policies, rules.legal, on).accounts
    for account_id in Account.objects.exclude(account_number__regex="^S[1-9]").values_list("pk", flat=True):
        stood = still_stands(account_id, rules, on)
        if stood is not None:
            own = assessed.filter(pl.col("account_id") == account_id)
            assert_frame_equal(stood.select(AMOUNTS), own.select(AMOUNTS))


def those_that_stand(workspace: Workspace, on: date) -> list[str]:
    rules = read_rules(workspace, on)
    accounts = Account.objects.order_by("pk")
    return [each.account_number for each in accounts if still_stands(each.pk, rules, on) is not None]


def test_a_decision_stands_until_something_happens_or_its_day_comes(business: Workspace) -> None:
    everybody = [number(place) for place in range(20)]
    assert those_that_stand(business, BEGIN_ON) == everybody
    put("payments", payment("P1", None, 500, account_number=number(1), paid_on=BEGIN_ON))
    put("events", event("response", account_number=number(2), on=BEGIN_ON))
    begin("exclude", Account.objects.get(account_number=number(3)), BEGIN_ON, 5)
    put("payments", payment("P4", None, 500, account_number=number(4), paid_on=BEGIN_ON + timedelta(days=1)))
    assert those_that_stand(business, BEGIN_ON) == [number(0), *everybody[5:]]
    run_day(business, BEGIN_ON)
    assert those_that_stand(business, BEGIN_ON) == everybody
    later = BEGIN_ON + timedelta(days=1)
    due = read_looks(Run.objects.latest("id").pk).filter(pl.col("next_look_on") <= later)["account_id"]
    woken = {number(4), *Account.objects.filter(pk__in=list(due)).values_list("account_number", flat=True)}
    assert those_that_stand(business, later) == [each for each in everybody if each not in woken]
    assert_true_what_stands(business, later)


@pytest.mark.parametrize("change", ["policy", "program", "removed", "earlier"])
def test_no_decision_stands_when_a_change_may_concern_anybody(
    business: Workspace, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("payments", payment("P1", None, 1, account_number=number(0)), payment("P1", None, 2, account_number=number(0)))
    run_day(business, BEGIN_ON)
    match change:
        case "policy":
            (business.path / "policy.toml").write_text(POLICIES[2], encoding="utf-8")
        case "program":
            monkeypatch.setattr(fingerprint, "__version__", "later")
        case "removed":
            put("payments", payment("P1", None, 3, account_number=number(0)))
    assert those_that_stand(business, BEGIN_ON - timedelta(days=change == "earlier")) == []


DECIDED = ["account_id", "currency", "action", "step", "letter_kind", "policy"]


def assert_decided_then(workspace: Workspace, decided: dict[date, pl.DataFrame]) -> None:
    """A replay of each day says what its last run has decided, whatever happened since."""
    for on, accounts in decided.items():
        then = replay_day(workspace, on).accounts
        assert_frame_equal(then.select(DECIDED), accounts.select(DECIDED))
    assert audit_verify.verify().findings == []


def assert_copied_as_it_is() -> None:
    """The ledger in columns, with what was changed since, says what all rows say."""
    if ledger_columns.kept() is None:
        return  # an erasure has removed it
    with_copy = reading.read_ledger()
    with pytest.MonkeyPatch.context() as without:
        without.setattr(ledger_columns, "kept", lambda: None)
        by_rows = reading.read_ledger()
    for name in ("accounts", "invoices", "entries", "events", "orders"):
        assert_frame_equal(getattr(with_copy, name), getattr(by_rows, name), check_row_order=False)


@st.composite
def days_of_acts(draw: Any) -> list[tuple[int, list[tuple[str, int, int]]]]:
    """After how many days a run comes, and what happens before it."""
    one = st.tuples(st.sampled_from(ACTS), st.integers(0, 7), st.integers(0, 12))
    gaps = st.sampled_from((1, 0, 1, 2, 3, 5, 8, 13))
    return draw(st.lists(st.tuples(gaps, st.lists(one, max_size=3)), min_size=3, max_size=6))  # type: ignore[no-any-return]


@st.composite
def ledgers(draw: Any) -> tuple[str, OracleLedger]:
    def pick(options: Any) -> Any:
        return draw(st.sampled_from(options))

    text = draw(st.sampled_from(POLICIES))
    policies, _ = parse_policy(text, "policy")
    assert policies is not None
    chosen: Pick = pick
    return text, a_ledger(chosen, draw(st.integers(1, 8)), policies, BEGIN_ON)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # a failing story is short enough to read; shrinking it takes minutes
)
@given(world=ledgers(), story=days_of_acts())
def test_day_after_day_it_decides_what_a_run_on_everybody_decides(
    fresh_workspace: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, world: Any, story: Any
) -> None:
    policy, ledger = world
    twins = Twins(fresh_workspace, tmp_path_factory.mktemp("twins"), policy)
    for _ in twins.opened():
        import_ledger(ledger)
    some, whole = twins.run(BEGIN_ON)
    decided = {BEGIN_ON: some["accounts"]}
    assert_same(some, whole)
    on = BEGIN_ON
    for gap, acts in story:
        on += timedelta(days=gap)
        for workspace in twins.opened():
            for what, place, days in acts:
                act(workspace, what, on, place, days)
        assert_true_what_stands(next(twins.opened()), on)
        assert_copied_as_it_is()
        some, whole = twins.run(on)
        decided[on] = some["accounts"]
        assert_same(some, whole)
    assert_decided_then(next(twins.opened()), decided)

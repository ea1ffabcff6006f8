"""From a decision to the facts of its letter: everything the letter may say, and nothing that is not in the ledger."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, cast

import polars as pl

from dunwell.assess.assessment import Assessment
from dunwell.assess.balances import signed_minor
from dunwell.assess.engine import assess
from dunwell.ledger.frames import Ledger
from dunwell.letters import facts as letter
from dunwell.letters.references import clause_reference
from dunwell.policy.clauses import clause_by_key, clauses
from dunwell.policy.model import Policy, Step
from dunwell.runs.interest_lines import bearing, interest_segments
from dunwell.runs.rules import Rules
from dunwell.runs.versions import ledger_on
from dunwell.store import queries
from dunwell.store.fingerprint import RUN
from dunwell.store.models import Account, Hold, Letter
from dunwell.store.workspace import Workspace

_CHANNELS: Mapping[str, letter.Channel] = {
    "email": "email",
    "post": "letter",
    "letter": "letter",
    "phone": "call",
    "call": "call",
    "portal": "portal",
}
_TONES: Mapping[str, letter.Tone] = {"friendly": "friendly", "neutral": "firm", "firm": "firm", "final": "final"}
_CLAUSE_OF_KIND = {
    "hold": "hold",
    "hold_release": "hold.cure",
    "collection": "terms",
    "order_on_hold": "hold.effect",
    "plan_offer": "plan",
    "plan_confirmation": "plan",
    "plan_default": "plan.default",
}


@dataclass(frozen=True, slots=True)
class Situation:
    """One account as it stands on a day: the ledger, its assessment, and the row of one currency."""

    ledger: Ledger
    assessment: Assessment
    row: Mapping[str, Any]
    as_of: date


def situation(rules: Rules, account_id: int, currency: str, as_of: date) -> Situation:
    """Assess one account anew; the same engine as the run's, for one account."""
    ledger = ledger_on(as_of, [account_id])
    assessment = assess(ledger, rules.policies, rules.legal, as_of)
    row = assessment.accounts.filter(pl.col("currency") == currency).row(0, named=True)
    return Situation(ledger, assessment, row, as_of)


def situations(rules: Rules, letters: Collection[Letter], as_of: date) -> dict[int, Situation]:
    """Assess the accounts of many letters at once; return each letter's situation by the letter's key."""
    if not letters:
        return {}
    ledger = ledger_on(as_of, {letter.account_id for letter in letters})
    assessment = assess(ledger, rules.policies, rules.legal, as_of)
    rows = {(row["account_id"], row["currency"]): row for row in assessment.accounts.iter_rows(named=True)}
    return {letter.pk: _of_account(letter, ledger, assessment, rows, as_of) for letter in letters}


def _of_account(
    letter: Letter,
    ledger: Ledger,
    assessment: Assessment,
    rows: Mapping[tuple[int, str], Mapping[str, Any]],
    as_of: date,
) -> Situation:
    """Cut one account out of a ledger and its assessment."""
    own = pl.col("account_id") == letter.account_id
    return Situation(
        replace(ledger, invoices=ledger.invoices.filter(own), entries=ledger.entries.filter(own)),
        replace(assessment, invoices=assessment.invoices.filter(own)),
        rows[letter.account_id, letter.currency],
        as_of,
    )


def facts_of(workspace: Workspace, rules: Rules, draft: Letter, now: Situation) -> letter.LetterFacts:
    """Gather what a letter of the ladder says as of ``now``: invoices with charges, what was asked before, the clause.

    Letters that belong to other cases: ``runs.case_facts``.
    """
    said = basic_facts(workspace, rules, draft, now)
    return with_demand(said, rules, draft, now) if draft.is_request else _with_release(said, draft, now)


def basic_facts(workspace: Workspace, rules: Rules, draft: Letter, now: Situation) -> letter.LetterFacts:
    """Gather what every letter says: who writes to whom, when, and on which clause."""
    policy = rules.policy(now.row["policy"])
    step = next((step for step in policy.steps if step.id == draft.step), None)
    warns_of_hold = bool(step and step.warns_of_hold)
    number, text = _clause(policy, draft, "hold" if warns_of_hold else _CLAUSE_OF_KIND.get(draft.kind, ""))
    return letter.LetterFacts(
        kind=draft.kind,
        language=draft.language,
        written_on=now.as_of,
        currency=draft.currency,
        reference=draft.reference,
        creditor=workspace.creditor,
        recipient=_recipient(draft.account),
        tone=_TONES.get(step.tone, "firm") if step else "friendly",
        warns_of_hold=warns_of_hold,
        clause_reference=clause_reference(draft.language, number),
        clause_text=text,
        consequences=_consequences(policy, step),
        hold=_hold_terms(policy, draft, now),
        offers_plan=policy.plan.offered,
        layout=workspace.form,
    )


def with_demand(said: letter.LetterFacts, rules: Rules, draft: Letter, now: Situation) -> letter.LetterFacts:
    """Add what is asked for: invoices with their charges, how those came about, by when, and what was asked before."""
    policy = rules.policy(now.row["policy"])
    rows = _asked_rows(draft, now)
    lines = tuple(_line(row, row["chaseable_minor"]) for row in rows)
    how = bearing(rules, policy, draft.account.party_type)
    past = _past_requests(draft, now)
    legal_basis, compensation_basis = _basis(rules, policy, draft)
    return replace(
        _with_lines(said, lines),
        total_minor=now.row["total_due_minor"],
        unapplied_credit_minor=now.row["unapplied_minor"],
        pay_by_on=now.row["pay_by_on"] or draft.pay_by_on,
        request_number=len(past) + 1,
        past_requests=past,
        answered_before=_has_answered(now.row),
        interest_segments=interest_segments(rules, how, rows, now.ledger, now.as_of) if how else (),
        legal_basis=legal_basis,
        compensation_basis=compensation_basis,
    )


def _with_release(said: letter.LetterFacts, draft: Letter, now: Situation) -> letter.LetterFacts:
    """Add what a release letter says: what was demanded then and is settled now, and the limit that is open again."""
    lines = _released_lines(draft, now)
    return replace(_with_lines(said, lines), credit_limit_minor=now.row["credit_limit_minor"])


def _with_lines(said: letter.LetterFacts, lines: tuple[letter.InvoiceLine, ...]) -> letter.LetterFacts:
    """Add the invoices and their sums; the linter checks that what is demanded is what the lines add up to."""
    return replace(
        said,
        invoices=lines,
        principal_minor=sum(line.open_minor for line in lines),
        late_fee_minor=sum(line.late_fee_minor for line in lines),
        interest_minor=sum(line.interest_minor for line in lines),
        compensation_minor=sum(line.compensation_minor for line in lines),
        total_minor=sum(line.total_minor for line in lines),
    )


def _has_answered(row: Mapping[str, Any]) -> bool:
    """Whether the customer answered or paid something since the episode began: then "no reply" would be untrue."""
    responded, began = row["last_response_on"], row["episode_start_on"]
    return responded is not None and began is not None and bool(responded >= began)


def _basis(rules: Rules, policy: Policy, draft: Letter) -> tuple[str, str]:
    """On what law, or on which clause of the policy, interest and compensation rest."""
    rule = rules.legal.rule(cast("letter.PartyType", draft.account.party_type))
    citation = rules.law.citation_of(rule) if rule else None
    number = _clause(policy, draft, "interest")[0]
    agreed = clause_reference(draft.language, number)
    by_law = citation.interest if citation else ""
    legal_basis = agreed if policy.interest.kind == "contract" or not by_law else by_law
    return legal_basis, citation.compensation if citation else ""


def _recipient(account: Account) -> letter.Recipient:
    return letter.Recipient(
        account_number=account.account_number,
        name=account.name,
        street=account.street,
        postcode=account.postcode,
        city=account.city,
        country=account.country,
        language=account.language,
        party_type=cast("letter.PartyType", account.party_type),
        contact_name=account.contact_name,
        surname=str((account.extra or {}).get("surname", "")),
        salutation=account.salutation,
        email=account.email,
    )


def _asked_rows(draft: Letter, now: Situation) -> list[Mapping[str, Any]]:
    """The invoices on which something is claimed, oldest first; a disputed part is not asked for."""
    asked = now.assessment.invoices.filter(pl.col("currency") == draft.currency, pl.col("total_minor") > 0)
    details = queries.invoice_details(asked["invoice_id"].to_list())
    known = asked.drop("due_on", "amount_minor", "account_id", "currency")
    return list(details.join(known, on="invoice_id").sort("due_on", "invoice_number").iter_rows(named=True))


def _line(row: Mapping[str, Any], open_minor: int) -> letter.InvoiceLine:
    charges = {name: row[name] for name in ("late_fee_minor", "interest_minor", "compensation_minor")}
    return letter.InvoiceLine(
        invoice_number=row["invoice_number"],
        due_on=row["due_on"],
        days_past_due=row["days_past_due"],
        amount_minor=row["amount_minor"],
        open_minor=open_minor,
        total_minor=open_minor + sum(charges.values()),
        issued_on=row["issued_on"],
        delivered_on=row["delivered_on"],
        order_number=row["order_number"] or "",
        payment_reference=row["payment_reference"] or "",
        **charges,
    )


def _released_lines(draft: Letter, now: Situation) -> tuple[letter.InvoiceLine, ...]:
    """The invoices that the hold demanded, as they stood on its first day; they are paid now."""
    held_on = draft.episode_start_on
    due = now.ledger.invoices.filter(
        pl.col("currency") == draft.currency, pl.col("due_on") < held_on, pl.col("issued_on") <= held_on
    )
    open_then = _open_on(now.ledger, due, held_on)
    details = queries.invoice_details(open_then["invoice_id"].to_list())
    rows = details.join(open_then.drop("amount_minor"), on="invoice_id").sort("due_on", "invoice_number")
    nothing = {"late_fee_minor": 0, "interest_minor": 0, "compensation_minor": 0}
    return tuple(
        _line({**row, **nothing, "days_past_due": (held_on - row["due_on"]).days}, row["open_then_minor"])
        for row in rows.iter_rows(named=True)
    )


def _open_on(ledger: Ledger, invoices: pl.DataFrame, on: date) -> pl.DataFrame:
    """Which of the invoices had an open amount at the start of a day: ``invoice_id``, ``open_then_minor``."""
    settled = (
        ledger.entries.filter(pl.col("paid_on") < on)
        .group_by("invoice_id")
        .agg(signed_minor().sum().alias("settled_minor"))
    )
    rest = pl.col("amount_minor") - pl.col("settled_minor").fill_null(0)
    opened = invoices.join(settled, on="invoice_id", how="left").with_columns(rest.alias("open_then_minor"))
    return opened.filter(pl.col("open_then_minor") > 0).select("invoice_id", "amount_minor", "open_then_minor")


def _past_requests(draft: Letter, now: Situation) -> tuple[letter.PastRequest, ...]:
    """What was asked before in the episode, oldest first."""
    if not draft.is_request or now.row["episode_start_on"] is None:
        return ()
    past = queries.past_requests(draft.account_id, draft.currency, now.row["episode_start_on"], now.as_of)
    return tuple(
        letter.PastRequest(
            on=request.on,
            channel="call" if request.kind == "call" else _CHANNELS.get(request.channel, "letter"),
            letter_kind=request.letter_kind,
            step=request.step,
        )
        for request in past
    )


def _clause(policy: Policy, draft: Letter, key: str) -> tuple[str, str]:
    """Number and text of a clause of the policy, in the letter's language; empty when there is none."""
    found = clauses(policy, draft.language, draft.currency, draft.account.party_type)
    clause = clause_by_key(found, key)
    return (clause.number, clause.text) if clause else ("", "")


def _consequences(policy: Policy, step: Step | None) -> frozenset[str]:
    return frozenset(policy.hold.consequences) & letter.CONSEQUENCES if step else frozenset()


def _hold_terms(policy: Policy, draft: Letter, now: Situation) -> letter.HoldTerms | None:
    """What the letter says of a hold: the one it warns of, places, or lifts."""
    if draft.kind == "hold_release":
        return _release_terms(policy, draft, now)
    return letter.HoldTerms(
        days_past_due=policy.hold.days_past_due,
        cure_days=policy.hold.cure_days,
        warned_on=now.row["warned_on"],
        in_force_on=now.as_of if draft.kind == "hold" else now.row["held_on"] if now.row["is_held"] else None,
    )


def _release_terms(policy: Policy, draft: Letter, now: Situation) -> letter.HoldTerms:
    held_on = draft.episode_start_on
    hold = Hold.objects.filter(account_id=draft.account_id, currency=draft.currency, in_force_on=held_on).first()
    payments = now.ledger.entries.filter(
        pl.col("currency") == draft.currency, pl.col("kind") == "payment", pl.col("paid_on") >= held_on
    )
    return letter.HoldTerms(
        days_past_due=policy.hold.days_past_due,
        cure_days=policy.hold.cure_days,
        in_force_on=held_on,
        released_on=hold.released_on if hold and hold.released_on else now.as_of,
        paid_on=payments["paid_on"][0] if payments.height == 1 else None,  # several payments have no one date
        paid_minor=int(payments["amount_minor"].sum()),
        release_reason=_release_reason(hold, now),
    )


def _release_reason(hold: Hold | None, now: Situation) -> Literal["paid", "plan", "override"]:
    """Why the hold was lifted: by a person, by a plan, or because what it demanded is paid."""
    if hold is not None and hold.transitions.filter(to_state="released").exclude(by=RUN).exists():
        return "override"
    return "plan" if now.row["has_plan"] else "paid"

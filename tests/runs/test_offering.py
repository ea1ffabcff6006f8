"""What the policy offers about one debt, and whether a referral is worth it: to the cent and to the day."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from dunwell.assess.legal import LegalSetting
from dunwell.law import load_law
from dunwell.policy.model import DiscountTerms, LongerLineTerms, PlanTerms, Policy, ReferralTerms, default_policy
from dunwell.runs.offering import Customer, alternatives, referral
from tests.support.command_line import CommandLine

FRIDAY = date(2026, 11, 20)
GERMAN = Customer("DE", "business")
IN_GERMANY = LegalSetting(load_law(), "DE")
ALL_OPTIONS = ReferralTerms(options=("attorney", "collection_agency"))


def row(**facts: Any) -> Mapping[str, Any]:
    """An assessed row with what offers look at: 1,000.00 EUR demanded, 40 days past due."""
    return {
        "currency": "EUR",
        "total_due_minor": 100_000,
        "open_minor": 100_000,
        "unapplied_minor": 0,
        "late_fee_minor": 0,
        "oldest_days_past_due": 40,
    } | facts


def offers(policy: Policy, facts: Mapping[str, Any], customer: Customer = GERMAN) -> dict[str, Any]:
    return alternatives(facts, policy, customer, FRIDAY)


def failed(offer: Mapping[str, Any]) -> list[str]:
    return [condition["key"] for condition in offer["conditions"] if not condition["passed"]]


def test_a_plan_divides_what_is_demanded_over_business_days() -> None:
    plan = PlanTerms(max_instalments=3, interest_percent_hundredths=600)
    found = offers(replace(default_policy(), plan=plan), row())["payment_plan"]
    # 1,000.00 x 6 % x 7/365 = 1.151; 666.66 x 6 % x 31/365 = 3.397 (27 Dec is a Sunday); 333.33 x 6 % x 30/365 = 1.644
    assert [(one["due_on"], one["principal_minor"], one["interest_minor"]) for one in found["instalments"]] == [
        ("2026-11-27", 33_334, 115),
        ("2026-12-28", 33_333, 340),
        ("2027-01-27", 33_333, 164),
    ]
    assert (found["is_offered"], found["total_minor"], found["interest_minor"]) == (True, 100_619, 619)


def test_a_customer_who_broke_a_plan_gets_none_and_is_told_why() -> None:
    found = offers(default_policy(), row(), Customer("DE", "business", failed_plans=1))["payment_plan"]
    assert failed(found) == ["failed_plans"]
    assert "instalments" not in found
    texts = [condition["text"] for condition in found["conditions"] if not condition["passed"]]
    assert texts == ["Failed plans so far: 1; the policy allows only 0."]


def test_a_longer_line_is_offered_up_to_the_policys_age_and_not_a_day_beyond() -> None:
    policy = replace(default_policy(), longer_line=LongerLineTerms(offered=True, max_oldest_days_past_due=40))
    in_time = offers(policy, row())["longer_line"]
    too_late = offers(policy, row(oldest_days_past_due=41))["longer_line"]
    assert (in_time["pay_by_on"], in_time["expires_on"]) == ("2026-12-21", "2026-11-30")
    assert failed(too_late) == ["oldest_days_past_due"]


def test_the_discount_is_on_all_open_invoices_less_the_credit() -> None:
    policy = replace(default_policy(), discount=DiscountTerms(offered=True, percent_hundredths=250, within_days=10))
    found = offers(policy, row(open_minor=123_457, unapplied_minor=23_456))["discount"]
    # 1,000.01 x 2.5 % = 25.00025
    assert (found["discount_minor"], found["pay_minor"], found["pay_by_on"]) == (2_500, 97_501, "2026-11-30")


def test_the_default_policy_offers_a_plan_and_nothing_else() -> None:
    found = offers(default_policy(), row())
    assert [kind for kind, offer in found.items() if offer["is_offered"]] == ["payment_plan"]


def test_an_option_that_the_law_forbids_is_left_out_with_its_basis() -> None:
    policy = replace(default_policy(), referral=ALL_OPTIONS)
    here = referral(row(), policy, GERMAN, IN_GERMANY)
    in_vietnam = referral(row(), policy, Customer("VN", "business"), LegalSetting(load_law(), "VN"))
    abroad = referral(row(), policy, Customer("VN", "business"), IN_GERMANY)
    assert (here["options"], here["forbidden"]) == (["attorney", "collection_agency"], [])
    assert in_vietnam["options"] == abroad["options"] == ["attorney"]
    assert [(one["option"], one["jurisdiction"]) for one in abroad["forbidden"]] == [("collection_agency", "VN")]


def test_the_arithmetic_of_a_referral_stands_line_by_line() -> None:
    found = referral(row(currency="USD", total_due_minor=1_000_000), default_policy(), GERMAN, IN_GERMANY)
    assert [line["text"] for line in found["lines"]] == [
        "demanded today: USD 10000.00",
        "days past due of the oldest invoice: 40",
        "chance of recovery at that age: 80 %",
        "expected recovery: USD 10000.00 × 80 % = USD 8000.00",
        "success fee: 15 %",
        "share of the success fee: USD 8000.00 × 15 % = USD 1200.00",
        "smallest amount the policy refers: any",
        "fixed cost: USD 150.00",
        "what remains: USD 8000.00 − USD 1200.00 − USD 150.00 = USD 6650.00",
    ]


def test_without_a_fixed_cost_in_the_currency_there_is_no_answer() -> None:
    found = referral(row(currency="KWD"), default_policy(), GERMAN, IN_GERMANY)
    assert (found["verdict"], found["is_worth_it"]) == ("no_figures", False)
    assert "KWD" in found["text"]


REQUESTS = (("02-05", "02-12", "reminder"), ("02-14", "02-21", "second_request"), ("02-23", "03-02", "third_request"))
LATER = (("03-05", "03-15", "hold"), ("03-20", "03-30", "final_demand"))


def _import(cli: CommandLine, folder: Path) -> None:
    """Three customers whose invoice of 2 January fell due on 1 February and who never answered."""
    amounts = {"SMALL": "50.00", "BIG": "10000.00", "NOHOLD": "1000.01"}
    customers = ["account_number,name,country,currency,contract_allows_hold"]
    invoices = ["invoice_number,account_number,issued_on,due_on,currency,amount"]
    events = ["account_number,on,kind,channel,until_on,step"]
    for number, amount in amounts.items():
        customers.append(f"{number},{number},US,USD,{'no' if number == 'NOHOLD' else ''}")
        invoices.append(f"{number}-1,{number},2026-01-02,2026-02-01,USD,{amount}")
        asked = REQUESTS if number == "NOHOLD" else (*REQUESTS, *LATER)
        events += [f"{number},2026-{on},request,email,2026-{until},{step}" for on, until, step in asked]
    files = []
    for kind, lines in (("customers", customers), ("invoices", invoices), ("events", events)):
        files.append(folder / f"{kind}.csv")
        files[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    cli("import", *files, workspace=folder).ok()


def test_why_shows_what_a_person_may_choose_from(cli: CommandLine, workspace: Callable[..., Path]) -> None:
    folder = workspace()
    _import(cli, folder)

    def why(account: str, on: str, *options: str) -> Any:
        return cli("why", account, "--json", *options, workspace=folder, as_of=on).ok().json()["currencies"][0]

    small, big, review = why("SMALL", "2026-04-10"), why("BIG", "2026-04-10"), why("NOHOLD", "2026-03-10")
    assert [(one["action"], one["referral"]["verdict"]) for one in (small, big)] == [
        ("refer", "not_worth_it"),
        ("refer", "worth_it"),
    ]
    assert small["referral"]["text"] == "Not worth it: it costs USD 116.00 more than is expected to come back."
    assert big["referral"]["lines"][-1] == {
        "key": "net_benefit",
        "value": 665_000,
        "unit": "minor",
        "text": "what remains: USD 8000.00 − USD 1200.00 − USD 150.00 = USD 6650.00",
    }
    assert (review["action"], review["referral"]) == ("review", None)
    instalments = review["alternatives"]["payment_plan"]["instalments"]
    assert [(one["due_on"], one["amount_minor"]) for one in instalments] == [
        ("2026-03-17", 16_671),
        ("2026-04-17", 16_666),
        ("2026-05-18", 16_666),
        ("2026-06-17", 16_666),
        ("2026-07-17", 16_666),
        ("2026-08-17", 16_666),
    ]
    said = cli("why", "NOHOLD", "--referral", workspace=folder, as_of="2026-03-10").ok().stdout
    assert "Payment plan: yes" in said
    assert "2026-03-17        166.71 USD" in said
    assert "what remains: USD 800.01 − USD 120.00 − USD 150.00 = USD 530.01" in said

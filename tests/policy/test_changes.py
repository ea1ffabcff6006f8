"""What differs between two versions of the policy."""

from pathlib import Path

from dunwell.policy.changes import Change, policy_changes
from dunwell.policy.model import PolicySet
from dunwell.policy.parse import parse_policy

EVERYTHING = (Path(__file__).parent / "everything.toml").read_text(encoding="utf-8")


def parsed(text: str) -> PolicySet:
    policies, problems = parse_policy(text, "policy.toml")
    assert problems == []
    assert policies is not None
    return policies


def changes(old: str, new: str) -> list[Change]:
    return policy_changes(parsed(old), parsed(new))


def test_comments_order_and_written_defaults_change_nothing() -> None:
    plain = 'default = "p"\n[policy.p]\n'
    assert changes(EVERYTHING, f"# hello\n{EVERYTHING}") == []
    assert changes(plain, f"{plain}grace_days = 0\nplan = {{ interval = 'month', offered = true }}\n") == []


def test_every_kind_of_value_is_compared_under_its_key() -> None:
    new = EVERYTHING
    for old_text, new_text in (
        ("grace_days = 1", "grace_days = 2"),
        ("restart_on_cure = true", "restart_on_cure = false"),
        ('minimum = { EUR = "20.00", VND = "500000" }', 'minimum = { EUR = "25.50" }'),
        ('contract_rate = "12.25"', 'contract_rate = "9.00"'),
        ('{ percent = "1.00" }', '{ percent = "1.05" }'),
        ("post = 3", "post = 4"),
        (
            'id = "decide"\nday = 60\nat = "month_end"\nletter = "none"',
            'id = "decide"\nday = 60\nat = "month_end"\nletter = "final_demand"',
        ),
        ('options = ["attorney", "small_claims_court", ', "options = ["),
    ):
        assert old_text in new
        new = new.replace(old_text, new_text)
    expected = [
        Change("policy.everything.delivery_days.post", "3", "4"),
        Change("policy.everything.grace_days", "1", "2"),
        Change("policy.everything.interest.contract_rate", "12.25", "9.00"),
        Change("policy.everything.minimum.EUR", "20.00", "25.50"),
        Change("policy.everything.minimum.VND", "500000", ""),
        Change(
            "policy.everything.referral.options",
            "attorney, small_claims_court, collection_agency, credit_report",
            "collection_agency, credit_report",
        ),
        Change("policy.everything.restart_on_cure", "true", "false"),
        Change("policy.everything.steps.decide.letter", "none", "final_demand"),
        Change("policy.everything.steps.third_request.fee.bands.EUR[2].percent", "1.00", "1.05"),
    ]
    assert expected == changes(EVERYTHING, new)


def test_a_step_put_in_between_moves_no_other() -> None:
    step = '[[policy.p.steps]]\nid = "{}"\nday = {}\nletter = "reminder"\n'
    old = f'default = "p"\n{step.format("a", 1)}{step.format("c", 30)}'
    new = f'default = "p"\n{step.format("a", 1)}{step.format("b", 15)}{step.format("c", 30)}'
    keys = [change.key for change in changes(old, new)]
    assert keys[0] == "policy.p.steps"
    assert all(key.startswith("policy.p.steps.b.") for key in keys[1:])


def test_rules_and_dates_are_compared() -> None:
    old = 'default = "p"\n[policy.p]\n'
    new = 'default = "p"\neffective_on = 2026-01-01\n[[select]]\npolicy = "p"\ncountry = "DE"\n[policy.p]\n'
    expected = [
        Change("effective_on", "", "2026-01-01"),
        Change("select[1].country", "", "DE"),
        Change("select[1].policy", "", "p"),
    ]
    assert expected == changes(old, new)

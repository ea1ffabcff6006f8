"""Weighing a referral before it is proposed, and what a customer's case file is called."""

from typing import Any

from dunwell.errors import RefusedError
from dunwell.runs.case_file import case_file
from dunwell.runs.case_subject import Subject, required_situation
from dunwell.runs.desk import Desk
from dunwell.runs.offering import Customer, referral
from dunwell.runs.rendering import safe_name


def weigh(desk: Desk, about: Subject) -> dict[str, Any]:
    """Return the cost-benefit test of referring what is demanded today, line by line, and to whom it may go.

    Raises ``RefusedError`` when nothing is demanded.
    """
    now = required_situation(desk, about)
    if now.row["total_due_minor"] <= 0:
        raise RefusedError(f"Nothing is demanded of {about.account.account_number} in {about.currency}.")
    policy = desk.rules.policy(now.row["policy"])
    customer = Customer(about.account.country, about.account.party_type)
    return referral(now.row, policy, customer, desk.rules.legal, desk.language)


def named_case_file(desk: Desk, about: Subject) -> tuple[str, bytes]:
    """Return the case file of an account and currency as of the day: its name and its bytes."""
    name = f"case-{safe_name(about.account.account_number)}-{about.currency}-{desk.as_of}.zip"
    return name, case_file(desk, about)

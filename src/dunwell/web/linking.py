"""Where a case, and a line of the timeline, has a page of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from dunwell.runs.timeline import Happening

CASE_PAGES: Mapping[str, str] = {
    "promise": "promise",
    "dispute": "dispute",
    "exclusion": "customer_exclusion",
    "order": "order",
    "plan": "plan",
    "offer": "plan_offer",
    "application": "order_application",
    "referral": "referral",
    "hold": "hold",
}
"""The name of the address of each kind of case; it begins as the menu's place does."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the timeline with the page of what it is about."""

    happening: Happening
    url: str


def case_url(kind: str, number: int) -> str:
    """Return the address of a case."""
    return reverse(CASE_PAGES[kind], args=[number])


def told(one: Happening) -> Told:
    """Add to a line where one can read more."""
    if one.kind == "letter":
        return Told(one, reverse("letter", args=[one.about]))
    if one.kind == "bank":
        return Told(one, reverse("matching_entry", args=[one.about]))
    return Told(one, case_url(one.kind, int(one.about)) if one.about else "")

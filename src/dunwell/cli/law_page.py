"""The law of one country as a page to read: the lines that ``dunwell law show`` prints."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from babel import Locale

Shown = dict[str, Any]

PARTIES = {
    "business": "Between businesses",
    "consumer": "A consumer who owes",
    "public": "A public body that owes",
}
RESETS = {
    "half_year": "each day bears the rate of its half-year",
    "fixed_at_start": "the rate of the first day of interest holds for the whole debt",
    "floating": "each day bears the rate in force on it",
    "flat": "one rate, whatever the day",
    "market": "the market rate, entered by you with its source",
    "contract": "only what the contract says",
}
STARTS = {
    "after_due": "from the day after the due date",
    "after_due_or_default": "from the day after the due date, or after a later day of default",
    "after_default": "from the day after default, which must be stated",
}
OPTIONS = {
    "fixed_compensation": "fixed compensation",
    "late_fee": "a late fee",
    "first_reminder_fee": "a fee for the first reminder",
    "collection_agency": "a collection agency",
}
EFFECTS = {"forbidden": "Forbidden", "capped": "Capped", "after_notice": "Only after a notice"}
UNVERIFIED = " [not verified]"


def law_page(shown: Shown) -> Iterator[str]:
    """Yield the lines of the page for what ``law.show_as_dict`` returns, one paragraph for each kind of debtor."""
    country = shown["jurisdiction"]
    yield f"{Locale('en').territories.get(country, country)}: late payment, on {shown['on']}"
    yield shown["notice"]
    for number, rule in enumerate(shown["rules"]):
        yield ""
        earlier = [one["party_type"] for one in shown["rules"][:number] if _alike(one, rule)]
        if earlier:
            yield f"{PARTIES[rule['party_type']]}: as above ({PARTIES[earlier[0]].lower()})"
            continue
        yield f"{PARTIES[rule['party_type']]}: {rule['legal_basis']}{_mark(rule)}"
        for name, text in _facts(rule):
            yield f"  {name:<14}{text}"


def _facts(rule: Shown) -> Iterator[tuple[str, str]]:
    """Yield what the rule says, each with its heading; a heading is empty where the one above goes on."""
    yield "Interest", _interest(rule)
    if rule["rate"]["percent"] is not None:
        yield "", f"{STARTS[rule['starts']]}; {RESETS[rule['reset']]}"
    yield from _notes(rule)
    yield from _headed("Compensation", (_tier(tier) for tier in rule["compensation"]))
    yield from _headed("Limits", (_limit(limit) for limit in rule["limits"]))
    yield from _headed("Wording", (_wording(wording) for wording in rule["wordings"]))
    yield from _headed("Source", dict.fromkeys(filter(None, (rule["source"], rule["rate"]["source"]))))
    yield from _headed("Doubt", rule["doubts"])


def _alike(one: Shown, other: Shown) -> bool:
    """Say whether two kinds of debtor stand under the same rule, word for word."""
    return one | {"party_type": ""} == other | {"party_type": ""}


def _interest(rule: Shown) -> str:
    """Return the rate of the day with what it is made of, or why there is none."""
    rate = rule["rate"]
    if rate["percent"] is None:
        return str(rate["missing"])
    margin = f", {rule['margin_percent']} points of it the margin" if rule["margin_percent"] != "0.00" else ""
    until = f"; known until {rate['table_ends_on']}" if rate["table_ends_on"] else ""
    return f"{rate['percent']} % a year{margin}{until}{_mark(rate)}"


def _notes(rule: Shown) -> Iterator[tuple[str, str]]:
    """Yield what differs from simple interest on days of 365 that needs no reminder."""
    if rule["compounding"] != "simple":
        yield "", f"compounded {rule['compounding']}"
    if rule["day_count"] != "act/365":
        yield "", f"days counted {rule['day_count']}"
    if rule["in_force_from"]:
        yield "", f"for debts since {date.fromisoformat(rule['in_force_from'])}"
    if rule["reminder_needed"]:
        yield "Reminder", "needed before interest runs"
    if rule["compensation_needs_notice"]:
        yield "Notice", "needed before compensation is owed"


def _tier(tier: Shown) -> str:
    """Return one step of the compensation: fixed, a share of the part above, or both, with its bounds."""
    unit = tier["currency"]
    parts = []
    if _other_than_nought(tier["fixed_amount"]):
        parts.append(f"{tier['fixed_amount']} {unit}")
    if _other_than_nought(tier["percent_of_part_above"]):
        above = f"part above {tier['over_amount']} {tier['over_currency']}"
        base = above if _other_than_nought(tier["over_amount"]) else "debt"
        parts.append(f"{tier['percent_of_part_above']} % of the {base}")
    said = " and ".join(parts)
    if _other_than_nought(tier["min_amount"]):
        said += f", at least {tier['min_amount']} {unit}"
    if tier["max_amount"]:
        said += f", at most {tier['max_amount']} {unit}"
    if not _other_than_nought(tier["over_amount"]):
        return said
    side = "from" if tier["inclusive"] else "over"
    return f"{said}, for a debt {side} {tier['over_amount']} {tier['over_currency']}"


def _other_than_nought(amount: str) -> bool:
    """Say whether a written amount is other than nought, without reading it as a number."""
    return bool(amount.strip("0.-"))


def _limit(limit: Shown) -> str:
    """Return one thing that the law forbids, caps or ties to a notice."""
    option = OPTIONS.get(limit["option"], _words(limit["option"]))
    return f"{EFFECTS[limit['effect']]}: {option}. {limit['note']} ({limit['legal_basis']}){_mark(limit)}"


def _wording(wording: Shown) -> str:
    """Return what the law wants to be said, and in which document."""
    return f"In the {_words(wording['document'])}: {wording['requirement']}{_mark(wording)}"


def _headed(heading: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the texts, the first under the heading."""
    for number, text in enumerate(texts):
        yield (heading if not number else "", text)


def _mark(fact: Shown) -> str:
    """Return the mark of a fact that nobody has held against its source."""
    return "" if fact["verified"] else UNVERIFIED


def _words(name: str) -> str:
    """Write a name of the tables as words."""
    return name.replace("_", " ")

"""A decision in words: every rule with its numbers, passed or not, and what would change the outcome.

The same list is printed by the command line, the web, the API, the letter's file and the audit (design §5.2). The
sentences are texts, one file per language in ``texts/``; the numbers come from the row, so nothing can differ
from what was decided.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_percent

from dunwell.money import format_plain, grouped, to_decimal
from dunwell.policy.model import Policy, Step

Row = Mapping[str, Any]
"""One row of ``ACCOUNT_COLUMNS``, by column name."""

Value = int | str | bool | None

PLAIN = "en"
"""English with ISO dates and plain amounts, as the command line prints them. Any other language, and a form of English
such as ``en-GB``, writes dates and amounts as its people do."""

_MONEY_FORMS: Mapping[str, str] = {
    "en": "¤¤\u00a0#,##0.00", "vi": "#,##0.00\u00a0¤¤", "vi VND": "#,##0\u00a0'đồng'",
}  # fmt: skip
_DAY_FORMS: Mapping[str, str] = {"vi": "dd/MM/y"}
"""What people write where CLDR has something else; the letters' own forms stand in their ``common.toml``."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule applied to one account: its name, whether it passed, its numbers, and both in a sentence.

    ``change`` says what would turn the outcome. Amounts among ``facts`` are minor units, dates ISO text.
    """

    rule: str
    passed: bool
    text: str
    change: str
    facts: Mapping[str, Value]

    def as_json(self) -> dict[str, object]:
        """Return the reason as plain values."""
        return {"rule": self.rule, "passed": self.passed, "text": self.text, "facts": dict(self.facts)}


_AMOUNTS = ("open", "overdue", "chaseable", "unapplied", "held_open")
_DATES = (
    "last_response_on",
    "paused_until_on",
    "warned_on",
    "warning_pay_by_on",
    "last_pay_by_on",
    "last_letter_on",
    "promised_until_on",
    "excluded_until_on",
    "released_on",
    "held_on",
    "cure_by_on",
    "pay_by_on",
)
_NUMBERS = ("oldest_days_past_due", "requests_sent", "unanswered_requests", "step", "step_day", "letter_kind")

_RULE_FACTS: Mapping[str, tuple[str, ...]] = {
    "nothing_chaseable": ("open_minor", "overdue_minor", "chaseable_minor"),
    "exceeds_credits": ("chaseable_minor", "unapplied_minor"),
    "meets_minimum": ("chaseable_minor", "minimum_minor"),
    "not_paused": ("last_response_on", "paused_until_on"),
    "over_hold_days": ("oldest_days_past_due", "hold_days_past_due"),
    "unanswered": ("unanswered_requests", "requests_sent", "min_unanswered_requests"),
    "warned": ("warned_on", "warning_pay_by_on"),
    "hold_allowed": (),
    "unprotected": ("promised_until_on", "excluded_until_on", "released_on", "chaseable_minor", "hold_minimum_minor"),
    "step_due": ("step", "step_day", "oldest_days_past_due"),
    "deadline_passed": ("last_pay_by_on", "grace_days"),
    "gap_passed": ("last_letter_on", "min_gap_days"),
    "held": ("held_on", "held_open_minor", "cure_by_on"),
    "cured": ("held_open_minor",),
    "cure_in_time": ("cure_by_on",),
    "rates_known": (),
}
"""Which numbers belong to which rule."""


@cache
def texts(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the sentences of a language; English where it has none yet."""
    folder = files("dunwell.assess") / "texts"
    chosen = folder / f"{language}.toml"
    return tomllib.loads((chosen if chosen.is_file() else folder / "en.toml").read_text(encoding="utf-8"))


def explain(row: Row, policy: Policy, language: str = PLAIN) -> list[Reason]:
    """Return the reasons of one assessed row, in the order in which the rules are applied (product §2.1, §2.2)."""
    words = _Words(row, policy, language)
    return [words.reason(rule, passed=passed, variant=variant) for rule, passed, variant in _rules(row)]


def summarise(row: Row, policy: Policy, language: str = PLAIN) -> str:
    """Return the action of a row in one sentence."""
    words = _Words(row, policy, language)
    return words.fill("action", str(row["action"]))


def written_amount(amount_minor: int, currency: str, language: str = PLAIN) -> str:
    """Write an amount as a language does: ``EUR 9045.74``, ``EUR 9,045.74``, ``9.045,74 €``."""
    if language == PLAIN:
        return f"{currency} {format_plain(amount_minor, currency)}"
    locale, amount = _locale(language), to_decimal(amount_minor, currency)
    own = _MONEY_FORMS.get(f"{locale.language} {currency}", _MONEY_FORMS.get(locale.language))
    pattern = own or locale.currency_formats["standard"].pattern
    return format_currency(amount, currency, grouped(pattern, amount, language), locale=locale)


def written_day(on: date, language: str = PLAIN) -> str:
    """Write a day as a language does: ``2026-11-20``, ``20 Nov 2026``, ``20/11/2026``, ``1er juil.``."""
    if language == PLAIN:
        return on.isoformat()
    form = _DAY_FORMS.get(language, "medium")
    return first_of_month(format_date(on, form, locale=_locale(language)), on, language)


def first_of_month(text: str, on: date, language: str) -> str:
    """Return a written day with its number as French has it: the first of a month is an ordinal, ``1er``."""
    return re.sub(r"\b1(?= )", "1er", text, count=1) if on.day == 1 and language[:2] == "fr" else text


def written_share(share: Decimal, language: str) -> str:
    """Write a share of one as a percentage, with up to two decimals, spaced as the language does: ``5%``, ``5 %``."""
    pattern = _locale(language).percent_formats[None].pattern.replace("#,##0", "#,##0.##")
    return format_percent(share, pattern, locale=_locale(language))


def step_name(step: str, language: str = PLAIN) -> str:
    """Return what a step of the default ladder is called; a step of the owner's own by its id."""
    return texts(language)["step"].get(step, step.replace("_", " "))


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def _rules(row: Row) -> Iterator[tuple[str, bool, str | None]]:
    """Yield (rule, passed, sentence when it is not simply yes or no) for a row."""
    if row["is_held"]:
        yield "held", True, None
        yield "cured", row["is_cured"], None
        yield "cure_in_time", not row["is_cure_missed"], None
    if row["chaseable_minor"] <= 0:
        yield "nothing_chaseable", True, None
        return
    yield "exceeds_credits", row["exceeds_credits"], None
    yield "meets_minimum", row["meets_minimum"], None
    yield "not_paused", not row["is_paused"], None
    yield "over_hold_days", row["is_over_hold_days"], None
    yield "unanswered", row["is_unanswered"], None
    yield "warned", row["is_warned"], _warning_sentence(row)
    yield "hold_allowed", row["is_hold_allowed"], None
    yield "unprotected", row["is_unprotected"], None
    yield "step_due", row["is_step_due"], "end" if row["step"] is None else None
    yield "deadline_passed", row["is_deadline_passed"], "first" if row["last_letter_on"] is None else None
    if row["last_letter_on"] is not None:
        yield "gap_passed", row["is_gap_passed"], None
    if row["is_rate_missing"]:
        yield "rates_known", False, None


def _warning_sentence(row: Row) -> str | None:
    if row["warned_on"] is not None:
        return None
    return "not_needed" if row["is_warned"] else "never"


class _Words:
    """The numbers of one row as text, and the sentences they go into.

    A sentence names a few of the many, and to write an amount or a day as its people do costs more than the sentence:
    each is written when it is first named.
    """

    def __init__(self, row: Row, policy: Policy, language: str) -> None:
        self._row = row
        self._currency = str(row["currency"])
        self._texts = texts(language)
        self._language = language
        self._parameters = _parameters(row, policy)
        step = _step(policy, row["step"])
        self._step_at = step.at if step else "day"
        self._written: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._written:
            self._written[name] = self._write(name)
        return self._written[name]

    def reason(self, rule: str, *, passed: bool, variant: str | None) -> Reason:
        return Reason(
            rule=rule,
            passed=passed,
            text=self.fill(rule, variant or ("yes" if passed else "no")),
            change="" if passed else self.fill(rule, "change"),
            facts={name: self._fact(name) for name in _RULE_FACTS[rule]},
        )

    def fill(self, rule: str, variant: str) -> str:
        return self._texts[rule][variant].format_map(self)

    def _fact(self, name: str) -> Value:
        value = self._parameters[name] if name in self._parameters else self._row[name]
        return value.isoformat() if isinstance(value, date) else value

    def _write(self, name: str) -> str:
        if name in _AMOUNTS:
            return self._money(self._row[f"{name}_minor"] or 0)
        if name in _DATES:
            return self._date(self._row[name])
        if name in _NUMBERS:
            return str(self._row[name])
        if name in self._parameters:
            return str(self._parameters[name])
        return self._derived(name)

    def _derived(self, name: str) -> str:
        """What no column of the row says as it stands. Raises ``KeyError`` for a name that no sentence may use."""
        match name:
            case "minimum" | "hold_minimum":
                return self._money(self._parameters[f"{name}_minor"])
            case "hold_day":
                return str(self._parameters["hold_days_past_due"] + 1)
            case "step_name":
                return step_name(str(self._row["step"]), self._language)
            case "step_at":
                return self._texts["value"][self._step_at]
            case "protections":
                return ", ".join(self._protections())
        raise KeyError(name)

    def _money(self, amount_minor: int) -> str:
        return written_amount(amount_minor, self._currency, self._language)

    def _date(self, on: date | None) -> str:
        if on is None:
            return self._texts["value"]["never"]
        if on == date.max:
            return self._texts["value"]["further_notice"]
        return written_day(on, self._language)

    def _protections(self) -> Iterator[str]:
        row = self._row
        protections = {
            "promise": row["has_promise"],
            "plan": row["has_plan"],
            "dispute": row["is_fully_disputed"],
            "exclusion": row["is_excluded"],
            "regrace": row["is_in_regrace"],
            "minimum": not row["meets_hold_minimum"],
        }
        return (self.fill("protection", name) for name, is_on in protections.items() if is_on)


def _parameters(row: Row, policy: Policy) -> dict[str, int]:
    """The policy's numbers that the sentences quote."""
    currency = str(row["currency"])
    step = _step(policy, row["step"])
    return {
        "grace_days": policy.grace_days,
        "hold_days_past_due": policy.hold.days_past_due,
        "min_unanswered_requests": policy.hold.min_unanswered_requests,
        "regrace_days": policy.hold.regrace_days,
        "minimum_minor": policy.minimum_minor.get(currency, 0),
        "hold_minimum_minor": policy.hold.minimum_minor.get(currency, 0),
        "min_gap_days": step.min_gap_days if step else 0,
    }


def _step(policy: Policy, step_id: str | None) -> Step | None:
    return next((step for step in policy.steps if step.id == step_id), None)

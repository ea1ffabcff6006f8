"""Call sheets: what to say on the telephone about a letter, in the customer's language (product §3).

One file per language, ``texts/<lang>/calls.toml``: parts that every call shares, answers one may hear, and for each
kind of letter why one calls and what one asks for. They are filled in the same cage as letters; an owner's file is laid
over the shipped one key by key. ``docs/guide/letters.md`` explains the entries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from dunwell.errors import RenderError
from dunwell.letters.compose import setting_for
from dunwell.letters.facts import LetterFacts
from dunwell.letters.kinds import kinds
from dunwell.letters.sandbox import Value, fill
from dunwell.letters.setting import Setting
from dunwell.letters.texts import SHIPPED, Texts, merge, prepare, read_table

FILE = "calls.toml"
OWN_NAMES = frozenset({"caller", "deadline_passed", "firm", "phone", "the_invoices"})
"""Placeholders that only call sheets have."""

_OF_MONEY = ("has_paid", "disputes", "cannot_pay")
_OF_OTHER_MATTERS = ("agrees", "question")
_OF_EVERY_CALL = ("wrong_person", "calls_back")
ANSWERS = (*_OF_MONEY, *_OF_OTHER_MATTERS, *_OF_EVERY_CALL)
SHARED = ("title", "the_invoices", "opening", "ask_for", "privacy", "wait", "back", "closing")
LABELS = (
    "phone", "account", "opening", "ask_for", "purpose", "ask", "answers", "wait", "closing", "outcomes", "note",
)  # fmt: skip
NOTES = ("who", "said", "date", "next")
OUTCOMES = ("promised", "disputed", "answered", "asked", "message_left", "no_answer", "wrong_number")
"""What may come of a call that we make, as it is recorded."""
INVOICES_MAX = 6
"""A sheet lists so many invoices, the oldest; the letter has them all."""
_ASKS_FOR_MONEY = frozenset({"receipt_check", "statement"})
"""Kinds that are no requests, but whose calls come round to payment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Something the customer may say, and what to reply."""

    key: str
    says: str
    reply: str


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """The oldest invoices of the letter: heads and rows of text; ``more`` says how many are left out."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str


@dataclass(frozen=True, slots=True)
class CallSheet:
    """What to say, in the order of the call; ``labels`` are the headings in the same language."""

    language: str
    title: str
    phone: str
    account_number: str
    opening: str
    ask_for: str
    privacy: str
    purpose: str
    ask: str
    answers: tuple[Answer, ...]
    wait: str
    back: str
    closing: str
    note: tuple[str, ...]
    labels: Mapping[str, str]
    outcomes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    invoices: InvoiceList
    firm: str
    region: str
    paper: Literal["a4", "us-letter"]


def answers_of(kind: str) -> tuple[str, ...]:
    """Return the answers to be ready for: to a question for money, or to any other matter."""
    asks_for_money = kinds()[kind]["request"] or kind in _ASKS_FOR_MONEY
    return (*(_OF_MONEY if asks_for_money else _OF_OTHER_MATTERS), *_OF_EVERY_CALL)


def call_files(texts: Texts, language: str) -> list[Path]:
    """Return the files of a language's call sheets, the owner's after the shipped."""
    folders = (SHIPPED, texts.owner_folder)
    paths = (folder / language / FILE for folder in folders if folder is not None)
    return [path for path in paths if path.is_file()]


def call_words(texts: Texts, language: str) -> dict[str, Any]:
    """Return a language's words for calls, with the owner's laid over them; raise ``RenderError`` without any."""
    data: dict[str, Any] = {}
    for path in call_files(texts, language):
        data = merge(data, read_table(path))
    if not data:
        raise RenderError(f"There is no {language}/{FILE}.")
    return data


def call_sheet(facts: LetterFacts, texts: Texts, phone: str = "") -> CallSheet:
    """Write the call sheet of a letter; English where the language of the letter has none.

    ``phone`` is the customer's number. Raises ``RenderError`` when a text cannot be filled.
    """
    if not call_files(texts, facts.language):
        facts = replace(facts, language="en")
    return _Writer(setting_for(facts, texts), call_words(texts, facts.language), phone).sheet()


class _Writer:
    """Fills the words of one language with the values of one letter."""

    def __init__(self, setting: Setting, words: Mapping[str, Any], phone: str) -> None:
        self.setting, self.words, self.phone = setting, words, phone
        facts, sender = setting.facts, setting.facts.sender
        named: dict[str, Value] = {"caller": sender.contact_name, "firm": sender.name, "phone": phone}
        named["deadline_passed"] = facts.pay_by_on is not None and facts.pay_by_on < facts.written_on
        self.values: dict[str, Value] = {**setting.values, **named}
        self.values["the_invoices"] = self.said("shared", "the_invoices")

    def said(self, *path: str) -> str:
        """Return an entry with its placeholders filled and the typography of the country."""
        entry: Any = self.words
        for key in path:
            entry = entry.get(key, "") if isinstance(entry, Mapping) else ""
        return fill(prepare(str(entry), self.setting.common), self.values, self.setting.formats.plural)

    def sheet(self) -> CallSheet:
        kind = self.setting.facts.kind
        shared = {key: self.said("shared", key) for key in SHARED if key != "the_invoices"}
        found = (Answer(k, self.said("answers", k, "says"), self.said("answers", k, "reply")) for k in answers_of(kind))
        return CallSheet(
            language=self.setting.common.language,
            phone=self.phone,
            account_number=self.setting.facts.recipient.account_number,
            purpose=self.said("kinds", kind, "purpose"),
            ask=self.said("kinds", kind, "ask"),
            answers=tuple(found),
            note=tuple(self.said("note", key) for key in NOTES),
            labels={key: self.said("labels", key) for key in LABELS},
            outcomes=tuple(self.said("outcomes", key) for key in OUTCOMES),
            facts=self.facts(),
            invoices=self.invoices(),
            firm=self.setting.facts.sender.name,
            region=self.setting.common.region,
            paper="us-letter" if self.setting.facts.creditor.country == "US" else "a4",
            **shared,
        )

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return whom to call and about what, with labels; what is not known is left out."""
        setting = self.setting
        facts, formats = setting.facts, setting.formats
        asks = kinds()[facts.kind]["request"] and facts.total_minor > 0
        rows = (
            (self.said("labels", "phone"), self.phone),
            (self.said("labels", "account"), facts.recipient.account_number),
            (setting.label("reference"), facts.reference),
            (setting.label("date"), formats.date_short(facts.written_on)),
            (setting.label("total_due"), setting.money(facts.total_minor) if asks else ""),
            (setting.label("pay_by"), formats.date_short(facts.pay_by_on) if asks and facts.pay_by_on else ""),
        )
        return tuple((label, value) for label, value in rows if label and value)

    def invoices(self) -> InvoiceList:
        """Return the oldest invoices with what is owed on them."""
        setting = self.setting
        lines = sorted(setting.facts.invoices, key=lambda line: (line.due_on, line.invoice_number))
        rows = tuple(
            (
                line.invoice_number,
                setting.formats.date_short(line.due_on),
                str(line.days_past_due),
                setting.amount(line.total_minor),
            )
            for line in lines[:INVOICES_MAX]
        )
        left_out = len(lines) - len(rows)
        heads = tuple(setting.label(key) for key in ("invoice", "due", "days", "total"))
        return InvoiceList(heads, rows, f"… + {left_out}" if left_out else "")


def sheet_as_text(sheet: CallSheet) -> str:
    """Write a call sheet for a terminal or a printer."""
    labels = sheet.labels
    head = [f"{labels['account']}: {sheet.account_number}"]
    if sheet.phone:
        head.insert(0, f"{labels['phone']}: {sheet.phone}")
    parts = [
        _part(labels["opening"], sheet.opening),
        _part(labels["ask_for"], sheet.ask_for, f"({sheet.privacy})"),
        _part(labels["purpose"], sheet.purpose),
        _part(labels["ask"], sheet.ask),
        _part(labels["answers"], *(f"{answer.says}\n→ {answer.reply}" for answer in sheet.answers)),
        _part(labels["wait"], sheet.wait, sheet.back),
        _part(labels["closing"], sheet.closing),
        _part(labels["outcomes"], *(f"[ ] {entry}" for entry in sheet.outcomes)),
        _part(labels["note"], *(f"[ ] {entry}" for entry in sheet.note)),
    ]
    return "\n".join([sheet.title, *head, "", *parts])


def _part(heading: str, *paragraphs: str) -> str:
    lines = [f"  {line}" for paragraph in paragraphs for line in paragraph.splitlines()]
    return "\n".join([heading.upper(), *lines, ""])

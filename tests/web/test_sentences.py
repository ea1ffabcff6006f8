"""Every sentence that a service can say on a screen stands in ``sentences``, so that it is told in every language."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

from dunwell.runs.uploads import in_the_browser
from dunwell.web.retelling import retold
from dunwell.web.sentences import PHRASES, SENTENCES

SOURCES = Path(__file__).resolve().parents[2] / "src"
SEEN_BY_FORMAT = re.compile(r"dunwell\.sources\.(bank|accounts|einvoice|outgoing)\..*")
"""Loaded by name, so that no import leads there."""
VALUE = "\N{BULLET}"

NOT_ON_A_SCREEN = re.compile(
    r"dunwell\.(cli|config|store\.(migrations|moving|copying|backup|privacy|workspace|workspace_settings|audit_triggers|decision_chunks)"
    r"|runs\.(privacy|demo|case_file)|law\.(update|tables|model|percent|show|doubts)|sources\.mapping"
    r"|letters\.(placeholders|kind_values|lint_samples|lint_calls|lint_files|lint_common|texts|calls|call_page)"
    r"|casework\.(lifecycle|lifecycles)|policy\.words)\b.*"
)
"""Commands of whoever installs it and files for experts, errors of makers, tables of the manual, and the notes of the
law tables, which a screen shows in English and says so."""

PUT_TOGETHER = {
    f"{VALUE}, but the time to cure the hold ends after {VALUE}.": (
        '"hold" gives 12 days to pay, but the time to cure the hold ends after 10.'
    ),
    f"{VALUE}. Set day = {VALUE}, or shorten these.": (
        '"hold" gives 7 days to pay, 3 of grace; the gap is 7 days. Set day = 41, or shorten these.'
    ),
    f"The fee is above the legal cap {VALUE}: {VALUE}.": (
        "The fee is above the legal cap for consumers in DE (BGH VIII ZR 95/18): 5.00 EUR on an invoice of 100.00,"
        " allowed are 0.76."
    ),
    f"The law allows this fee only after a notice {VALUE}.": (
        "The law allows this fee only after a notice for consumers in NL (BW 6:96(5)-(6))."
    ),
    f"The law forbids this fee {VALUE}.": "The law forbids this fee for consumers in FR (CPCE L111-8).",
    f"{VALUE} Lower it or take it out, or give them their own policy by [[select]].": (
        "The reminder that causes default is free. Lower it or take it out, or give them their own policy by"
        " [[select]]."
    ),
    f"{VALUE} Take it out, or give customers in {VALUE} their own policy.": (
        "The law knows no fixed compensation. Take it out, or give customers in VN their own policy."
    ),
    f"{VALUE}Policies in this file: {VALUE}.": 'Did you mean "standard"? Policies in this file: standard, public.',
    f"{VALUE} is missing {VALUE}.": "day is missing in policy.standard.steps[1].",
    f"{VALUE}Keys here: {VALUE}.": 'Did you mean "day"? Keys here: id, day, letter.',
    f'Instalment 1 of invoice "{VALUE}" {VALUE} "{VALUE}".': 'Instalment 1 of invoice "R-1" is in "EUR".',
    f'{VALUE}Write the ISO 4217 code in capitals, for example "EUR".': (
        'Did you mean "EUR"? Write the ISO 4217 code in capitals, for example "EUR".'
    ),
    f"{VALUE}No rule matches, so the default policy holds.": "No rule matches, so the default policy holds.",
    f"{VALUE}; write an amount like 1234.50.": '"12x" is no amount; write an amount like 1234.50.',
    f"{VALUE} {VALUE} not surely a customer's payment of an open invoice; nothing of it went in.": (
        "1,250 entries are not surely a customer's payment of an open invoice; nothing of it went in."
    ),
    f"Only {VALUE} {VALUE} invoice {VALUE}; the rest may stand on the account.": (
        "Only EUR 12.00 is open of invoice R-1; the rest may stand on the account."
    ),
    f"{VALUE} (limit key_chars_max).": (
        "The account or document number is empty or over 200 characters long (limit key_chars_max)."
    ),
    f"{VALUE} pending, failed or called off, and left out: no money has moved.": (
        "1 row is pending, failed or called off, and left out: no money has moved."
    ),
    f"{VALUE} and went in once.": "2 entries stand in more than one statement and went in once.",
    f"{VALUE} no money and did not go in.": "1 entry moves no money and did not go in.",
    f"{VALUE} (here line {VALUE}).": (
        "2 duplicate rows of invoices left out, identical to an earlier one (here line 4)."
    ),
    f"{VALUE} differing {VALUE} of {VALUE} left out: the mapping says that the first counts (here line {VALUE}).": (
        "1 differing row of customers left out: the mapping says that the first counts (here line 4)."
    ),
    f"{VALUE} is no amount{VALUE}.": '"12x" is no amount with decimal = "," and thousands = ".".',
    f"{VALUE} is no date {VALUE}.": '"12x" is no date in the date_format %d.%m.%Y.',
    f"{VALUE} is no {VALUE}.": '"12x" is no kind of payment.',
    f"{VALUE} without currency: taken to be in {VALUE}.": "2 invoices without currency: taken to be in EUR.",
    f"{VALUE} (limit archive_ratio_max).": (
        "The workbook unpacks to more than 100 times its size (limit archive_ratio_max)."
    ),
    f"{VALUE} left out (here line {VALUE}): by {VALUE} nothing is owed for them, or not yet.": (
        '2 rows are left out (here line 4): by "Status" nothing is owed for them, or not yet.'
    ),
    "The copy in columns of the {frame} does not say what their rows say: one of the two was changed.": (
        "The copy in columns of the decisions does not say what their rows say: one of the two was changed."
    ),
    f"{VALUE} row{VALUE} without {VALUE}: taken from the row above.": (
        "3 rows without account_number and name: taken from the row above."
    ),
    f'Rows with {VALUE} in "{VALUE}" are payments: {VALUE}.': (
        'Rows with ZA in "Art" are payments: what is negative there is a credit, the rest is left out.'
    ),
    f"{VALUE}: they add up other rows.": "2 total rows left out: they add up other rows.",
    f"The decisions of run {VALUE} were {VALUE}.": "The decisions of run 4 were 12, and there are 11.",
    f"{VALUE} invoice{VALUE} without a due date, counted as current.": (
        "3 invoices without a due date, counted as current."
    ),
}
"""Sentences put together of pieces, and what comes out of them."""


@cache
def modules() -> dict[str, Path]:
    found = {}
    for path in (SOURCES / "dunwell").rglob("*.py"):
        parts = path.relative_to(SOURCES).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def reached() -> list[str]:
    """The modules of the services that the screens lead to."""
    waiting = [name for name in modules() if name.startswith("dunwell.web") or SEEN_BY_FORMAT.fullmatch(name)]
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module not in seen and module in modules():
            seen.add(module)
            waiting += imported(module)
    services = (name for name in seen if not name.startswith("dunwell.web"))
    return sorted(name for name in services if not NOT_ON_A_SCREEN.fullmatch(name))


def sentences(module: str) -> Iterator[str]:
    """Every text of a module that reads like a sentence, with a bullet where a value stands."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    documented = {id(statement.value) for node in ast.walk(tree) for statement in ast.iter_child_nodes(node)
                  if isinstance(statement, ast.Expr)}  # fmt: skip
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) not in documented | inner:
            text = written(node)
            if re.fullmatch(rf'(["“]|{VALUE}|[A-Z]).* .*[.?:]', text, re.DOTALL) and re.search(
                r"[a-z]{2,} [a-z]", text
            ):
                yield in_the_browser(text)


def written(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(written(part) if isinstance(part, ast.Constant) else VALUE for part in node.values)
    return ""


@cache
def patterns() -> list[re.Pattern[str]]:
    """Every sentence with anything at all where its values stand; a name of the policy file is one word."""
    return [re.compile("".join(loosely(one)), re.DOTALL) for one in (*SENTENCES, *PHRASES)]


def loosely(sentence: str) -> Iterator[str]:
    for fixed, name in re.findall(r"(.*?)(?:%\((\w+)\)s|$)", sentence, re.DOTALL):
        yield re.escape(fixed)
        yield r"\S+" if name in ("key", "figure", "forms") else ".+?" if name else ""


def is_told(text: str) -> bool:
    """Whether a text is made of sentences that stand in the catalogue."""
    bits = re.split(r"(?<=[.?:;]) ", text)
    ends = [0]
    for end in range(1, len(bits) + 1):
        if any(is_sentence(" ".join(bits[start:end])) for start in ends):
            ends.append(end)
    return ends[-1] == len(bits)


def is_sentence(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in patterns())


@pytest.mark.parametrize("module", reached())
def test_what_a_service_says_is_told_in_every_language(module: str) -> None:
    said = {text for text in sentences(module) if text not in PUT_TOGETHER}
    assert sorted(text for text in said if not is_told(text)) == []


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("said", PUT_TOGETHER.values())
def test_a_sentence_put_together_is_told_as_a_whole(said: str) -> None:
    with translation.override("de"):
        told = retold(said)
    assert told != said
    assert re.findall(r"\b(?:the|is|are|of|it|and|or)\b", told) == []

"""What the services say, told again in the language of the screen.

Services speak English: a problem of a file, a refusal, the reason of a move that the run made. The sentences that a
person meets daily are listed here with ``%(names)s`` where their values stand; such a sentence is recognised, its
values are written as the language does, and it is told by the catalogue of the screens. Any other text, what a person
wrote above all, stays as it is.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as told

from dunwell.assess.reasons import step_name, texts, written_amount, written_day
from dunwell.money import is_currency, parse_minor
from dunwell.web.languages import manner, spoken

SENTENCES = (
    # why the run, or the program on somebody's behalf, moved something
    told("its letter was approved"),
    told("its letter was sent"),
    told("hold released by hand"),
    told("Cured: what the hold demanded is paid, or a plan has taken its place."),
    told("No longer asked for on %(day)s: %(why)s"),
    told("No longer true on %(day)s: %(why)s"),
    told("Replaced by a newer draft."),
    told("No order waits any more."),
    told("paid in full on %(day)s"),
    told("instalment %(number)s of %(day)s is unpaid past its grace of %(days)s days"),
    told("Plan %(plan)s was accepted."),
    told("Plan %(plan)s was not kept."),
    told("The plan was accepted."),
    told("The plan was declined."),
    told("The plan was cancelled."),
    told("The plan has ended."),
    told("The offer was accepted."),
    told("The offer was declined."),
    told("The offer has lapsed."),
    # refusals
    told("Letter %(letter)s was withdrawn. No longer asked for on %(day)s: %(why)s"),
    told("Letter %(letter)s was drafted by %(name)s; the policy wants somebody else to approve it."),
    told(
        "Letter %(letter)s asks for payment by %(day)s, which has passed; cancel it, and the next run drafts it anew."
    ),
    told("Letter %(letter)s is no longer %(state)s: somebody else moved it first."),
    told("Letter %(letter)s is %(state)s; only a draft can be changed."),
    told("Letter %(letter)s was cancelled; there is nothing to render."),
    told(
        "Bank data is complete only through %(day)s; on %(today)s the policy allows at most %(days)s days."
        " Import your bank's newest payments and say through which day they are complete:"
        " dunwell import payments.csv --bank-complete-through DATE"
    ),
    told(
        "It is not known through which day bank data is complete; someone who has paid might be chased."
        " Import your bank's newest payments and say through which day they are complete:"
        " dunwell import payments.csv --bank-complete-through DATE"
    ),
    told(
        "Money came in on %(day)s from nobody knows whom; someone who has paid might be chased."
        " Say whose it is: dunwell match list"
    ),
    told("Nothing of %(account)s is chaseable in %(currency)s; there is nothing to hold for."),
    told("%(account)s already has a live hold in %(currency)s."),
    told("%(account)s has no live hold in %(currency)s."),
    told(
        "The contract of %(account)s, or the policy it was signed under, does not allow holds; offer a payment plan"
        " instead."
    ),
    told("Nothing is demanded of %(account)s in %(currency)s."),
    told("%(account)s owes nothing in %(currency)s."),
    told("Nothing is open of %(what)s."),
    told("The promised day %(day)s lies before %(today)s."),
    told("The last day %(day)s lies before %(today)s."),
    told("A promise has its day: say --until."),
    told("Say what is disputed: --note."),
    told("More is disputed than is open of the invoice."),
    told("A part that is disputed is a part of an invoice: say which with --invoice."),
    told("The credit note would be larger than what is disputed."),
    told("%(account)s already has an order %(order)s."),
    told("%(account)s already has an application that waits for a decision."),
    told("%(account)s already has an open offer of this kind."),
    told("The offer is open through %(day)s; the first instalment must be later."),
    told("Plan %(plan)s of %(account)s is %(state)s; one at a time."),
    told("The policy offers no plan here: %(why)s"),
    told("Against the policy only with a reason: --reason."),
    told("Interest other than the policy's needs a reason; it is kept with the plan."),
    told("The test speaks against it: %(why)s"),
    told("Against the test only with a reason: --note."),
    told("%(amount)s is no amount to work with; it must be above zero."),
    told("%(text)s is no amount; write an amount like 1234.50."),
    told("%(text)s can be read in two ways; write an amount like 1234.50."),
    told("There is already somebody called %(name)s."),
    told("Nobody would be left to administer; make somebody else an administrator first."),
    told("These files were imported already."),
    # what is wrong with a row or a file, and what to do
    told("The row has no %(column)s."),
    told("Give it; every row needs one."),
    told("Give it, or a default currency."),
    told("%(text)s is no amount with a decimal point."),
    told("%(text)s is no amount with decimal = %(sign)s."),
    told("%(text)s is no amount with decimal = %(sign)s and thousands = %(mark)s."),
    told("Write it like 1234.50."),
    told("Write it like the rest of the column."),
    told("%(text)s has %(decimals)s decimals, but %(currency)s has %(allowed)s."),
    told("%(text)s is no date as yyyy-mm-dd."),
    told("%(text)s is no date in the date_format %(format)s."),
    told("The calendar has no such day."),
    told("Write it like 2024-12-31."),
    told("The invoice amount %(amount)s is negative."),
    told("The amount %(amount)s is negative."),
    told("Give it without a sign."),
    told("The amount %(amount)s is not above zero."),
    told("The invoice is due on %(day)s, before it was issued on %(issued)s."),
    told("There is no customer %(account)s."),
    told("Import the customer first."),
    told("Did you mean %(name)s?"),
    told("There is no invoice %(invoice)s."),
    told("Import the invoice first, or leave it empty."),
    told("Import the invoice first."),
    told("The invoice %(invoice)s belongs to customer %(account)s."),
    told("The invoice %(invoice)s already belongs to customer %(account)s."),
    told("Correct the customer, or give the invoice its own number."),
    told("Correct the invoice or the customer."),
    told("The invoice %(invoice)s is in %(currency)s."),
    told("Correct the currency or the invoice."),
    told("The row has %(what)s as line %(line)s but says something else."),
    told("Keep the one that is right."),
    told("Point to its columns."),
    told("The columns are not those of customers, invoices, payments or events: %(headers)s."),
    told("The file does not say in which currency it is."),
    told("The file is empty."),
    told("A header row and at least one row are needed."),
    told("The file has a header but no rows."),
    told("This is not a file that Dunwell can read."),
    told("Read as last time, by %(file)s."),
    told("Delete it to be asked anew."),
    told("%(number)s customers without party_type: counted as consumer, of whom the law lets one ask least."),
    told("Say business where that is so."),
    told("%(number)s customers without country: taken to be in %(country)s."),
    told("%(number)s invoices without a due date: counted as current, never chased."),
    told("Give the due dates."),
    told("%(number)s invoices without currency: taken to be in %(currency)s."),
    told("%(number)s payments without currency: taken to be in %(currency)s."),
    told("Dates are read as %(format)s."),
    told("Amounts are read with a comma before the decimals."),
    told("Correct them in the rejects file."),
)
"""Every sentence once; of two that fit, the first is meant."""

_STATE = "state"
_AMOUNT = re.compile(r"([A-Z]{3}) (-?\d+(?:\.\d+)?)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FIELD = re.compile(r"\{(\w+)\}")
_VALUE = re.compile(r"%\((\w+)\)s")


def retold(text: str) -> str:
    """Tell what a service said in the language of the screen, line by line."""
    if (get_language() or "en").startswith("en"):
        return text
    return "\n".join(_line(line, get_language() or "en") for line in str(text).split("\n"))


@lru_cache(maxsize=2048)
def _line(text: str, language: str) -> str:
    del language  # the same text is kept once for each
    for pattern, sentence in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return gettext(sentence) % {name: _value(name, value) for name, value in found.groupdict().items()}
    return _action(text)


def _action(text: str) -> str:
    """What a run decided, in one sentence: the reasons have it in every language."""
    for key, sentence in texts("en")["action"].items():
        found = re.fullmatch(_FIELD.sub(r"(?P<\1>.+?)", _escaped(sentence)), text)
        if found:
            values = {name: _value(name, value) for name, value in found.groupdict().items()}
            return texts(spoken())["action"][key].format_map(values)
    return text


def _escaped(sentence: str) -> str:
    return re.escape(sentence).replace(r"\{", "{").replace(r"\}", "}")


def _value(name: str, value: str) -> str:
    """A value as the language writes it; a state by its name, a reason within a reason told again itself."""
    if name == _STATE:
        from dunwell.web.words import word

        return word(value, "state")
    if name == "step_name":
        steps = {named: step for step, named in texts("en")["step"].items()}
        return step_name(steps.get(value, value), spoken())
    if name == "why":
        return retold(value)
    if _DAY.fullmatch(value):
        return written_day(date.fromisoformat(value), manner())
    amount = _AMOUNT.fullmatch(value)
    if amount and is_currency(amount[1]):
        return written_amount(parse_minor(amount[2], amount[1]), amount[1], manner())
    return value


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(sentence), sentence) for sentence in SENTENCES)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile("".join(_parts(sentence)), re.DOTALL)


def _parts(sentence: str) -> Iterator[str]:
    """What is fixed word for word, what is a value as a group of its name; what is counted may be one."""
    at, counts = 0, False
    for found in _VALUE.finditer(sentence):
        yield _fixed(sentence[at : found.start()], counts=counts)
        yield rf"(?P<{found[1]}>.+?)"
        at, counts = found.end(), found[1] == "number"
    yield _fixed(sentence[at:], counts=counts)


def _fixed(words: str, *, counts: bool) -> str:
    return re.sub(r"^(\\ \w+s)\\ ", r"\1?\\ ", re.escape(words)) if counts else re.escape(words)

"""What the services say, told again in the language of the screen.

Services speak English: a problem of a file, a refusal, the reason of a move that the run made. What they can say stands
in ``sentences``, with ``%(names)s`` where its values stand; such a sentence is recognised, its values are written as
the language does, and it is told by the catalogue of the screens. Any other text, what a person wrote above all, stays
as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext

from dunwell.assess import reasons
from dunwell.assess.reasons import step_name, written_amount, written_day
from dunwell.money import grouped, is_currency, parse_minor
from dunwell.runs import wording
from dunwell.web.languages import manner, spoken
from dunwell.web.sentences import PHRASES, SENTENCES
from dunwell.web.sentences.english import ENGLISH
from dunwell.web.words import is_word, word

Patterns = Sequence[tuple[re.Pattern[str], str]]
"""What a sentence looks like with anything where its values stand, and the sentence."""
Texts = Callable[[str], Mapping[str, Mapping[str, str]]]
"""The sentences of a room in a language, by section and key."""

_AMOUNT = re.compile(r"([A-Z]{3}) (-?\d+(?:\.\d+)?)")
_MONEY = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_FIELD = re.compile(r"\{(\w+)\}")
_VALUE = re.compile(r"%\((\w+)\)s")
_FORMS = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_SEVERAL = re.compile(r"\.; (?=[A-Z0-9])")
"""Between sentences that were once kept as a list with semicolons."""

_KINDS = {
    "currency": "[A-Z]{3}",
    "day": r"\d{4}-\d\d-\d\d",
    "moment": r"\d{4}-\d\d-\d\d \d\d:\d\d",
    "number": r"\d[\d,.]*",
    "other": r"\d[\d,.]*",
    "line": r"\d[\d,.]*",
    "figure": r"\S+",
    "forms": r"\S+(?:, \S+)*",
    "key": r"\S+",
}
"""What a value of such a name looks like; any other is whatever stands there."""
_SAID = frozenset({"why", "what", "must", "shown", "delimiter", "layout", "reason"})
"""Values that services say themselves, told again in their turn."""
_NAMED: Mapping[str, str] = {
    "state": "state", "next_state": "state", "possible": "state", "party": "party", "how": "how", "option": "option",
    "charge": "charge", "consequence": "consequence",
}  # fmt: skip
"""Names of the program's own, or several with commas between, and of what kind they are."""
_LISTED = frozenset({"who", "counted"})
"""Such values of which there may be several, with commas between."""
_TYPED = frozenset({"example", "sign", "mark", "key", "keys", "forms", "shown", "must"})
"""Values that are written into a file as they stand; the quotes of any other are the language's."""
_QUOTATION = re.compile("\"[^\"]*\"|'[^']*'")
_IN_QUOTES = re.compile(rf"(?:{_QUOTATION.pattern})(?:, (?:{_QUOTATION.pattern}))*")
_QUOTES = {
    "en": ("“", "”"), "de": ("„", "“"), "es": ("«", "»"), "fr": ("«\u202f", "\u202f»"), "ro": ("„", "”"),
    "vi": ("“", "”"),
}  # fmt: skip
_WORDED = (
    "held_back", "referral", "plans_offered", "total_minor", "failed_plans", "instalments", "longer_line_offered",
    "oldest_days_past_due", "discount_offered", "open_minor", "check_on_hold", "check_hold_pending",
    "check_other_currency", "check_no_limit", "check_over_limit", "check_past_due", "check_over_overdue_limit",
    "check_exposure_elsewhere", "check_stale_data",
)  # fmt: skip
"""What refusals, and the reasons of a held order, quote of the sentences of ``runs``."""
_BITS_MAX = 16
"""A text of more sentences than that is a person's, or nobody reads it twice."""


def retold(text: str) -> str:
    """Tell what a service said in the language of the screen, line by line."""
    lines = _SEVERAL.sub(". ", str(text)).split("\n")
    return "\n".join(_line(line, get_language() or "en") for line in lines)


@lru_cache(maxsize=2048)
def _line(text: str, language: str) -> str:
    del language  # the same text is kept once for each
    return " ".join(told if told is not None else said for said, told in in_sentences(text))


def in_sentences(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield each sentence of a text and how it is told, the longest that is known first; ``None``: not known."""
    bits = re.split(r"(?<=[.?:;]) ", text)
    if len(bits) > _BITS_MAX:
        yield text, None
        return
    start, near = 0, _near(text)
    while start < len(bits):
        ends = range(len(bits), start, -1)
        heads = [(end, " ".join(bits[start:end])) for end in ends]
        known = ((end, said, _sentence(said, near, apart=apart)) for apart in (True, False) for end, said in heads)
        end, said, told = next((one for one in known if one[2] is not None), (start + 1, bits[start], None))
        yield said, told
        start = end


def _sentence(text: str, near: Patterns, *, apart: bool) -> str | None:
    """Tell one sentence; one of a list ends with the sign that parts it from the next.

    ``near`` are the sentences that it may be. ``apart``: none of its values looks like the end of a sentence and
    another one.
    """
    told = _found(text, near, apart=apart)
    if told is None and text.endswith(";"):
        listed = _sentence(text[:-1], near, apart=apart)
        return None if listed is None else gettext("%(listed)s;") % {"listed": listed}
    return _worded(text, apart=apart) if told is None else told


def _found(text: str, patterns: Patterns, *, apart: bool = False) -> str | None:
    for pattern, sentence in patterns:
        found = pattern.fullmatch(text)
        if found and not (apart and _runs_on(found.groupdict())):
            values = {name: _value(name, value) for name, value in found.groupdict().items()}
            return _told(sentence, found, values)
    return None


def _told(sentence: str, found: re.Match[str], values: Mapping[str, str]) -> str:
    """Tell a sentence that was found, with its values as the reader writes them."""
    if spoken() != "en":
        return _filled(_counting(gettext(sentence), found.groupdict()), values)
    if sentence in ENGLISH:
        return _filled(ENGLISH[sentence], values)
    text, at = "", 0
    for name in found.re.groupindex:
        text += found.string[at : found.start(name)] + values[name]
        at = found.end(name)
    return text + found.string[at:]


def _counting(sentence: str, said: Mapping[str, str]) -> str:
    """Take of ``[one|few|other]`` the form that the language uses with the number before it, or else after it."""

    def form(place: re.Match[str]) -> str:
        before = _VALUE.findall(sentence[: place.start()])
        name = before[-1] if before else _VALUE.findall(sentence[place.end() :])[0]
        forms, number = place[1].split("|"), int(re.sub(r"\D", "", said[name]) or 0)
        kind = Locale.parse(spoken()).plural_form(number)
        return forms[{"one": 0, "few": 1}.get(kind, len(forms) - 1)]

    return _FORMS.sub(form, sentence)


def _runs_on(values: Mapping[str, str]) -> bool:
    return any(name not in _SAID and re.search(r"[.?:;] ", value) for name, value in values.items())


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    return _VALUE.sub(lambda place: values[place[1]], sentence)


def _worded(text: str, *, apart: bool) -> str | None:
    """What a run decided, or why money or a plan must wait: rooms below have such sentences in every language."""
    for of, section, key, pattern in _wordings():
        found = pattern.fullmatch(text)
        if found and not (apart and _runs_on(found.groupdict())):
            values = {name: _value(name, value) for name, value in found.groupdict().items()}
            return str(of(spoken())[section][key].format_map(values))
    return None


@lru_cache(maxsize=1)
def _wordings() -> tuple[tuple[Texts, str, str, re.Pattern[str]], ...]:
    sections: tuple[tuple[Texts, str], ...] = ((reasons.texts, "action"), *((wording.texts, one) for one in _WORDED))
    worded = [(of, section, key, text) for of, section in sections for key, text in of("en")[section].items()]
    worded.sort(key=lambda one: -len(_FIELD.sub("", one[3])))
    return tuple((of, section, key, re.compile(_FIELD.sub(_once, _escaped(text)))) for of, section, key, text in worded)


def _once(field: re.Match[str]) -> str:
    """The group of a value; one that a sentence has twice is the same both times."""
    before = field.string[: field.start()]
    return f"(?P={field[1]})" if field[0] in before else f"(?P<{field[1]}>.+?)"


def _escaped(sentence: str) -> str:
    return re.escape(sentence).replace(r"\{", "{").replace(r"\}", "}")


def _value(name: str, value: str) -> str:
    """A value as the language writes it; a state by its name, a reason within a reason told again itself."""
    if name in _NAMED:
        return ", ".join(_named(one, _NAMED[name]) for one in value.split(", "))
    if name not in _TYPED and _IN_QUOTES.fullmatch(value):
        return _QUOTATION.sub(_in_quotes, value)
    return _TOLD.get(name, _written)(value)


def _named(value: str, of: str) -> str:
    named = word(value, of) if is_word(value, of) else value
    return named.lower() if named != value and spoken() == "en" else named


def _step(value: str) -> str:
    steps = {named: step for step, named in reasons.texts("en")["step"].items()}
    return step_name(steps.get(value, value), spoken())


def _listed(value: str) -> str:
    return ", ".join(_said(one) for one in value.split(", "))


def _columns(value: str) -> str:
    return ", ".join(_said(one) for one in re.split(r", (?:and the one with )?the ", value))


def _kind(value: str) -> str:
    """The name of a kind of table, case, letter or offer within a sentence; any other as it stands."""
    found = next((word(value, of) for of in ("table", "case", "kind", "offer") if is_word(value, of)), None)
    return value if found is None else found if spoken() == "de" else found[:1].lower() + found[1:]


def _in_quotes(found: re.Match[str]) -> str:
    first, last = _QUOTES[spoken()]
    return f"{first}{found[0][1:-1]}{last}"


def _said(value: str) -> str:
    told = _found(value, _near(value, within=True))
    return retold(value) if told is None else told


def _written(value: str) -> str:
    if _DAY.fullmatch(value):
        return written_day(date.fromisoformat(value), manner())
    if _MOMENT.fullmatch(value):
        return f"{written_day(date.fromisoformat(value[:10]), manner())}, {value[11:]}"
    if _COUNT.fullmatch(value):
        count = int(value.replace(",", ""))
        return str(format_decimal(count, format=grouped("#,##0", count, spoken()), locale=spoken()))
    amount, money = _AMOUNT.fullmatch(value), _MONEY.fullmatch(value)
    if amount and is_currency(amount[1]):
        return written_amount(parse_minor(amount[2], amount[1]), amount[1], manner())
    if money and is_currency(money[2]):
        return written_amount(parse_minor(money[1], money[2]), money[2], manner())
    return value


_TOLD: dict[str, Callable[[str], str]] = {
    "step_name": _step, "kind": _kind, "columns": _columns, **dict.fromkeys(_LISTED, _listed),
    **dict.fromkeys(_SAID, _said),
}  # fmt: skip
"""How values of such a name are told."""


def _near(text: str, *, within: bool = False) -> Patterns:
    """The sentences whose own words stand in a text; all others cannot be meant."""
    return [(pattern, sentence) for own, pattern, sentence in _patterns(within=within) if own in text]


@lru_cache(maxsize=2)
def _patterns(*, within: bool = False) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Every sentence, those with the most words of their own first: of two that fit, the closer one is meant."""
    sentences = sorted(PHRASES if within else SENTENCES, key=lambda one: -len(_VALUE.sub("", one)))
    return tuple((_own_words(sentence), _pattern(sentence), sentence) for sentence in sentences)


def _own_words(sentence: str) -> str:
    """The longest piece of a sentence between its values, without a word that is counted and may be one."""
    return max((re.sub(r"^ \w+s(?= |$)", "", piece) for piece in _VALUE.split(sentence)[::2]), key=len)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile("".join(_parts(sentence)), re.DOTALL)


def _parts(sentence: str) -> Iterator[str]:
    """What is fixed word for word, what is a value as a group of its name; what is counted may be one."""
    at, counts = 0, False
    for found in _VALUE.finditer(sentence):
        yield _fixed(sentence[at : found.start()], counts=counts)
        yield rf"(?P<{found[1]}>{_KINDS.get(found[1], '.+?')})"
        at, counts = found.end(), found[1] == "number"
    yield _fixed(sentence[at:], counts=counts)


def _fixed(words: str, *, counts: bool) -> str:
    return re.sub(r"^(\\ \w+s)(?=\\ |$)", r"\1?", re.escape(words)) if counts else re.escape(words)

"""Texts with placeholders, run in a cage: owners write them, so they can print letters and nothing else.

The cage is a short list of allowed constructs, checked on the parsed text before anything runs: placeholders,
``if`` with comparisons, and ``plural(n, one=…, other=…)``. There are no loops, no attributes, no filters, no
assignments, so a text can neither run long nor reach anything; nesting and written numbers are limited, so it cannot
grow either. Jinja's own sandbox stands behind it as a second wall.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dunwell.errors import Problem, RenderError
from dunwell.letters.content import Bullets, Paragraph, Run

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Compare, nodes.Operand,
    nodes.Const, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Call, nodes.Keyword,
)  # fmt: skip
_COMPARISONS = frozenset({"eq", "ne", "lt", "lteq", "gt", "gteq"})
NESTING_MAX = 30
"""How deep conditions and calls may stand in each other."""
NUMBER_MAX = 1_000_000
"""The largest number that a text may write; numbers of the letter come from its facts."""
_UNREADABLE = (TemplateSyntaxError, RecursionError, MemoryError, SyntaxError, ValueError, OverflowError)
"""What the parser raises on texts made to break it: a tower of brackets, a number of ten thousand digits."""
_UNFILLED = (TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_WHITESPACE = re.compile(r"[ \t\r\n]+")
_TAGS = ("{{", "{%", "{#")
_REASON_CHARS_MAX = 200
_BLANKS = re.compile(" {2,}")
_DIRECTIVE = re.compile(r"^:::\s*(\w+)$")

Value = str | int | bool
Plural = Callable[..., str]


def _escape(value: object) -> str:
    """Make a value literal in Markdown: every punctuation mark is escaped, whitespace is one blank."""
    text = str(value)
    return text if text.isalnum() else _PUNCTUATION.sub(r"\\\1", _WHITESPACE.sub(" ", text))


_MARKDOWN = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=_escape, autoescape=False)
_PLAIN = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
_PARSER = MarkdownIt("zero").enable(["list", "emphasis", "escape", "newline"])


def check(source: str, path: str, first_line: int, known: Iterable[str]) -> list[Problem]:
    """Report everything in a text that the cage forbids, and every placeholder that does not exist."""
    try:
        tree = _PLAIN.parse(source)
    except _UNREADABLE as error:
        return [_unreadable(source, path, first_line, error)]
    names = frozenset(known)
    found: list[Problem] = []
    for node in _walk(tree):
        message, suggestion, word = _fault(node, names)
        if message:
            line = node.lineno or 1
            place = column_of(source, line, word)
            found.append(Problem(path, first_line + line - 1, place, message, suggestion))
    return list(dict.fromkeys([*found, *_too_deep(tree, path, first_line)]))


def _unreadable(source: str, path: str, first_line: int, error: BaseException) -> Problem:
    """Say where a text stops making sense."""
    if not isinstance(error, TemplateSyntaxError):
        return Problem(
            path, first_line, "1", "The text cannot be read: it is nested too deeply or a number is too long."
        )
    place = column_of(source, error.lineno, "")
    return Problem(path, first_line + error.lineno - 1, place, f"The text cannot be read: {error.message}.")


def _too_deep(tree: nodes.Node, path: str, first_line: int) -> Iterable[Problem]:
    deep = _first_too_deep(tree)
    if deep is not None:
        message = f"Conditions and calls stand in each other more than {NESTING_MAX} deep."
        yield Problem(path, first_line + (deep.lineno or 1) - 1, "", message, "Write it more simply.")


def names_in(source: str) -> set[str]:
    """Return the placeholders that a text names; none when it cannot be read."""
    return {node.name for node in _nodes(source) if isinstance(node, nodes.Name)}


def plural_calls(source: str) -> list[tuple[int, set[str]]]:
    """Return line and forms given for every use of ``plural``."""
    calls = (node for node in _nodes(source) if isinstance(node, nodes.Call))
    return [(call.lineno, {keyword.key for keyword in call.kwargs}) for call in calls]


def _nodes(source: str) -> list[nodes.Node]:
    try:
        return list(_walk(_PLAIN.parse(source)))
    except _UNREADABLE:
        return []


def _walk(tree: nodes.Node) -> Iterable[nodes.Node]:
    """Yield every construct of a text; the word before a call's bracket belongs to the call."""
    return (node for node, _ in _walk_deep(tree))


def _walk_deep(tree: nodes.Node) -> Iterable[tuple[nodes.Node, int]]:
    """Yield every construct and how deep it stands, without recursion: a text may be made to exhaust it."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        children = [child for child in node.iter_child_nodes() if not _is_callee(node, child)]
        waiting += [(child, depth + 1) for child in reversed(children)]


def _is_callee(node: nodes.Node, child: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) and child is node.node and isinstance(child, nodes.Name)


def _first_too_deep(tree: nodes.Node) -> nodes.Node | None:
    return next((node for node, depth in _walk_deep(tree) if depth > NESTING_MAX), None)


def _fault(node: nodes.Node, known: frozenset[str] | None) -> tuple[str, str, str]:
    """Return what is wrong with a construct, what to do, the word to point at; empty when it is fine."""
    if not isinstance(node, _ALLOWED):
        kind = type(node).__name__.lower()
        return f"A letter text cannot use this ({kind}).", "Use placeholders, if, and plural only.", ""
    if isinstance(node, nodes.Operand) and node.op not in _COMPARISONS:
        return f"A letter text cannot compare with {node.op!r}.", "Use ==, !=, <, <=, > or >=.", ""
    if isinstance(node, nodes.Call):
        return _call_fault(node)
    if isinstance(node, nodes.Const):
        return _const_fault(node)
    return _name_fault(node.name, known) if isinstance(node, nodes.Name) else ("", "", "")


def _name_fault(name: str, known: frozenset[str] | None) -> tuple[str, str, str]:
    if name == "plural":
        return "plural needs its number and its forms.", "Write plural(n, one=…, other=…).", "plural"
    if known is not None and name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"Did you mean {close[0]}?" if close else "The list is in docs/guide/letters.md."
        return f"There is no placeholder {name!r}.", hint, name
    return "", "", ""


def _const_fault(node: nodes.Const) -> tuple[str, str, str]:
    value = node.value
    if isinstance(value, float | complex) or (isinstance(value, int) and abs(value) > NUMBER_MAX):
        return "A letter text writes whole numbers up to a million only.", "Amounts are placeholders.", ""
    return "", "", ""


def _call_fault(node: nodes.Call) -> tuple[str, str, str]:
    if isinstance(node.node, nodes.Name) and node.node.name == "plural" and not (node.dyn_args or node.dyn_kwargs):
        return "", "", ""
    return "A letter text can call nothing but plural(n, one=…, other=…).", "", ""


def column_of(source: str, line: int, word: str) -> str:
    """Return where in its line a word stands; without a word, or where it is not there, the line's first tag."""
    lines = source.splitlines()
    if not 1 <= line <= len(lines):
        return ""
    text = lines[line - 1]
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) if word else None
    starts = [found.start()] if found else [at for at in map(text.find, _TAGS) if at >= 0]
    return str(min(starts, default=0) + 1)


@lru_cache(maxsize=4096)
def _compile(source: str, *, markdown: bool) -> Template:
    """Compile a text once; refuse one that the cage forbids (unknown names are found when it runs)."""
    environment = _MARKDOWN if markdown else _PLAIN
    try:
        tree = environment.parse(source)
    except _UNREADABLE as error:
        raise RenderError(f"A letter text cannot be read: {_shortened(error)}.") from error
    forbidden = next((node for node in _walk(tree) if _fault(node, None)[0]), None) or _first_too_deep(tree)
    if forbidden is not None:
        raise RenderError(f"A letter text uses what it may not: {type(forbidden).__name__}, line {forbidden.lineno}.")
    return environment.from_string(source)


def fill(source: str, values: Mapping[str, Value], plural: Plural) -> str:
    """Put values into a text that is not Markdown: a subject, an opening, a sentence."""
    if "{" not in source:
        return source.strip()
    filled = _run(source, values, plural, markdown=False)
    return _BLANKS.sub(" ", filled).strip()


def fill_markdown(source: str, values: Mapping[str, Value], plural: Plural) -> str:
    """Put values into a Markdown text so that no value can act as Markdown."""
    return _run(source, values, plural, markdown=True)


def _run(source: str, values: Mapping[str, Value], plural: Plural, *, markdown: bool) -> str:
    try:
        return _compile(source, markdown=markdown).render({**values, "plural": plural})
    except _UNFILLED as error:
        raise RenderError(f"A letter text could not be filled: {_shortened(error)}.") from error


def _shortened(error: BaseException) -> str:
    """Quote a reason without the text that somebody may have put into it by the thousand lines."""
    text = str(getattr(error, "message", error))
    return text if len(text) <= _REASON_CHARS_MAX else f"{text[:_REASON_CHARS_MAX]}…"


def parse_blocks(markdown: str) -> list[Paragraph | Bullets | str]:
    """Parse Markdown to paragraphs and lists; a block directive is returned as its name."""
    tokens = _PARSER.parse(markdown)
    blocks: list[Paragraph | Bullets | str] = []
    items: list[tuple[Run, ...]] | None = None
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            items = []
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            blocks.append(Bullets(tuple(items or ()), ordered=token.type.startswith("ordered")))
            items = None
        elif token.type == "inline" and items is not None:
            items.append(_runs(token))
        elif token.type == "inline":
            directive = _DIRECTIVE.match(token.content.strip())
            blocks.append(directive.group(1) if directive else Paragraph(_runs(token)))
    return blocks


def _runs(inline: Token) -> tuple[Run, ...]:
    """Turn inline tokens into runs; neighbours of one style are joined, a line break is a blank."""
    runs: list[Run] = []
    strong = emphasis = 0
    for token in inline.children or []:
        strong += (token.type == "strong_open") - (token.type == "strong_close")
        emphasis += (token.type == "em_open") - (token.type == "em_close")
        text = " " if token.type in {"softbreak", "hardbreak"} else token.content
        if not text or token.type.endswith(("_open", "_close")):
            continue
        run = Run(text, bool(strong), bool(emphasis))
        if runs and (runs[-1].strong, runs[-1].emphasis) == (run.strong, run.emphasis):
            run = Run(runs.pop().text + text, run.strong, run.emphasis)
        runs.append(run)
    return tuple(runs)

"""The letter texts: one Markdown file per language and kind, one ``common.toml`` per language.

A text file has the sections ``# subject`` and the five parts. Inside a section stand paragraphs and lists of
Markdown (``**strong**``, ``*emphasis*``, ``- point``), placeholders ``{{ total }}``, conditions ``{% if
warns_of_hold %}`` and, on lines of their own, block directives such as ``::: invoices``.

An owner's folder may hold ``<lang>/<kind>.md`` and ``<lang>/common.toml``; the first replaces the shipped
file, the second is laid over it key by key. A file ``<kind>.<REGION>.md`` or ``common.<REGION>.toml`` is the
form of one country.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dunwell.errors import Problem, RenderError
from dunwell.letters.content import PARTS

SHIPPED = Path(__file__).parent / "texts"
SECTIONS = ("subject", *PARTS)
TEXT_BYTES_MAX = 64 * 1024

_HEADING = re.compile(r"^#\s+(\w+)\s*$")
_TAG = re.compile(r"(\{[{%#].*?[}%#]\}|^:::[^\n]*$)", re.DOTALL | re.MULTILINE)
_NO_BREAK = "\u202f"
_WORDED = frozenset(
    {
        "labels",
        "openings",
        "closings",
        "channels",
        "request_names",
        "sentences",
        "consequences",
        "head",
        "offers",
        "refusal_reasons",
        "ways_to_buy",
        "statement_entries",
        "annexes",
        "application_form",
        "email",
    }
)
"""The tables of ``common.toml`` that hold words; the others hold patterns and settings."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a text file; ``line`` is the number of its first line in the file."""

    name: str
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class KindText:
    """One text file, split into sections in the order they stand in it."""

    path: str
    sections: tuple[Section, ...]

    def section(self, name: str) -> Section:
        """Return the section of that name, empty when the file lacks it (the linter reports that)."""
        return next((s for s in self.sections if s.name == name), Section(name, "", 0))


@dataclass(frozen=True)
class Common:
    """The words of one language that every letter shares: labels, openings, sentences, patterns."""

    path: str
    language: str
    region: str
    data: Mapping[str, Any]

    def text(self, table: str, key: str) -> str:
        """Return one entry, or "" when it is missing (the linter reports missing entries)."""
        return str(self.data.get(table, {}).get(key, ""))

    def table(self, name: str) -> Mapping[str, Any]:
        """Return one table of entries, empty when it is missing."""
        found = self.data.get(name, {})
        return found if isinstance(found, Mapping) else {}

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Return the countries this language has a form for; the first is the default."""
        return tuple(self.data.get("regions", ()))


@dataclass(frozen=True)
class Texts:
    """All letter texts of a workspace: the owner's folder, if there is one, before the shipped files."""

    owner_folder: Path | None = None
    _kinds: dict[tuple[str, str, str], KindText] = field(default_factory=dict)
    _commons: dict[tuple[str, str], Common] = field(default_factory=dict)
    _known: dict[str, bool] = field(default_factory=dict)

    def common(self, language: str, region: str = "") -> Common:
        """Return the shared words of ``language``, with the form of ``region`` laid over them."""
        key = (language, region)
        if key not in self._commons:
            self._commons[key] = self._read_common(language, region)
        return self._commons[key]

    def has(self, language: str) -> bool:
        """Tell whether there are texts in ``language``, shipped or the owner's."""
        if language not in self._known:
            self._known[language] = any((folder / language / "common.toml").is_file() for folder in self._folders())
        return self._known[language]

    def kind(self, language: str, kind: str, region: str = "") -> KindText:
        """Return the text of ``kind``; raise ``RenderError`` when the language has none."""
        key = (language, kind, region)
        if key not in self._kinds:
            path = self.path_of(language, kind, region)
            if path is None:
                raise RenderError(f"There is no text {language}/{kind}.md.")
            typography = self.common(language, region)
            self._kinds[key] = split_sections(str(path), prepare(read_limited(path), typography))
        return self._kinds[key]

    def path_of(self, language: str, kind: str, region: str = "") -> Path | None:
        """Return the file that holds the text.

        The owner's before the shipped, the country's form before the plain.
        """
        names = [f"{kind}.{region}.md", f"{kind}.md"] if region else [f"{kind}.md"]
        candidates = (folder / language / name for folder in self._folders() for name in names)
        return next((path for path in candidates if path.is_file()), None)

    def region(self, language: str, recipient_country: str, creditor_country: str) -> str:
        """Choose the country's form of a language: the recipient's, else the creditor's, else the default."""
        common = self.common(language)
        mapped = common.table("region_of")
        for country in (recipient_country, creditor_country):
            region = str(mapped.get(country, country))
            if region in common.regions:
                return region
        return common.regions[0] if common.regions else ""

    def _folders(self) -> list[Path]:
        return [folder for folder in (self.owner_folder, SHIPPED) if folder is not None]

    def _read_common(self, language: str, region: str) -> Common:
        data: dict[str, Any] = {}
        found = ""
        for folder in reversed(self._folders()):
            for name in ("common.toml", f"common.{region}.toml"):
                path = folder / language / name
                if path.is_file():
                    data = merge(data, read_table(path))
                    found = str(path)
        if not data:
            raise RenderError(f"There are no texts for the language {language!r}.")
        return Common(found, language, region, _typeset_words(data))


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one TOML document over another, table by table, key by key."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def read_limited(path: Path) -> str:
    """Read a text file of at most ``TEXT_BYTES_MAX`` bytes; a larger one is a mistake, not a letter."""
    if path.stat().st_size > TEXT_BYTES_MAX:
        raise RenderError(f"{path} is larger than {TEXT_BYTES_MAX} bytes; a letter text is a page or two.")
    try:
        return path.read_text(encoding="utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise RenderError(f"{path} is not in UTF-8; dunwell letters lint names the line.") from error


def read_table(path: Path) -> dict[str, Any]:
    """Read a file of shared words; one that is no TOML is a mistake of the text, not of the program."""
    try:
        return tomllib.loads(read_limited(path))
    except tomllib.TOMLDecodeError as error:
        raise RenderError(f"{path} is not TOML: {error}.") from error


def prepare(source: str, common: Common) -> str:
    """Apply a language's typography to the written text, not to its tags and block directives."""
    return _prepare(source, common.table("typography"))


def typeset(text: str, common: Common) -> str:
    """Apply a language's typography to a text without tags, such as a clause of the policy."""
    return _typeset(text, common.table("typography"))


def _prepare(source: str, typography: Mapping[str, Any]) -> str:
    if not typography:
        return source
    pieces = _TAG.split(source)
    for i in range(0, len(pieces), 2):
        pieces[i] = _typeset(pieces[i], typography, follows_tag=i > 0)
    return "".join(pieces)


def _typeset(text: str, typography: Mapping[str, Any], *, follows_tag: bool = False) -> str:
    """Tie French signs to their words, write "ss" for "ß" in Switzerland."""
    before, after = (re.escape(str(typography.get(f"nbsp_{side}", ""))) for side in ("before", "after"))
    if before:
        lead = "(?:(?<=\\S)|^)" if follows_tag else "(?<=\\S)"
        text = re.sub(f"{lead} ([{before}])", f"{_NO_BREAK}\\1", text)
    if after:
        text = re.sub(f"([{after}]) ", f"\\1{_NO_BREAK}", text)
    for old, new in typography.get("replace", {}).items():
        text = text.replace(old, new)
    return text


def _typeset_words(data: dict[str, Any]) -> dict[str, Any]:
    """Apply a language's typography to the entries of its ``common.toml`` that are words."""
    typography = data.get("typography", {})

    def typeset_value(value: Any) -> Any:
        if isinstance(value, list):
            return [typeset_value(line) for line in value]
        return _prepare(value, typography) if isinstance(value, str) else value

    return {
        name: {key: typeset_value(value) for key, value in table.items()} if name in _WORDED else table
        for name, table in data.items()
    }


def split_sections(path: str, source: str) -> KindText:
    """Split a text file at its ``# name`` headings.

    Text before the first heading is ignored (a place for remarks).
    """
    sections: list[Section] = []
    lines: list[str] = []
    name, start = "", 0
    for number, line in enumerate([*source.splitlines(), "# end"], start=1):
        heading = _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        if name:
            sections.append(Section(name, "\n".join(lines), start))
        name, start, lines = heading.group(1), number + 1, []
    return KindText(path, tuple(sections))


def languages(texts: Texts) -> tuple[str, ...]:
    """Return the languages that have a ``common.toml``, shipped or the owner's, in alphabetical order."""
    folders = (SHIPPED, texts.owner_folder) if texts.owner_folder else (SHIPPED,)
    return tuple(sorted({path.parent.name for folder in folders for path in folder.glob("*/common.toml")}))


def missing(texts: Texts, kinds: list[str]) -> list[Problem]:
    """Name every kind that a language lacks a text for."""
    return [
        Problem(
            f"{language}/{kind}.md",
            0,
            "",
            "This text is missing.",
            "Write it; docs/guide/letters.md says how.",
        )
        for language in languages(texts)
        for kind in kinds
        if texts.path_of(language, kind) is None
    ]

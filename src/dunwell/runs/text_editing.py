"""The owner's own letter texts (``workspace/texts/<language>/<kind>.md``): read, check, keep, take back."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dunwell.errors import Problem, RenderError, UsageError
from dunwell.letters.compose import compose
from dunwell.letters.content import LetterContent
from dunwell.letters.kinds import kinds
from dunwell.letters.lint_texts import lint_text
from dunwell.letters.sample import sample_facts
from dunwell.letters.texts import Texts, languages, prepare, split_sections
from dunwell.runs.approving import texts_at
from dunwell.store import audit, bulk
from dunwell.store.workspace import Workspace

SOURCE_CHARACTERS_MAX = 60_000
_COUNTRIES = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES", "ro": "RO", "vi": "VN"}


@dataclass(frozen=True, slots=True)
class TextFile:
    """One text: its words, and whether they are the owner's or ours."""

    language: str
    kind: str
    source: str
    is_own: bool


def text_files(workspace: Workspace) -> Sequence[tuple[str, Sequence[tuple[str, bool]]]]:
    """Return each kind with its languages and whether the owner has a text of their own."""
    texts = Texts(workspace.texts)
    spoken = languages(texts)
    return [
        (kind, [(language, _own_path(workspace, language, kind).is_file()) for language in spoken]) for kind in kinds()
    ]


def text_file(workspace: Workspace, language: str, kind: str) -> TextFile:
    """Return one text as it is used now."""
    _require_known(language, kind)
    path = Texts(workspace.texts).path_of(language, kind)
    if path is None:
        raise UsageError(f"There is no text {language}/{kind}.md.")
    is_own = path == _own_path(workspace, language, kind)
    return TextFile(language, kind, path.read_text(encoding="utf-8"), is_own)


def check_text(workspace: Workspace, language: str, kind: str, source: str) -> list[Problem]:
    """Return what the linter finds in a text, with line and column."""
    _require_known(language, kind)
    name = f"{language}/{kind}.md"
    if len(source) > SOURCE_CHARACTERS_MAX:
        return [Problem(name, 0, "", "The text is too long.", f"Use at most {SOURCE_CHARACTERS_MAX:,} characters.")]
    try:
        common = Texts(workspace.texts).common(language)
        found = lint_text(split_sections(name, prepare(source, common)), kind, language)
    except RenderError as error:
        return [Problem(name, 0, "", str(error), "Correct the text.")]
    return [replace(problem, source=name) for problem in found]


def sample_letter(language: str, kind: str, source: str) -> LetterContent:
    """Return a sample letter as a text would write it; raises ``RenderError`` when it cannot be written."""
    _require_known(language, kind)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / language / f"{kind}.md"
        target.parent.mkdir()
        target.write_text(source, encoding="utf-8")
        return compose(sample_facts(kind, _COUNTRIES.get(language, "GB")), Texts(Path(folder)))


def keep_text(workspace: Workspace, language: str, kind: str, source: str, by: str) -> list[Problem]:
    """Keep the owner's text and return what the linter finds; letters with faults cannot be approved."""
    problems = check_text(workspace, language, kind, source)
    path = _own_path(workspace, language, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source.replace("\r\n", "\n"), encoding="utf-8")
    _changed(by, f"texts/{language}/{kind}.md", "kept")
    return problems


def take_back(workspace: Workspace, language: str, kind: str, by: str) -> None:
    """Use our text again; the owner's is put aside as ``.bak``, not lost."""
    _require_known(language, kind)
    path = _own_path(workspace, language, kind)
    if path.is_file():
        path.replace(path.with_suffix(".md.bak"))
        _changed(by, f"texts/{language}/{kind}.md", "taken back")


def _changed(by: str, file: str, what: str) -> None:
    texts_at.cache_clear()
    with bulk.writing():
        audit.append(audit.Act("settings", by, summary={"file": file, "what": what}))


def _own_path(workspace: Workspace, language: str, kind: str) -> Path:
    return workspace.texts / language / f"{kind}.md"


def _require_known(language: str, kind: str) -> None:
    if kind not in kinds() or language not in languages(Texts()):
        raise UsageError(f"There is no text {language}/{kind}.md.")

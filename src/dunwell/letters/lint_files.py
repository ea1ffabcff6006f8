"""The linter over the owner's folder: files that cannot be read, and files that no letter will ever use."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dunwell.errors import Problem, RenderError
from dunwell.letters.kinds import kinds
from dunwell.letters.texts import SHIPPED, Texts, read_limited, read_table

_NAME = re.compile(r"^(?P<stem>\w+)(?:\.(?P<region>[A-Za-z]+))?\.(?P<ending>md|toml)$")
_AT = re.compile(r" \(at line (\d+), column (\d+)\)")
_TABLES = ("common", "calls")


def lint_files(texts: Texts) -> list[Problem]:
    """Report files of the owner that cannot be read or that nothing uses."""
    if texts.owner_folder is None or not texts.owner_folder.is_dir():
        return []
    return [*unreadable(texts).values(), *_unused(texts)]


def unreadable(texts: Texts) -> dict[str, Problem]:
    """Return what is wrong with files that cannot be read at all, by their path."""
    found = ((path, _fault(path)) for path in _owners_files(texts.owner_folder))
    return {str(path): problem for path, problem in found if problem is not None}


def _owners_files(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    return sorted(path for ending in ("md", "toml") for path in folder.glob(f"*/*.{ending}") if path.is_file())


def _fault(path: Path) -> Problem | None:
    try:
        if path.suffix == ".toml":
            return _shape_fault(path, read_table(path))
        read_limited(path)
    except RenderError as error:
        return _unreadable(path, error)
    return None


def _unreadable(path: Path, error: RenderError) -> Problem:
    """Say where a file stops making sense, as far as the reader of its form knew."""
    cause = error.__cause__
    if isinstance(cause, UnicodeDecodeError):
        line = cause.object[: cause.start].count(b"\n") + 1
        return Problem(str(path), line, "", "The file is not in UTF-8.", "Save it as UTF-8.")
    if isinstance(cause, tomllib.TOMLDecodeError):
        at = _AT.search(str(cause))
        line, column = (int(at.group(1)), at.group(2)) if at else (0, "")
        return Problem(str(path), line, column, f"This is not TOML: {_AT.sub('', str(cause))}.", "Correct the file.")
    return Problem(str(path), 0, "", str(error), "Shorten it.")


def _shape_fault(path: Path, data: Mapping[str, Any]) -> Problem | None:
    """Report a table that is no table, or regions that are no list: nothing could be laid over the shipped words."""
    if path.name.startswith("common."):
        for name, value in data.items():
            if name == "regions" and not isinstance(value, list):
                return Problem(str(path), 0, name, "regions is a list of countries.", 'Write it as ["GB", "US"].')
            if name != "regions" and not isinstance(value, dict):
                return Problem(str(path), 0, name, f"{name!r} is no table.", f"Write [{name}] and its entries below.")
    return None


def _unused(texts: Texts) -> Iterator[Problem]:
    for path in _owners_files(texts.owner_folder):
        match = _NAME.match(path.name)
        wanted = kinds() if path.suffix == ".md" else _TABLES
        if match is None or match.group("stem") not in wanted:
            stem = match.group("stem") if match else path.stem
            yield Problem(
                str(path), 0, "", f"No letter uses a file {path.name!r}.", _nearest(stem, wanted, path.suffix)
            )
        elif match.group("region"):
            yield from _unused_region(texts, path, match.group("region"))
        if not _has_words(texts, path.parent.name):
            hint = f"Add {path.parent.name}/common.toml, or use the code of a language that has one."
            yield Problem(str(path), 0, "", f"There are no shared words for {path.parent.name!r}.", hint)


def _nearest(stem: str, known: Iterable[str], ending: str) -> str:
    close = get_close_matches(stem, list(known), n=1)
    return f"Did you mean {close[0]}{ending}?" if close else f"The names are {', '.join(known)}."


def _unused_region(texts: Texts, path: Path, region: str) -> Iterator[Problem]:
    language = path.parent.name
    broken = {Path(name).parent.name for name in unreadable(texts)}
    if language not in broken and _has_words(texts, language):
        regions = texts.common(language).regions
        if region not in regions:
            hint = f"{language} has {', '.join(regions)}; name {region} under regions in common.toml."
            yield Problem(str(path), 0, "", f"{language} has no form for the country {region!r}.", hint)


def _has_words(texts: Texts, language: str) -> bool:
    folders = [folder for folder in (texts.owner_folder, SHIPPED) if folder is not None]
    return any((folder / language / "common.toml").is_file() for folder in folders)

"""The documents are complete and their links lead somewhere."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dunwell import __version__

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "examples/**/*.md",
        "bench/**/*.md",
        "src/**/*.md",
        "tests/**/*.md",
    )
    for path in REPOSITORY.glob(pattern)
)
FIRST_SCREEN_LINES = 40


def _tokens(path: Path) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8")):
        yield token
        yield from token.children or []


def _links(path: Path) -> list[str]:
    """Return the targets of a document's links and pictures that stay in the repository."""
    targets = [str(t.attrs.get("href") or t.attrs.get("src") or "") for t in _tokens(path)]
    return [target for target in targets if target and not re.match(r"[a-z]+:", target)]


def _anchors(path: Path) -> set[str]:
    """Return the anchors that forges make of headings: lower case, punctuation gone, blanks to hyphens."""
    titles = [text for token, text in pairwise(_tokens(path)) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.content.lower()).replace(" ", "-") for title in titles}


def _is_broken(document: Path, target: str) -> bool:
    place, _, anchor = unquote(target).partition("#")
    path = (document.parent / place).resolve() if place else document
    if not path.is_relative_to(REPOSITORY) or not path.exists():
        return True
    return bool(anchor) and path.suffix == ".md" and anchor not in _anchors(path)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_link_leads_to_a_file_or_heading(document: Path) -> None:
    assert [target for target in _links(document) if _is_broken(document, target)] == []


def test_a_broken_link_and_a_broken_anchor_are_found() -> None:
    readme = REPOSITORY / "README.md"
    assert _is_broken(readme, "docs/no-such-page.md")
    assert _is_broken(readme, "CHANGELOG.md#no-such-heading")
    assert not _is_broken(readme, "CHANGELOG.md#changelog")


def test_two_commands_set_everything_up_on_the_first_screen_of_the_readme() -> None:
    lines = (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN_LINES]
    blocks = [t.content for t in MarkdownIt().parse("\n".join(lines)) if t.type == "fence"]
    commands = [re.sub(r"\s+#.*", "", line) for block in blocks for line in block.splitlines()]
    assert commands == ["make demo", "make test"]


def test_the_changelog_tells_of_what_is_unreleased_or_of_this_version() -> None:
    titles = re.findall(r"^## \[(.+?)\]", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert titles[0] in {"Unreleased", __version__}


def test_every_command_of_the_makefile_says_what_it_does_and_stands_in_the_docs() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    contributing = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in targets if not re.search(rf"^{name}:.*## \w", makefile, re.MULTILINE)] == []
    assert [name for name in targets if f"make {name}" not in contributing] == []


def test_every_name_in_the_glossary_is_a_name_in_the_code() -> None:
    glossary = (REPOSITORY / "docs" / "develop" / "glossary.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in glossary.splitlines() if line.startswith("| ")]
    names = {name for row in rows for name in re.findall(r"`(\w+)`", row[3])}
    source = "\n".join(path.read_text(encoding="utf-8") for path in REPOSITORY.glob("src/dunwell/**/*.py"))
    assert len(names) > 1
    assert sorted(names - set(re.findall(r"\w+", source))) == []

"""The documents are complete and their links lead somewhere."""

import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dunwell import __version__
from tests.support.command_line import CommandLine

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
SAMPLE = REPOSITORY / "examples" / "wholesaler"
SAMPLE_ON = "2026-11-20"
DEVELOP = REPOSITORY / "docs" / "develop"
SOURCE = REPOSITORY / "src" / "dunwell"
WORKSPACE_FOLDERS = {"texts/", "letterhead/", "documents/", "rejects/", "outbox/"}
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


def test_every_decision_is_numbered_and_stands_in_the_index_under_its_title() -> None:
    index = (DEVELOP / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d+)\]\((decisions/\S+\.md)\) \| (.+) \|$", index, re.MULTILINE)
    pages = sorted(DEVELOP.glob("decisions/*.md"))
    assert listed == [_as_listed(number, page) for number, page in enumerate(pages, start=1)]


def test_every_page_for_makers_stands_in_their_index() -> None:
    linked = {(DEVELOP / target).resolve() for target in _links(DEVELOP / "README.md")}
    assert [path.name for path in sorted(DEVELOP.glob("*.md")) if path not in linked and path.name != "README.md"] == []


def _as_listed(number: int, page: Path) -> tuple[str, str, str]:
    title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix(f"# {number}. ")
    assert page.name.startswith(f"{number:04}-")
    return str(number), str(page.relative_to(DEVELOP)), title


def test_the_rooms_of_the_architecture_are_those_that_import_linter_keeps_apart() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    rooms = [re.findall(r"dunwell\.(\w+)", layer) for layer in layers]
    table = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| ", _architecture(), re.MULTILINE)
    assert [re.findall(r"\w+", row) for row in table] == rooms


def test_every_file_that_the_architecture_names_exists() -> None:
    named = [
        name for name in re.findall(r"`([\w./-]+/[\w.-]*\.?\w*)`", _architecture()) if name not in WORKSPACE_FOLDERS
    ]
    assert len(named) > 50
    assert [name for name in named if not any((root / name).exists() for root in (REPOSITORY, SOURCE))] == []


def _architecture() -> str:
    return (DEVELOP / "architecture.md").read_text(encoding="utf-8")


def test_the_answer_that_the_readme_shows_is_the_one_that_is_given(cli: CommandLine, tmp_path: Path) -> None:
    readme = REPOSITORY / "README.md"
    question, _, shown = next(block for block in _fences(readme) if block.startswith("$ dunwell why ")).partition("\n")
    said = _why_in_the_sample(cli, tmp_path / "demo", account=question.split()[3])
    if os.environ.get("DUNWELL_UPDATE"):
        readme.write_text(readme.read_text(encoding="utf-8").replace(shown, said), encoding="utf-8")
        shown = said
    assert shown == said, "DUNWELL_UPDATE=1 pytest tests/house -k readme renews it"


def _why_in_the_sample(cli: CommandLine, workspace: Path, account: str) -> str:
    """Return what ``dunwell why`` says of an account of the sample business on the day of the demo."""
    cli("init", workspace).ok()
    for name in ("dunwell.toml", "policy.toml", "letterhead/logo.svg"):
        shutil.copyfile(SAMPLE / name, workspace / name)
    files = [SAMPLE / f"{kind}.csv" for kind in ("customers", "invoices", "payments", "events")]
    cli("import", "--workspace", workspace, "--bank-complete-through", SAMPLE_ON, *files)
    return cli("why", account, "--workspace", workspace, as_of=SAMPLE_ON).ok().stdout


def _fences(document: Path) -> list[str]:
    return [token.content for token in _tokens(document) if token.type == "fence"]

"""Every story of this folder, told to the real command line (docs/develop/stories.md)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.language import Story, StoryError, read_stories
from tests.stories.runner import beginning, creditor_of, tell
from tests.support.command_line import CommandLine

STORIES = [story for path in sorted(Path(__file__).parent.glob("*.story")) for story in read_stories(path)]


@pytest.fixture(scope="session")
def dunwell(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line, one process for all stories."""
    return CommandLine(tmp_path_factory.mktemp("stories"), stays=True)


@pytest.fixture(scope="session")
def prepared(fresh_workspace: Callable[..., Path]) -> Callable[[Story], Path]:
    """A fresh workspace for a story's creditor, to copy."""
    return lambda story: fresh_workspace(*beginning(creditor_of(story)))


def _params(stories: list[Story]) -> list[object]:
    """Name each story; one that says how Dunwell still falls short is expected to fail, and must."""
    return [
        pytest.param(
            story,
            id=story.name,
            marks=[pytest.mark.xfail(reason=story.failing, raises=StoryError, strict=True)] if story.failing else [],
        )
        for story in stories
    ]


@pytest.mark.parametrize("story", _params(STORIES))
def test_story(story: Story, dunwell: CommandLine, prepared: Callable[[Story], Path], tmp_path: Path) -> None:
    shutil.copytree(prepared(story), tmp_path / "workspace")
    tell(story, dunwell, tmp_path / "workspace")


@pytest.mark.parametrize("story", _params([story for story in STORIES if story.also_on_postgresql]))
def test_story_on_postgresql(story: Story, dunwell: CommandLine, migrated_url: str, tmp_path: Path) -> None:
    dunwell("init", tmp_path / "workspace", *beginning(creditor_of(story)), "--database", migrated_url).ok()
    tell(story, dunwell, tmp_path / "workspace", migrated_url)


@pytest.mark.parametrize("story", _params([story for story in STORIES if story.also_as_separate_commands]))
def test_story_by_the_installed_command(story: Story, cli: CommandLine, tmp_path: Path) -> None:
    """The same by the installed ``dunwell``, a process for every command."""
    cli("init", tmp_path / "workspace", *beginning(creditor_of(story))).ok()
    tell(story, cli, tmp_path / "workspace")

"""Every story of this folder, told to the real command line (docs/develop/stories.md)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories.language import Story, StoryError, read_stories
from tests.stories.runner import creditor_of, make_workspace, tell
from tests.support.command_line import CommandLine

STORIES = [story for path in sorted(Path(__file__).parent.glob("*.story")) for story in read_stories(path)]


@pytest.fixture(scope="session")
def dunwell(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line, one process for all stories."""
    return CommandLine(tmp_path_factory.mktemp("stories"), stays=True)


@pytest.fixture(scope="session")
def prepared(dunwell: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Story], Path]:
    """A fresh workspace for a story's creditor, made once by ``dunwell init`` and copied for each story."""
    made: dict[tuple[str, str, str], Path] = {}

    def prepare(story: Story) -> Path:
        creditor = creditor_of(story)
        if creditor not in made:
            made[creditor] = tmp_path_factory.mktemp("prepared") / "workspace"
            make_workspace(dunwell, made[creditor], creditor)
        return made[creditor]

    return prepare


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
def test_story_on_postgresql(story: Story, dunwell: CommandLine, postgres_url: str, tmp_path: Path) -> None:
    make_workspace(dunwell, tmp_path / "workspace", creditor_of(story), postgres_url)
    tell(story, dunwell, tmp_path / "workspace", postgres_url)


@pytest.mark.parametrize("story", _params([story for story in STORIES if story.also_as_separate_commands]))
def test_story_by_the_installed_command(story: Story, cli: CommandLine, tmp_path: Path) -> None:
    """The same by the installed ``dunwell``, a process for every command."""
    make_workspace(cli, tmp_path / "workspace", creditor_of(story))
    tell(story, cli, tmp_path / "workspace")

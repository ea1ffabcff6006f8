"""Reads ``*.story`` files: the language is explained in docs/develop/stories.md."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

DAY_ZERO = date(2026, 3, 2)
"""Day 0 of a story that does not say otherwise; a Monday."""

_DAY = re.compile(r"\bday (-?\d+)\b")
_QUOTED = re.compile(r'("[^"]*")')
_ACT = re.compile(r"day (?P<day>\S+)\s+(?P<rest>.+)")


class StoryError(Exception):
    """A line that is no story language, or a story that did not go as it was told."""


@dataclass(frozen=True)
class Line:
    """A number and a text, dates written out."""

    number: int
    text: str


@dataclass
class Act:
    """Something that happens on a day, and what is expected of it."""

    number: int
    on: date
    text: str
    expectations: list[Line] = field(default_factory=list)


@dataclass
class Story:
    """One story: what is given, and what happens day by day."""

    path: Path
    number: int
    title: str
    day_zero: date = DAY_ZERO
    givens: list[Line] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    failing: str = ""
    also_on_postgresql: bool = False
    also_as_separate_commands: bool = False

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.path.stem}: {self.title}"

    def dated(self, text: str) -> str:
        """Write ``day 31`` as a date, except in quotes."""
        parts = _QUOTED.split(text)
        parts[::2] = [_DAY.sub(lambda found: self.day(found[1]).isoformat(), part) for part in parts[::2]]
        return "".join(parts)

    def day(self, text: str) -> date:
        """Return the date of ``31`` (days after day 0) or ``2026-04-02``."""
        if re.fullmatch(r"-?\d+", text):
            return self.day_zero + timedelta(days=int(text))
        return date.fromisoformat(text)


def read_stories(path: Path) -> list[Story]:
    """Return the stories of a file; each begins with a line ``story TITLE``."""
    stories: list[Story] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("story "):
            stories.append(Story(path, number, text.removeprefix("story ").strip()))
        elif stories:
            _read_line(stories[-1], number, text)
        else:
            raise StoryError(f"{path}:{number}: a file begins with: story TITLE")
    return stories


def _read_line(story: Story, number: int, text: str) -> None:
    word, _, rest = text.partition(" ")
    if word == "given":
        _read_given(story, number, rest.strip())
    elif word == "xfail":
        story.failing = rest.strip()
    elif text == "also on postgresql":
        story.also_on_postgresql = True
    elif text == "also as separate commands":
        story.also_as_separate_commands = True
    elif word == "->" and story.acts:
        story.acts[-1].expectations.append(Line(number, story.dated(rest.strip())))
    else:
        _read_act(story, number, text)


def _read_given(story: Story, number: int, text: str) -> None:
    if text.startswith("day 0 is "):
        story.day_zero = date.fromisoformat(text.removeprefix("day 0 is "))
    else:
        story.givens.append(Line(number, text))


def _read_act(story: Story, number: int, text: str) -> None:
    """Read ``day 31 run -> …``; without a day it happens on the day of the line above."""
    told, _, expected = (part.strip() for part in text.partition(" -> "))
    if found := _ACT.fullmatch(told):
        on, told = story.day(found["day"]), found["rest"].strip()
    elif story.acts:
        on = story.acts[-1].on
    else:
        raise StoryError(f"{story.path}:{number}: the first thing that happens needs its day: day 0 {text}")
    act = Act(number, on, story.dated(told))
    if expected:
        act.expectations.append(Line(number, story.dated(expected)))
    story.acts.append(act)

"""Layouts of programs, one TOML file each: a mapping, and in ``[layout]`` by which headers it is known.

``needs`` are headers that must all be there, compared without case and punctuation, ``lacks`` some that must not; the
layout with most of them counts. ``note`` is said whenever the layout is used.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from dunwell.sources.mapping import Mapping, mapping_of
from dunwell.sources.rows import COLUMNS, KINDS
from dunwell.sources.tabular.words import folded, known_headers


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: its name, what it is known by, and how it is read."""

    name: str
    needs: frozenset[str]
    mapping: Mapping
    note: str = ""
    lacks: frozenset[str] = frozenset()


@cache
def all_layouts() -> tuple[Layout, ...]:
    """Return every layout shipped; raises ``ValueError`` for one that has mistakes, which the tests would find."""
    found = sorted(item.name for item in files(__package__).iterdir() if item.name.endswith(".toml"))
    return tuple(_read(name) for name in found)


def _read(file: str) -> Layout:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    data = tomllib.loads(text)
    layout = data.pop("layout")
    mapping, problems = mapping_of(data, layout["name"], text)
    if mapping is None:
        raise ValueError("\n".join(str(problem) for problem in problems))
    needs, lacks = (frozenset(map(folded, layout.get(key, ()))) for key in ("needs", "lacks"))
    return Layout(layout["name"], needs, replace(mapping, tells_left_out=True), layout.get("note", ""), lacks)


def find(columns: Sequence[str]) -> Layout | None:
    """Return the layout that a file with these headers has."""
    names = {folded(name) for name in columns}
    fitting = [layout for layout in all_layouts() if layout.needs <= names and not layout.lacks & names]
    return max(fitting, key=lambda layout: len(layout.needs), default=None)


def is_known(word: str) -> bool:
    """Tell whether a folded header is a word of any table or layout."""
    return word in known_headers() or word in _own_headers() or any(word in layout.needs for layout in all_layouts())


@cache
def _own_headers() -> frozenset[str]:
    return frozenset(folded(column.name) for kind in KINDS for column in COLUMNS[kind])

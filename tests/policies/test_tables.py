"""Every policy table of this folder, run through the engine (docs/develop/stories.md)."""

from pathlib import Path

import pytest

from tests.policies.tables import Group, failures, read_groups

GROUPS = [group for path in sorted(Path(__file__).parent.glob("*.table")) for group in read_groups(path)]


@pytest.mark.parametrize("group", [pytest.param(group, id=f"{group.path.stem}: {group.sentence}") for group in GROUPS])
def test_table(group: Group) -> None:
    assert group.rows, "a group without rows says nothing"
    found = list(failures(group))
    assert not found, f"{group.path}: {group.sentence}\n" + "\n".join(found)

"""``docs/guide/policy.md`` is tested: every key with its real default, and every example."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from dunwell.law.tables import load_law
from dunwell.policy.check import check_policy
from dunwell.policy.keys import TABLES

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "policy.md").read_text(encoding="utf-8")
DEFAULT = tomllib.loads((files("dunwell.policy") / "default.toml").read_text(encoding="utf-8"))
SECTIONS = {
    "file": "## The file",
    "select": "`[[select]]`",
    "policy": "`[policy.NAME]`",
    "steps": "`[[policy.NAME.steps]]`",
    "fee": "`[policy.NAME.late_fee]`",
    "band": "`[policy.NAME.late_fee]`",
    "recovery": "`[policy.NAME.referral]`",
    **{
        name: f"`[policy.NAME.{name}]`"
        for name in (
            "delivery_days",
            "annexes",
            "hold",
            "late_fee",
            "interest",
            "plan",
            "longer_line",
            "discount",
            "referral",
            "matching",
            "keeping",
        )
    },
}
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


def section(table: str) -> str:
    """Return the text under the heading of a table."""
    parts = re.split(r"^(?=## )", GUIDE, flags=re.MULTILINE)
    return next(part for part in parts if SECTIONS[table] in part.partition("\n")[0])


def defaults(table: str) -> dict[str, str]:
    """Return the default column of a section by key."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.+) \|$", section(table), re.MULTILINE)
    return {key: default for key, default, _ in rows}


def written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_described(table: str) -> None:
    assert {key.name for key in TABLES[table]} <= set(defaults(table))


@pytest.mark.parametrize("table", ["policy", "delivery_days", "hold", "interest", "plan", "longer_line", "discount"])
def test_every_default_is_the_real_one(table: str) -> None:
    standard = DEFAULT["policy"]["standard"]
    values = standard if table == "policy" else standard[table]
    real = {name: f"`{written(value)}`" for name, value in values.items() if not isinstance(value, dict) or not value}
    real.pop("steps", None)
    described = defaults(table)
    assert real == {name: described[name] for name in real}


def test_every_section_has_an_example() -> None:
    for part in re.split(r"^(?=## )", GUIDE, flags=re.MULTILINE)[2:]:
        assert "```toml" in part, part.partition("\n")[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.partition("\n")[0])
def test_every_example_is_a_good_policy(example: str) -> None:
    text = example if example.startswith("default") else f'default = "standard"\n{example}'
    assert check_policy(text, "guide", load_law())[1] == []

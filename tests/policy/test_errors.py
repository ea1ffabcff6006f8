"""The wording of every problem is fixed by files: ``errors/NAME.toml`` gives exactly ``errors/NAME.txt``.

A first line ``# creditor: XX`` names the creditor's country, for the files that are held against the law.
To accept a new wording: ``DUNWELL_UPDATE=1 pytest tests/policy`` and read the diff.
"""

import os
from pathlib import Path

import pytest

from dunwell.law.tables import load_law
from dunwell.policy.check import check_policy

FILES = sorted((Path(__file__).parent / "errors").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mistake_is_reported_at_its_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    country = first.removeprefix("# creditor: ") if first.startswith("# creditor: ") else ""
    _, problems = check_policy(text, "policy.toml", load_law(), country)
    found = "".join(f"{problem}\n" for problem in problems)
    expected = path.with_suffix(".txt")
    if os.environ.get("DUNWELL_UPDATE"):
        expected.write_text(found, encoding="utf-8")
    assert expected.read_text(encoding="utf-8") == found
    assert problems

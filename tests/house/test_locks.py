"""The lock files pin by name, version and hash, and hold no address and no path of a machine."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENTS = REPOSITORY / "requirements"
LOCKS = [REQUIREMENTS / f"{name}.txt" for name in ("build", "lock", "run", "style", "test")]

PIN = re.compile(r"^[a-z0-9][a-z0-9._-]*==[^\s;]+( ; [^\\]+)?( --hash=sha256:[0-9a-f]{64})+$")


def _pins(lock: Path) -> list[str]:
    """Return one line per pinned package, its hashes on the same line."""
    return lock.read_text(encoding="utf-8").replace(" \\\n    ", " ").splitlines()


def _releases(lock: Path) -> set[str]:
    return {pin.split(" ")[0] for pin in _pins(lock)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_a_pin_with_hashes(lock: Path) -> None:
    assert [pin for pin in _pins(lock) if not PIN.match(pin)] == []
    assert _pins(lock) != []


def test_no_file_of_the_requirements_holds_an_address_or_a_path() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(REQUIREMENTS.iterdir()))
    assert re.findall(r".*(?://|--(?:extra-)?index-url|--find-links|^/|\s/).*", text, re.MULTILINE) == []


def test_the_smaller_sets_hold_the_releases_of_the_larger_ones() -> None:
    run, test, style = (_releases(REQUIREMENTS / f"{name}.txt") for name in ("run", "test", "style"))
    assert run - test == set()
    assert test - style == set()


def test_no_script_names_a_package_index() -> None:
    scripts = [REPOSITORY / "Makefile", REPOSITORY / ".ci" / "run", *sorted((REPOSITORY / "tools").iterdir())]
    elsewhere = re.compile(r"https?://(?!127\.0\.0\.1)|--index-url")
    written = [path for path in scripts if path.is_file()]  # Python may have compiled some beside them
    named = [path.name for path in written if elsewhere.search(path.read_text(encoding="utf-8"))]
    assert named == []

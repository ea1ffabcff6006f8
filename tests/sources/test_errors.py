"""Each file of ``errors/`` is imported and gives exactly the messages written beside it.

``NAME.csv`` is read, with the mapping ``NAME.toml`` if there is one, and the answer compared with ``NAME.txt``: what
was recognised, the problems, the notices, and the rejects file.
"""

from pathlib import Path

import pytest

from dunwell.sources import Parsed, read_mapping, read_table

ERRORS = Path(__file__).parent / "errors"


def answer(file: Path) -> str:
    """Return all that is said about a file, as text."""
    mapping_file = file.with_suffix(".toml")
    if not mapping_file.exists():
        return described(read_table(file))
    mapping, problems = read_mapping(mapping_file)
    assert problems == ()
    return described(read_table(file, mapping))


def described(parsed: Parsed) -> str:
    lines = [f"recognised: {parsed.recognised}"]
    lines += [f"problem: {problem}" for problem in parsed.problems]
    lines += [f"notice: {notice}" for notice in parsed.notices]
    rejects = parsed.rejects.decode(parsed.raw.encoding) if parsed.rejects and parsed.raw else ""
    return "\n".join(lines) + "\n" + (f"rejects:\n{rejects}" if rejects else "")


@pytest.mark.parametrize("file", sorted(ERRORS.glob("*.csv")), ids=lambda file: file.stem)
def test_file_is_answered_as_written_beside_it(file: Path) -> None:
    assert answer(file) == file.with_suffix(".txt").read_text(encoding="utf-8")

"""Every file of the public corpus is read right or refused with its reason; ``python -m bench.corpus`` tells it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.corpus.__main__ import FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_every_file_of_a_folder_is_right_or_refused_rightly(corpus: Callable[[str], Path], name: str) -> None:
    verdicts = list(FOLDERS[name](corpus(name)))
    assert [verdict for verdict in verdicts if verdict.outcome == "wrong"] == []
    assert {verdict.outcome for verdict in verdicts} >= {"right"}


def test_every_folder_of_the_corpus_is_judged(corpus: Callable[[str], Path]) -> None:
    root = corpus("saft").parent
    assert {path.name for path in root.iterdir() if path.is_dir()} - set(FOLDERS) == set()

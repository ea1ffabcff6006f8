"""The generator of ledgers as a Hypothesis strategy: small ones, which shrink to the rows that matter."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from .generate import a_world
from .records import World


@st.composite
def worlds(draw: Callable[..., Any], accounts: int = 2) -> World:
    """A ledger of a few accounts under one or two policies, an as-of date and a law."""

    def pick(options: Sequence[Any]) -> Any:
        return draw(st.sampled_from(options))

    count = draw(st.integers(1, accounts))
    return a_world(pick, count, draw(st.integers(1, 2)))

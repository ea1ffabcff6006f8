"""The generator of ledgers as a Hypothesis strategy: small ones, which shrink to the rows that matter."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from dunwell.policy.model import PolicySet

from .generate import a_world
from .records import OracleLedger


@st.composite
def worlds(draw: Callable[..., Any], accounts: int = 2) -> tuple[OracleLedger, PolicySet, date]:
    """A ledger of a few accounts under one or two policies, and an as-of date."""

    def pick(options: Sequence[Any]) -> Any:
        return draw(st.sampled_from(options))

    count = draw(st.integers(1, accounts))
    return a_world(pick, count, draw(st.integers(1, 2)))

"""How far an import has come: which file, what is done to it, how much of it, and which share of all is behind."""

from collections.abc import Callable
from dataclasses import dataclass

from dunwell.sources.rows import Watch

Watched = Callable[[str, str, float], None]
"""Is told what is done now ("reading", "comparing" or "writing"), to which file and how much of it, and which share of
all is behind."""

_LOOKED_AT = 0.3
"""Share of the work that recognising the files is: a table is split into its cells for it."""
_PASS = 0.7
"""Share of what is left of a step that one pass over the file is taken for: nobody knows how many are to come."""


@dataclass(slots=True)
class Track:
    """The work on all files of an import, by their sizes in bytes; ``watched`` is told of it, if anybody watches."""

    watched: Watched | None
    whole: int
    looked_at: int = 0
    taken_in: int = 0

    def looking(self, name: str, size: int) -> Watch | None:
        """Begin to recognise a file; return what is to hear how much of it is read."""
        begin = _LOOKED_AT * self.looked_at / self.whole
        self.looked_at += size
        return self._within("reading", name, begin, _LOOKED_AT * self.looked_at / self.whole)

    def reading(self, name: str, size: int) -> Watch | None:
        """Begin to read the rows of a file."""
        begin = self._share(self.taken_in)
        self.tell("reading", name, begin)
        return self._within("reading", name, begin, self._share(self.taken_in + size / 2))

    def ending(self, step: str, name: str, size: int) -> Watch | None:
        """Begin what is done with what a file gave: it is compared with the ledger, or also written."""
        begin = self._share(self.taken_in + size / 2)
        self.tell(step, name, begin)
        return self._within(step, name, begin, self._share(self.taken_in + size))

    def done(self, size: int) -> None:
        """End the work on a file."""
        self.taken_in += size

    def tell(self, step: str, name: str, share: float) -> None:
        """Tell whoever watches."""
        if self.watched is not None:
            self.watched(step, name, share)

    def _share(self, size: float) -> float:
        return _LOOKED_AT + (1 - _LOOKED_AT) * size / self.whole

    def _within(self, step: str, name: str, begin: float, end: float) -> Watch | None:
        if self.watched is None:
            return None
        passes = _Passes(begin, end)

        def tell(done: int, whole: int, unit: str) -> None:
            share = passes.share(min(done / whole, 1.0) if whole else 1.0, unit)
            self.tell(step, f"{name}: {done:,} of {whole:,} {unit}", share)

        return tell


@dataclass(slots=True)
class _Passes:
    """The passes of one step over a file: each begins where the one before it came to, so that no bar goes back."""

    begin: float
    end: float
    unit: str = ""
    behind: float = 0.0

    def share(self, done: float, unit: str) -> float:
        """Return how far the step is when so much of a pass over these units is done."""
        if unit != self.unit or done < self.behind:
            self.begin += (self.end - self.begin) * _PASS * self.behind
            self.unit = unit
        self.behind = done
        return self.begin + (self.end - self.begin) * _PASS * done

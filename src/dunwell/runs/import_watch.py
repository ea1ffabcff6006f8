"""How far an import has come: which file, what is done to it, how much of it, and which share of all is behind."""

from collections.abc import Callable
from dataclasses import dataclass

from dunwell.sources.rows import Watch

Watched = Callable[[str, str, float], None]
"""Is told what is done now, "reading" or "writing", to which file and how much of it, and which share is behind."""

_LOOKED_AT = 0.3
"""Share of the work that recognising the files is: a table is split into its cells for it."""


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

    def writing(self, name: str, size: int) -> None:
        """Begin to write what a file gave."""
        self.tell("writing", name, self._share(self.taken_in + size / 2))

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

        def tell(done: int, whole: int, unit: str) -> None:
            share = min(done / whole, 1.0) if whole else 1.0
            self.tell(step, f"{name}: {done:,} of {whole:,} {unit}", begin + (end - begin) * share)

        return tell

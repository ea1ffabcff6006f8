"""Problems in data are values; mistakes in use or code are exceptions of one tree.

    DunwellError
    ├── UsageError         the command was called in a way that cannot work; exit status 2
    ├── WorkspaceError     the workspace folder, its settings or its database cannot be used
    ├── RefusedError       a rule of the product forbids the action (stale bank data, a failed check)
    ├── RateMissingError   the law tables do not cover a date; nothing is extrapolated (product §2.3)
    └── RenderError        a letter could not be typeset

A problem found in a file, a policy or a text never raises: it is collected, and all of them are reported at once.
"""

from dataclasses import dataclass


class DunwellError(Exception):
    """The root of every error that Dunwell raises on purpose; its message is fit to show to a person."""


class UsageError(DunwellError):
    """The command was called in a way that cannot work."""


class WorkspaceError(DunwellError):
    """The workspace folder, its settings or its database cannot be used."""


class RefusedError(DunwellError):
    """A rule of the product forbids the action; the message says which and what to do."""


class RateMissingError(DunwellError):
    """The law tables do not cover a date that the calculation needs."""


class RenderError(DunwellError):
    """A letter could not be typeset."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in given data: where it is, what it is, and what to do about it.

    ``line`` and ``column`` count from 1 (``line`` 0 means the file as a whole); ``column`` is a column's name for
    tables and a character position, as text, for policies and letter texts.
    """

    source: str
    line: int
    column: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        """Render as one line in the form editors understand: ``file:line: column: what. What to do.``."""
        place = f"{self.source}:{self.line}" if self.line else self.source
        column = f"{self.column}:" if self.column.isdecimal() else f" {self.column}:" if self.column else ""
        hint = f" {self.suggestion}" if self.suggestion else ""
        return f"{place}:{column} {self.message}{hint}"

"""The statement of account as of a day, on our letterhead: every invoice and every entry, and what is left."""

from dunwell.runs import case_file
from dunwell.runs.case_subject import Subject, required_situation
from dunwell.runs.desk import Desk


def statement_pdf(desk: Desk, about: Subject) -> bytes:
    """Return the statement of an account and currency as a PDF, the one that the case file holds.

    Raises ``RefusedError`` when the account has nothing in that currency.
    """
    return case_file._statement_pdf(desk, about, required_situation(desk, about)).content  # noqa: SLF001

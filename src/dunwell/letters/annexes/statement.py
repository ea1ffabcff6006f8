"""The statement of account: every entry with the balance after it."""

from dunwell.letters.annexes.titled import titled
from dunwell.letters.content import Annex
from dunwell.letters.kind_blocks import statement_table
from dunwell.letters.setting import Setting


def statement(setting: Setting) -> Annex | None:
    """Show the entries of the account; nothing where they are not known, or the letter itself is the statement."""
    table = None if setting.facts.kind == "statement" else statement_table(setting)
    return titled(setting, "statement", (table,)) if table else None

"""The instalments of a payment plan, on a sheet that can be pinned to the wall."""

from dunwell.letters.annexes.titled import titled
from dunwell.letters.blocks import payment
from dunwell.letters.content import Annex
from dunwell.letters.kind_blocks import instalment_table
from dunwell.letters.setting import Setting


def plan_schedule(setting: Setting) -> Annex | None:
    """Show the instalments and where to pay them; nothing where there is no plan."""
    table = instalment_table(setting)
    return titled(setting, "plan_schedule", (table, payment(setting))) if table else None

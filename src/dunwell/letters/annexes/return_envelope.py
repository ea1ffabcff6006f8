"""A sheet with the creditor's address where the window of an envelope shows it: for the customer's reply."""

from dataclasses import replace

from dunwell.letters.addresses import sender_lines
from dunwell.letters.annexes.titled import titled
from dunwell.letters.content import Annex, Paragraph, Run
from dunwell.letters.setting import Setting


def return_envelope(setting: Setting) -> Annex | None:
    """Address the reply to whoever writes, with the account and the letter it answers."""
    values = setting.values
    about = ((setting.label(key), str(values[key])) for key in ("account_number", "reference"))
    known = " · ".join(f"{label} {value}" for label, value in about if value)
    blocks = (Paragraph((Run(setting.sentence("annexes", "return_fold")),)), Paragraph((Run(known),)))
    address = sender_lines(setting.facts.sender, setting.facts.recipient.country)
    return replace(titled(setting, "return_envelope", blocks), address=address)

"""The credit application form: the customer fills it in on a screen or by hand and sends it back."""

from dataclasses import replace

from dunwell.letters.annexes.titled import titled
from dunwell.letters.content import Annex, FormField, Paragraph, Run
from dunwell.letters.setting import Setting

_FIELDS = (
    ("business_name", 1, False),
    ("legal_form", 1, True),
    ("register_number", 1, True),
    ("tax_number", 1, True),
    ("trading_since", 1, True),
    ("address", 2, False),
    ("delivery_address", 2, False),
    ("contact_person", 1, True),
    ("position", 1, True),
    ("phone", 1, True),
    ("email", 1, True),
    ("invoice_email", 1, True),
    ("bank_account", 1, True),
    ("credit_requested", 1, True),
    ("monthly_orders", 1, True),
    ("reference_1", 2, False),
    ("reference_2", 2, False),
    ("place_date", 1, True),
    ("signature", 1, True),
)
"""Name, lines, whether two stand side by side; the labels are ``[application_form]`` of ``common.toml``."""


def application_form(setting: Setting) -> Annex:
    """Return the form in the letter's language."""
    fields = tuple(
        FormField(name, setting.sentence("application_form", name), lines, half) for name, lines, half in _FIELDS
    )
    intro = Paragraph((Run(setting.sentence("application_form", "intro")),))
    declaration = Paragraph((Run(setting.sentence("application_form", "declaration")),))
    return replace(titled(setting, "application_form", (intro, declaration)), fields=fields)

"""Every annex by its kind; a new one is a file and a line here."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from dunwell.letters.annexes.application_form import application_form
from dunwell.letters.annexes.kinds import ANNEX_KINDS, DEFAULT_ANNEXES, AnnexKind
from dunwell.letters.annexes.papers import contract, invoice_copies, past_correspondence
from dunwell.letters.annexes.payment_slip import payment_slip
from dunwell.letters.annexes.plan_schedule import plan_schedule
from dunwell.letters.annexes.policy_extract import policy_extract
from dunwell.letters.annexes.return_envelope import return_envelope
from dunwell.letters.annexes.statement import statement
from dunwell.letters.content import Annex
from dunwell.letters.facts import LetterFacts
from dunwell.letters.payment import pays_by_slip
from dunwell.letters.setting import Setting

Build = Callable[[Setting], Annex | None]
"""An annex is a function of the letter's setting; ``None`` where there is nothing to show."""

ANNEXES: Mapping[AnnexKind, Build] = {
    "invoice_copies": invoice_copies,
    "past_correspondence": past_correspondence,
    "contract": contract,
    "policy_extract": policy_extract,
    "statement": statement,
    "plan_schedule": plan_schedule,
    "payment_slip": payment_slip,
    "return_envelope": return_envelope,
    "application_form": application_form,
}


def default_annexes(facts: LetterFacts) -> tuple[AnnexKind, ...]:
    """Return what a letter carries unless the policy says otherwise; a slip only where people pay by one."""
    kinds = DEFAULT_ANNEXES.get(facts.kind, ())
    return tuple(kind for kind in kinds if kind != "payment_slip" or pays_by_slip(facts))


def annexes_of(setting: Setting) -> tuple[Annex, ...]:
    """Return the annexes that the letter asks for and that have something to show, numbered in their fixed order."""
    asked = (kind for kind in ANNEX_KINDS if kind in setting.facts.annexes)
    found = (annex for kind in asked if (annex := ANNEXES[kind](setting)) is not None)
    return tuple(_numbered(setting, annex, number) for number, annex in enumerate(found, 1))


def _numbered(setting: Setting, annex: Annex, number: int) -> Annex:
    return replace(annex, number=number, mark=setting.sentence("annexes", "mark", annex_number=number))

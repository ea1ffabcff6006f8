"""Which law applies: the tables and the creditor's jurisdiction."""

from dataclasses import dataclass

from dunwell.errors import UsageError
from dunwell.law import Law, PartyType, Rule


@dataclass(frozen=True, slots=True)
class LegalSetting:
    """The law tables, and whose law holds: the creditor's ``jurisdiction`` (ISO 3166 alpha-2)."""

    law: Law
    jurisdiction: str

    def rule(self, party_type: PartyType) -> Rule | None:
        """Return the rule for a customer of that type; ``None`` where the tables know none."""
        try:
            return self.law.rule(self.jurisdiction, party_type)
        except UsageError:
            return None

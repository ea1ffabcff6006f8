"""The linter over what the law of a country forbids to claim, announce or threaten, by kind of customer.

The rules are data: ``texts/unlawful.toml`` says what is forbidden where and to whom, ``texts/words.toml`` by which
words a language says it.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dunwell.letters.facts import LetterFacts
from dunwell.letters.texts import SHIPPED

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """One prohibition: ``what`` is a claim, consequence, threat or kind of letter; ``kinds`` empty means every kind."""

    what: str
    countries: frozenset[str]
    parties: frozenset[str]
    reason: str
    kinds: frozenset[str] = frozenset()

    def holds_for(self, facts: LetterFacts) -> bool:
        """Tell whether the rule speaks of this letter: customer's or creditor's country, kind of customer, kind."""
        home = facts.creditor.jurisdiction or facts.creditor.country
        countries = {EVERYWHERE, facts.recipient.country, home}
        return (
            bool(countries & self.countries)
            and facts.recipient.party_type in self.parties
            and (not self.kinds or facts.kind in self.kinds)
        )


@cache
def rules() -> tuple[Rule, ...]:
    """Return every prohibition, in the order of the file."""
    table = tomllib.loads((SHIPPED / "unlawful.toml").read_text(encoding="utf-8"))
    return tuple(
        Rule(
            what=rule["what"],
            countries=frozenset(rule["countries"]),
            parties=frozenset(rule["parties"]),
            reason=rule["reason"],
            kinds=frozenset(rule.get("kinds", ())),
        )
        for rule in table["rule"]
    )


def unlawful_claims(facts: LetterFacts) -> Iterator[Rule]:
    """Yield the rules that forbid what a letter charges or announces, or a letter of this kind altogether."""
    charged = {
        "late_fee": facts.late_fee_minor,
        "compensation": facts.compensation_minor,
        "interest": facts.interest_minor,
    }
    made = facts.consequences | {facts.kind} | {name for name, minor in charged.items() if minor}
    return (rule for rule in rules() if rule.what in made and rule.holds_for(facts))


def unlawful_threats(facts: LetterFacts) -> dict[str, Rule]:
    """Return the threats that may not stand in this letter, whatever the policy says, with the rule of each."""
    return {rule.what: rule for rule in rules() if rule.holds_for(facts)}


@cache
def unlawful_everywhere() -> dict[str, Rule]:
    """Return what no letter to anybody may threaten, so that a text can be checked without a letter."""
    parties = frozenset({"business", "consumer", "public"})
    return {rule.what: rule for rule in rules() if EVERYWHERE in rule.countries and rule.parties >= parties}

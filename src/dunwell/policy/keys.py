"""Every key that ``policy.toml`` may hold: its kind, its range and the model field it fills.

This table is the whole grammar of the policy file: the parser reads by it, the guide is tested against it,
and the allowed spellings in a problem come from it.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["whole", "flag", "choice", "choices", "name", "date", "country", "percent", "amount", "amounts", "table"]

LADDER_LETTERS = (
    "reminder", "collection", "hold", "final_demand",
    "attorney_demand", "alternatives", "plan_offer", "statement",
)  # fmt: skip
"""The letter kinds (product §3) that a step of the ladder can send."""

NO_LETTER = "none"
"""What the file says for a step that is a decision and sends no letter; the model has ``None``."""

TONES = ("friendly", "neutral", "firm", "final")
CHANNELS = ("email", "post", "phone")
CONSEQUENCES = (
    "interest", "credit_limit", "account_closure",
    "legal_action", "lawyer", "collection_agency", "credit_report",
)  # fmt: skip
"""What may be proposed when a cure deadline is missed (product §2.1); letters use the same words."""

REFERRAL_OPTIONS = ("attorney", "small_claims_court", "collection_agency", "credit_report")
ANNEX_KINDS = (
    "invoice_copies", "past_correspondence", "contract", "policy_extract", "statement",
    "plan_schedule", "payment_slip", "return_envelope", "application_form",
)  # fmt: skip
"""What can be enclosed with a letter (product §3)."""

LETTERS = (
    "terms", "reminder", "collection", "hold", "hold_release", "receipt_check", "plan_offer", "plan_confirmation",
    "plan_default", "alternatives", "credit_refusal", "order_on_hold", "problem_apology", "final_demand",
    "attorney_demand", "statement",
)  # fmt: skip
"""Every kind of letter (product §3)."""

HELD_KINDS = ("contact", "notes", "letters", "documents")
"""What is held on the person behind an account, by what it is for: each kind has its own keeping time."""

PARTY_TYPES = ("business", "consumer", "public")
DAY_COUNTS = ("act/365", "act/360", "30/360")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: ``low`` and ``high`` bound numbers, ``field`` is the model's name if it differs."""

    name: str
    kind: Kind
    low: int = 0
    high: int = 365
    choices: tuple[str, ...] = ()
    field: str = ""
    required: bool = False

    @property
    def target(self) -> str:
        """Return the model field that this key fills."""
        return self.field or self.name


def _flags(*names: str) -> tuple[Key, ...]:
    return tuple(Key(name, "flag") for name in names)


_FEE = (
    Key("kind", "choice", choices=("flat", "percent", "bands"), required=True),
    Key("amount", "amounts", field="amount_minor"),
    Key("percent", "percent", high=100, field="percent_hundredths"),
    Key("bands", "table"),
    Key("accumulate", "flag"),
    Key("minimum", "amounts", field="min_minor"),
    Key("maximum", "amounts", field="max_minor"),
)

TABLES: dict[str, tuple[Key, ...]] = {
    "file": (
        Key("default", "name", required=True),
        Key("effective_on", "date"),
        Key("select", "table"),
        Key("policy", "table", required=True),
    ),
    "select": (
        Key("policy", "name", required=True),
        Key("country", "country"),
        Key("party_type", "choice", choices=PARTY_TYPES),
        Key("segment", "name"),
    ),
    "policy": (
        Key("terms_days", "whole"),
        Key("grace_days", "whole", high=90),
        Key("minimum", "amounts", field="minimum_minor"),
        Key("tolerance", "amounts", field="tolerance_minor"),
        Key("response_pause_days", "whole", high=90),
        Key("max_data_age_days", "whole", high=90),
        *_flags("chase", "restart_on_cure", "pursue_charges_after_principal", "four_eyes", "compensation"),
        *(Key(name, "table") for name in ("delivery_days", "annexes", "hold", "late_fee", "interest", "plan")),
        *(Key(name, "table") for name in ("longer_line", "discount", "referral", "matching", "keeping", "steps")),
    ),
    "delivery_days": tuple(Key(channel, "whole", high=30) for channel in CHANNELS),
    "annexes": tuple(Key(letter, "choices", choices=ANNEX_KINDS) for letter in LETTERS),
    "steps": (
        Key("id", "name", required=True),
        Key("day", "whole", low=1, high=3650, required=True),
        Key("at", "choice", choices=("day", "month_end")),
        Key("letter", "choice", choices=(*LADDER_LETTERS, NO_LETTER), required=True),
        Key("tone", "choice", choices=TONES),
        Key("channel", "choice", choices=CHANNELS),
        Key("pay_by_days", "whole", low=1, high=90),
        Key("min_gap_days", "whole", high=90),
        Key("warns_of_hold", "flag"),
        Key("fee", "table"),
    ),
    "hold": (
        Key("allowed", "flag"),
        Key("days_past_due", "whole"),
        Key("min_unanswered_requests", "whole", high=20),
        Key("warn_first", "flag"),
        Key("minimum", "amounts", field="minimum_minor"),
        Key("cure_days", "whole", low=1, high=90),
        Key("regrace_days", "whole", high=90),
        Key("release_when", "choice", choices=("principal", "demanded")),
        Key("consequences", "choices", choices=CONSEQUENCES),
    ),
    "fee": _FEE,
    "late_fee": (*_FEE, Key("from_days_past_due", "whole", low=1)),
    "band": (
        Key("up_to", "amount", field="up_to_minor"),
        Key("percent", "percent", high=100, field="percent_hundredths"),
        Key("amount", "amount", field="amount_minor"),
    ),
    "interest": (
        Key("kind", "choice", choices=("none", "contract", "statutory")),
        Key("contract_rate", "percent", high=100, field="contract_rate_hundredths"),
        Key("refuse_unverified", "flag"),
        Key("day_count", "choice", choices=DAY_COUNTS),
    ),
    "plan": (
        Key("offered", "flag"),
        Key("max_instalments", "whole", low=2, high=60),
        Key("minimum_instalment", "amounts", field="min_instalment_minor"),
        Key("interest_percent", "percent", high=100, field="interest_percent_hundredths"),
        Key("interval", "choice", choices=("week", "fortnight", "month")),
        Key("grace_days", "whole", high=30),
        Key("minimum_total", "amounts", field="min_total_minor"),
        Key("max_defaults", "whole", high=20),
    ),
    "longer_line": (
        Key("offered", "flag"),
        Key("extra_days", "whole", low=1, high=180),
        Key("max_oldest_days_past_due", "whole"),
        Key("expires_after_days", "whole", low=1, high=90),
    ),
    "discount": (
        Key("offered", "flag"),
        Key("percent", "percent", high=50, field="percent_hundredths"),
        Key("within_days", "whole", low=1, high=90),
        Key("expires_after_days", "whole", low=1, high=90),
    ),
    "referral": (
        Key("options", "choices", choices=REFERRAL_OPTIONS),
        Key("minimum", "amounts", field="minimum_minor"),
        Key("fixed_cost", "amounts", field="fixed_cost_minor"),
        Key("success_fee", "percent", high=100, field="success_fee_hundredths"),
        Key("recovery", "table"),
    ),
    "matching": (
        Key("percent", "percent", high=50, field="percent_hundredths"),
        Key("amount", "amounts", field="amount_minor"),
        Key("bank_fee", "amounts", field="bank_fee_minor"),
    ),
    "keeping": tuple(Key(f"{kind}_years", "whole", high=100) for kind in HELD_KINDS),
    "recovery": (
        Key("up_to_days_past_due", "whole", low=1, high=36500),
        Key("probability_percent", "whole", high=100, required=True),
    ),
}
"""Keys by table: ``file`` is the top of the file, ``policy`` is ``[policy.NAME]``, the others are in it."""

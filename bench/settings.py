"""The rules under which the benchmarks assess: the default policy, and one with everything switched on."""

from dataclasses import dataclass, replace

from dunwell.assess.legal import LegalSetting
from dunwell.law import load_law
from dunwell.policy.model import (
    Fee,
    FeeBand,
    InterestTerms,
    LateFee,
    Policy,
    PolicySet,
    default_policy,
)

JURISDICTION = "DE"

_BANDS = tuple(FeeBand(up_to, percent) for up_to, percent in ((10_000, 500), (100_000, 300), (None, 100)))


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to assess."""

    name: str
    policies: PolicySet
    legal: LegalSetting | None = None


def default_setting() -> Setting:
    """The default policy: no fee, no interest."""
    return Setting("default policy", _policies(default_policy()))


def full_setting() -> Setting:
    """Fees once and per step, statutory interest, compensation, minimum amounts, charges after the principal."""
    return Setting("everything on", _policies(_charging()), LegalSetting(load_law(), JURISDICTION))


def settings_by_name() -> dict[str, Setting]:
    """Both settings by a short name, so that a child process can make its own."""
    return {"default": default_setting(), "full": full_setting()}


def _policies(policy: Policy) -> PolicySet:
    return PolicySet({policy.name: policy}, policy.name)


def _charging() -> Policy:
    plain = default_policy()
    step_fee = Fee("flat", amount_minor={"EUR": 500, "USD": 500})
    bands = Fee("bands", bands={"EUR": _BANDS, "USD": _BANDS}, accumulate=True, max_minor={"EUR": 20_000})
    return replace(
        plain,
        steps=tuple(replace(step, fee=step_fee if step.letter == "collection" else None) for step in plain.steps),
        late_fee=LateFee(bands, from_days_past_due=15),
        interest=InterestTerms("statutory"),
        compensation=True,
        minimum_minor={"EUR": 1_000, "USD": 1_000},
        pursue_charges_after_principal=True,
    )

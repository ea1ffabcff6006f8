"""The rules of a workspace: its policy file, checked, and the law."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from dunwell.assess.legal import LegalSetting
from dunwell.errors import Problem, WorkspaceError
from dunwell.law import Law, RateRow, format_rates, load_law, merge_rates, reread_rates
from dunwell.policy.model import Policy, PolicySet
from dunwell.policy.parse import parse_policy
from dunwell.runs.versions import in_force_on
from dunwell.store import queries
from dunwell.store.models import PolicyVersion
from dunwell.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides: the policies, their text as it is kept, and the law. ``jurisdiction`` is the creditor's.

    ``added_rates`` is a digest of the rates that the owner added. ``notices`` say what the owner must know of these
    rules, such as a policy file that is not in force yet.
    """

    policies: PolicySet
    text: str
    law: Law
    jurisdiction: str
    added_rates: str = ""
    notices: tuple[Problem, ...] = ()

    @property
    def version(self) -> str:
        """What names these rules in a run's fingerprint: policy, jurisdiction, and the rates the owner added."""
        return "-".join([self.policies.version, self.jurisdiction, self.added_rates])

    @property
    def legal(self) -> LegalSetting:
        """The law tables and whose law holds, as the assessment wants them."""
        return LegalSetting(self.law, self.jurisdiction)

    def policy(self, name: str) -> Policy:
        """Return the named policy; the default one for a name that is no longer in the file."""
        return self.policies.policies.get(name, self.policies.policies[self.policies.default])


def read_rules(workspace: Workspace, as_of: date | None = None) -> Rules:
    """Read the workspace's policy file and the law.

    With ``as_of``, a file whose ``effective_on`` lies later is not in force yet: the version that is in force on that
    day is returned, with a notice. Raises ``WorkspaceError`` that lists every mistake of the policy with its line,
    and when nothing is in force: no decision is taken under rules that cannot be read or do not hold.
    """
    rules = read_rules_file(workspace, workspace.policy_path)
    begins_on = rules.policies.effective_on
    return rules if as_of is None or begins_on is None or begins_on <= as_of else _before(rules, workspace, as_of)


def read_rules_file(workspace: Workspace, path: Path) -> Rules:
    """Return the rules under a policy file, in force or not; raises ``WorkspaceError`` for its mistakes."""
    return _rules(workspace, _policy_text(path), str(path))


def rules_of(workspace: Workspace, version: PolicyVersion) -> Rules:
    """Return the rules under an earlier version of the policy, for replay."""
    return _rules(workspace, version.text, f"policy version {version}")


def rules_on(workspace: Workspace, as_of: date) -> Rules:
    """Return the rules as they stood on a day: those of its run, else the version in force, else today's file."""
    run = queries.finished_run(as_of)
    version = run.policy_version if run else in_force_on(as_of)
    return rules_of(workspace, version) if version else read_rules(workspace, as_of)


def _before(rules: Rules, workspace: Workspace, as_of: date) -> Rules:
    """The rules that hold while the policy file waits for its day."""
    begins_on = rules.policies.effective_on
    version = in_force_on(as_of)
    if version is None:
        raise WorkspaceError(
            f"No policy is in force on {as_of}: {workspace.policy_path} holds from {begins_on}, and no earlier version"
            " is kept. Take effective_on out of the file, or give it an earlier date."
        )
    notice = Problem(
        str(workspace.policy_path),
        0,
        "effective_on",
        f"The policy file holds from {begins_on}; as of {as_of} the kept version {version} is in force.",
        "Nothing needs to be done; without effective_on the file holds at once.",
    )
    return replace(rules_of(workspace, version), notices=(notice,))


def read_law(workspace: Workspace) -> Law:
    """Return the law tables with the rates that the owner added (``rates.csv`` in the workspace).

    Raises ``WorkspaceError`` when that file has mistakes.
    """
    return load_law(_added_rates(workspace))


def add_rates(workspace: Workspace, rows: Sequence[RateRow]) -> None:
    """Keep further rates in the workspace; the package's own tables are never changed."""
    merged = merge_rates(_added_rates(workspace), rows)
    _rates_path(workspace).write_text(format_rates(merged), encoding="utf-8")


def _added_rates(workspace: Workspace) -> Sequence[RateRow]:
    path = _rates_path(workspace)
    if not path.is_file():
        return ()
    found = reread_rates(path.read_text(encoding="utf-8"), path.name, load_law())
    if found.problems:
        raise WorkspaceError(_listed(list(found.problems)))
    return found.rows


def _rates_digest(workspace: Workspace) -> str:
    path = _rates_path(workspace)
    return sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _rates_path(workspace: Workspace) -> Path:
    return workspace.path / "rates.csv"


def _policy_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{path} cannot be read: {error}") from error


@lru_cache(maxsize=8)
def _parsed(text: str, source: str) -> tuple[PolicySet | None, list[Problem]]:
    """The policies of a text; a process that answers many questions reads it once."""
    return parse_policy(text, source)


def _rules(workspace: Workspace, text: str, source: str) -> Rules:
    policies, problems = _parsed(text, source)
    if policies is None:
        raise WorkspaceError(_listed(problems))
    jurisdiction = workspace.creditor.jurisdiction or workspace.creditor.country
    return Rules(policies, text, read_law(workspace), jurisdiction, _rates_digest(workspace))


def _listed(problems: list[Problem]) -> str:
    return "There are mistakes:\n" + "\n".join(str(problem) for problem in problems)

"""Changing the owner's policy: plain questions and the text itself, checked while it is written, kept when it is sound.

The file stays the owner's own: an answer changes one value in it and leaves comments, order and spelling alone.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from dunwell.errors import Problem, RefusedError
from dunwell.policy.check import check_policy
from dunwell.policy.keys import TABLES, Key
from dunwell.policy.model import Policy, PolicySet
from dunwell.runs.policy_effects import PolicyEffects, Side, policy_effects, present_side
from dunwell.runs.rules import read_law, read_rules_file
from dunwell.store import audit, bulk
from dunwell.store.workspace import Workspace

TEXT_CHARACTERS_MAX = 200_000

QUESTIONS = (
    "terms_days",
    "grace_days",
    "response_pause_days",
    "hold.allowed",
    "hold.days_past_due",
    "hold.min_unanswered_requests",
    "hold.warn_first",
    "hold.cure_days",
    "hold.regrace_days",
    "interest.kind",
    "compensation",
    "plan.offered",
    "plan.max_instalments",
    "longer_line.offered",
    "discount.offered",
    "max_data_age_days",
    "four_eyes",
)
"""What is asked in plain words; everything else is in the text. ``interest.kind`` contract needs a rate in the text."""


@dataclass(frozen=True, slots=True)
class Question:
    """One key of a policy: where it stands, its kind and bounds, and its present value."""

    path: str
    key: Key
    value: Any


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy text that is being written: what it says, if it can be used, and what is wrong with it."""

    text: str
    policies: PolicySet | None
    problems: Sequence[Problem]

    @property
    def is_usable(self) -> bool:
        """Whether it can be kept; contradictions are named but leave it usable."""
        return self.policies is not None


def present_text(workspace: Workspace) -> str:
    """Return the policy file as it is."""
    return workspace.policy_path.read_text(encoding="utf-8")


def draft_of(workspace: Workspace, text: str) -> Draft:
    """Check a policy text: every mistake and contradiction at once, with its line."""
    if len(text) > TEXT_CHARACTERS_MAX:
        problem = Problem(
            "policy.toml", 0, "", "The text is too long.", f"Use at most {TEXT_CHARACTERS_MAX:,} characters."
        )
        return Draft(text, None, [problem])
    jurisdiction = workspace.creditor.jurisdiction or workspace.creditor.country
    policies, problems = check_policy(text, "policy.toml", read_law(workspace), jurisdiction)
    return Draft(text, policies, problems)


def questions(policy: Policy) -> list[Question]:
    """Return the plain questions with the answers that a policy gives."""
    return [Question(path, _key(path), _value(policy, path)) for path in QUESTIONS]


def _key(path: str) -> Key:
    table, _, name = path.rpartition(".")
    return next(key for key in TABLES[table or "policy"] if key.name == name)


def _value(policy: Policy, path: str) -> Any:
    table, _, _name = path.rpartition(".")
    record = getattr(policy, table) if table else policy
    return getattr(record, _key(path).target)


def with_answers(text: str, policy: Policy, answers: Mapping[str, Any]) -> str:
    """Return the text with those answers written in that differ from what it says now.

    Raises ``RefusedError`` when the text is no TOML: then it must be mended first.
    """
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise RefusedError(f"The text cannot be read yet: {error}") from error
    own = document["policy"][policy.name]
    for path in QUESTIONS:
        if path in answers and answers[path] != _value(policy, path):
            table, _, name = path.rpartition(".")
            place = own.setdefault(table, tomlkit.table()) if table else own
            place[name] = answers[path]
    return tomlkit.dumps(document)


def effects_of(workspace: Workspace, text: str, as_of: Any) -> PolicyEffects:
    """Return who would be treated differently under a text, and how. Raises ``WorkspaceError`` for its mistakes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "policy.toml"
        file.write_text(text, encoding="utf-8")
        draft = Side("draft", read_rules_file(workspace, file))
    return policy_effects(present_side(workspace), draft, as_of)


def keep_policy(workspace: Workspace, text: str, by: str, *, seen: str) -> None:
    """Make a text the policy from its next run on; versions that runs have used stay kept.

    ``seen`` is the text that the change was made from. Raises ``RefusedError`` when the text has mistakes, or somebody
    changed the file in the meantime.
    """
    draft = draft_of(workspace, text)
    if draft.policies is None:
        listed = "\n".join(str(problem) for problem in draft.problems)
        raise RefusedError(f"The policy was not kept; it has mistakes:\n{listed}")
    if present_text(workspace) != seen:
        raise RefusedError(
            "Somebody changed the policy while you were writing; open it again and make your change there."
        )
    waiting = workspace.policy_path.with_suffix(".toml.new")
    waiting.write_text(text, encoding="utf-8")
    with bulk.writing():
        audit.append(audit.Act("settings", by, summary={"file": "policy.toml", "version": draft.policies.version}))
        os.replace(waiting, workspace.policy_path)  # noqa: PTH105 - atomic on every system

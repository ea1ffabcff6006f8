"""The policy on its screens: clauses, the editor, and what it refuses."""

from collections.abc import Callable

from django.test import Client

from dunwell.store.models import AuditEntry
from dunwell.store.workspace import Workspace


def edited(shop: Workspace, **more: str) -> dict[str, str]:
    text = shop.policy_path.read_text(encoding="utf-8")
    return {"text": text, "seen": text, "policy": "standard", **more}


def test_clauses_are_shown_in_the_language_that_is_asked_for(client_as: Callable[[str], Client]) -> None:
    text = client_as("viewer").get("/policy?language=ro").content.decode()
    assert ('lang="ro"' in text and "Termene de plată" in text) or "plată" in text


def test_an_answer_changes_its_value_and_keeps_the_comments(
    shop: Workspace, client_as: Callable[[str], Client]
) -> None:
    answers = {"grace_days": "4", "hold__days_past_due": "30", "terms_days": "30", "response_pause_days": "10",
               "hold__min_unanswered_requests": "2", "hold__cure_days": "10", "hold__regrace_days": "5",
               "interest__kind": "statutory", "plan__max_instalments": "6", "max_data_age_days": "3"}  # fmt: skip
    page = client_as("administrator").post("/policy/answers", edited(shop, **answers)).content.decode()
    assert "grace_days = 4" in page
    assert "# The first rule that matches is taken" in page
    assert "grace_days = 4" not in shop.policy_path.read_text(encoding="utf-8"), "nothing is kept yet"


def test_mistakes_are_named_with_their_line_while_somebody_writes(client_as: Callable[[str], Client]) -> None:
    wrong = 'default = "standard"\n[policy.standard]\ngrace_dais = 3\n'
    page = client_as("administrator").post("/policy/preview", {"text": wrong}).content.decode()
    assert "It cannot be kept yet" in page
    assert "Line 3" in page
    assert "grace_days" in page


def test_a_policy_with_mistakes_is_not_kept(shop: Workspace, client_as: Callable[[str], Client]) -> None:
    before = shop.policy_path.read_text(encoding="utf-8")
    said = client_as("administrator").post("/policy/keep", edited(shop, text="default = 1"), follow=True)
    assert "The policy was not kept" in said.content.decode()
    assert shop.policy_path.read_text(encoding="utf-8") == before


def test_two_who_write_at_once_do_not_overwrite_each_other(shop: Workspace, client_as: Callable[[str], Client]) -> None:
    mine = edited(shop)
    shop.policy_path.write_text(mine["text"] + "\n# by somebody else\n", encoding="utf-8")
    client_as("administrator").post("/policy/keep", mine)
    assert shop.policy_path.read_text(encoding="utf-8").endswith("# by somebody else\n")


def test_a_kept_policy_is_in_the_audit_trail(shop: Workspace, client_as: Callable[[str], Client]) -> None:
    text = edited(shop)["text"].replace("[policy.standard]\n", "[policy.standard]\ngrace_days = 2\n", 1)
    client_as("administrator").post("/policy/keep", edited(shop, text=text))
    entry = AuditEntry.objects.latest("number")
    assert (entry.what, entry.by) == ("settings", "administrator")
    assert "grace_days = 2" in shop.policy_path.read_text(encoding="utf-8")


def test_only_an_administrator_changes_the_policy(client_as: Callable[[str], Client]) -> None:
    assert client_as("approver").get("/policy/edit").status_code == 403

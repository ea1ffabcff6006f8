"""People: who may sign in, what they may do, and that somebody always can administer."""

import re
from collections.abc import Callable
from html import unescape

from django.test import Client

from dunwell.store.models import AuditEntry, Person


def person(name: str) -> Person:
    return Person.objects.select_related("user").get(user__username=name)


def page_of(client: Client) -> str:
    return unescape(client.get("/people").content.decode())


def test_somebody_added_chooses_a_password_by_an_invitation_that_is_shown_once(
    client_as: Callable[[str], Client],
) -> None:
    client = client_as("administrator")
    client.post("/people", {"name": "nora", "role": "clerk", "language": "de"})
    found = re.search(r"http://[^\"]+(/invitation/[^\"]+)", page_of(client))
    assert found is not None
    assert (person("nora").role, person("nora").language, person("nora").user.has_usable_password()) == (
        "clerk",
        "de",
        False,
    )
    assert "/invitation/" not in page_of(client)
    nora = client_as("")
    assert nora.get(found[1]).status_code == 200
    chosen = {"new_password1": "a very long secret 1", "new_password2": "a very long secret 1"}
    assert nora.post(found[1], chosen).status_code == 302
    assert nora.get("/").status_code == 200


def test_a_name_is_taken_once(client_as: Callable[[str], Client]) -> None:
    said = client_as("administrator").post("/people", {"name": "Clerk", "role": "viewer"}, follow=True)
    assert "There is already somebody called Clerk." in said.content.decode()
    assert Person.objects.filter(user__username__iexact="clerk").count() == 1


def test_a_hostile_name_is_refused(client_as: Callable[[str], Client]) -> None:
    said = client_as("administrator").post("/people", {"name": "<b>x</b>", "role": "viewer"})
    assert said.status_code == 200
    assert Person.objects.filter(user__username="<b>x</b>").count() == 0
    assert "<b>x</b>" not in said.content.decode()


def test_a_role_is_changed_and_the_trail_says_by_whom(client_as: Callable[[str], Client]) -> None:
    client_as("administrator").post(f"/people/{person('clerk').pk}/role", {"role": "approver"})
    assert person("clerk").role == "approver"
    entry = AuditEntry.objects.latest("number")
    assert (entry.what, entry.by) == ("person_role", "administrator")


def test_the_last_administrator_stays_one(client_as: Callable[[str], Client]) -> None:
    client = client_as("administrator")
    said = client.post(f"/people/{person('administrator').pk}/role", {"role": "viewer"}, follow=True)
    assert "Nobody would be left to administer" in said.content.decode()
    assert person("administrator").role == "administrator"


def test_whoever_is_shut_out_cannot_come_in_until_let_in_again(client_as: Callable[[str], Client]) -> None:
    administrator, clerk = client_as("administrator"), client_as("clerk")
    administrator.post(f"/people/{person('clerk').pk}/let-in", {})
    assert not person("clerk").user.is_active
    assert clerk.get("/").status_code == 302
    administrator.post(f"/people/{person('clerk').pk}/let-in", {"is_active": "yes"})
    assert person("clerk").user.is_active


def test_nobody_shuts_themselves_out(client_as: Callable[[str], Client]) -> None:
    client = client_as("administrator")
    said = client.post(f"/people/{person('administrator').pk}/let-in", {}, follow=True)
    assert "You cannot shut yourself out" in said.content.decode()
    assert person("administrator").user.is_active


def test_a_new_invitation_is_made_for_a_forgotten_password(client_as: Callable[[str], Client]) -> None:
    client = client_as("administrator")
    client.post(f"/people/{person('viewer').pk}/invite", {})
    assert "Invitation for viewer" in page_of(client)

"""Signing in: names, passwords, patience, second factors, invitations."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from dunwell.errors import RefusedError
from dunwell.store import people
from dunwell.store.models import AuditEntry, Person, SignIn
from dunwell.web.screens.session import invitation_path
from tests.web.conftest import PASSWORD


def tried(client: Client, name: str, password: str, **more: Any) -> int:
    return client.post("/sign-in", {"name": name, "password": password}, **more).status_code


def test_a_right_password_opens_the_page_that_was_asked_for(client_as: Callable[[str], Client]) -> None:
    client = client_as("")
    asked = client.get("/letters?state=sent")
    assert asked.headers["Location"] == "/sign-in?next=%2Fletters%3Fstate%3Dsent"
    done = client.post("/sign-in", {"name": "clerk", "password": PASSWORD, "next": "/letters?state=sent"})
    assert (done.status_code, done.headers["Location"]) == (302, "/letters?state=sent")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_never_leads_to_another_host(client_as: Callable[[str], Client], elsewhere: str) -> None:
    done = client_as("").post("/sign-in", {"name": "clerk", "password": PASSWORD, "next": elsewhere})
    assert done.headers["Location"] == "/"


def test_after_five_wrong_passwords_even_the_right_one_waits(client_as: Callable[[str], Client]) -> None:
    client = client_as("")
    for _ in range(5):
        assert tried(client, "clerk", "wrong") == 200
    assert tried(client, "clerk", PASSWORD) == 200
    SignIn.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert tried(client, "clerk", PASSWORD) == 302


def test_one_address_cannot_try_every_name(client_as: Callable[[str], Client]) -> None:
    client = client_as("")
    for place in range(20):
        tried(client, f"nobody{place}", "wrong")
    assert tried(client, "clerk", PASSWORD) == 200
    assert tried(client, "clerk", PASSWORD, REMOTE_ADDR="10.0.0.7") == 302


def test_a_second_factor_is_asked_for_and_no_code_works_twice(client_as: Callable[[str], Client]) -> None:
    secret = pyotp.random_base32()
    Person.objects.filter(user__username="clerk").update(totp_secret=secret)
    client, code = client_as(""), pyotp.TOTP(secret).now()
    first = client.post("/sign-in", {"name": "clerk", "password": PASSWORD})
    assert first.headers["Location"] == "/sign-in/code"
    assert client.get("/").status_code == 302, "not signed in before the code"
    assert client.post("/sign-in/code", {"code": code}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    again = client_as("")
    again.post("/sign-in", {"name": "clerk", "password": PASSWORD})
    assert again.post("/sign-in/code", {"code": code}).status_code == 200
    assert again.get("/").status_code == 302


def test_an_invitation_works_once(client_as: Callable[[str], Client]) -> None:
    newcomer = people.add_person("newcomer", "viewer", "administrator")
    path, client = invitation_path(newcomer), client_as("")
    assert client.get(path).status_code == 200
    chosen = {"new_password1": "quite a long password", "new_password2": "quite a long password"}
    assert client.post(path, chosen).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client_as("").get(path).status_code == 410


def test_whoever_is_no_longer_let_in_is_out_at_once(client_as: Callable[[str], Client]) -> None:
    client = client_as("clerk")
    assert client.get("/").status_code == 200
    people.let_in(Person.objects.get(user__username="clerk"), "administrator", is_active=False)
    assert client.get("/").status_code == 302


def test_the_last_administrator_stays_one(client_as: Callable[[str], Client]) -> None:
    client_as("")
    person = Person.objects.get(user__username="administrator")
    with pytest.raises(RefusedError, match="Nobody would be left"):
        people.change_role(person, "viewer", "administrator")


def test_changes_of_roles_are_in_the_audit_trail(client_as: Callable[[str], Client]) -> None:
    client_as("")
    people.change_role(Person.objects.get(user__username="clerk"), "approver", "administrator")
    entry = AuditEntry.objects.latest("number")
    assert (entry.what, entry.by, '"role":"approver"' in entry.summary) == ("person_role", "administrator", True)


def test_a_form_from_elsewhere_is_refused(client_as: Callable[[str], Client]) -> None:
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
    client_as("")
    assert strict.post("/sign-in", {"name": "clerk", "password": PASSWORD}).status_code == 403


def test_another_host_name_is_not_answered(client_as: Callable[[str], Client]) -> None:
    assert client_as("").get("/sign-in", headers={"host": "evil.example"}).status_code == 400

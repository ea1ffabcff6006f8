"""What a session is good for, and what ends it: keys that change, time, other rights, a new password, signing out."""

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from dunwell.config import web
from dunwell.runs.demo import DEMO_ON
from dunwell.store import people
from dunwell.store.models import AuditEntry, Person, SignIn
from dunwell.store.workspace import Workspace
from dunwell.web.screens.session import invitation_path
from tests.web.conftest import PASSWORD

Visit = Callable[[str], Client]
NEW = "quite another long password"


def person(name: str) -> Person:
    return Person.objects.select_related("user").get(user__username=name)


def signed_in(client: Client, name: str = "clerk", password: str = PASSWORD) -> Client:
    assert client.post("/sign-in", {"name": name, "password": password}).status_code == 302
    return client


def key(client: Client) -> str:
    return str(client.cookies["sessionid"].value) if "sessionid" in client.cookies else ""


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


def with_factor(name: str) -> str:
    secret = pyotp.random_base32()
    Person.objects.filter(user__username=name).update(totp_secret=secret)
    return secret


def copy_of(client: Client) -> Client:
    """Somebody who has got hold of the cookie."""
    other = Client(SERVER_NAME="127.0.0.1")
    other.cookies["sessionid"] = key(client)
    return other


def test_a_key_that_was_there_before_signing_in_is_worth_nothing(client_as: Visit) -> None:
    client = client_as("")
    client.post("/language", {"language": "de"})
    planted, before = copy_of(client), key(client)
    signed_in(client)
    assert key(client) not in ("", before)
    assert not is_in(planted)


def test_the_key_changes_at_the_password_and_again_at_the_code(client_as: Visit) -> None:
    secret, client = with_factor("clerk"), client_as("")
    client.post("/language", {"language": "de"})
    keys = [key(client)]
    signed_in(client)
    keys.append(key(client))
    half = copy_of(client)
    client.post("/sign-in/code", {"code": pyotp.TOTP(secret).now()})
    keys.append(key(client))
    assert len(set(keys)) == 3
    assert (is_in(client), is_in(half)) == (True, False)
    assert half.get("/sign-in/code").headers["Location"] == "/sign-in"


def test_after_signing_out_the_cookie_opens_nothing(client_as: Visit) -> None:
    client = signed_in(client_as(""))
    stolen, old = copy_of(client), key(client)
    assert is_in(stolen)
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert not is_in(stolen)
    assert not Session.objects.filter(session_key=old).exists()


def test_a_new_password_ends_every_other_session_and_changes_the_key_of_this_one(client_as: Visit) -> None:
    here, elsewhere = signed_in(client_as("")), signed_in(client_as(""))
    before = copy_of(here)
    said = {"what": "password", "old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/me", said).status_code == 302
    assert (is_in(here), is_in(elsewhere), is_in(before)) == (True, False, False)
    assert client_as("").post("/sign-in", {"name": "clerk", "password": PASSWORD}).status_code == 200


def test_another_role_ends_the_sessions_of_its_person(client_as: Visit) -> None:
    client = signed_in(client_as(""))
    people.change_role(person("clerk"), "viewer", "administrator")
    assert client.get("/").headers["Location"] == "/sign-in?next=%2F"
    assert "You were signed out" in client.get("/sign-in").content.decode()
    assert is_in(signed_in(client))


def test_a_second_factor_that_is_switched_on_ends_the_sessions_that_came_in_without(client_as: Visit) -> None:
    here, elsewhere = signed_in(client_as("")), signed_in(client_as(""))
    page = here.post("/me", {"what": "factor"}).content.decode()
    secret = str(re.search(r"<code>(\w+)</code>", page)[1])  # type: ignore[index]
    code = pyotp.TOTP(secret).now()
    here.post("/me", {"what": "factor", "code": code})
    assert person("clerk").totp_secret == secret
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    signed_in(elsewhere)
    assert elsewhere.post("/sign-in/code", {"code": code}).status_code == 200, "the code was used to switch it on"
    assert not is_in(elsewhere)


@pytest.mark.parametrize(("passed", "goes_on"), [(3600, True), (2 * 3600 + 60, False)])
def test_a_screen_left_alone_is_signed_out(
    passed: int, goes_on: bool, client_as: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(client_as(""))
    later = timezone.now().timestamp() + passed
    monkeypatch.setattr("dunwell.web.sessions.time.time", lambda: later)
    assert is_in(client) is goes_on


def test_nobody_stays_signed_in_longer_than_a_working_day(client_as: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    client, began = signed_in(client_as("")), timezone.now().timestamp()
    for hour in range(1, 12):
        monkeypatch.setattr("dunwell.web.sessions.time.time", lambda passed=began + hour * 3600: passed)
        assert is_in(client)
    monkeypatch.setattr("dunwell.web.sessions.time.time", lambda: began + 12 * 3600 + 60)
    assert not is_in(client)


def test_a_password_alone_waits_ten_minutes_for_its_code(client_as: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, client = with_factor("clerk"), signed_in(client_as(""))
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr("dunwell.web.screens.session.timezone.now", lambda: later)
    code = pyotp.TOTP(secret).at(later)
    assert client.post("/sign-in/code", {"code": code}).headers["Location"] == "/sign-in"
    assert not is_in(client)


def test_a_password_that_was_changed_since_does_not_wait_for_a_code(client_as: Visit) -> None:
    secret, client = with_factor("clerk"), signed_in(client_as(""))
    user = person("clerk").user
    user.set_password(NEW)
    user.save()
    assert client.post("/sign-in/code", {"code": pyotp.TOTP(secret).now()}).headers["Location"] == "/sign-in"
    assert not is_in(client)


def test_five_wrong_codes_make_the_right_one_wait(client_as: Visit) -> None:
    secret, client = with_factor("clerk"), signed_in(client_as(""))
    for _ in range(5):
        assert client.post("/sign-in/code", {"code": "000000"}).status_code == 200
    right = {"code": pyotp.TOTP(secret).now()}
    assert client.post("/sign-in/code", right).status_code == 200
    other = client_as("")
    assert other.post("/sign-in", {"name": "clerk", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9").status_code == 200
    SignIn.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert client.post("/sign-in/code", right).status_code == 302


def test_of_two_who_send_one_code_at_once_one_comes_in(client_as: Visit) -> None:
    client_as("")
    with_factor("clerk")
    one, other = person("clerk"), person("clerk")
    assert (people.uses_up(one, 7), people.uses_up(other, 7), people.uses_up(other, 6)) == (True, False, False)


def test_a_screen_found_open_is_no_place_to_guess_the_password(client_as: Visit) -> None:
    client = client_as("clerk")
    for _ in range(5):
        client.post("/me", {"what": "password", "old_password": "guess", "new_password1": NEW, "new_password2": NEW})
    client.post("/me", {"what": "password", "old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    assert person("clerk").user.check_password(PASSWORD)


@pytest.mark.parametrize("told", ["203.0.113.1", "127.0.0.1, 203.0.113.2"])
def test_who_asks_is_not_what_the_request_says(told: str, client_as: Visit) -> None:
    client = client_as("")
    for number in range(20):
        headers = {"x-forwarded-for": f"{told}{number}", "forwarded": f"for=10.0.0.{number}", "x-real-ip": "10.1.1.1"}
        client.post("/sign-in", {"name": f"nobody{number}", "password": "wrong"}, headers=headers)
    assert set(SignIn.objects.values_list("address", flat=True)) == {"127.0.0.1"}
    assert client.post("/sign-in", {"name": "clerk", "password": PASSWORD}).status_code == 200


def test_a_name_that_there_is_not_takes_as_much_work_and_hears_the_same(
    client_as: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, works, encode = client_as(""), [], MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        works.append(password)
        return encode(hasher, password, salt)

    people.let_in(people.add_person("shut out", "viewer", "test", password=PASSWORD), "test", is_active=False)
    people.add_person("invited", "viewer", "test")
    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)  # the work is what takes time
    for name in ("clerk", "nobody", "shut out", "invited"):
        works.clear()
        page = client.post("/sign-in", {"name": name, "password": "wrong"}).content.decode()
        assert ("This name and password do not belong together." in page, len(works)) == (True, 1), name


def test_names_that_grow_when_they_are_folded_are_counted_too(client_as: Visit) -> None:
    for _ in range(2):
        assert client_as("").post("/sign-in", {"name": "ß" * 150, "password": "x"}).status_code == 200
    assert list(SignIn.objects.values_list("name", flat=True)) == ["s" * 150] * 2


def test_an_invitation_stands_for_the_password_and_not_for_the_second_factor(client_as: Visit) -> None:
    client = client_as("")
    secret, path = with_factor("clerk"), invitation_path(person("clerk"))
    chosen = {"new_password1": NEW, "new_password2": NEW}
    assert client.post(path, chosen).headers["Location"] == "/sign-in/code"
    assert not is_in(client)
    assert client.post("/sign-in/code", {"code": pyotp.TOTP(secret).now()}).headers["Location"] == "/"
    assert is_in(client)


def test_an_administrator_can_switch_off_a_factor_that_was_lost_and_it_is_written_down(client_as: Visit) -> None:
    client = client_as("administrator")
    with_factor("clerk")
    client.post(f"/people/{person('clerk').pk}/invite", {"without_factor": "yes"})
    assert person("clerk").totp_secret == ""
    said = list(AuditEntry.objects.order_by("-number").values_list("what", "by")[:2])
    assert said == [("person_invited", "administrator"), ("person_factor", "administrator")]
    client.post(f"/people/{person('viewer').pk}/invite", {})
    assert AuditEntry.objects.latest("number").what == "person_invited"


def test_an_invitation_is_too_old_after_three_days(client_as: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_as("")
    path = invitation_path(person("viewer"))
    assert client.get(path).status_code == 200
    monkeypatch.setattr(settings, "PASSWORD_RESET_TIMEOUT", -1)
    assert client.get(path).status_code == 410
    assert settings.SECRET_KEY


def test_the_setting_of_invitations_is_three_days(client_as: Visit) -> None:
    client_as("")
    assert timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) == timedelta(days=3)


@pytest.mark.parametrize("what", ["signs in", "is shut out", "gets another password"])
def test_an_invitation_is_void_once_its_person(what: str, client_as: Visit) -> None:
    client = client_as("")
    invited = person("viewer")
    path = invitation_path(invited)
    if what == "signs in":
        signed_in(client_as(""), "viewer")
    elif what == "is shut out":
        people.let_in(invited, "administrator", is_active=False)
    else:
        invited.user.set_password(NEW)
        invited.user.save()
    assert client.get(path).status_code == 410


def test_an_invitation_that_was_made_up_opens_nothing(client_as: Visit) -> None:
    client = client_as("")
    for key in ("MQ", "OTk5", "%F0%9F%92%A3", "LTE", "MTAwMDAwMDAwMDAwMDAwMDAwMDAw", "..%2f..%2f", "a" * 5000):
        for token in ("x", "0-0", "c0ffee-0123456789", "%00"):
            assert client.get(f"/invitation/{key}/{token}").status_code in (404, 410)


@pytest.mark.parametrize("is_https", [True, False])
def test_cookies_are_kept_from_scripts_other_sites_and_plain_connections(
    is_https: bool, client_as: Visit, shop: Workspace
) -> None:
    web.set_up(shop.path, fixed_on=DEMO_ON, hosts=("dunwell.example.com",), is_https=is_https)
    client = client_as("")
    client.get("/sign-in", secure=is_https)
    answer = client.post("/sign-in", {"name": "clerk", "password": PASSWORD}, secure=is_https)
    web.set_up(shop.path, fixed_on=DEMO_ON)
    flags = {
        name: (bool(one["httponly"]), one["samesite"], bool(one["secure"]), one["domain"])
        for name, one in answer.cookies.items()
    }
    assert flags == {"sessionid": (True, "Lax", is_https, ""), "csrftoken": (True, "Strict", is_https, "")}

"""The first run, from an empty workspace to the first worklist; or a look around with the sample."""

import shutil
import tomllib
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from dunwell.config import web
from dunwell.runs import policy_questions, setting_up
from dunwell.runs.demo import DEMO_ON
from dunwell.runs.policy_questions import Answers
from dunwell.store import queries
from dunwell.store.models import Account, Letter, Person
from dunwell.store.people import add_person
from dunwell.store.workspace import Workspace, init_workspace
from dunwell.web import place
from tests.web.conftest import EXAMPLES, LEDGER, PASSWORD

BUSINESS = {
    "creditor__name": "Glashaus Müller & Söhne GmbH",
    "creditor__street": "Am Markt 3",
    "creditor__postcode": "24103",
    "creditor__city": "Kiel",
    "creditor__country": "DE",
    "creditor__time_zone": "Europe/Berlin",
    "creditor__currency": "eur",
    "language": "de",
    "contact__name": "Anna Müller",
    "account-TOTAL_FORMS": "1",
    "account-INITIAL_FORMS": "0",
    "account-0-iban": "de89370400440532013000",
}
RULES = {
    "grace_days": "2", "minimum": "20,00", "hold_allowed": "on", "hold_days": "35", "fee": "flat",
    "fee_amount": "5", "interest": "statutory", "compensation": "on",
}  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "new"
    init_workspace(path)
    web.set_up(path, fixed_on=DEMO_ON)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    add_person("owner", "administrator", "test", password=PASSWORD, language="en")
    connections.close_all()
    return path


@pytest.fixture
def new(empty: Path, tmp_path: Path) -> Iterator[Workspace]:
    path = tmp_path / "new"
    shutil.copytree(empty, path)
    connections.close_all()
    web.set_up(path, fixed_on=DEMO_ON)
    yield place.workspace()
    connections.close_all()


@pytest.fixture
def owner(new: Workspace) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Person.objects.get(user__username="owner").user)
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\u00a0", " ")


def test_from_nothing_to_the_first_worklist(owner: Client) -> None:
    assert "/welcome" in text(owner, "/")
    assert "/welcome/business" in text(owner, "/welcome")
    assert owner.post("/welcome/business", BUSINESS).headers["Location"] == "/welcome/import"
    handed = [SimpleUploadedFile(name, (EXAMPLES / name).read_bytes()) for name in LEDGER]
    look = owner.post("/import/files", {"files": handed}).headers["Location"]
    owner.post(f"{look}/take", {"bank_complete_through": DEMO_ON.isoformat()})
    assert "/welcome/policy" in text(owner, look)
    assert owner.post("/welcome/policy", RULES).headers["Location"] == "/welcome/run"
    assert "Show me today's work" in text(owner, "/welcome/run")
    assert owner.post("/run", {}).headers["Location"] == "/"
    assert "What there is to do" in text(owner, "/")
    assert Letter.objects.filter(state="draft").count() > 10


def test_settings_are_written_and_the_comments_of_the_file_kept(owner: Client, new: Workspace) -> None:
    before = (new.path / "dunwell.toml").read_text(encoding="utf-8")
    owner.post("/welcome/business", BUSINESS)
    after = (new.path / "dunwell.toml").read_text(encoding="utf-8")
    said = tomllib.loads(after)
    assert said["creditor"]["name"] == "Glashaus Müller & Söhne GmbH"
    assert (said["language"], said["creditor"]["currency"]) == ("de", "EUR")
    assert said["bank_accounts"][0]["iban"] == "DE89 3704 0044 0532 0130 00"
    assert (said["bank_accounts"][0]["bic"], said["bank_accounts"][0]["bank_name"]) == ("COBADEFFXXX", "Commerzbank")
    comments = [line.partition("#")[2] for line in before.splitlines() if "#" in line and "nobody's" not in line]
    assert all(comment in after for comment in comments)
    assert "(replace" not in after
    assert place.workspace().creditor.name == "Glashaus Müller & Söhne GmbH"


def test_placeholders_of_a_new_workspace_are_not_offered(owner: Client) -> None:
    page = text(owner, "/welcome/business")
    assert 'value="Sample Trading GmbH' not in page
    assert 'value="00000"' not in page
    assert "DE89" not in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"account-0-iban": "DE89370400440532013001"}, "This is no valid IBAN"),
        ({"account-0-bic": "X"}, "This is no valid BIC."),
        ({"creditor__currency": "QQQ"}, "Write three letters"),
        ({"creditor__name": ""}, "required"),
        ({"account-0-iban": "", "account-0-bank_name": "A bank"}, "Write an IBAN, or the account number"),
    ],
)
def test_what_is_wrong_is_marked_and_nothing_written(
    wrong: dict[str, str], said: str, owner: Client, new: Workspace
) -> None:
    before = (new.path / "dunwell.toml").read_bytes()
    answer = owner.post("/welcome/business", {**BUSINESS, **wrong})
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    assert (new.path / "dunwell.toml").read_bytes() == before


def test_the_clauses_form_while_the_questions_are_answered(owner: Client, new: Workspace) -> None:
    before = new.policy_path.read_bytes()
    part = unescape(owner.post("/welcome/policy/clauses", RULES).content.decode()).replace("\u00a0", " ")
    assert "<html" not in part
    assert "more than 35 days past due" in part
    assert "€5.00" in part
    assert new.policy_path.read_bytes() == before


def test_a_figure_that_is_missing_is_asked_for(owner: Client) -> None:
    part = owner.post("/welcome/policy/clauses", {**RULES, "fee_amount": ""}).content.decode()
    assert "Write how much." in part


def test_the_law_of_the_country_is_explained_beside_the_questions(owner: Client) -> None:
    page = text(owner, "/welcome/policy")
    assert "Interest by law: 10.52% a year" in page
    assert "Fixed compensation: EUR 40.00." in page
    assert "about EUR 0.76 accepted" in page


def test_the_answers_are_in_the_policy_and_its_comments_stay(owner: Client, new: Workspace) -> None:
    before = new.policy_path.read_text(encoding="utf-8")
    owner.post("/welcome/policy", RULES)
    after = new.policy_path.read_text(encoding="utf-8")
    standard = tomllib.loads(after)["policy"]["standard"]
    assert (standard["grace_days"], standard["minimum"], standard["hold"]["days_past_due"]) == (2, {"EUR": "20.00"}, 35)
    assert standard["late_fee"] == {"kind": "flat", "amount": {"EUR": "5.00"}}
    assert (standard["interest"]["kind"], standard["compensation"]) == ("statutory", True)
    assert all(line in after for line in before.splitlines() if line.startswith("#"))
    assert policy_questions.present_answers(new) == Answers(
        grace_days=2, minimum="20.00", hold_days=35, fee="flat", fee_amount="5.00", interest="statutory",
        compensation=True,
    )  # fmt: skip


def test_later_letters_keep_their_distance_when_the_hold_moves(new: Workspace) -> None:
    drafted = policy_questions.draft(new, Answers(grace_days=2, hold_days=35), "en")
    steps = tomllib.loads(drafted.text)["policy"]["standard"]["steps"]
    assert [step["day"] for step in steps] == [3, 13, 23, 36, 50, 65]
    assert drafted.problems == ()


def test_answers_that_change_nothing_leave_the_file_alone(new: Workspace) -> None:
    before = new.policy_path.read_text(encoding="utf-8")
    assert policy_questions.draft(new, policy_questions.present_answers(new), "en").text == before


def test_the_sample_fills_an_empty_workspace_and_its_day_stands_still(owner: Client, new: Workspace) -> None:
    assert "Try with sample data" in text(owner, "/welcome")
    assert owner.post("/welcome/sample", {}).headers["Location"] == "/"
    page = text(owner, "/")
    assert "Domaine des Trois Ormeaux" in page
    assert "sample day" in page
    assert Account.objects.count() == 65
    assert queries.bank_complete_through() == DEMO_ON


def test_the_sample_is_never_mixed_with_customers(client_as: Callable[[str], Client], shop: Workspace) -> None:
    client, before = client_as("administrator"), Account.objects.count()
    assert "Try with sample data" not in text(client, "/welcome")
    said = client.post("/welcome/sample", {}, follow=True).content.decode()
    assert "There are customers already" in said
    assert Account.objects.count() == before


def test_the_sample_is_offered_only_where_it_is(owner: Client, new: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_up, "sample_folder", lambda: None)
    assert "Try with sample data" not in text(owner, "/welcome")

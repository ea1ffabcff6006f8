from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from dunwell.errors import UsageError, WorkspaceError
from dunwell.store import workspace as workspace_room
from dunwell.store.models import Account
from dunwell.store.workspace import Beginning, init_workspace, open_workspace
from tests.store.tables import customer, put


@pytest.fixture
def made(tmp_path: Path) -> Path:
    init_workspace(tmp_path / "ours")
    return tmp_path / "ours"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    connections.close_all()


def edit(path: Path, old: str, new: str) -> None:
    file = path / "dunwell.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def mistakes(path: Path) -> list[str]:
    with pytest.raises(WorkspaceError) as raised:
        open_workspace(path)
    return [line.removeprefix(f"{path / 'dunwell.toml'}:") for line in str(raised.value).splitlines()[1:]]


def test_a_new_workspace_opens_and_says_that_its_values_are_placeholders(made: Path) -> None:
    opened = open_workspace(made)
    assert "replace" in opened.creditor.name
    assert (opened.currency, str(opened.time_zone), opened.language) == ("EUR", "Europe/Berlin", "en")
    assert (opened.creditor.country, opened.creditor.jurisdiction) == ("DE", "DE")
    assert opened.creditor.bank_accounts[0].iban.startswith("DE89")
    folders = sorted(path.name for path in made.iterdir() if path.is_dir())
    assert folders == ["documents", "letterhead", "outbox", "texts"]


def test_a_workspace_begins_with_what_it_is_told(tmp_path: Path) -> None:
    told = Beginning('Käse & "Co"', "CH", "CHF", "Europe/Zurich", "fr")
    opened = init_workspace(tmp_path / "w", told)
    found = (opened.creditor.name, opened.creditor.country, opened.currency, opened.time_zone.key, opened.language)
    assert found == ('Käse & "Co"', "CH", "CHF", "Europe/Zurich", "fr")


def test_a_folder_with_a_workspace_is_refused_and_left_alone(made: Path) -> None:
    put("customers", customer())
    before = (made / "dunwell.toml").read_text()
    with pytest.raises(UsageError, match="already has a workspace"):
        init_workspace(made)
    open_workspace(made)
    assert (Account.objects.count(), (made / "dunwell.toml").read_text()) == (1, before)


def test_a_folder_with_other_files_becomes_a_workspace_and_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "contract.pdf").write_text("signed")
    init_workspace(tmp_path)
    assert (tmp_path / "documents" / "contract.pdf").read_text() == "signed"
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".new-")]


def test_nothing_is_left_behind_when_making_a_workspace_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise WorkspaceError("the disk is full")

    monkeypatch.setattr(workspace_room, "migrate", fail)
    with pytest.raises(WorkspaceError, match="disk is full"):
        init_workspace(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(WorkspaceError, match="mistakes"):
        init_workspace(tmp_path, Beginning(country="Germany"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="dunwell init"):
        open_workspace(tmp_path)


def test_all_mistakes_in_the_settings_are_told_at_once_with_their_lines(made: Path) -> None:
    edit(made, 'country = "DE"', 'contry = "DE"')
    edit(made, 'time_zone = "Europe/Berlin"', "time_zone = 3")
    edit(made, "0130 00", "0130 01")
    edit(made, '# logo = "letterhead/logo.svg"', 'logo = "letterhead/none.svg"')
    told = mistakes(made)
    assert [line.partition(" ")[2] for line in told] == [
        "creditor: the key country is missing.",
        "creditor.contry: there is no key contry. Did you mean country?",
        "creditor.time_zone: must be a text in quotes.",
        "bank_accounts.1.iban: 'DE89 3704 0044 0532 0130 01' is no valid IBAN. Check its digits.",
        "letterhead.logo: there is no file letterhead/none.svg. Put the file there or leave the key out.",
    ]
    lines = (made / "dunwell.toml").read_text().splitlines()
    assert "contry" in lines[int(told[1].partition(":")[0]) - 1]
    assert "none.svg" in lines[int(told[4].partition(":")[0]) - 1]
    assert "0130 01" in lines[int(told[3].partition(":")[0]) - 1]


def test_settings_that_are_no_toml_are_told_with_their_place(made: Path) -> None:
    edit(made, "[creditor]", "[creditor")
    with pytest.raises(WorkspaceError, match=r"not valid TOML.*line"):
        open_workspace(made)


def test_a_file_that_is_no_database_is_told(made: Path) -> None:
    connections.close_all()
    (made / "dunwell.sqlite3").write_text("this is no database, not even nearly one")
    with pytest.raises(WorkspaceError, match="database cannot be used"):
        open_workspace(made)


def test_two_workspaces_can_be_used_in_turn(tmp_path: Path) -> None:
    init_workspace(tmp_path / "one")
    put("customers", customer())
    init_workspace(tmp_path / "two")
    assert Account.objects.count() == 0
    open_workspace(tmp_path / "one")
    assert Account.objects.count() == 1


def test_a_workspace_can_be_moved(made: Path, tmp_path: Path) -> None:
    put("customers", customer())
    connections.close_all()
    made.rename(tmp_path / "moved")
    open_workspace(tmp_path / "moved")
    assert Account.objects.count() == 1


def test_a_workspace_can_keep_its_data_in_postgresql(tmp_path: Path, postgres_url: str) -> None:
    init_workspace(tmp_path / "w", Beginning(database=postgres_url))
    put("customers", customer())
    connections.close_all()
    assert open_workspace(tmp_path / "w").database == postgres_url
    assert Account.objects.count() == 1
    assert not (tmp_path / "w" / "dunwell.sqlite3").exists()
    connections.close_all()

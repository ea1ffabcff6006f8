"""Data on people that has been kept long enough: proposed, never erased by itself, on both databases."""

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connections

from dunwell.store import last_business
from dunwell.store.models import Account, Invoice, Note
from dunwell.store.setup import use_database
from tests.store.processes import Processes, running_processes
from tests.support.postgres import Postgres

AS_OF = "2026-03-02"
POLICY = """default = "short"
[[select]]
policy = "long"
party_type = "consumer"
[policy.short.keeping]
contact_years = 5
notes_years = 2
letters_years = 1
documents_years = 1
[policy.long.keeping]
contact_years = 12
"""
CUSTOMERS = """account_number,name,country,party_type,email,contact_document,contract_document
OLD,Old Ltd,DE,business,old@example.com,,old.pdf
SHARED,Shared Ltd,DE,business,shared@example.com,,both.pdf
OWES,Owes Ltd,DE,business,owes@example.com,,
NEW,New Ltd,DE,business,new@example.com,,both.pdf
MID,Mid Ltd,DE,business,mid@example.com,,
ANNA,Anna Alt,DE,consumer,anna@example.com,,
NEVER,Never Ltd,DE,business,never@example.com,,
"""
INVOICES = """invoice_number,account_number,issued_on,due_on,currency,amount
I1,OLD,2017-11-10,2017-12-10,EUR,100.00
I2,SHARED,2017-01-10,2017-02-10,EUR,100.00
I3,OWES,2010-01-10,2010-02-10,EUR,100.00
I4,NEW,2026-01-10,2026-02-10,EUR,100.00
I5,MID,2019-11-10,2019-12-10,EUR,100.00
I6,ANNA,2016-01-10,2016-02-10,EUR,100.00
"""
PAYMENTS = """payment_reference,account_number,invoice_number,paid_on,currency,amount
P1,OLD,I1,2017-12-31,EUR,100.00
P2,SHARED,I2,2017-02-01,EUR,100.00
P5,MID,I5,2020-06-01,EUR,100.00
P6,ANNA,I6,2016-02-01,EUR,100.00
"""


@pytest.fixture(scope="module")
def cli() -> Iterator[Processes]:
    with running_processes() as processes:
        yield processes


@dataclass(frozen=True)
class Template:
    """A German creditor's workspace with customers of whom some have long been quiet; ``name`` is its database."""

    path: Path
    postgres: Postgres | None
    name: str = ""

    def url(self, name: str) -> str:
        """Where a database is, empty on SQLite."""
        return self.postgres.url(name) if self.postgres else ""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def template(request: pytest.FixtureRequest, cli: Processes, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Imported once for all tests on a database."""
    folder = tmp_path_factory.mktemp("template")
    postgres = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = Template(folder / "workspace", postgres, postgres.create_database() if postgres else "")
    path = made.path
    cli("init", path, *(["--database", made.url(made.name)] if postgres else []), workspace=path).ok()
    settings = (path / "dunwell.toml").read_text()
    (path / "dunwell.toml").write_text(settings.replace('country = "', 'country = "DE" # "', 1))
    (path / "policy.toml").write_text(POLICY)
    for name, text in (("customers", CUSTOMERS), ("invoices", INVOICES), ("payments", PAYMENTS)):
        (folder / f"{name}.csv").write_text(text)
    files = [folder / f"{name}.csv" for name in ("customers", "invoices", "payments")]
    cli("import", *files, "--bank-complete-through", AS_OF, workspace=path).ok()
    for name in ("old.pdf", "both.pdf"):
        (path / "documents" / name).write_bytes(b"%PDF-1.7 signed")
    return made


@pytest.fixture
def place(template: Template, tmp_path: Path) -> Iterator[Path]:
    """A copy of it, whose database is open."""
    path = Path(shutil.copytree(template.path, tmp_path / "workspace"))
    name = template.postgres.create_database(template.name) if template.postgres else ""
    settings = (path / "dunwell.toml").read_text()
    if name:
        (path / "dunwell.toml").write_text(settings.replace(template.url(template.name), template.url(name)))
    use_database(template.url(name) or path / "dunwell.sqlite3")
    yield path
    connections.close_all()


def proposed(cli: Processes, path: Path, as_of: str = AS_OF) -> dict[str, Any]:
    found = cli("privacy", "due", "--json", workspace=path, as_of=as_of).ok().json()["due"]
    return {
        one["account_number"]: ([kept["kind"] for kept in one["kinds"]], one["waits_for"], len(one["files"]))
        for one in found
    }


def test_who_is_due_is_listed_with_what_and_why(cli: Processes, place: Path) -> None:
    assert proposed(cli, place) == {
        "OWES": (["contact"], ["EUR is still open"], 0),
        "SHARED": (["contact", "documents"], [], 1),
        "OLD": (["contact", "documents"], [], 1),
        "MID": (["contact"], [], 0),
    }
    assert proposed(cli, place, "2025-12-31") == {  # 8 years after 2017 and 5 after 2020 end with that day
        "OWES": (["contact"], ["EUR is still open"], 0),
        "SHARED": (["contact"], [], 0),
        "OLD": (["contact"], [], 0),
    }
    listed = cli("privacy", "due", "--json", workspace=place, as_of=AS_OF).json()["due"]
    old = next(one for one in listed if one["account_number"] == "OLD")
    assert (old["last_business_on"], old["policy"]) == ("2017-12-31", "short")
    assert old["kinds"] == [
        {"kind": "contact", "years": 5, "kept_through_on": "2022-12-31", "legal_basis": ""},
        {
            "kind": "documents",
            "years": 8,
            "kept_through_on": "2025-12-31",
            "legal_basis": "§ 147(3) AO; § 257(4) HGB",
        },
    ]


def test_a_customer_who_never_bought_counts_from_the_import(cli: Processes, place: Path) -> None:
    imported = Account.objects.get(account_number="NEVER").first_batch.imported_at.year  # type: ignore[union-attr]
    assert "NEVER" not in proposed(cli, place, f"{imported + 5}-12-31")
    assert "NEVER" in proposed(cli, place, f"{imported + 6}-01-01")


def test_the_run_counts_them_and_erases_nothing(cli: Processes, place: Path) -> None:
    assert cli("run", "--dry-run", "--json", workspace=place, as_of=AS_OF).json()["erasures_due"] == 4
    said = cli("run", workspace=place, as_of=AS_OF)  # it writes to OWES, which is business
    assert "3 customers due for erasure: dunwell privacy due names them." in said.stdout
    assert Account.objects.filter(name="(erased)").count() == 0


def test_nothing_is_erased_without_a_yes(cli: Processes, place: Path) -> None:
    for words in (["--due"], [], ["OLD", "--due", "--yes"], ["OLD"]):
        assert cli("privacy", "erase", *words, workspace=place, as_of=AS_OF).exit_code == 2
    assert Account.objects.filter(name="(erased)").count() == 0
    assert (place / "documents" / "old.pdf").exists()


def test_what_is_due_goes_once_and_what_is_not_stays(cli: Processes, place: Path) -> None:
    cli("note", "add", "MID", "Ms Mid called", "--by", "ann", workspace=place, as_of="2020-06-02").ok()
    done = cli("privacy", "erase", "--due", "--yes", "--json", "--by", "ann", workspace=place, as_of=AS_OF).ok().json()
    assert done["erased"] == ["SHARED", "OLD", "MID"]
    assert done["removed"] == [str(place / "documents" / "old.pdf")]
    assert sorted(each.name for each in (place / "documents").iterdir()) == ["both.pdf"]
    names = dict(Account.objects.values_list("account_number", "name"))
    erased = {number for number, name in names.items() if name == "(erased)"}
    assert erased == {"SHARED", "OLD", "MID"}
    assert Account.objects.get(account_number="NEW").email == "new@example.com"
    assert Note.objects.get().text == "(erased)"
    assert sorted(Invoice.objects.values_list("amount_minor", flat=True)) == [10_000] * 6
    assert proposed(cli, place) == {"OWES": (["contact"], ["EUR is still open"], 0)}
    assert cli("audit", "verify", "--json", workspace=place).ok().json()["is_intact"] is True
    entries = cli("audit", "list", "--json", workspace=place).json()["entries"]
    acts = [entry for entry in entries if entry["what"] == "erase"]
    assert [(each["account_number"], each["by"]) for each in acts] == [
        ("SHARED", "ann"),
        ("OLD", "ann"),
        ("MID", "ann"),
    ]
    assert acts[0]["summary"]["kinds"] == ["contact", "documents"]
    assert acts[0]["summary"]["reason"].startswith("keeping times of policy ")
    again = cli("privacy", "erase", "--due", "--yes", "--json", workspace=place, as_of=AS_OF).ok().json()
    assert again == {"erased": [], "removed": [], "documents": []}

    cli("import", template_file(place), workspace=place).ok()
    assert proposed(cli, place)["OLD"] == (["contact", "documents"], [], 0)


def template_file(place: Path) -> Path:
    """The customers once more, in a file that was not imported yet."""
    path = place / "again.csv"
    path.write_text(CUSTOMERS + "MORE,More Ltd,DE,business,,,\n")
    return path


def test_what_is_under_way_is_waited_for(cli: Processes, place: Path) -> None:
    cli("order", "add", "OLD", "A1", "10.00", workspace=place, as_of="2017-12-01").ok()
    assert proposed(cli, place)["OLD"][1] == ["order A1 is held"]
    refused = cli("privacy", "erase", "OLD", "--reason", "asked", workspace=place, as_of=AS_OF)
    assert refused.exit_code == 2
    assert "order A1 is held" in refused.stderr


def test_a_document_outside_its_folder_is_neither_exported_nor_deleted(cli: Processes, place: Path) -> None:
    Account.objects.filter(account_number="OLD").update(contract_document="../policy.toml")
    told = place.parent / "old.zip"
    cli("privacy", "export", "OLD", "--out", told, workspace=place, as_of=AS_OF).ok()
    with zipfile.ZipFile(told) as archive:
        assert archive.namelist() == ["data.json"]
    cli("privacy", "erase", "--due", "--yes", workspace=place, as_of=AS_OF).ok()
    assert (place / "policy.toml").exists()
    assert Account.objects.exclude(contract_document="").count() == 1


def test_every_table_with_rows_about_a_customer_counts_as_business_or_follows_from_it() -> None:
    tables = {
        model.__name__.lower()
        for model in apps.get_app_config("store").get_models()
        if any(each.name == "account" for each in model._meta.get_fields())
    }
    assert tables - {"decision", "bankproposal"} == set(last_business._DAYS)

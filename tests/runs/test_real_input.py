"""Public ledgers that nobody here wrote, imported with a mapping file and assessed through the command line."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandLine

BUCKETS = {"current": "not_due", "1_30": "1-30", "31_60": "31-60", "61_90": "61-90", "over_90": ">90"}

Corpus = Callable[[str], Path]
MakeWorkspace = Callable[..., Path]


def _expected(folder: Path) -> Any:
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))["results"]


def _figures(accounts: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up a run as expected.json does: open amount, buckets, customers over 30 days, in minor units."""
    over_30 = [a for a in accounts if any(a["buckets_minor"][name] for name in ("31_60", "61_90", "over_90"))]
    return {
        "open_amount": sum(a["open_minor"] for a in accounts),
        "customers_over_30": len({a["account_number"] for a in over_30}),
        **{theirs: sum(a["buckets_minor"][ours] for a in accounts) for ours, theirs in BUCKETS.items()},
    }


def _wanted(day: dict[str, Any]) -> dict[str, Any]:
    return {
        "open_amount": _minor(day["open_amount"]),
        "customers_over_30": day["customers_over_30"],
        **{name: _minor(day[name]["amount"]) for name in BUCKETS.values()},
    }


def _minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


def _run(cli: CommandLine, workspace: Path, as_of: str) -> list[dict[str, Any]]:
    done = cli("run", "--dry-run", "--json", workspace=workspace, as_of=as_of)
    assert done.exit_code in (0, 1), str(done)
    accounts: list[dict[str, Any]] = done.json()["accounts"]
    return accounts


def _days(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for day in result["as_of"]:
        yield day["as_of"], day


def test_ibm_ledger_gives_the_same_figures_on_every_day(
    cli: CommandLine, workspace: MakeWorkspace, corpus: Corpus, repository: Path
) -> None:
    folder = corpus("ar_ibm_late_payments")
    here = workspace("ibm", "--country", "US", "--currency", "USD", "--time-zone", "America/New_York")
    mapping = repository / "examples" / "mappings" / "ibm_late_payments.toml"
    cli("import", "--map", mapping, folder / "invoices_dev.csv", workspace=here).ok()
    for as_of, day in _days(_expected(folder)[0]):
        assert (as_of, _wanted(day)) == (as_of, _figures(_run(cli, here, as_of)))


@pytest.mark.parametrize(
    ("index", "file"), [(0, "open_items_dev.csv.gz"), (1, "open_items_dev_ddmmyyyy.csv.gz")], ids=["iso", "dmy"]
)
def test_highradius_open_items_give_the_same_figures_on_every_day(
    cli: CommandLine, workspace: MakeWorkspace, corpus: Corpus, repository: Path, index: int, file: str
) -> None:
    folder = corpus("ar_highradius_open_items")
    here = workspace("highradius", "--country", "US", "--currency", "USD", "--time-zone", "America/New_York")
    mapping = repository / "examples" / "mappings" / "highradius_open_items.toml"
    cli("import", "--map", mapping, folder / file, workspace=here).ok()
    result = _expected(folder)[index]
    (days,) = result["as_of"].values()
    for as_of, day in _days({"as_of": days}):
        assert (as_of, _wanted(day)) == (as_of, _figures(_run(cli, here, as_of)))


def test_services_ledger_gives_the_same_figures_per_currency(
    cli: CommandLine, workspace: MakeWorkspace, corpus: Corpus, repository: Path
) -> None:
    folder = corpus("ar_us_services_ledger")
    here = workspace("services", "--country", "US", "--currency", "USD", "--time-zone", "America/New_York")
    mapping = repository / "examples" / "mappings" / "us_services_ledger.toml"
    cli("import", "--map", mapping, folder / "invoices.csv", workspace=here).ok()
    accounts = _run(cli, here, "2025-09-30")
    for currency, day in _expected(folder)["snapshot"].items():
        own = [account for account in accounts if account["currency"] == currency]
        assert (currency, _wanted(day)) == (currency, _figures(own))

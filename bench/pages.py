"""What a page of the web app costs whoever waits for it: ``python -m bench.pages [INVOICES] [--database postgresql://…]``.

A new workspace takes a generated ledger and its run; then every page is asked for several times by somebody signed in,
in process, without a network. Reported for each page: queries, and the median and the slowest of the server's own time.
The first request after a run reads its decisions and is named apart. The size is that of design §4: four invoices for
each customer, so that 400,000 make 100,000 customers.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.ledgers import AS_OF, make_ledger
from bench.measure import print_table, say
from bench.whole_run import canonical_tables
from dunwell.config import web
from dunwell.runs.nightly import run_day
from dunwell.sources.rows import Kind
from dunwell.store.bulk import writing
from dunwell.store.importing import Origin, import_parsed
from dunwell.store.models import Letter
from dunwell.store.people import add_person
from dunwell.store.workspace import Beginning, init_workspace

INVOICES = 400_000
ROUNDS = 7
QUERIES_MAX = 15
MILLISECONDS_MAX = 200


def filled(folder: Path, invoices: int, database: str) -> Path:
    """Make a workspace with a ledger of that size, run its day, and let somebody in."""
    workspace = init_workspace(folder / "workspace", Beginning(database=database))
    with writing():
        for kind, table in canonical_tables(make_ledger(invoices)).items():
            named: Kind = kind
            import_parsed(named, table, Origin("bench", bank_complete_through=AS_OF))
    say("the day's run")
    run_day(workspace, AS_OF)
    add_person("bench", "administrator", "bench")
    return workspace.path


def pages() -> dict[str, str]:
    """The pages that a person opens all day; of one customer and one letter among the many."""
    letter = Letter.objects.select_related("account").filter(state="draft").order_by("id")[1000:1001].get()
    number = letter.account.account_number
    return {
        "today": "/",
        "today, holds": "/?action=hold",
        "today, a customer looked for": f"/?q={number}",
        "letters": "/letters",
        "letters, page 100": "/letters?page=100",
        "one letter": f"/letter/{letter.reference}",
        "customers": "/customers",
        "customers, looked for": f"/customers?q={number}",
        "one customer": f"/customer/{number}",
        "holds": "/holds",
        "promises": "/promises",
        "plans": "/plans",
        "disputes": "/disputes",
        "orders": "/orders",
        "referrals": "/referrals",
        "matching": "/matching",
        "figures": "/figures",
        "figures, a bucket": "/figures/EUR/31_60",
        "policy": "/policy",
        "audit": "/audit",
        "people": "/people",
    }


def measure(client: Client, path: str) -> tuple[str, ...]:
    """Ask for a page; return its status, queries, the first time, the median and slowest of the others, in ms."""
    begun = time.perf_counter()
    status = client.get(path).status_code
    first = time.perf_counter() - begun
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    queries = sum(one["sql"].lstrip().upper().startswith("SELECT") for one in asked.captured_queries)
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        client.get(path)
        taken.append(time.perf_counter() - begun)
    within = "yes" if queries <= QUERIES_MAX and median(taken) * 1000 <= MILLISECONDS_MAX else "NO"
    return str(status), str(queries), *(f"{each * 1000:.0f}" for each in (first, median(taken), max(taken))), within


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("invoices", nargs="?", type=int, default=INVOICES)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dunwell-pages-") as folder:
        say(f"a workspace with {options.invoices:,} invoices")
        path = filled(Path(folder), options.invoices, options.database)
        web.set_up(path, fixed_on=AS_OF)
        client = Client(SERVER_NAME="127.0.0.1")
        from dunwell.store.models import Person

        client.force_login(Person.objects.get().user)
        rows = [(name, *measure(client, each)) for name, each in pages().items()]
    head = ("page", "status", "queries", "first, ms", "median, ms", "slowest, ms", "within budget")
    budget = f"Budget: {QUERIES_MAX} queries and {MILLISECONDS_MAX} ms (median)."
    print_table(f"Pages of the web app, {options.invoices:,} invoices", head, rows, (budget,))


if __name__ == "__main__":
    main()

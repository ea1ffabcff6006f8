"""What a page of the web app costs whoever waits for it: ``python -m bench.pages [INVOICES] [--database postgresql://…]``.

A new workspace takes a generated ledger and its run; then every page is asked for several times by somebody signed in,
in process, without a network. Reported for each page: queries; the first request after the run by another program; the
first after an act (a note of somebody else), which makes anew what pages keep; the median and the slowest of the
server's own time, and the median of its CPU time. Last, the lists after a customer was left alone for some days and the
day was run again, as a person does it on the screen. The size is that of design §4: four invoices for each customer, so
that 400,000 make 100,000 customers.
"""

import argparse
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # as in ``dunwell serve``; before Polars is imported

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.ledgers import AS_OF, make_ledger
from bench.measure import print_table, say
from bench.whole_run import canonical_tables
from dunwell.config import web
from dunwell.runs.answers import Said, exclude
from dunwell.runs.case_subject import subject
from dunwell.runs.desk import Desk
from dunwell.runs.nightly import run_day
from dunwell.runs.rules import read_rules
from dunwell.sources.rows import Kind
from dunwell.store import audit
from dunwell.store.bulk import writing
from dunwell.store.importing import Origin, import_parsed
from dunwell.store.models import Letter
from dunwell.store.people import add_person
from dunwell.store.reading import keep_columns
from dunwell.store.workspace import Beginning, init_workspace, read_workspace

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
        keep_columns()
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


def measure(client: Client, path: str, somebody: int) -> tuple[str, ...]:
    """Ask for a page; return its status, queries, and times in ms: see the head of the file.

    The act is about ``somebody``, the key of an account, as nearly every act is.
    """
    first = timed(client, path)
    audit.append(audit.Act("note", "bench", AS_OF, account_id=somebody))
    after_act = timed(client, path)
    with CaptureQueriesContext(connection) as asked:
        status = client.get(path).status_code
    queries = sum(one["sql"].lstrip("( ").upper().startswith("SELECT") for one in asked.captured_queries)
    taken, used = zip(*(timed(client, path) for _ in range(ROUNDS)), strict=True)
    within = "yes" if queries <= QUERIES_MAX and median(taken) <= MILLISECONDS_MAX else "NO"
    times = (*first, *after_act, median(taken), median(used), max(taken))
    return str(status), str(queries), *(f"{each:.0f}" for each in times), within


def timed(client: Client, path: str) -> tuple[float, float]:
    """Ask for a page once; return the server's own time and its CPU time, in ms."""
    begun, used = time.perf_counter(), time.process_time()
    client.get(path)
    return (time.perf_counter() - begun) * 1000, (time.process_time() - used) * 1000


def after_a_deed(client: Client, path: Path) -> list[tuple[str, ...]]:
    """Leave a customer alone and run the day again; return the times of that and of the lists after it, in ms.

    The second time is told: the second run under a policy looks at everybody once more (decision page 12).
    """
    workspace = read_workspace(path)
    desk = Desk(workspace, read_rules(workspace, AS_OF), AS_OF, "bench")
    drafts = Letter.objects.select_related("account").filter(state="draft").order_by("id")
    for letter in (drafts[2000:2001].get(), drafts[3000:3001].get()):
        begun, used = time.perf_counter(), time.process_time()
        exclude(desk, subject(desk, letter.account.account_number), AS_OF + timedelta(days=3), Said("bench"))
        run_day(workspace, AS_OF)
        deed = ((time.perf_counter() - begun) * 1000, (time.process_time() - used) * 1000)
        lists = {f"{name} after it": timed(client, address) for name, address in LISTS.items()}
    found = {"the deed and its run": deed, **lists}
    return [(name, *(f"{each:.0f}" for each in times)) for name, times in found.items()]


LISTS = {"today": "/", "customers": "/customers", "holds": "/holds", "figures": "/figures"}


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("invoices", nargs="?", type=int, default=INVOICES)
    parser.add_argument("--database", default="")
    parser.add_argument("--workspace", type=Path, help="A workspace that an earlier measurement has filled.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dunwell-pages-") as folder:
        say(f"a workspace with {options.invoices:,} invoices")
        path = options.workspace or filled(Path(folder), options.invoices, options.database)
        web.set_up(path, fixed_on=AS_OF)
        client = Client(SERVER_NAME="127.0.0.1")
        from dunwell.store.models import Person

        client.force_login(Person.objects.get().user)
        client.get("/people")  # imports, templates
        somebody = Letter.objects.filter(state="draft").order_by("id").values_list("account_id", flat=True)[500]
        rows = [(name, *measure(client, each, somebody)) for name, each in pages().items()]
        deeds = after_a_deed(client, path)
    times = ("first", "CPU", "after an act", "CPU", "median", "CPU", "slowest")
    head = ("page", "status", "queries", *times, "within budget")
    budget = (
        f"Times in ms, each with the CPU time of it. Budget: {QUERIES_MAX} queries and {MILLISECONDS_MAX} ms (median)."
    )
    print_table(f"Pages of the web app, {options.invoices:,} invoices", head, rows, (budget,))
    print_table("After a deed", ("what", "ms", "CPU"), deeds, ())


if __name__ == "__main__":
    main()

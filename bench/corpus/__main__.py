"""Print the table of the corpus, folder by folder."""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench.corpus import __doc__ as about
from bench.corpus.books import electronic, fec, saft
from bench.corpus.lists import derived, ledgers, messy, related, torture, without_truth
from bench.corpus.statements import by_hand, camt, mt940, ofx
from bench.corpus.verdicts import Verdict
from bench.measure import print_table, say

FOLDERS: Mapping[str, Callable[[Path], Iterator[Verdict]]] = {
    "app_exports": without_truth,
    "ar_aging_reports": without_truth,
    "ar_highradius_open_items": ledgers,
    "ar_ibm_late_payments": ledgers,
    "ar_messy_xero_like_au": messy,
    "ar_relational_credit_limits": related,
    "ar_us_services_ledger": ledgers,
    "bank_camt": camt,
    "bank_csv": by_hand,
    "bank_mt940": mt940,
    "bank_ofx": ofx,
    "bank_other_formats": by_hand,
    "einvoice_cius_ro": electronic,
    "einvoice_en16931": electronic,
    "einvoice_facturae_es": electronic,
    "einvoice_fatturapa_it": electronic,
    "einvoice_pdf_zugferd_facturx": electronic,
    "einvoice_xrechnung": electronic,
    "fec_fr_customer_ledger": fec,
    "locale_derived": derived,
    "locale_torture": torture,
    "saft": saft,
}
"""How each folder is judged."""


def _row(name: str, verdicts: list[Verdict]) -> tuple[str, ...]:
    counts = Counter(verdict.outcome for verdict in verdicts)
    numbers = (len(verdicts), counts["right"], counts["refused rightly"], counts["wrong"])
    return (name, *(f"{number:,}" for number in numbers))


def main() -> None:
    """Judge every folder and print a row for each."""
    asked = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--corpus", type=Path, default=Path(os.environ.get("DUNWELL_CORPUS") or "../shared/data"))
    asked.add_argument("--files", action="store_true", help="say of every file what became of it")
    options = asked.parse_args()
    rows, everything = [], []
    for name, judge in FOLDERS.items():
        if not (options.corpus / name).is_dir():
            continue
        verdicts = list(judge(options.corpus / name))
        everything += verdicts
        for verdict in verdicts if options.files else ():
            say(f"{name}/{verdict.file}: {verdict.outcome} {verdict.why}")
        rows.append(_row(name, verdicts))
    wrong = [f"{verdict.file}: {verdict.why}" for verdict in everything if verdict.outcome == "wrong"]
    head = ("folder", "files", "right", "refused rightly", "wrong")
    print_table("Real input", head, [*rows, _row("**all**", everything)], wrong)


if __name__ == "__main__":
    main()

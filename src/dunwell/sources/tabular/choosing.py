"""Which column is what, by the words of the headers; the outcome is a mapping like one written by hand.

A kind is chosen when all that it needs is there. What is missing is said together with a draft of the mapping, so that
only the missing names have to be written.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dunwell.money import is_currency
from dunwell.sources.delimited import cell_name
from dunwell.sources.rows import COLUMNS, Kind, Options, RawFile
from dunwell.sources.tabular.amounts import decide
from dunwell.sources.tabular.lacking import TRANSACTIONS, missing
from dunwell.sources.tabular.places import country_of
from dunwell.sources.tabular.shaping import INVOICE_CUSTOMER
from dunwell.sources.tabular.sides import Sorts, lines_of_invoices, sorts_of, texts_of
from dunwell.sources.tabular.words import fields_of, folded, statuses, without_unit
from dunwell.sources.values import LANGUAGES

PAID, PAID_ON, CREDITED, NO_DUE = "paid so far", "paid on", "amount credited", "no due date"
INVOICED, STILL_CREDITED, UNAPPLIED = "amount invoiced", "amount still credited", "amount not applied"
"""Columns made from others."""
REFERENCE = "payment_reference"
"""What an invoice's structured reference is kept as; that of an electronic invoice is called the same."""

_KINDS: tuple[Kind, ...] = ("invoices", "payments", "customers")
_INVOICE = re.compile(r"invoice|rechnung|fact|hoa don|\binv\b|bill")
_CUSTOMER = frozenset(
    {"customer", "client", "kunde", "debitor", "tiers", "cliente", "partener", "khach hang", "partner"}
)
_NAME = frozenset({"name", "name 1", "nom", "nombre", "nume", "denumire", "ten", "raison sociale", "razon social"})
_OWN_ACCOUNT = frozenset(
    {"account", "account name", "account id", "account code", "account number", "account no"}
    | {"konto", "kontonummer", "kontoname", "kontobezeichnung", "numar cont", "cuenta contable"}
)
"""What a list of payments so calls may be the bank account that the money went to."""
_SAMPLE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Choice:
    """The kind of a file and the columns chosen, as a mapping in the form of TOML; ``missing`` in words."""

    kind: Kind
    columns: Mapping[str, str]
    mapping: dict[str, Any]
    missing: tuple[str, ...] = ()
    notices: tuple[str, ...] = field(default=())


def choose(raw: RawFile, titles: Sequence[str], options: Options) -> Choice | None:
    """Choose kind and columns for ``raw``, whose ``titles`` stand above the header; ``None``: nothing is known."""
    is_said = options.kind is not None
    kinds = (options.kind,) if options.kind else _KINDS
    headers = [header for i, header in enumerate(raw.columns) if _is_filled(raw, i)]
    chosen = [(kind, matched(headers, kind)) for kind in kinds if kind != "events"]
    best = [(kind, columns) for kind, columns in chosen if not missing(kind, columns, is_said=is_said)]
    if not best:
        best = sorted(chosen, key=lambda item: (len(missing(*item)), -len(item[1])))[:1]
    best = [(kind, {n: h for n, h in columns.items() if n != TRANSACTIONS}) for kind, columns in best]
    if not best or len(best[0][1]) < 2:
        return None
    kind, columns = best[0]
    return choose_by(raw, titles, options, kind, columns)


def _is_filled(raw: RawFile, position: int) -> bool:
    """Tell whether a column holds anything: an empty one is not what its header says."""
    cells = raw.cells[cell_name(position)]
    return not len(cells) or cells.null_count() < len(cells)


def matched(headers: Sequence[str], kind: Kind) -> dict[str, str]:
    """Match headers to the fields of ``kind``, each to one, the best words first."""
    fields = fields_of(kind)
    ranked = [
        (words.index(word) + (1000 if unit else 0), field_name, header)
        for header in headers
        for word, unit in _words_of(header)
        for field_name, words in fields.items()
        if word in words and not (kind == "payments" and word in _OWN_ACCOUNT)
    ]
    chosen: dict[str, str] = {}
    if kind == "customers" and _has_transactions(headers):
        chosen[TRANSACTIONS] = ""
    for _, field_name, header in sorted(ranked, key=lambda item: item[0]):
        if field_name not in chosen and header not in chosen.values():
            chosen[field_name] = header
    return _told_apart(headers, chosen)


def _told_apart(headers: Sequence[str], chosen: dict[str, str]) -> dict[str, str]:
    """Take "Client" for the number where "Name" stands beside it: programs write both so."""
    if "account_number" in chosen or folded(chosen.get("name", "")) not in _CUSTOMER:
        return chosen
    free = (header for header in headers if folded(header) in _NAME and header not in chosen.values())
    name = next(free, None)
    return chosen if name is None else {**chosen, "account_number": chosen["name"], "name": name}


def _has_transactions(headers: Sequence[str]) -> bool:
    """Tell whether headers name due dates, dated amounts or invoice numbers."""
    found = matched(headers, "invoices")
    strong = _INVOICE.search(folded(found.get("invoice_number", "")))
    return "due_on" in found or {"amount", "issued_on"} <= set(found) or bool(strong)


def _words_of(header: str) -> list[tuple[str, bool]]:
    bare, unit = without_unit(header)
    return [(folded(header), False), *([(folded(bare), True)] if unit else [])]


def choose_by(raw: RawFile, titles: Sequence[str], options: Options, kind: Kind, columns: dict[str, str]) -> Choice:
    """Make the mapping of ``kind`` from the columns chosen."""
    lacking = tuple(missing(kind, columns, is_said=options.kind is not None))
    made = {"invoices": _invoices, "payments": _payments, "customers": _customers}[kind]
    currency = {} if "currency" in columns else _currency(raw, columns, titles)
    mapping, notices = made(raw, columns, options)
    head: dict[str, Any] = {"formats": "recognise", "total_rows": "leave_out", **currency}
    return Choice(kind, columns, {**head, **mapping}, lacking, tuple(notices))


def _currency(raw: RawFile, columns: Mapping[str, str], titles: Sequence[str]) -> dict[str, str]:
    """Find the currency in the headers, in the titles, or in the signs of the amounts, where these name one only."""
    amounts = [columns[name] for name in ("amount", "open_amount", "debit", "credit_limit") if name in columns]
    units = {_code(without_unit(header)[1]) for header in amounts} - {""}
    titled = {_code(word) for title in titles for word in title.replace(":", " ").split()} - {""}
    cells = [cell_name(raw.columns.index(header)) for header in amounts]
    texts = (text for c in cells for text in raw.cells[c].drop_nulls().head(_SAMPLE_ROWS))
    signed = set(decide(texts).currencies)
    for found in (units, signed, titled):
        codes = {code for code in found if is_currency(code)}
        if len(codes) == 1:
            return {"currency": codes.pop()}
    return {}


def _code(text: str) -> str:
    return {"€": "EUR", "£": "GBP"}.get(text, text if len(text) == 3 and text.isupper() and is_currency(text) else "")


def _whose(columns: Mapping[str, str]) -> dict[str, Any]:
    """Name the customer by number; by name where there is no number."""
    if "account_number" in columns:
        return {"account_number": columns["account_number"]}
    return {"account_number": columns["name"]} if "name" in columns else {}


def _customers(raw: RawFile, columns: Mapping[str, str], _options: Options) -> tuple[dict[str, Any], list[str]]:
    known = {column.name for column in COLUMNS["customers"]}
    taken = {name: header for name, header in columns.items() if name in known}
    for name in ("country", "language", "party_type"):
        if name in taken and not _all_codes(raw, taken[name], name):
            del taken[name]
    used = set(taken.values())
    table = {"kind": "customers", "columns": {**taken, **_whose(columns)}, "duplicates": "conflict"}
    table["extra"] = _rest(raw, used)
    return {"table": [table]}, []


def _all_codes(raw: RawFile, header: str, field_name: str) -> bool:
    """Tell whether every text of a column is a code, or a country's name; a column of others is kept as extra."""
    texts = raw.cells[cell_name(raw.columns.index(header))].drop_nulls().unique()
    if field_name == "country":
        return all(country_of(text) for text in texts)
    words = LANGUAGES if field_name == "language" else ("business", "consumer", "public")
    return all(text in words for text in texts)


def _rest(raw: RawFile, used: set[str]) -> list[str]:
    return [header for header in raw.columns if header and header not in used and header.lower() != "problem"]


def _payments(_raw: RawFile, columns: Mapping[str, str], _options: Options) -> tuple[dict[str, Any], list[str]]:
    taken = {
        n: columns[n] for n in ("payment_reference", "invoice_number", "paid_on", "amount", "currency") if n in columns
    }
    whose = _whose(columns) or {"account_number": INVOICE_CUSTOMER}
    said = [] if _whose(columns) else ["The payments name no customer: theirs is the customer of the invoice."]
    return {"table": [{"kind": "payments", "columns": {**whose, **taken}, "duplicates": "conflict"}]}, said


def _invoices(raw: RawFile, columns: Mapping[str, str], options: Options) -> tuple[dict[str, Any], list[str]]:
    notices: list[str] = []
    mapping: dict[str, Any] = {"derive": {}, "first_of": {}}
    sorts = sorts_of(raw, columns, notices)
    unless = sorts.unless
    amount = _amount(mapping, columns)
    facts = {
        n: columns[n]
        for n in ("invoice_number", "order_number", "issued_on", "delivered_on", "currency", "description")
        if n in columns
    }
    invoice = {**_whose(columns), **facts, "due_on": _due(mapping, columns), "amount": amount}
    table: dict[str, Any] = {
        "kind": "invoices",
        "columns": invoice,
        "duplicates": "conflict",
        "due_before_issue": "problem",
    }
    tables = [*_named_customers(columns, options), table]
    used = {*columns.values()}
    table["extra"] = [*_rest(raw, used), *_reference(mapping, columns)]
    for made in (table, tables[0]):
        made["unless"] = unless
    tables += _negatives(table, columns, mapping, amount)
    paid = _paid(raw, columns, mapping, amount, options, notices)
    no_invoice = {INVOICED: [""]} if INVOICED in mapping["derive"] else {}  # what was paid of it is no payment either
    tables += [{**paid, "unless": {**unless, **no_invoice, **paid["unless"]}}] if paid else []
    tables += _credits(columns, mapping, amount, sorts)
    if "name" in columns and "account_number" not in columns:
        notices.append(f'The customers have no number: their name in "{columns["name"]}" stands for it.')
    if "name" not in columns and options.knows_nobody:
        notices.append("The list has no names: each customer is called by number until a list of customers names them.")
    if lines_of_invoices(raw, columns):
        mapping["fold"] = {"by": columns["invoice_number"], "sum": []}
        notices.append("Several rows have one invoice number and agree in all amounts: they were read as its lines.")
    if _repeats_names(raw, columns):
        mapping["fill_down"] = [columns[name] for name in ("account_number", "name") if name in columns]
    return {**mapping, "table": tables}, notices


def _reference(mapping: dict[str, Any], columns: Mapping[str, str]) -> list[str]:
    """Keep the reference that is printed on an invoice under the one name that matching looks for."""
    header = columns.get("structured_reference")
    if header and header != REFERENCE:
        mapping["first_of"][REFERENCE] = [header]
    return [REFERENCE] if header else []


def _negatives(
    table: dict[str, Any], columns: Mapping[str, str], mapping: dict[str, Any], amount: str
) -> list[dict[str, Any]]:
    """Make credit notes of negative rows: of what is still open of them, where a column says so."""
    if "issued_on" not in columns:
        return []
    if columns.get("open_amount", amount) == amount:
        table["negative_invoices"] = "credit_note"
        return []
    mapping["derive"] |= {INVOICED: [">0", amount], STILL_CREDITED: [">0", f"-{columns['open_amount']}"]}
    table["columns"] = {**table["columns"], "amount": INVOICED}
    table["unless"] = {**table["unless"], INVOICED: [""]}
    unless = {name: texts for name, texts in table["unless"].items() if name != INVOICED} | {STILL_CREDITED: [""]}
    return [_credit_notes(columns, STILL_CREDITED, {"when": {INVOICED: [""]}, "unless": unless})]


def _named_customers(columns: Mapping[str, str], options: Options) -> list[dict[str, Any]]:
    """Make the customers whom an invoice list names; where it only numbers them, if nobody is known yet."""
    header = columns.get("name") or (columns.get("account_number") if options.knows_nobody else None)
    if header is None:
        return []
    return [{"kind": "customers", "columns": {**_whose(columns), "name": header}, "duplicates": "first"}]


def _amount(mapping: dict[str, Any], columns: Mapping[str, str]) -> str:
    if "amount" in columns:
        return columns["amount"]
    if "open_amount" in columns or "debit" not in columns:
        return columns.get("open_amount", "")
    parts = [columns["debit"], *([f"-{columns['credit']}"] if "credit" in columns else [])]
    mapping["derive"]["amount"] = parts
    return "amount"


def _due(mapping: dict[str, Any], columns: Mapping[str, str]) -> str | dict[str, str]:
    if "terms" not in columns or "issued_on" not in columns:
        return columns.get("due_on", "")
    if "due_on" not in columns:
        mapping["derive"][NO_DUE] = []
    return {"column": columns.get("due_on", NO_DUE), "terms": columns["terms"], "from": columns["issued_on"]}


def _paid(
    raw: RawFile, columns: Mapping[str, str], mapping: dict[str, Any], amount: str, options: Options, notices: list[str]
) -> dict[str, Any] | None:
    """Return the table of what has been paid already: an amount, the rest of an open amount, or a status."""
    when: dict[str, Any] = {}
    if "paid_amount" in columns:
        parts = [">0", columns["paid_amount"]]
    elif "open_amount" in columns and amount != columns["open_amount"]:
        parts = [">0", amount, f"-{columns['open_amount']}"]
    elif "settled_on" in columns:
        parts, when = [">0", amount], {columns["settled_on"]: [""]}
    else:
        paid = texts_of(raw, columns.get("status"), statuses()["paid"])
        if not paid or not options.statuses_say_paid:
            return None
        notices.append(f"{', '.join(paid)}: counted as paid in full on the day of the invoice, for want of a payment.")
        return _paid_table(columns, mapping, [">0", amount], {"when": {columns["status"]: paid}, "unless": {}})
    return _paid_table(columns, mapping, parts, {"unless": when})


def _paid_table(
    columns: Mapping[str, str], mapping: dict[str, Any], parts: list[str], rows: dict[str, Any]
) -> dict[str, Any] | None:
    dates = [columns[name] for name in ("settled_on", "issued_on", "due_on") if name in columns]
    if not dates:
        return None
    mapping["derive"][PAID] = parts
    mapping["first_of"][PAID_ON] = dates
    number = columns.get("invoice_number", "")
    taken: dict[str, Any] = {**_whose(columns), "invoice_number": number, "paid_on": PAID_ON, "amount": PAID}
    taken["payment_reference"] = {"column": number, "prefix": "paid-"}
    if "currency" in columns:
        taken["currency"] = columns["currency"]
    rows["unless"] = {**rows["unless"], PAID: [""]}
    return {"kind": "payments", "columns": taken, **rows}


def _credits(columns: Mapping[str, str], mapping: dict[str, Any], amount: str, sorts: Sorts) -> list[dict[str, Any]]:
    """Return the tables of what stands to the customers' credit: credit notes, and payments of no invoice."""
    if "issued_on" not in columns:
        return []
    tables = []
    still_open = columns.get("open_amount", amount)
    if sorts.credits:
        mapping["derive"][CREDITED] = ["abs", still_open]
        rows = {"when": sorts.credits, "unless": {**sorts.not_owed, CREDITED: [""]}}
        tables.append(_credit_notes(columns, CREDITED, rows))
    if sorts.payments:
        mapping["derive"][UNAPPLIED] = [">0", f"-{still_open}"]
        rows = {"when": sorts.payments, "unless": {**sorts.not_owed, UNAPPLIED: [""]}, "constants": {}}
        tables.append(_credit_notes(columns, UNAPPLIED, rows))
    return tables


def _credit_notes(columns: Mapping[str, str], amount: str, rows: dict[str, Any]) -> dict[str, Any]:
    """Return the table of credit notes: of which rows, with which amount."""
    taken = {
        **_whose(columns),
        "payment_reference": columns.get("invoice_number", ""),
        "paid_on": columns["issued_on"],
        "amount": amount,
    }
    if "currency" in columns:
        taken["currency"] = columns["currency"]
    return {"kind": "payments", "columns": taken, "constants": {"kind": "credit_note"}, **rows}


def _repeats_names(raw: RawFile, columns: Mapping[str, str]) -> bool:
    """Tell whether the customer stands only in the first row of each group: then total rows name the group again."""
    header = columns.get("name") or columns.get("account_number")
    if header is None:
        return False
    cells = raw.cells[cell_name(raw.columns.index(header))]
    if not cells.null_count() or cells[0] is None:
        return False
    first = raw.cells[cell_name(0)].drop_nulls()
    groups = {folded(text) for text in cells.drop_nulls().unique()}
    totals = [folded(text) for text in first.unique()]
    return any(text.endswith(f" {group}") and text != group for text in totals for group in groups if group in text)

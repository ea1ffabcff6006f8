"""What a list needs before it can be read as invoices, payments or customers, and does not have."""

import re
from collections.abc import Iterable, Mapping

from dunwell.sources.rows import Kind
from dunwell.sources.tabular.words import folded

TRANSACTIONS = "transactions"
"""Not a column: marks that the headers are those of invoices or payments."""

_ADDRESS = ("email", "street", "postcode", "city", "phone", "credit_limit", "account_number", "contact_name")
_WEAK_DATES = frozenset(
    {"date", "transaction date", "datum", "fecha", "data", "ngay", "buchungsdatum", "valuta", "value date"}
)
_PAYMENT = re.compile(r"paid|pay|receipt|received|zahl|paiement|regl|pago|cobr|plat|incas|chitant|thanh toan|thu")


def missing(kind: Kind, columns: Mapping[str, str], *, is_said: bool = False) -> list[str]:
    """Return what a table of ``kind`` needs and the columns do not give, in words; ``is_said``: the kind is sure."""
    if kind == "customers":
        return [
            *_lacking(columns, "name", ("name",)),
            *_lacking(columns, "account number or address", _ADDRESS),
            *([] if is_said else _not_a_list(columns)),
        ]
    whose = _lacking(columns, "account number or customer name", ("account_number", "name"))
    if kind == "payments":
        return [*([] if "invoice_number" in columns else whose), *_missing_of_payments(columns, is_said=is_said)]
    due = [] if "due_on" in columns or {"terms", "issued_on"} <= set(columns) else ["due date"]
    number = _lacking(columns, "invoice number", ("invoice_number",))
    return [*whose, *number, *_lacking(columns, "amount", ("amount", "open_amount", "debit")), *due]


def _missing_of_payments(columns: Mapping[str, str], *, is_said: bool) -> list[str]:
    """A plain date and reference make no payment: some header must speak of paying."""
    needed = (("payment reference", "payment_reference"), ("payment date", "paid_on"), ("amount", "amount"))
    lacking = [what for what, name in needed if name not in columns]
    others = (folded(columns.get(name, "")) for name in ("payment_reference", "amount"))
    weak = folded(columns.get("paid_on", "")) in _WEAK_DATES and not any(_PAYMENT.search(word) for word in others)
    return [*lacking, *(["payment date"] if weak and not is_said else [])]


def _lacking(columns: Mapping[str, str], what: str, names: Iterable[str]) -> list[str]:
    return [] if any(name in columns for name in names) else [what]


def _not_a_list(columns: Mapping[str, str]) -> list[str]:
    """A list of transactions is no list of customers, although it names them."""
    return ["kind of list"] if TRANSACTIONS in columns else []

"""Block directives: what ``::: invoices``, ``::: payment`` and the others become in a letter.

A directive that has nothing to show (no interest claimed, no earlier request) becomes nothing.
"""

from collections.abc import Callable

from dunwell.letters.content import (
    Align,
    Block,
    Bullets,
    Cell,
    Column,
    Paragraph,
    Payment,
    Run,
    Table,
    TotalRow,
)
from dunwell.letters.facts import InvoiceLine, LetterFacts, PastRequest
from dunwell.letters.kind_blocks import (
    alternatives,
    clause_list,
    instalment_table,
    next_steps,
    order_table,
    refusal_reasons,
    statement_table,
    ways_to_buy,
)
from dunwell.letters.kinds import is_settled
from dunwell.letters.payment import payment_code, payment_rows
from dunwell.letters.setting import Setting

COLUMNS_MAX = 8
"""More do not fit the page: then order number and service date become notes below other cells."""

_NOTE_OF = {"invoice": "order", "due": "delivered"}


def _charges(facts: LetterFacts) -> list[str]:
    named = {
        "late_fee": facts.late_fee_minor,
        "interest": facts.interest_minor,
        "compensation": facts.compensation_minor,
    }
    return [key for key, minor in named.items() if minor]


def _minor(line: InvoiceLine, key: str) -> int:
    return int(getattr(line, f"{key}_minor"))


def _money_keys(facts: LetterFacts) -> list[str]:
    """Return the money columns worth a column: the gross amount only where it differs from what is open."""
    if is_settled(facts.kind):
        return ["open"]
    part_paid = any(line.amount_minor != line.open_minor for line in facts.invoices)
    charges = _charges(facts)
    return (["amount"] if part_paid else []) + ["open"] + charges + (["total"] if charges else [])


def _fact_keys(facts: LetterFacts, money_columns: int) -> tuple[list[str], list[str]]:
    """Return the columns before the money, and the facts that become notes when columns run out."""
    optional = [
        key
        for key, known in (
            ("order", any(line.order_number for line in facts.invoices)),
            ("delivered", any(line.delivered_on for line in facts.invoices)),
        )
        if known
    ]
    always = ["due"] if is_settled(facts.kind) else ["due", "days"]
    if 1 + len(always) + len(optional) + money_columns <= COLUMNS_MAX:
        return ["invoice", *optional, *always], []
    return ["invoice", *always], optional


def invoice_table(setting: Setting) -> Table | None:
    """List every invoice with what is owed on it, line by line, and the sum that is demanded.

    In a letter about settled invoices (a release) the amounts are those that were paid.
    """
    facts = setting.facts
    if not facts.invoices:
        return None
    money_keys = _money_keys(facts)
    fact_keys, noted = _fact_keys(facts, len(money_keys))
    notes = {key: _NOTE_OF[key] for key in _NOTE_OF if _NOTE_OF[key] in noted}
    columns = tuple(_invoice_column(setting, key, notes) for key in fact_keys + money_keys)
    rows = tuple(_invoice_row(setting, line, columns, notes) for line in facts.invoices)
    return Table("invoices", columns, rows, _totals(setting, columns, money_keys), _invoice_caption(setting))


def _invoice_caption(setting: Setting) -> str:
    """Name the currency, and the law behind charges that nothing else in the letter explains."""
    facts = setting.facts
    parts = [setting.sentence("labels", "amounts_in", currency_code=facts.currency)]
    if facts.interest_minor and facts.legal_basis and not facts.interest_segments:
        parts.append(f"{setting.label('interest')}: {setting.values['legal_basis']}")
    if facts.compensation_minor and facts.compensation_basis:
        parts.append(f"{setting.label('compensation')}: {setting.values['compensation_basis']}")
    return " · ".join(parts)


def _invoice_column(setting: Setting, key: str, notes: dict[str, str]) -> Column:
    settled = key == "open" and is_settled(setting.facts.kind)
    align: Align = "left" if key in {"invoice", "order", "delivered", "due"} else "right"
    note = setting.label(notes[key]) if key in notes else ""
    return Column(key, setting.label("amount" if settled else key), align, note)


def _invoice_row(
    setting: Setting, line: InvoiceLine, columns: tuple[Column, ...], notes: dict[str, str]
) -> tuple[Cell, ...]:
    texts = _invoice_texts(setting, line)
    return tuple(Cell(texts[column.key], texts[notes[column.key]] if column.key in notes else "") for column in columns)


def _invoice_texts(setting: Setting, line: InvoiceLine) -> dict[str, str]:
    formats, currency = setting.formats, setting.facts.currency
    money_texts = {
        key: formats.amount(_minor(line, key), currency)
        for key in ("amount", "open", "late_fee", "interest", "compensation", "total")
    }
    return {
        "invoice": line.invoice_number,
        "order": line.order_number,
        "delivered": formats.date_short(line.delivered_on) if line.delivered_on else "",
        "due": formats.date_short(line.due_on),
        "days": formats.number(line.days_past_due),
        **money_texts,
    }


def _totals(setting: Setting, columns: tuple[Column, ...], money_keys: list[str]) -> tuple[TotalRow, ...]:
    """Sum the columns; when a credit is set off, show the sum, the credit and what remains."""
    facts, formats = setting.facts, setting.formats
    sums = {key: sum(_minor(line, key) for line in facts.invoices) for key in money_keys}
    shown = [
        formats.amount(sums[c.key], facts.currency) if c.key in sums and c.key != "amount" else "" for c in columns
    ]
    blank = ("",) * (len(columns) - 1)
    final = formats.money(facts.total_minor, facts.currency)
    if not facts.unapplied_credit_minor:
        label = setting.label("sum" if is_settled(facts.kind) else "total_due")
        return (TotalRow(label, (*shown[:-1], final), final=True),)
    credit = formats.amount(-facts.unapplied_credit_minor, facts.currency)
    return (
        TotalRow(setting.label("sum"), tuple(shown)),
        TotalRow(setting.label("unapplied_credit"), (*blank, credit)),
        TotalRow(setting.label("total_due"), (*blank, final), final=True),
    )


def interest_table(setting: Setting) -> Table | None:
    """Show how interest was counted: period, days, balance, rate and amount, segment by segment."""
    facts, formats = setting.facts, setting.formats
    if not facts.interest_segments:
        return None
    keys = ("invoice", "period", "interest_days", "balance", "rate", "interest")
    columns = tuple(Column(key, setting.label(key), "left" if i < 2 else "right") for i, key in enumerate(keys))
    rows = tuple(
        (
            Cell(segment.invoice_number),
            Cell(f"{formats.date_short(segment.from_on)} – {formats.date_short(segment.to_on)}"),
            Cell(formats.number(segment.days)),
            Cell(formats.amount(segment.balance_minor, facts.currency)),
            Cell(formats.percent(segment.rate_percent)),
            Cell(formats.amount(segment.amount_minor, facts.currency)),
        )
        for segment in facts.interest_segments
    )
    total = formats.amount(facts.interest_minor, facts.currency)
    totals = (TotalRow(setting.label("interest_total"), ("",) * 5 + (total,)),)
    return Table("interest", columns, rows, totals, setting.sentence("labels", "interest_caption"))


def request_list(setting: Setting) -> Bullets | None:
    """List what was asked before: date, what it was, by which channel."""
    items = tuple((Run(_request_item(setting, request)),) for request in setting.facts.past_requests)
    return Bullets(items) if items else None


def _request_item(setting: Setting, request: PastRequest) -> str:
    names = setting.common.table("request_names")
    name = str(names.get(request.step) or names.get(request.letter_kind) or names.get("other", ""))
    return setting.sentence(
        "sentences",
        "request_item",
        item_on=setting.formats.date_long(request.on),
        item_name=name,
        item_channel=setting.common.text("channels", request.channel),
    )


def consequence_list(setting: Setting) -> Bullets | None:
    """List what the policy has switched on to follow, in the order the language's file gives."""
    on = setting.facts.consequences
    keys = [key for key in setting.common.table("consequences") if key in on]
    items = tuple((Run(setting.sentence("consequences", key)),) for key in keys)
    return Bullets(items) if items else None


def clause(setting: Setting) -> Paragraph | None:
    """Quote the clause of the policy or contract that the letter relies on."""
    facts = setting.facts
    if not facts.clause_text:
        return None
    return Paragraph((Run(setting.sentence("sentences", "clause_quote"), emphasis=False),), quote=True)


def payment(setting: Setting) -> Payment:
    """Say how to pay: where to, how much, by when, under which reference, and the code that phones read."""
    return Payment(
        payment_rows(setting.facts, setting.label, setting.formats),
        payment_code(setting.facts, setting.label),
    )


Built = Block | tuple[Block, ...] | None
"""What a directive becomes: a block, several, or nothing."""

DIRECTIVES: dict[str, Callable[[Setting], Built]] = {
    "invoices": invoice_table,
    "interest": interest_table,
    "requests": request_list,
    "consequences": consequence_list,
    "clause": clause,
    "payment": payment,
    "instalments": instalment_table,
    "statement": statement_table,
    "orders": order_table,
    "alternatives": alternatives,
    "reasons": refusal_reasons,
    "ways_to_buy": ways_to_buy,
    "next_steps": next_steps,
    "clauses": clause_list,
}
"""Every block directive by name. A directive is a function of the letter's setting.

A new one is one line here.
"""

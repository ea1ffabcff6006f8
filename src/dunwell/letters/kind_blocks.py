"""Block directives of single kinds: instalments, statement, orders, alternatives, reasons, ways to buy, clauses, steps.

As everywhere, a directive that has nothing to show becomes nothing.
"""

from collections.abc import Iterable

from dunwell.letters.content import Bullets, Cell, Column, Paragraph, Run, Table, TotalRow
from dunwell.letters.facts import Instalment, Offer, OrderLine, Statement, StatementLine
from dunwell.letters.setting import Setting
from dunwell.letters.texts import typeset


def instalment_table(setting: Setting) -> Table | None:
    """List the instalments of a plan with their dates, and their sum."""
    plan = setting.facts.plan
    if plan is None or not plan.instalments:
        return None
    with_interest = any(instalment.interest_minor for instalment in plan.instalments)
    keys = ["instalment", "instalment_due", *(["instalment_interest"] if with_interest else []), "instalment_amount"]
    columns = _columns(setting, keys, left=2)
    rows = tuple(_instalment_row(setting, instalment, keys) for instalment in plan.instalments)
    interest_minor = sum(instalment.interest_minor for instalment in plan.instalments)
    sums = (setting.amount(interest_minor),) if with_interest else ()
    total = setting.money(sum(instalment.amount_minor for instalment in plan.instalments))
    totals = (TotalRow(setting.label("plan_total"), ("", "", *sums, total), final=True),)
    return Table("instalments", columns, rows, totals, _amounts_in(setting))


def _instalment_row(setting: Setting, instalment: Instalment, keys: list[str]) -> tuple[Cell, ...]:
    texts = {
        "instalment": setting.formats.number(instalment.number),
        "instalment_due": setting.formats.date_long(instalment.due_on),
        "instalment_interest": setting.amount(instalment.interest_minor),
        "instalment_amount": setting.amount(instalment.amount_minor),
    }
    return tuple(Cell(texts[key]) for key in keys)


def statement_table(setting: Setting) -> Table | None:
    """List the entries of an account with the balance after each, from the opening to the closing balance."""
    statement = setting.facts.statement
    if statement is None:
        return None
    columns = _columns(setting, ["entry_on", "entry", "document", "due", "amount", "running_balance"], left=4)
    closing = setting.money(statement.closing_minor)
    totals = (TotalRow(setting.label("closing_balance"), ("",) * 5 + (closing,), final=True),)
    return Table("statement", columns, tuple(_statement_rows(setting, statement)), totals, _amounts_in(setting))


def _statement_rows(setting: Setting, statement: Statement) -> Iterable[tuple[Cell, ...]]:
    balance_minor = statement.opening_minor
    opening = (setting.formats.date_short(statement.from_on), setting.label("opening_balance"), "", "", "")
    yield tuple(Cell(text) for text in (*opening, setting.amount(balance_minor)))
    for line in statement.lines:
        balance_minor += line.amount_minor
        yield (*_entry_cells(setting, line), Cell(setting.amount(balance_minor)))


def _entry_cells(setting: Setting, line: StatementLine) -> tuple[Cell, ...]:
    formats = setting.formats
    texts = (
        formats.date_short(line.on),
        setting.sentence("statement_entries", line.kind),
        line.document_number,
        formats.date_short(line.due_on) if line.due_on else "",
        setting.amount(line.amount_minor),
    )
    return tuple(Cell(text) for text in texts)


def order_table(setting: Setting) -> Table | None:
    """List orders with what is known of them: date, goods, when they can leave, amount."""
    orders = setting.facts.orders
    if not orders:
        return None
    known = {
        "ordered": any(order.ordered_on for order in orders),
        "goods": any(order.description for order in orders),
        "goes_out": any(order.goes_out_on for order in orders),
    }
    keys = ["order", *(key for key, is_known in known.items() if is_known), "amount"]
    columns = _columns(setting, keys, left=len(keys) - 1)
    rows = tuple(_order_row(setting, order, keys) for order in orders)
    total = setting.money(sum(order.amount_minor for order in orders))
    totals = (TotalRow(setting.label("sum"), ("",) * (len(keys) - 1) + (total,), final=True),)
    return Table("orders", columns, rows, totals, _amounts_in(setting))


def _order_row(setting: Setting, order: OrderLine, keys: list[str]) -> tuple[Cell, ...]:
    formats = setting.formats
    texts = {
        "order": order.order_number,
        "ordered": formats.date_short(order.ordered_on) if order.ordered_on else "",
        "goods": order.description,
        "goes_out": formats.date_short(order.goes_out_on) if order.goes_out_on else "",
        "amount": setting.amount(order.amount_minor),
    }
    return tuple(Cell(texts[key]) for key in keys)


def _columns(setting: Setting, keys: list[str], left: int) -> tuple[Column, ...]:
    """Return columns; the first ``left`` of them are aligned left, amounts right."""
    return tuple(Column(key, setting.label(key), "left" if i < left else "right") for i, key in enumerate(keys))


def _amounts_in(setting: Setting) -> str:
    return setting.sentence("labels", "amounts_in", currency_code=setting.facts.currency)


def alternatives(setting: Setting) -> Bullets | None:
    """List the alternatives offered, each with its terms and the day until which it is open."""
    return _bullets(_offer(setting, offer) for offer in setting.facts.offers)


def _offer(setting: Setting, offer: Offer) -> str:
    formats = setting.formats
    return setting.sentence(
        "offers",
        offer.kind,
        offer_until_on=formats.date_long(offer.open_until_on),
        offer_pay_by_on=formats.date_long(offer.pay_by_on) if offer.pay_by_on else "",
        offer_percent=formats.percent(offer.discount_percent),
        offer_discount=setting.money(offer.discount_minor),
        offer_to_pay=setting.money(offer.pay_minor),
        offer_instalments=offer.instalment_count,
    )


def refusal_reasons(setting: Setting) -> Bullets | None:
    """List why credit is refused, in the order the language's file gives."""
    decision = setting.facts.credit_decision
    return _chosen(setting, "refusal_reasons", decision.reasons if decision else frozenset())


def ways_to_buy(setting: Setting) -> Bullets | None:
    """List how the customer can buy without the credit that was refused."""
    decision = setting.facts.credit_decision
    return _chosen(setting, "ways_to_buy", decision.ways if decision else frozenset())


def _chosen(setting: Setting, table: str, words: frozenset[str]) -> Bullets | None:
    return _bullets(setting.sentence(table, key) for key in setting.common.table(table) if key in words)


def next_steps(setting: Setting) -> Bullets | None:
    """List what happens next after a problem of ours, in the order it was written down."""
    problem = setting.facts.problem
    return _bullets(problem.next_steps if problem else (), ordered=True)


def clause_list(setting: Setting) -> tuple[Paragraph, ...] | None:
    """Set out the clauses of the policy, each with its number and title."""
    paragraphs = tuple(
        Paragraph(
            (
                Run(f"{clause.number}\u00a0 {typeset(clause.title, setting.common)}", strong=True),
                *_clause_text(typeset(clause.text, setting.common)),
            ),
            own=False,
        )
        for clause in setting.facts.clauses
    )
    return paragraphs or None


def _clause_text(text: str) -> tuple[Run, ...]:
    return (Run(f" {text}"),) if text else ()


def _bullets(texts: Iterable[str], *, ordered: bool = False) -> Bullets | None:
    items = tuple((Run(text),) for text in texts)
    return Bullets(items, ordered) if items else None

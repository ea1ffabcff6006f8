"""Entries that name no open invoice: what the payer, the name, a wrong number and the amount tell."""

from rapidfuzz.distance import OSA

from dunwell.sources.matching.evidence import called_like, contradiction, named_alike, support, too_early
from dunwell.sources.matching.index import comparable
from dunwell.sources.matching.model import Invoice, Part, Proposal
from dunwell.sources.matching.numbers import digit_words, runs, shape, shapes, tail
from dunwell.sources.matching.proposing import Context, proposal
from dunwell.sources.matching.structured import plain
from dunwell.sources.matching.sums import combinations

_MISTYPED_CHARS_MIN = 6
_MISTYPED_CANDIDATES_MAX = 200
_NAMED_MAX = 5


def by_payer(context: Context) -> list[Proposal]:
    """Propose for the customers whom bank account or customer number point to."""
    found = context.found
    accounts = {found.payer} if found.payer is not None else set(found.accounts)
    return [option for account in sorted(accounts) for option in _of_customer(context, account)]


def _of_customer(context: Context, account: str) -> list[Proposal]:
    entry = context.entry
    open_ones = _open(context, account)
    backing = support(entry, account, context.found, context.index)
    against = _doubts(context, account, open_ones)
    exact = [invoice for invoice in open_ones if invoice.open_minor == entry.amount_minor]
    if exact:
        against += too_early(entry, exact)
        if len(exact) > 1:
            against.append(f"{len(exact)} invoices have this amount.")
        elif combinations(open_ones, entry.amount_minor):
            against.append("Other invoices add up to this amount, too.")
        return [_whole(context, account, exact[0], [*backing, "One open invoice has exactly this amount."], against)]
    together = combinations(open_ones, entry.amount_minor)
    if together:
        return [_sum(context, account, together, backing)]
    paid = entry.amount_minor
    short = [each for each in open_ones if context.rules.allows(account, entry.currency, each.open_minor, paid)]
    if len(short) == 1:
        reason = "The amount is short of one invoice by no more than a discount or fee."
        parts = [Part(short[0].number, entry.amount_minor)]
        return [proposal(context, account, parts, 75, [*backing, reason], [reason])]
    reason = "No open invoices of the customer add up to this amount."
    return [proposal(context, account, [Part(None, entry.amount_minor)], 60, [*backing, reason], [reason])]


def _doubts(context: Context, account: str, open_ones: list[Invoice]) -> list[str]:
    """Return why a match by payer and amount is not sure."""
    entry, found = context.entry, context.found
    against = (contradiction(entry, account, found, context.index), _payer_doubt(context, account))
    doubts = [*found.unclear, *filter(None, against)]
    if len(found.accounts | ({found.payer} if found.payer else set())) > 1:
        doubts.append("More than one customer is pointed to.")
    if {shape(invoice.number) for invoice in open_ones} & shapes(entry.text):
        doubts.append("The text names a number like an invoice's that is not open.")
    if found.named:
        doubts.append("The text names other invoices.")
    if entry.is_batch:
        doubts.append("The entry is a batch of several payments.")
    return doubts


def _payer_doubt(context: Context, account: str) -> str | None:
    """Return why it is not sure that the payer is the customer ``account``.

    A bank account alone proves little: payment services, parents and lawyers pay for many. So the name must point to
    the customer, too; or, without a name or with one that a person has confirmed, it must have paid more than once.
    """
    entry, found, index = context.entry, context.found, context.index
    known = found.known if found.payer == account else None
    if known is None:
        is_backed = len(support(entry, account, found, index)) > 1
        return None if is_backed else "Only the customer number points to the customer."
    is_confirmed = known.is_by_hand and comparable(entry.payer_name) in known.names
    if named_alike(entry.payer_name, account, index) or account in found.accounts:
        return None
    if known.is_proven and (is_confirmed or not entry.payer_name):
        return None
    return "The payments before do not prove whose payment it is."


def _open(context: Context, account: str) -> list[Invoice]:
    invoices = context.index.by_account.get(account, [])
    return [each for each in invoices if each.open_minor > 0 and each.currency == context.entry.currency]


def _whole(context: Context, account: str, invoice: Invoice, reasons: list[str], against: list[str]) -> Proposal:
    return proposal(context, account, [Part(invoice.number, invoice.open_minor)], 93, reasons, against)


def _sum(context: Context, account: str, together: list[tuple[Invoice, ...]], backing: list[str]) -> Proposal:
    chosen = together[0]
    said = f"{len(chosen)} open invoices add up to this amount."
    against = [said if len(together) == 1 else "More than one set of invoices adds up to this amount."]
    parts = [Part(invoice.number, invoice.open_minor) for invoice in chosen]
    return proposal(context, account, parts, 85 if len(together) == 1 else 65, [*backing, said], against)


def by_amount(context: Context) -> list[Proposal]:
    """Propose the invoices of exactly this amount, by what else is alike: number, name, or nothing."""
    entry = context.entry
    candidates = context.index.by_amount.get((entry.currency, entry.amount_minor), [])
    candidates = [invoice for invoice in candidates if invoice.open_minor > 0][:_MISTYPED_CANDIDATES_MAX]
    alike = [option for invoice in candidates if (option := _alike(context, invoice, len(candidates))) is not None]
    if alike:
        return alike
    if len(candidates) == 1:
        said = "It is the only open invoice of this amount; nothing else points to it."
        return [*_named_customers(context), _guess(context, candidates[0], 35, [said])]
    return _named_customers(context)


def _alike(context: Context, invoice: Invoice, candidates: int) -> Proposal | None:
    entry = context.entry
    number = plain(invoice.number)
    reasons, score = [], 0
    if len(number) >= _MISTYPED_CHARS_MIN and any(_is_mistyped(word, number) for word in runs(entry.text)):
        reasons.append(f"The text names a number one sign away from invoice {invoice.number}.")
        score = 75
    elif tail(number) and tail(number) in digit_words(entry.text):
        reasons.append(f"The text holds the last digits of invoice {invoice.number}.")
        score = 65
    alike = named_alike(entry.payer_name, invoice.account, context.index)
    if alike:
        reasons.append(alike)
        score = score + 10 if score else 75 if candidates == 1 else 65
    return _guess(context, invoice, score, [*reasons, "The amount is exactly what is open."]) if score else None


def _is_mistyped(word: str, number: str) -> bool:
    return abs(len(word) - len(number)) <= 1 and OSA.distance(word, number, score_cutoff=1) == 1


def _guess(context: Context, invoice: Invoice, score: int, reasons: list[str]) -> Proposal:
    against = [*context.found.unclear, reasons[-1]]
    return proposal(context, invoice.account, [Part(invoice.number, invoice.open_minor)], score, reasons, against)


def _named_customers(context: Context) -> list[Proposal]:
    """Propose the customers called like the payer, with the invoices that add up, else the payment unapplied."""
    entry = context.entry
    options = []
    alike = called_like(entry.payer_name, context.index)
    for account in alike[:_NAMED_MAX]:
        reason = named_alike(entry.payer_name, account, context.index)
        together = combinations(_open(context, account), entry.amount_minor)
        if together:
            options.append(_sum(context, account, together, [reason]))
        else:
            parts = [Part(None, entry.amount_minor)]
            score = 60 if len(alike) == 1 else 45  # whose it is seems clear, not what for
            options.append(proposal(context, account, parts, score, [reason], ["No open invoice has this amount."]))
    return options

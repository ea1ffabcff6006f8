"""The policy as numbered clauses in the reader's language: what letters quote and ``policy show`` prints.

There is a clause for every rule that is switched on and concerns the customer. Rules of the house alone (four
eyes, age of bank data, unverified rates, keeping times) have none. Each clause has a key that stays the same whatever
its number, so that a letter can ask for ``hold.cure`` and print "clause 4.2".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dunwell.policy.model import Fee, FeeBand, MinorByCurrency, Policy, Step
from dunwell.policy.words import Words, all_of, either, fill, money, percent, typeset, words_of


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: ``number`` is ``4`` for a heading, ``4.2`` below it; ``key`` is language-free."""

    number: str
    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A clause before it has its number; a key without a dot is a heading."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the clauses are written; an empty currency or party type means for everybody."""

    words: Words
    currency: str = ""
    party_type: str = ""


Section = Callable[[Policy, Reader], Iterator[Draft]]


def clauses(policy: Policy, language: str, currency: str = "", party_type: str = "") -> list[Clause]:
    """Return the clauses of ``policy`` in ``language``, numbered.

    ``currency`` keeps the amounts of that currency only; ``party_type`` ``consumer`` leaves out what
    consumers never owe. Raises ``UsageError`` for a language that has no texts.
    """
    reader = Reader(words_of(language), currency, party_type)
    drafts = [draft for section in SECTIONS for draft in section(policy, reader)]
    return list(_numbered(drafts))


def clause_by_key(found: list[Clause], key: str) -> Clause | None:
    """Return the clause with ``key``, or ``None`` when its rule is switched off."""
    return next((clause for clause in found if clause.key == key), None)


def _numbered(drafts: list[Draft]) -> Iterator[Clause]:
    heading, below = 0, 0
    for draft in drafts:
        if "." in draft.key:
            below += 1
            number = f"{heading}.{below}"
        else:
            heading, below = heading + 1, 0
            number = str(heading)
        yield Clause(number, draft.key, draft.title, draft.text)


def _draft(reader: Reader, key: str, variant: str = "text", /, **values: int | str) -> Draft:
    """Fill the texts of ``key``; ``variant`` picks one of its wordings."""
    texts = reader.words.texts["clauses"][key]
    return Draft(key, texts["title"], fill(reader.words, texts[variant], values))


def _amounts(reader: Reader, amounts: MinorByCurrency) -> str:
    """Write amounts of several currencies as alternatives; empty when none is above zero."""
    wanted = {
        currency: amount for currency, amount in sorted(amounts.items()) if amount and reader.currency in ("", currency)
    }
    return either(reader.words, [money(reader.words, amount, currency) for currency, amount in wanted.items()])


def _threshold(reader: Reader, key: str, amounts: MinorByCurrency) -> Iterator[Draft]:
    """Yield the clause ``key`` when there is an amount to state in it."""
    text = _amounts(reader, amounts)
    if text:
        yield _draft(reader, key, amounts=text)


def _terms(policy: Policy, reader: Reader) -> Iterator[Draft]:
    if policy.terms_days:
        yield _draft(reader, "terms", terms=policy.terms_days)
    else:
        yield _draft(reader, "terms", "at_once")
    if policy.grace_days:
        yield _draft(reader, "terms.grace", grace=policy.grace_days)
    yield from _threshold(reader, "terms.minimum", policy.minimum_minor)
    yield from _threshold(reader, "terms.tolerance", policy.tolerance_minor)
    for channel in ("email", "post"):
        if any(step.channel == channel and step.letter for step in policy.steps):
            days = policy.delivery_days.get(channel, 0)
            yield _draft(reader, f"terms.receipt_{channel}", "text" if days else "same_day", delivery=days)


def _ladder(policy: Policy, reader: Reader) -> Iterator[Draft]:
    if not policy.chase:
        yield _draft(reader, "no_chase")
        return
    yield _draft(reader, "ladder")
    letters = [step for step in policy.steps if step.letter is not None]
    for step in policy.steps:
        if step.letter != "hold" or policy.hold.allowed:
            yield Draft(f"ladder.{step.id}", _step_title(reader, step), _step_text(policy, reader, step))
    if letters:
        yield _draft(reader, "ladder.deadline", gap=min(step.min_gap_days for step in letters))
    if policy.response_pause_days:
        yield _draft(reader, "ladder.response", pause=policy.response_pause_days)
    if policy.restart_on_cure:
        yield _draft(reader, "ladder.restart")


def _step_title(reader: Reader, step: Step) -> str:
    """Return the name of a step: by its id where that is a usual one, else by its letter."""
    names: dict[str, str] = reader.words.texts["steps"]
    return names.get(step.id) or names[step.letter or "none"]


def _step_text(policy: Policy, reader: Reader, step: Step) -> str:
    texts = reader.words.texts["clauses"]["ladder.step"]
    variant = "decision" if step.letter is None else "hold" if step.letter == "hold" else "text"
    text = fill(reader.words, texts[variant], {"day": step.day, "pay_by": step.pay_by_days})
    if step.at == "month_end":
        text = f"{text} {texts['month_end']}"
    warns = step.warns_of_hold and step.letter is not None and policy.hold.allowed
    return f"{text} {texts['warns']}" if warns else text


def _hold(policy: Policy, reader: Reader) -> Iterator[Draft]:
    hold = policy.hold
    if not hold.allowed or not policy.chase:
        return
    variant = "text" if hold.min_unanswered_requests else "no_requests"
    yield _draft(reader, "hold", variant, days=hold.days_past_due, requests=hold.min_unanswered_requests)
    if hold.warn_first:
        yield _draft(reader, "hold.warning")
    yield from _threshold(reader, "hold.minimum", hold.minimum_minor)
    yield _draft(reader, "hold.effect")
    yield _draft(reader, "hold.cure", hold.release_when, cure=hold.cure_days)
    if hold.regrace_days:
        yield _draft(reader, "hold.regrace", regrace=hold.regrace_days)
    if hold.consequences:
        names = reader.words.texts["consequences"]
        listed = all_of(reader.words, [names[one] for one in hold.consequences])
        yield _draft(reader, "hold.consequences", consequences=listed)


def _late_fee(policy: Policy, reader: Reader) -> Iterator[Draft]:
    charged = [(step, text) for step in policy.steps if step.letter and (text := _fee(reader, step.fee))]
    once = _fee(reader, policy.late_fee.fee) if policy.late_fee is not None else ""
    if policy.late_fee is not None and once:
        yield _draft(reader, "late_fee", days=policy.late_fee.from_days_past_due, fee=once)
    elif charged:
        yield _draft(reader, "late_fee", "steps_only")
    for step, text in charged:
        sentence = fill(reader.words, reader.words.texts["clauses"]["late_fee.step"]["text"], {"fee": text})
        yield Draft(f"late_fee.{step.id}", _step_title(reader, step), sentence)


def _fee(reader: Reader, fee: Fee | None) -> str:
    """Write what a fee comes to, with its bounds; empty when it has no figure for the reader."""
    if fee is None:
        return ""
    names = reader.words.texts["fees"]
    body = {"flat": _flat, "percent": _percent, "bands": _bands}[fee.kind](reader, fee)
    if not body:
        return ""
    bounds = (("minimum", fee.min_minor), ("maximum", fee.max_minor))
    parts = [
        fill(reader.words, names[name], {"amounts": text}) for name, by in bounds if (text := _amounts(reader, by))
    ]
    return ", ".join([body, *parts])


def _flat(reader: Reader, fee: Fee) -> str:
    return _amounts(reader, fee.amount_minor)


def _percent(reader: Reader, fee: Fee) -> str:
    shown = percent(reader.words, fee.percent_hundredths)
    return fill(reader.words, reader.words.texts["fees"]["percent"], {"percent": shown})


def _bands(reader: Reader, fee: Fee) -> str:
    """Write the bands currency by currency, each from its lowest to its open end."""
    parts = [
        _band(reader, band, bands[index - 1].up_to_minor if index else None, currency)
        for currency, bands in sorted(fee.bands.items())
        if reader.currency in ("", currency)
        for index, band in enumerate(bands)
    ]
    slices = f" ({reader.words.texts['fees']['slices']})" if fee.accumulate and parts else ""
    return typeset(reader.words, reader.words.texts["fees"]["separator"]).join(parts) + slices


def _band(reader: Reader, band: FeeBand, start_minor: int | None, currency: str) -> str:
    words = reader.words
    share = fill(words, words.texts["fees"]["percent"], {"percent": percent(words, band.percent_hundredths)})
    fee = share if band.percent_hundredths else money(words, band.amount_minor, currency)
    if band.up_to_minor is not None:
        name, end = "band_up_to", money(words, band.up_to_minor, currency)
    else:
        name, end = ("band_above", money(words, start_minor, currency)) if start_minor is not None else ("band_any", "")
    return fill(words, words.texts["fees"][name], {"end": end, "fee": fee})


def _interest(policy: Policy, reader: Reader) -> Iterator[Draft]:
    terms = policy.interest
    if terms.kind == "none":
        return
    rate = percent(reader.words, terms.contract_rate_hundredths or 0)
    yield _draft(reader, "interest", terms.kind, rate=rate)
    yield _draft(reader, "interest.day_count", day_count=terms.day_count)


def _compensation(policy: Policy, reader: Reader) -> Iterator[Draft]:
    if policy.compensation and reader.party_type != "consumer":
        yield _draft(reader, "compensation")


def _charges(policy: Policy, reader: Reader) -> Iterator[Draft]:
    has_fee = policy.late_fee is not None or any(step.fee is not None for step in policy.steps)
    if policy.pursue_charges_after_principal and (has_fee or policy.interest.kind != "none"):
        yield _draft(reader, "charges")


def _plan(policy: Policy, reader: Reader) -> Iterator[Draft]:
    plan = policy.plan
    if not plan.offered:
        return
    interval = reader.words.texts["intervals"][plan.interval]
    yield _draft(reader, "plan", instalments=plan.max_instalments, interval=interval)
    yield from _threshold(reader, "plan.minimum_total", plan.min_total_minor)
    yield from _threshold(reader, "plan.minimum_instalment", plan.min_instalment_minor)
    if plan.interest_percent_hundredths:
        yield _draft(reader, "plan.interest", rate=percent(reader.words, plan.interest_percent_hundredths))
    yield _draft(reader, "plan.record", "text" if plan.max_defaults else "none", defaults=plan.max_defaults)
    if policy.chase:
        yield _draft(reader, "plan.default", "text" if plan.grace_days else "no_grace", grace=plan.grace_days)


def _longer_line(policy: Policy, reader: Reader) -> Iterator[Draft]:
    line = policy.longer_line
    if line.offered:
        values = {
            "limit": line.max_oldest_days_past_due,
            "extra": line.extra_days,
            "expires": line.expires_after_days,
        }
        yield _draft(reader, "longer_line", **values)


def _discount(policy: Policy, reader: Reader) -> Iterator[Draft]:
    terms = policy.discount
    if terms.offered:
        share = percent(reader.words, terms.percent_hundredths)
        values = {"within": terms.within_days, "expires": terms.expires_after_days}
        yield _draft(reader, "discount", percent=share, **values)


def _referral(policy: Policy, reader: Reader) -> Iterator[Draft]:
    if not policy.referral.options or not policy.chase:
        return
    names = reader.words.texts["referral_options"]
    options = either(reader.words, [names[option] for option in policy.referral.options])
    yield _draft(reader, "referral", options=options)
    yield from _threshold(reader, "referral.minimum", policy.referral.minimum_minor)


SECTIONS: tuple[Section, ...] = (
    _terms,
    _ladder,
    _hold,
    _late_fee,
    _interest,
    _compensation,
    _charges,
    _plan,
    _longer_line,
    _discount,
    _referral,
)
"""The headings in their order; each yields its clauses, or none when its rule is off."""

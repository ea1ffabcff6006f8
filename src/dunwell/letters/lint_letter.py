"""The linter over one letter: does it say all it must, only what is true, nothing it may not (product §3).

A letter with a problem is not approved. A problem names the text file and the line of the part to look at.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date

from dunwell.errors import Problem
from dunwell.letters.compose import setting_for
from dunwell.letters.content import PARTS, Block, Bullets, LetterContent, Paragraph, Part, Payment, Table
from dunwell.letters.facts import InvoiceLine, LetterFacts
from dunwell.letters.kinds import kinds
from dunwell.letters.lint_kinds import Finding, kind_findings
from dunwell.letters.lint_law import unlawful_claims, unlawful_threats
from dunwell.letters.lint_words import find_words, position, shouting, words
from dunwell.letters.payment import chosen_accounts, is_valid_iban
from dunwell.letters.required import ALWAYS, FACTS, Fact, invoice_wordings
from dunwell.letters.setting import Setting
from dunwell.letters.texts import KindText, Texts

_BLANKS = re.compile(r"[\s\u00a0\u202f\u2007\u200b]+")
_LEFTOVERS = ("{{", "}}", "{%", "%}", ":::")


def lint_letter(facts: LetterFacts, content: LetterContent, texts: Texts) -> list[Problem]:
    """Return everything that is wrong with a letter, in the order of the text file."""
    source = texts.kind(content.language, facts.kind, content.region).path
    found = {*lint_wording(facts, content, texts), *_lint_claims(facts, source), *lint_facts(facts, source)}
    return sorted(found)


def lint_wording(facts: LetterFacts, content: LetterContent, texts: Texts) -> list[Problem]:
    """Return what is wrong with what a letter says, leaving aside whether its facts are sound and lawful."""
    setting = setting_for(facts, texts)
    text = texts.kind(content.language, facts.kind, content.region)
    found = [
        *_lint_parts(content, text),
        *_lint_facts(setting, content, text),
        *_lint_invoices(setting, content, text),
        *_lint_words(facts, content, text),
        *_lint_tone(facts, content, text),
        *_lint_leftovers(facts, content, text),
    ]
    return sorted(set(found))


def normal(text: str) -> str:
    """Make texts comparable: composed letters, every kind of blank is one blank."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def block_texts(block: Block) -> Iterator[str]:
    """Yield every string a block prints."""
    if isinstance(block, Paragraph):
        yield "".join(run.text for run in block.runs)
    elif isinstance(block, Bullets):
        yield from ("".join(run.text for run in item) for item in block.items)
    elif isinstance(block, Table):
        yield block.caption
        yield from (column.label for column in block.columns)
        yield from (text for row in block.rows for cell in row for text in (cell.text, cell.note))
        yield from (text for total in block.totals for text in (total.label, *total.cells))
    elif isinstance(block, Payment):
        yield from (text for row in block.rows for text in row)


def part_text(part: Part) -> str:
    """Return everything a part prints, comparable."""
    return normal(" \n ".join(text for block in part.blocks for text in block_texts(block)))


def letter_text(content: LetterContent) -> str:
    """Return everything a letter prints but its letterhead and footer, comparable."""
    frame = content.frame
    around = [
        content.subject,
        content.opening,
        *frame.address,
        *(text for row in frame.info for text in row),
        *frame.head_left,
        frame.creditor_name,
    ]
    return normal(" \n ".join(around)) + " " + " ".join(part_text(part) for part in content.parts)


def _line(text: KindText, part: str) -> int:
    return text.section(part or "reference").line


def _lint_parts(content: LetterContent, text: KindText) -> Iterator[Problem]:
    names = tuple(part.name for part in content.parts)
    if names != PARTS:
        yield Problem(text.path, 0, "", "The parts are not in their order.", f"The order is {', '.join(PARTS)}.")
    for part in content.parts:
        if not part_text(part):
            yield Problem(text.path, _line(text, part.name), "", f"The part {part.name!r} says nothing.", "Write it.")
    if not content.subject:
        yield Problem(text.path, _line(text, "subject"), "", "The letter has no subject.", "Write it.")


def _lint_facts(setting: Setting, content: LetterContent, text: KindText) -> Iterator[Problem]:
    rules = kinds()[setting.facts.kind]
    names = [
        *ALWAYS,
        *(name for name in rules["facts"] if name != "invoices"),
        *(["bank"] if rules["request"] else []),
    ]
    places = {part.name: part_text(part) for part in content.parts} | {"": letter_text(content)}
    for name in dict.fromkeys(names):
        yield from _lint_fact(FACTS[name], setting, places, text)


def _lint_fact(fact: Fact, setting: Setting, places: Mapping[str, str], text: KindText) -> Iterator[Problem]:
    """Look for each wording in the fact's own part; in the whole letter when it may stand anywhere."""
    place = places.get(fact.part, "")
    for wording in fact.wordings(setting):
        if not any(normal(option) and normal(option) in place for option in wording):
            said = normal(wording[0]) or "not known"
            message = f"The letter does not say {fact.called} ({said})" + (
                f" in the part {fact.part!r}." if fact.part else "."
            )
            yield Problem(
                text.path,
                _line(text, fact.part),
                fact.name,
                message,
                "Put it back; docs/guide/letters.md says how.",
            )


def _lint_invoices(setting: Setting, content: LetterContent, text: KindText) -> Iterator[Problem]:
    rows = _rows_by_invoice(content)
    line = _line(text, "reference")
    for invoice in setting.facts.invoices:
        row = rows.get(normal(invoice.invoice_number))
        if row is None:
            message = f"Invoice {invoice.invoice_number} is not listed."
            yield Problem(text.path, line, "invoices", message, "Put “::: invoices” into the part 'reference'.")
            continue
        for what, wanted in invoice_wordings(setting, invoice).items():
            if normal(wanted) not in row:
                message = f"The {what} of invoice {invoice.invoice_number} ({normal(wanted)}) is not shown."
                yield Problem(text.path, line, "invoices", message, "Every fact the ledger has is shown.")
    yield from _lint_table_total(setting, content, text)


def _rows_by_invoice(content: LetterContent) -> dict[str, frozenset[str]]:
    tables = [b for part in content.parts for b in part.blocks if isinstance(b, Table) and b.name == "invoices"]
    cells = [
        [normal(text) for cell in row for text in (cell.text, cell.note)] for table in tables for row in table.rows
    ]
    return {row[0]: frozenset(row) for row in cells}


def _lint_table_total(setting: Setting, content: LetterContent, text: KindText) -> Iterator[Problem]:
    """The last row of the invoice table must show the amount that is demanded."""
    wanted = normal(str(setting.values["total"]))
    finals = [
        normal(total.cells[-1])
        for part in content.parts
        for block in part.blocks
        if isinstance(block, Table) and block.name == "invoices"
        for total in block.totals
        if total.final
    ]
    if setting.facts.invoices and finals != [wanted]:
        message = f"The invoice table does not end with the total ({wanted})."
        yield Problem(
            text.path,
            _line(text, "reference"),
            "total",
            message,
            "The table's last row is the amount demanded.",
        )


def _own_words(content: LetterContent) -> Iterator[tuple[str, str]]:
    """Yield part and text of what the letter itself says: no tables, no bank details, no quoted clause."""
    yield "subject", content.subject
    for part in content.parts:
        for block in part.blocks:
            if isinstance(block, Bullets) or (isinstance(block, Paragraph) and block.own and not block.quote):
                for text in block_texts(block):
                    yield part.name, text


def _without_names(facts: LetterFacts, text: str) -> str:
    """Blank out names, which may contain any word."""
    recipient, creditor, sender = facts.recipient, facts.creditor, facts.sender
    names = (
        recipient.name,
        recipient.contact_name,
        recipient.account_number,
        creditor.name,
        sender.name,
        sender.contact_name,
    )
    for name in (*names, sender.contact_email, sender.email, facts.reference, facts.clause_reference):
        text = text.replace(name, " ") if name else text
    return text


def _lint_words(facts: LetterFacts, content: LetterContent, text: KindText) -> Iterator[Problem]:
    """Report words that blame, that threaten what the law forbids, and steps that the policy does not take."""
    listed, unlawful = words(content.language), unlawful_threats(facts)
    announced = facts.consequences | ({"lawyer"} if facts.attorney else set())
    for part, said in _own_words(content):
        own = _without_names(facts, said)
        for word, _ in find_words(own, listed.get("forbidden", ())):
            yield _word_problem(text, part, word, "has no place in a letter", "Say it as a fact, without blame.")
        for threat, rule in unlawful.items():
            for word, _ in find_words(own, listed.get("threats", {}).get(threat, ())):
                yield _word_problem(text, part, word, f"threatens what the law forbids: {rule.reason}", "Take it out.")
        for step in listed.get("consequences", {}).keys() - announced:
            for word, _ in find_words(own, listed["consequences"][step]):
                why = f"announces {step}, which the policy has not switched on"
                yield _word_problem(text, part, word, why, "Switch it on in the policy, or take it out of the text.")


def _lint_tone(facts: LetterFacts, content: LetterContent, text: KindText) -> Iterator[Problem]:
    """A friendly request does not press, and no letter shouts."""
    friendly = facts.tone == "friendly" and kinds()[facts.kind]["request"]
    too_firm = words(content.language).get("too_firm", ()) if friendly else ()
    for part, said in _own_words(content):
        own = _without_names(facts, said)
        for word, _ in find_words(own, too_firm):
            why = "is too firm for a friendly letter"
            yield _word_problem(text, part, word, why, "Ask, and keep the firm words for a later step.")
        for loud in shouting(own):
            yield _word_problem(text, part, loud, "shouts", "Say it calmly: no exclamation marks, no capitals.")


def _sentence(word: str, why: str) -> str:
    return f"{word!r} {why}" if why.endswith(".") else f"{word!r} {why}."


def _word_problem(text: KindText, part: str, word: str, why: str, suggestion: str) -> Problem:
    section = text.section(part)
    start = section.source.casefold().find(word.casefold())
    if start < 0:
        return Problem(text.path, section.line, "", _sentence(word, why), suggestion)
    line, column = position(section.source, start)
    return Problem(text.path, section.line + line - 1, str(column), _sentence(word, why), suggestion)


def _lint_leftovers(facts: LetterFacts, content: LetterContent, text: KindText) -> Iterator[Problem]:
    for part, said in _own_words(content):
        own = _without_names(facts, said)
        for sign in _LEFTOVERS:
            if sign in own:
                yield _word_problem(text, part, sign, "is left of a placeholder or block", "Correct the text.")


def _lint_claims(facts: LetterFacts, source: str) -> Iterator[Problem]:
    """Report what the law of the creditor's or customer's country forbids to claim or announce."""
    for rule in unlawful_claims(facts):
        message = f"The letter may not carry {rule.what} here: {rule.reason}"
        yield Problem(source, 0, rule.what, message, "Switch it off in the policy for these customers.")


def lint_facts(facts: LetterFacts, source: str) -> list[Problem]:
    """Check the facts themselves: sums, dates, bank details. ``source`` is named in the problems."""
    checks = (*_lint_sums(facts), *_lint_dates(facts), *_lint_bank(facts), *kind_findings(facts))
    return [Problem(source, 0, column, message, suggestion) for column, message, suggestion in checks]


def _lint_sums(facts: LetterFacts) -> Iterator[Finding]:
    for line in facts.invoices:
        yield from _lint_line_sum(facts, line)
    names = {
        "open_minor": facts.principal_minor,
        "late_fee_minor": facts.late_fee_minor,
        "interest_minor": facts.interest_minor,
        "compensation_minor": facts.compensation_minor,
        "total_minor": facts.total_minor + facts.unapplied_credit_minor,
    }
    for name, said in names.items():
        added = sum(int(getattr(line, name)) for line in facts.invoices)
        if added != said:
            yield (
                name,
                f"The lines add up to {added}, the letter says {said} (minor units).",
                "This is a fault of the caller.",
            )


def _lint_line_sum(facts: LetterFacts, line: InvoiceLine) -> Iterator[Finding]:
    added = line.open_minor + line.late_fee_minor + line.interest_minor + line.compensation_minor
    if added != line.total_minor:
        message = f"Invoice {line.invoice_number}: amounts add up to {added}, its total is {line.total_minor}."
        yield "total_minor", message, "This is a fault of the caller."
    segments = [s.amount_minor for s in facts.interest_segments if s.invoice_number == line.invoice_number]
    if segments and sum(segments) != line.interest_minor:
        added = sum(segments)
        message = f"Invoice {line.invoice_number}: interest segments add up to {added}, not {line.interest_minor}."
        yield "interest_minor", message, "This is a fault of the caller."


def _lint_dates(facts: LetterFacts) -> Iterator[Finding]:
    if kinds()[facts.kind]["request"] and (facts.pay_by_on is None or facts.pay_by_on <= facts.written_on):
        yield "pay_by_on", "The deadline is not after the date of the letter.", "Draft the letter anew."
    demanded = facts.invoices if kinds()[facts.kind]["request"] else ()
    for line in demanded:
        if line.due_on >= facts.written_on:
            yield "due_on", f"Invoice {line.invoice_number} is not past due.", "Leave it out of the letter."
    for what, on in _past_dates(facts):
        if on is not None and on > facts.written_on:
            yield what, f"{what} lies after the date of the letter ({on}).", "Correct the date."


def _past_dates(facts: LetterFacts) -> Iterator[tuple[str, date | None]]:
    yield from (("past_requests", request.on) for request in facts.past_requests)
    if facts.hold:
        yield from (("warned_on", facts.hold.warned_on), ("released_on", facts.hold.released_on))
        yield from (("paid_on", facts.hold.paid_on),)


def _lint_bank(facts: LetterFacts) -> Iterator[Finding]:
    if not kinds()[facts.kind]["request"]:
        return
    accounts = chosen_accounts(facts)
    if not any(account.iban or account.account_number for account in accounts):
        yield "bank_accounts", "The creditor has no bank account to pay into.", "Enter one in dunwell.toml."
    for account in accounts:
        if account.iban and not is_valid_iban(account.iban):
            yield (
                "iban",
                f"The IBAN {account.iban} is wrong (check digits or length).",
                "Correct it in dunwell.toml.",
            )

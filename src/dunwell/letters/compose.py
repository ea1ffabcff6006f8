"""Facts and texts become one letter's content: the story of a letter in one page."""

import tomllib
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path

from num2words import num2words

from dunwell import money
from dunwell.letters.addresses import address_lines, city_lines, place_lines
from dunwell.letters.annexes.registry import annexes_of
from dunwell.letters.blocks import DIRECTIVES
from dunwell.letters.content import PARTS, Block, Bullets, Frame, LetterContent, Paragraph, Part, Payment
from dunwell.letters.facts import Creditor, LetterFacts
from dunwell.letters.formats import Formats, formats_for
from dunwell.letters.placeholders import SENTENCES, placeholder_values, surname
from dunwell.letters.sandbox import Value, fill, fill_markdown, parse_blocks
from dunwell.letters.setting import Setting
from dunwell.letters.texts import SHIPPED, Common, KindText, Texts, typeset
from dunwell.letters.words_vi import spell_vi

_LAYOUTS = Path(__file__).parent / "layouts"
_DEFAULT_LANGUAGE = "en"
_WRITTEN_ELSEWHERE = (
    "clause_reference", "clause_text", "legal_basis", "compensation_basis", "problem", "solution",
)  # fmt: skip
"""Placeholders that hold sentences of the policy, the law or a person: the language's typography is theirs too."""


def compose(facts: LetterFacts, texts: Texts) -> LetterContent:
    """Write the letter: choose language and country form, fill the texts, build the blocks and the frame.

    Raises ``RenderError`` when the language or kind has no text or a text cannot be filled.
    """
    setting = setting_for(facts, texts)
    language, region = setting.common.language, setting.common.region
    text = texts.kind(language, facts.kind, region)
    subject = fill(text.section("subject").source, setting.values, setting.formats.plural)
    annexes = annexes_of(setting)
    parts = tuple(_part(name, text, setting) for name in PARTS)
    return LetterContent(
        kind=facts.kind,
        language=language,
        region=region,
        layout=_layout_name(facts, language),
        written_on=facts.written_on,
        subject=subject,
        opening=setting.sentence("openings", _form_key(setting, "openings")),
        parts=_without_code(parts) if any(annex.slip for annex in annexes) else parts,
        closing=setting.sentence("closings", _form_key(setting, "closings")),
        signature=_signature(facts.sender),
        frame=_frame(setting, subject),
        annexes=annexes,
        reference=facts.reference,
    )


def _without_code(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Leave the small payment code out of a letter that has a slip: there is one to scan, and it has its full size."""

    def bare(block: Block) -> Block:
        return replace(block, code=None) if isinstance(block, Payment) else block

    return tuple(replace(part, blocks=tuple(bare(block) for block in part.blocks)) for part in parts)


def setting_for(facts: LetterFacts, texts: Texts) -> Setting:
    """Gather all values in the language asked for (English when it lacks the text) and its country form."""
    language = facts.language if texts.path_of(facts.language, facts.kind) else _DEFAULT_LANGUAGE
    region = texts.region(language, facts.recipient.country, facts.creditor.country)
    return _setting(facts, texts.common(language, region), region)


def _setting(facts: LetterFacts, common: Common, region: str) -> Setting:
    """Gather the values of all placeholders; the shared sentences are filled from the others."""
    formats = formats_for(common)
    values = placeholder_values(facts, formats, region)
    values["form"] = form_of_address(facts.recipient.salutation)
    values["recipient_address"] = ", ".join(place_lines(facts.recipient, facts.creditor.country))
    values["total_in_words"] = _in_words(facts, common)
    values |= {name: typeset(str(values[name]), common) for name in _WRITTEN_ELSEWHERE}
    sentences = {name: _sentence(common, name, values, formats) for name in SENTENCES}
    return Setting(facts, common, formats, {**values, **sentences})


def _sentence(common: Common, name: str, values: dict[str, Value], formats: Formats) -> str:
    return fill(common.text("sentences", name.removeprefix("sentence_")), values, formats.plural)


def _in_words(facts: LetterFacts, common: Common) -> str:
    """Write the total in words where the language names the currency and the amount is whole, else ""."""
    word = common.text("currency_words", facts.currency)
    amount = money.to_decimal(facts.total_minor, facts.currency)
    if not word or amount != int(amount):
        return ""
    whole = int(amount)
    spelt = spell_vi(whole) if common.language == "vi" else str(num2words(whole, lang=common.language))
    return f"{spelt[:1].upper()}{spelt[1:]} {word}"


def _part(name: str, text: KindText, setting: Setting) -> Part:
    markdown = fill_markdown(text.section(name).source, setting.values, setting.formats.plural)
    blocks = (_blocks(block, setting) for block in parse_blocks(markdown))
    return Part(name, tuple(chain.from_iterable(blocks)))


def _blocks(block: Paragraph | Bullets | str, setting: Setting) -> tuple[Block, ...]:
    """Replace a directive by what it stands for.

    An unknown one is left out here and reported by the linter.
    """
    if not isinstance(block, str):
        return (block,)
    build = DIRECTIVES.get(block)
    built = build(setting) if build else None
    if built is None:
        return ()
    return built if isinstance(built, tuple) else (built,)


def _form_key(setting: Setting, table: str) -> str:
    """Choose between the openings, or closings: by form of address, else by whether a name is known."""
    if not surname(setting.facts):
        return "unnamed"
    form = str(setting.values["form"])
    return form if form in setting.common.table(table) else "named"


@cache
def _forms() -> dict[str, str]:
    table = tomllib.loads((SHIPPED / "forms.toml").read_text(encoding="utf-8"))
    return {word.casefold(): form for form, words in table.items() for word in words}


def form_of_address(salutation: str) -> str:
    """Return Ms or Mr for a salutation in any of the languages, else ""."""
    return _forms().get(salutation.strip().rstrip(".").casefold(), "")


def _layout_name(facts: LetterFacts, language: str) -> str:
    """Choose the page form: as asked, by the recipient's country, by the creditor's, else GB (A4, DL).

    The Vietnamese form is Vietnamese through and through, so it is kept for letters in Vietnamese from Vietnam.
    """
    official = language == "vi" and facts.creditor.country == "VN"
    wanted = (facts.layout, facts.recipient.country, facts.creditor.country)
    fitting = (name for name in wanted if name != "VN" or official or facts.layout == "VN")
    return next((name for name in fitting if name in layout_names()), "GB")


@cache
def layout_names() -> frozenset[str]:
    """Return the countries that have a page form."""
    return frozenset(path.parent.name for path in _LAYOUTS.glob("*/layout.toml"))


def _signature(creditor: Creditor) -> tuple[str, ...]:
    """Return who signs and as what, on one line or several; the business itself where nobody is named."""
    name = creditor.signatory_name or creditor.contact_name
    lines = (name, *creditor.signatory_title.splitlines())
    return tuple(line for line in lines if line) or (creditor.name,)


def _frame(setting: Setting, subject: str) -> Frame:
    facts, creditor = setting.facts, setting.facts.sender
    place = city_lines(creditor.postcode, creditor.city, creditor.country)
    own_street = creditor.street.splitlines()
    extra: dict[str, Value] = {"place": creditor.place or creditor.city, "subject": subject}

    def head(side: str) -> tuple[str, ...]:
        lines = setting.common.table("head").get(side, ())
        filled = (fill(line, {**setting.values, **extra}, setting.formats.plural) for line in lines)
        return tuple(line for line in filled if line)

    address = address_lines(facts.recipient, creditor.country)
    address_to = setting.label("address_to")
    return Frame(
        creditor_name=creditor.name,
        letterhead=(*own_street, *place),
        return_line=" · ".join((creditor.name, *own_street, *place)),
        address=(address_to, *address) if address_to else address,
        info=_info(setting),
        dated=setting.sentence("labels", "dated", **extra),
        footer=_footer(setting, (*own_street, *place)),
        page_label=setting.label("page"),
        head_left=head("left"),
        head_right=head("right"),
        head_to=head("to") or address[1:],
        copies=head("copies"),
        logo=creditor.logo,
        subject_prefix=setting.label("subject_prefix"),
        annexes_label=setting.sentence("annexes", "list") if facts.annexes else "",
        email_note=setting.sentence("email", "note"),
        pair=setting.sentence("email", "pair") or "{label}: {value}",
    )


def _info(setting: Setting) -> tuple[tuple[str, str], ...]:
    """Return the labelled values of the info block: who, which account, which letter, when, whom to call."""
    values = setting.values
    pairs = (
        ("account_number", values["account_number"]),
        ("reference", values["reference"]),
        ("date", values["written_on"]),
        ("contact", values["contact_name"]),
        ("phone", setting.facts.sender.contact_phone or setting.facts.sender.phone),
        ("email", values["contact_email"]),
    )
    labelled = ((setting.label(key), str(value)) for key, value in pairs)
    return tuple((label, value) for label, value in labelled if label and value)


def _footer(setting: Setting, address: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the columns of company data at the foot of each page; empty columns are left out."""
    creditor = setting.facts.sender
    tax = f"{setting.label('tax_id')} {creditor.tax_id}" if creditor.tax_id else ""
    columns = (
        (creditor.name, *address),
        (creditor.phone, creditor.email, creditor.website),
        (creditor.register_entry, tax),
    )
    return tuple(lines for column in columns if (lines := tuple(line for line in column if line)))

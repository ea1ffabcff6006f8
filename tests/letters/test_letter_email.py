"""The e-mail form of a letter: what the paper says in text and HTML, the PDF attached, nothing loaded or tracked."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest

from dunwell.errors import RenderError
from dunwell.letters import email
from dunwell.letters.compose import compose
from dunwell.letters.content import LetterContent, Payment, Table
from dunwell.letters.email import Attachment, Envelope, as_html, email_of, message_id
from dunwell.letters.plain import as_plain_text
from dunwell.letters.sample import RECIPIENTS, sample_facts
from tests.letters.letter_pdf import TEXTS

ENVELOPE = Envelope(
    from_name="Harrow & Finch Bottles Ltd",
    from_address="m.doyle@harrowfinch.example",
    to_name="Müller & Söhne, Wein",
    to_address="buchhaltung@mueller.example",
    sent_at=datetime(2026, 12, 3, 12, tzinfo=UTC),
    domain="harrowfinch.example",
)
PDF = Attachment("2026-0412.pdf", b"%PDF-1.7 a letter")
CASES = [(kind, country) for country in sorted(RECIPIENTS) for kind in ("reminder", "hold", "hold_release")]


class Words(HTMLParser):
    """The text of a page as a reader sees it, and what its elements ask for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def content_of(kind: str = "hold", country: str = "GB") -> LetterContent:
    return compose(sample_facts(kind, country), TEXTS)


def sent(content: LetterContent, *attachments: Attachment) -> EmailMessage:
    message = message_from_bytes(email_of(content, ENVELOPE, [PDF, *attachments]).as_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b]+", " ", text)


def facts_said(content: LetterContent) -> list[str]:
    """Return every string that the paper shows in tables and bank details, and the closing formula."""
    blocks = [block for part in content.parts for block in part.blocks]
    tables = [block for block in blocks if isinstance(block, Table)]
    cells = [text for table in tables for row in table.rows for cell in row for text in (cell.text, cell.note)]
    sums = [text for table in tables for total in table.totals for text in (total.label, *total.cells)]
    paid = [text for block in blocks if isinstance(block, Payment) for row in block.rows for text in row]
    return [bare(text) for text in (content.opening, content.closing, *cells, *sums, *paid) if text]


@pytest.mark.parametrize(("kind", "country"), CASES)
def test_text_and_html_say_everything_that_the_paper_says(kind: str, country: str) -> None:
    content = content_of(kind, country)
    message = sent(content)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    read = {"text": bare(text.get_content()), "html": bare(" ".join(Words(html.get_content()).seen))}
    assert [(form, said) for said in facts_said(content) for form, words in read.items() if said not in words] == []


def test_the_message_is_one_body_in_two_forms_with_the_pdf_attached() -> None:
    message = sent(content_of(), Attachment("2026-1180.pdf", b"%PDF-1.4"), Attachment("scan.png", b"\x89PNG"))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
        "application/pdf",
        "image/png",
    ]
    assert [part.get_filename() for part in message.iter_attachments()] == [
        "2026-0412.pdf",
        "2026-1180.pdf",
        "scan.png",
    ]


def test_the_headers_name_the_letter_and_say_that_no_person_typed_it() -> None:
    message = sent(content_of())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == message_id("2026-0412", "harrowfinch.example")
    assert message["Dunwell-Letter"] == "2026-0412"
    assert message["Subject"].endswith(" [2026-0412]")
    assert message["To"] == '"Müller & Söhne, Wein" <buchhaltung@mueller.example>'
    assert message["Content-Language"] == "en-GB"
    assert message["Date"] == "Thu, 03 Dec 2026 12:00:00 +0000"


def test_no_letter_offers_to_unsubscribe() -> None:
    assert [name for name in sent(content_of()).keys() if name.lower().startswith("list-")] == []  # noqa: SIM118


def test_two_letters_never_share_a_message_id() -> None:
    references = ["2026-0412", "2026/0412", "2026 0412", "Ü-1", "Ö-1"]
    assert len({message_id(reference, "a.example") for reference in references}) == len(references)


@pytest.mark.parametrize(("kind", "country"), CASES)
def test_nothing_is_loaded_linked_or_run(kind: str, country: str) -> None:
    html = as_html(content_of(kind, country))
    page = Words(html)
    assert {tag for tag, _ in page.elements} & {"img", "a", "script", "link", "iframe", "form", "object"} == set()
    assert re.findall(r"https?:|url\(|@import|//[a-z]", html) == []


@pytest.mark.parametrize("country", sorted(RECIPIENTS))
def test_the_page_names_its_language_its_title_and_the_heads_of_its_tables(country: str) -> None:
    content = content_of("hold", country)
    page = Words(as_html(content))
    attributes = dict(page.elements)
    tables = [block for part in content.parts for block in part.blocks if isinstance(block, Table)]
    heads = [found for tag, found in page.elements if tag == "th" and found.get("scope") == "col"]
    assert attributes["html"]["lang"] == f"{content.language}-{content.region}"
    assert content.subject in page.seen
    assert len(heads) == sum(len(table.columns) for table in tables)


def test_what_a_name_contains_is_printed_and_never_becomes_html() -> None:
    facts = sample_facts("hold", "GB")
    name = '<script>alert("x")</script> & {{ total }}'
    content = compose(replace(facts, creditor=replace(facts.creditor, contact_name=name, signatory_name=name)), TEXTS)
    page = Words(as_html(content))
    assert "script" not in {tag for tag, _ in page.elements}
    assert name in page.seen


def test_a_line_break_in_a_subject_adds_no_header() -> None:
    content = replace(content_of(), subject="Reminder\r\nBcc: everybody@elsewhere.example")
    message = sent(content)
    assert message["Bcc"] is None
    assert message["Subject"] == "Reminder Bcc: everybody@elsewhere.example [2026-0412]"


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@d.example", "two words@x.example", "a@b, c@d"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(RenderError, match="no e-mail address"):
        email_of(content_of(), replace(ENVELOPE, to_address=address), [PDF])


def test_a_message_that_servers_would_not_take_is_refused() -> None:
    large = Attachment("scan.pdf", b"x" * email.EMAIL_BYTES_MAX)
    with pytest.raises(RenderError, match="larger than 10 MB"):
        email_of(content_of(), ENVELOPE, [large])


def test_the_same_letter_gives_the_same_message() -> None:
    first = email_of(content_of(), ENVELOPE, [PDF]).as_bytes()
    assert email_of(content_of(), ENVELOPE, [PDF]).as_bytes() == first


def test_no_line_of_a_message_is_longer_than_mail_allows() -> None:
    lines = email_of(content_of("hold", "VN"), ENVELOPE, [PDF]).as_bytes().split(b"\r\n")
    assert max(len(line) for line in lines) <= 998


def test_french_sets_a_blank_before_the_colon_of_a_label() -> None:
    assert re.search(r"Montant\u202f: ", as_plain_text(content_of("hold", "FR")).replace("\u00a0", "\u202f"))

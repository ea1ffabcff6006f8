"""The e-mail form of a letter: the same content as text and HTML, the PDF and its annexes attached.

Everything is readable without a picture, nothing is loaded from anywhere and nothing reports that it was read.
A letter is not a newsletter, so there is no List-Unsubscribe; ``Auto-Submitted`` (RFC 3834) keeps answering machines
quiet. The same arguments give the same bytes.
"""

import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from dunwell.errors import RenderError
from dunwell.letters.clean import cleaned
from dunwell.letters.content import Block, Bullets, LetterContent, Paragraph, Payment, Table, TotalRow
from dunwell.letters.plain import as_plain_text

EMAIL_BYTES_MAX = 10 * 1024 * 1024
"""The largest e-mail with its attachments as they travel (a third larger than the files); many servers take no more."""

REFERENCE_HEADER = "Dunwell-Letter"
"""The header that carries the letter's reference."""

_LAYOUTS = Path(__file__).parent / "layouts"
_TABLE_WIDTH_PX, _CELL_PADDING_PX = 688, 10
_TABLE_SIZES_PX = (14, 13, 12, 11, 10)
_CHARACTERS_PER_EM = Fraction(5, 3)

_TYPES: Mapping[type, str] = {Paragraph: "paragraph", Bullets: "bullets", Table: "table", Payment: "payment"}


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, when, and under which domain the message is numbered.

    ``sent_at`` knows its time zone. ``domain`` is the part after @ of the Message-ID, the creditor's own.
    """

    from_name: str
    from_address: str
    to_name: str
    to_address: str
    sent_at: datetime
    domain: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the message; its type follows from the ending of its name."""

    file_name: str
    data: bytes


def email_of(content: LetterContent, envelope: Envelope, attachments: Sequence[Attachment]) -> EmailMessage:
    """Make the message; ``attachments`` are the letter's PDF and, after it, its annexes.

    Raises ``RenderError`` for an address that is none, and when the message is larger than ``EMAIL_BYTES_MAX``.
    """
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    _address(message, content, envelope)
    message.set_content(as_plain_text(content), cte="quoted-printable")
    message.add_alternative(as_html(content), subtype="html", cte="quoted-printable")
    for attachment in attachments:
        maintype, subtype = _media_type(attachment.file_name)
        message.add_attachment(attachment.data, maintype=maintype, subtype=subtype, filename=attachment.file_name)
    message["Content-Language"] = _language_tag(content)
    _fix_boundaries(message, content.reference)
    if len(message.as_bytes()) > EMAIL_BYTES_MAX:
        raise RenderError(
            f"The e-mail of letter {content.reference} is larger than {EMAIL_BYTES_MAX // 1024**2} MB with its"
            " attachments; send it by post or with fewer annexes."
        )
    return message


def message_id(reference: str, domain: str) -> str:
    """Return the Message-ID of a letter: the same for the same letter, so that replies find it."""
    local = "".join(char if char.isascii() and char.isalnum() else "-" for char in reference)
    digest = hashlib.sha256(reference.encode()).hexdigest()[:12]
    return f"<letter.{local}.{digest}@{domain}>"


def email_subject(content: LetterContent) -> str:
    """Return the subject with the letter's reference, by which a reply can be matched."""
    subject = str(cleaned(content.subject, content.language, None))
    return f"{subject} [{cleaned(content.reference, '', None)}]" if content.reference else subject


def _address(message: EmailMessage, content: LetterContent, envelope: Envelope) -> None:
    message["From"] = _mailbox(envelope.from_name, envelope.from_address)
    message["To"] = _mailbox(envelope.to_name, envelope.to_address)
    if envelope.reply_to:
        message["Reply-To"] = _mailbox("", envelope.reply_to)
    message["Subject"] = email_subject(content)
    message["Date"] = format_datetime(envelope.sent_at)
    message["Message-ID"] = message_id(content.reference, envelope.domain)
    message["Auto-Submitted"] = "auto-generated"
    message[REFERENCE_HEADER] = str(cleaned(content.reference, "", None))


def _mailbox(name: str, address: str) -> Address:
    try:
        return Address(display_name=cleaned(name, "", None), addr_spec=address)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise RenderError(f"{address!r} is no e-mail address.") from error


def _media_type(file_name: str) -> tuple[str, str]:
    maintype, _, subtype = (mimetypes.guess_type(file_name)[0] or "application/octet-stream").partition("/")
    return maintype, subtype


def _fix_boundaries(message: EmailMessage, reference: str) -> None:
    """Name the boundaries between the parts after the letter; drawn by chance, no two copies would be equal."""
    digest = hashlib.sha256(reference.encode()).hexdigest()[:24]
    for index, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_dunwell_{digest}_{index}")


def as_html(content: LetterContent) -> str:
    """Return the HTML form: one file, inline styles, no pictures, light and dark."""

    def plain(value: Any) -> Any:
        return cleaned(value, content.language, None)

    blocks = [block for part in content.parts for block in part.blocks]
    return _template().render(
        table_size=min((_table_size(block) for block in blocks if isinstance(block, Table)), default=14),
        lang=_language_tag(content),
        subject=plain(content.subject),
        opening=plain(content.opening),
        closing=plain(content.closing),
        signature=plain(content.signature),
        frame=plain(content.frame),
        note=plain(content.frame.email_note),
        annexes=[plain(annex.title) for annex in content.annexes],
        blocks=[_block_data(block, plain) for block in blocks],
    )


def _language_tag(content: LetterContent) -> str:
    return f"{content.language}-{content.region}" if content.region else content.language


def _block_data(block: Block, plain: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"type": _TYPES[type(block)], **plain(block)}
    if isinstance(block, Table):
        data["rows"] = [list(zip(data["columns"], row, strict=True)) for row in data["rows"]]
        data["totals"] = [_total_data(total, data["columns"], plain) for total in block.totals]
    return data


def _table_size(table: Table) -> int:
    """Return the largest type size in pixels at which rows stand on one line; mail programs do not shrink tables."""
    rows = [[cell.text for cell in row] for row in table.rows] + [list(total.cells) for total in table.totals]
    characters = sum(max(len(text) for text in column) for column in zip(*rows, strict=True))
    room = _TABLE_WIDTH_PX - _CELL_PADDING_PX * len(table.columns)
    fitting = (size for size in _TABLE_SIZES_PX if characters * size <= room * _CHARACTERS_PER_EM)
    return next(fitting, _TABLE_SIZES_PX[-1])


def _total_data(total: TotalRow, columns: list[Any], plain: Any) -> dict[str, Any]:
    """Return a row of sums; its label spans the columns before the first sum."""
    lead = next((index for index, text in enumerate(total.cells) if text), 1)
    sums = [(column, plain(text), 0) for column, text in zip(columns[lead:], total.cells[lead:], strict=True)]
    return {"label": plain(total.label), "final": total.final, "cells": [(columns[0], "", lead), *sums]}


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(_LAYOUTS), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("email.html")

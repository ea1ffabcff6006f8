"""The credit application form as a PDF that can be filled in on a screen (AcroForm)."""

import io
from collections.abc import Sequence
from dataclasses import replace

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from dunwell.letters.annexes.form_layout import FieldBox, field_boxes
from dunwell.letters.content import LetterContent
from dunwell.letters.page_data import bottom_mm, line_mm, page_form
from dunwell.letters.render import render_annex

_POINTS_PER_MM = 72 / 25.4
_MULTILINE, _PRINT = 1 << 12, 1 << 2
_APPEARANCE = "/Helv 10 Tf 0 g"


def fillable_form(content: LetterContent) -> bytes | None:
    """Return the letter's form as a file of its own with a text field in every box; ``None`` where it has no form.

    Each field says its label to a screen reader. The same content gives the same bytes.
    """
    annex = next((annex for annex in content.annexes if annex.fields), None)
    if annex is None:
        return None
    form = page_form(content.layout)
    boxes = field_boxes(annex.fields, form["margin"]["left"], line_mm(form), bottom_mm(form))
    reader = PdfReader(io.BytesIO(render_annex(content, replace(annex, papers=()))))
    return _with_fields(reader, boxes)


def _with_fields(reader: PdfReader, boxes: Sequence[FieldBox]) -> bytes:
    writer = PdfWriter(clone_from=reader)
    page = writer.pages[0]
    height = page.mediabox.height
    added = [writer.add_annotation(0, _field(box, float(height))) for box in boxes]
    fields = ArrayObject(field.indirect_reference for field in added if field.indirect_reference)
    page[NameObject("/Tabs")] = NameObject("/S")
    writer.root_object[NameObject("/AcroForm")] = _acro_form(fields)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _field(box: FieldBox, page_height: float) -> DictionaryObject:
    top = page_height - (box.y + box.label_height) * _POINTS_PER_MM
    rectangle = (
        box.x * _POINTS_PER_MM,
        top - box.height * _POINTS_PER_MM,
        (box.x + box.width) * _POINTS_PER_MM,
        top,
    )
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject(box.name),
            NameObject("/TU"): TextStringObject(box.label),
            NameObject("/F"): NumberObject(_PRINT),
            NameObject("/Ff"): NumberObject(_MULTILINE if box.lines > 1 else 0),
            NameObject("/DA"): TextStringObject(_APPEARANCE),
            NameObject("/Rect"): ArrayObject(FloatObject(round(value, 2)) for value in rectangle),
        }
    )


def _acro_form(fields: ArrayObject) -> DictionaryObject:
    helvetica = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    fonts = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/Helv"): helvetica})})
    return DictionaryObject(
        {
            NameObject("/Fields"): fields,
            NameObject("/NeedAppearances"): BooleanObject(value=True),
            NameObject("/DR"): fonts,
            NameObject("/DA"): TextStringObject(_APPEARANCE),
        }
    )
